"""All that is looked at before serving: in which order, by what rules, and what becomes of failures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest

from adapters.base import Contact, Credentials, Finding, Observation, Right, Rows, Unavailable, Verdict
from adapters.inspection import clock
from adapters.observations import EVERY_ACTION
from gateway.contract import Action, Coupon
from tests.support.scripted_adapter import ScriptedAdapter

PATIENCE_S = 5.0
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)

READING = Right("Coupons: read", "coupons", "tick Coupons", frozenset({"controllers.coupons"}))
WRITING = Right("Everything: write", "all actions", "tick Everything", EVERY_ACTION)
ASKING = Right(
    "Previews: read", "previews", "tick Previews", frozenset({Action.PAUSE}), frozenset({Action.CHANGE_PRICE})
)


class Rightful(ScriptedAdapter):
    """An adapter that names its rights; `held` is what is found out about each."""

    rights: ClassVar[Sequence[Right]] = (READING, WRITING)
    held: ClassVar[dict[str, Any]] = {}

    async def _prove_right(self, right: Right) -> bool | None:
        found = self.held[right.name]
        if isinstance(found, Exception):
            raise found
        return bool(found) if found is not None else None


def holding(reading: object = True, writing: object = True) -> type[Rightful]:
    class Holding(Rightful):
        held: ClassVar[dict[str, Any]] = {READING.name: reading, WRITING.name: writing}

    return Holding


async def seen_by(adapter: ScriptedAdapter) -> dict[str, Observation]:
    return {one.subject: one for one in await adapter.inspect(PATIENCE_S)}


@pytest.mark.parametrize(
    ("held", "verdict", "what", "advice"),
    [
        pytest.param(True, Verdict.OK, "coupons", None, id="held"),
        pytest.param(False, Verdict.FINDING, "the key lacks it: coupons", "tick Coupons", id="not held"),
        pytest.param(Credentials(), Verdict.FINDING, "refused: coupons", "tick Coupons", id="refused"),
        pytest.param(
            None,
            Verdict.REMARK,
            "not checked, as nothing harmless tells: coupons",
            "make sure: tick Coupons",
            id="not to be told",
        ),
        pytest.param(
            Unavailable(),
            Verdict.FINDING,
            "no answer from the provider",
            "is base_url right, and may this machine reach it?",
            id="no answer",
        ),
    ],
)
async def test_a_right_is_told_with_what_it_is_for(
    held: object, verdict: Verdict, what: str, advice: str | None
) -> None:
    seen = await seen_by(holding(reading=held).serving())

    assert seen["permission Coupons: read"] == Observation("permission Coupons: read", verdict, what, advice)
    assert seen["permission Everything: write"].verdict is Verdict.OK


@pytest.mark.parametrize(
    ("offered", "is_guarded", "needed"),
    [
        pytest.param({"controllers.coupons"}, False, {READING}, id="a list"),
        pytest.param({"cancel", "cancel.immediate"}, False, {WRITING}, id="an action"),
        pytest.param({"pause"}, False, {WRITING, ASKING}, id="an action that is asked about in any case"),
        pytest.param({"change-price"}, False, {WRITING}, id="no bound on charges"),
        pytest.param({"change-price"}, True, {WRITING, ASKING}, id="a bound on charges"),
        pytest.param({"cancel"}, True, {WRITING}, id="a bound, and nothing that charges"),
        pytest.param(set[str](), True, set[Right](), id="nothing is offered"),
    ],
)
def test_a_right_is_needed_while_something_is_offered_that_takes_it(
    offered: set[str], is_guarded: bool, needed: set[Right]
) -> None:
    rights = (READING, WRITING, ASKING)

    assert {right for right in rights if right.is_needed(offered, is_guarded=is_guarded)} == needed


async def test_of_an_adapter_that_names_no_rights_the_lists_are_read() -> None:
    seen = await seen_by(ScriptedAdapter.serving())

    lists = {subject: one.verdict for subject, one in seen.items() if subject.startswith("list of ")}
    assert lists == {
        f"list of {name}": Verdict.OK for name in ("customers", "prices", "coupons", "products", "families")
    }


async def test_a_list_that_may_not_be_read_is_found_and_the_others_are_read_all_the_same() -> None:
    class Partial(ScriptedAdapter):
        async def _list_coupons(self, limit: int, cursor: str | None) -> Rows[Coupon]:
            raise Credentials

    seen = await seen_by(Partial.serving())

    assert seen["list of coupons"].what == "the key may not read this"
    assert seen["list of products"].verdict is Verdict.OK


async def test_where_the_key_is_refused_nothing_else_is_asked_and_the_features_are_told_by_the_settings() -> None:
    class Refused(Rightful):
        async def _contact(self) -> Contact:
            raise Credentials

    seen = await seen_by(Refused.serving())

    assert {subject for subject in seen if not subject.startswith("feature ")} == {"provider"}
    assert seen["provider"].verdict is Verdict.FINDING
    assert seen["feature cancel"].what == "on"


async def test_of_an_account_that_cannot_be_served_no_rights_are_asked_for() -> None:
    class Unfit(Rightful):
        async def _examine(self) -> Sequence[Finding]:
            return [Finding("it speaks another language", fatal=True, advice="move on")]

    seen = await seen_by(Unfit.serving())

    assert seen["account"] == Observation("account", Verdict.FINDING, "it speaks another language", "move on")
    assert not any(subject.startswith("permission ") for subject in seen)


async def test_an_account_that_cannot_be_looked_at_is_found() -> None:
    class Silent(ScriptedAdapter):
        async def _examine(self) -> Sequence[Finding]:
            raise Unavailable

    seen = await seen_by(Silent.serving())

    assert (seen["account"].verdict, seen["account"].what) == (Verdict.FINDING, "no answer from the provider")
    assert seen["feature pause"].what == "on"


async def test_what_the_account_lacks_is_a_finding_of_its_feature_and_leaves_the_offer() -> None:
    class Lacking(ScriptedAdapter):
        async def _examine(self) -> Sequence[Finding]:
            return [Finding("it is switched off", feature=Action.PAUSE, advice="switch it on"), Finding("an old one")]

    adapter = Lacking.serving()
    seen = await seen_by(adapter)

    assert seen["feature pause"] == Observation(
        "feature pause", Verdict.FINDING, "off: it is switched off", "switch it on"
    )
    assert seen["account"] == Observation("account", Verdict.REMARK, "an old one")
    assert adapter.offered.capabilities.pause is None
    assert "feature pause.date" not in seen


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("asked", "answered", "verdict", "what"),
    [
        pytest.param(0, 0.2, Verdict.OK, "it agrees with the provider's", id="the same second"),
        pytest.param(0.9, 0.95, Verdict.OK, "it agrees with the provider's", id="the provider cuts its second off"),
        pytest.param(-3, 9, Verdict.OK, "it agrees with the provider's", id="a slow answer says little"),
        pytest.param(5.9, 6, Verdict.OK, "it agrees with the provider's", id="less than five seconds at the least"),
        pytest.param(6, 6, Verdict.REMARK, "it is 5 seconds ahead of the provider's", id="five seconds ahead"),
        pytest.param(-5, -5, Verdict.REMARK, "it is 5 seconds behind the provider's", id="five seconds behind"),
        pytest.param(-60, -60, Verdict.REMARK, "it is 60 seconds behind the provider's", id="a minute"),
        pytest.param(-61, -61, Verdict.FINDING, "it is 61 seconds behind the provider's", id="more than a minute"),
        pytest.param(90, 91, Verdict.FINDING, "it is 89 seconds ahead of the provider's", id="more than that ahead"),
    ],
)
def test_the_clock_is_judged_by_how_far_it_is_off_at_the_least(
    asked: float, answered: float, verdict: Verdict, what: str
) -> None:
    seen = clock(NOON, after(asked), after(answered))

    assert (seen.verdict, seen.what) == (verdict, what)


def test_a_clock_that_nothing_can_be_held_against_is_remarked() -> None:
    assert clock(None, NOON, NOON).verdict is Verdict.REMARK
