"""Looking at an account before it is served: what it cannot do leaves the offer."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.base import Finding
from gateway.contract import Action
from tests.support.scripted_adapter import ScriptedAdapter


class Lacking(ScriptedAdapter):
    """An account with pausing switched off."""

    async def _examine(self) -> Sequence[Finding]:
        return [Finding("the account has it switched off", feature=Action.PAUSE), Finding("it is an old account")]


def offers_pause(adapter: ScriptedAdapter) -> bool:
    return adapter.offered.capabilities.pause is not None


async def test_an_adapter_with_nothing_to_ask_finds_nothing() -> None:
    adapter = ScriptedAdapter.serving()
    before = adapter.offered
    assert await adapter.examine() == ()
    assert adapter.offered == before
    assert adapter.calls == []


async def test_what_the_account_lacks_is_offered_no_more_and_the_reason_is_kept() -> None:
    adapter = Lacking.serving()
    assert offers_pause(adapter)
    findings = await adapter.examine()
    assert [finding.feature for finding in findings] == [Action.PAUSE, None]
    assert not offers_pause(adapter)
    assert adapter.offered.reason(Action.PAUSE) == "the account has it switched off"


async def test_the_manifest_names_it_as_off() -> None:
    adapter = Lacking.serving()
    await adapter.examine()
    pause = adapter.features().actions.pause
    assert pause is not None
    assert not pause.enabled


async def test_looking_again_changes_nothing() -> None:
    adapter = Lacking.serving()
    await adapter.examine()
    once = adapter.offered
    await adapter.examine()
    assert adapter.offered == once
