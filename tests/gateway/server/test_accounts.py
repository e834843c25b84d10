"""Accounts are looked at before the gateway serves them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from adapters.base import Credentials, Finding, Unavailable
from gateway.contract import Action, Mode
from gateway.server import UnfitAccount, examine_accounts, open_backends
from tests.support.log import Log
from tests.support.memory_adapter import MemoryAdapter
from tests.support.service import backend_settings

pytestmark = pytest.mark.usefixtures("live", "test_account")


def finding(*findings: Finding | Exception) -> type[MemoryAdapter]:
    """An adapter whose account is found like this, in live mode only."""

    class Examined(MemoryAdapter):
        async def _examine(self) -> Sequence[Finding]:
            if self.mode is Mode.TEST:
                return ()
            for one in findings:
                if isinstance(one, Exception):
                    raise one
            return [one for one in findings if isinstance(one, Finding)]

    return Examined


async def test_what_an_account_lacks_is_offered_in_the_other_mode_only(log: Log) -> None:
    adapter = finding(Finding("it is switched off", feature=Action.PAUSE))
    async with open_backends([backend_settings()], lambda name: adapter) as backends:
        await examine_accounts(backends)
        offered = {mode: one.offered.capabilities.pause for mode, one in backends["memory"].adapters.items()}
    assert offered[Mode.LIVE] is None
    assert offered[Mode.TEST] is not None
    (line,) = log.events("account lacks a feature")
    assert (line["backend"], line["mode"], line["feature"]) == ("memory", "live", "pause")


async def test_an_account_that_cannot_be_served_is_named_with_its_mode_and_the_reason() -> None:
    adapter = finding(Finding("it speaks another language", fatal=True))
    async with open_backends([backend_settings("one"), backend_settings("two")], lambda name: adapter) as backends:
        with pytest.raises(UnfitAccount) as caught:
            await examine_accounts(backends)
    assert str(caught.value) == "one, live: it speaks another language\ntwo, live: it speaks another language"


@pytest.mark.parametrize("error", [Unavailable(), Credentials()], ids=lambda error: type(error).__name__)
async def test_a_provider_that_cannot_be_asked_keeps_nobody_from_starting(error: Exception, log: Log) -> None:
    adapter = finding(error)
    async with open_backends([backend_settings()], lambda name: adapter) as backends:
        await examine_accounts(backends)
        assert backends["memory"].adapters[Mode.LIVE].offered.capabilities.pause is not None
    (line,) = log.events("account not examined")
    assert line["error"] == type(error).__name__
