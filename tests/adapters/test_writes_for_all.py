"""An action on all of a customer's subscriptions: each gets its turn, what failed is named, a repeat is safe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

import pytest

from adapters.base import (
    AdapterError,
    Conflict,
    Credentials,
    Invalid,
    NotFound,
    RateLimited,
    Timeout,
    Unavailable,
    UnknownOutcome,
    Unmappable,
    Unreadable,
    Unsupported,
)
from adapters.capabilities import BOTH_DURATIONS, BOTH_SCHEDULES, Capabilities, PauseCapability
from adapters.state import Standing, SubscriptionState
from gateway.contract import CancelAllRequest, IntervalUnit, PauseAllRequest, PeriodDuration, Schedule
from gateway.resilience import DeadlineExceeded, Failure, Shed
from tests.support.log import Log, recorded_log
from tests.support.memory_account import sample_subscription
from tests.support.recording_observer import RecordingObserver
from tests.support.replacing import replace
from tests.support.scripted_adapter import WORKS, ScriptedAdapter, fails, loses_answer

MONTH: Final = PeriodDuration(amount=1, unit=IntervalUnit.MONTH)
CANCEL_ALL: Final = CancelAllRequest(customer_id="cus_ada", scheduled_at=Schedule.IMMEDIATE)
THREE: Final = tuple(sample_subscription(f"sub_{number}") for number in (1, 2, 3))
CUSTOMER_WIDE: Final = ("cancel", "pause")
ANNUAL_ALLOWED: Final = {"actions": {"pause": {"allow_annual": True}}}


async def act_on_all(adapter: ScriptedAdapter, verb: str) -> None:
    if verb == "cancel":
        await adapter.cancel_all(CANCEL_ALL)
    else:
        await pause_all(adapter)


async def pause_all(adapter: ScriptedAdapter, *, allow_annual: bool = False, start_at: Schedule | None = None) -> None:
    await adapter.pause_all(
        PauseAllRequest(customer_id="cus_ada", start_at=start_at, duration=MONTH, allow_annual=allow_annual)
    )


def yearly(subscription_id: str) -> SubscriptionState:
    state = sample_subscription(subscription_id)
    return replace(state, items=(replace(state.items[0], annual=True),))


def ids_of(adapter: ScriptedAdapter) -> list[str]:
    return [effect.subscription_id for effect in adapter.effects]


both = pytest.mark.parametrize("verb", CUSTOMER_WIDE)


@pytest.fixture
def log() -> Iterator[Log]:
    with recorded_log() as log:
        yield log


@both
async def test_each_subscription_is_written_once_after_one_read_of_all(verb: str) -> None:
    adapter = ScriptedAdapter.serving(*THREE, sample_subscription("sub_other", customer_id="cus_bob"))
    await act_on_all(adapter, verb)
    assert ids_of(adapter) == ["sub_1", "sub_2", "sub_3"]
    assert adapter.calls[1:] == [verb] * 3


@both
async def test_a_customer_with_nothing_to_do_is_success(verb: str) -> None:
    adapter = ScriptedAdapter.serving(replace(THREE[0], standing=Standing.ENDED))
    await act_on_all(adapter, verb)
    assert adapter.sent == []


@both
async def test_an_unknown_customer_is_not_found(verb: str) -> None:
    adapter = ScriptedAdapter.serving()
    del adapter.account.customers["cus_ada"]
    with pytest.raises(NotFound):
        await act_on_all(adapter, verb)


@pytest.mark.parametrize("hostile", ["..", "a/b", " "])
async def test_a_hostile_customer_is_not_found_before_any_call(hostile: str) -> None:
    adapter = ScriptedAdapter.serving(*THREE)
    with pytest.raises(NotFound):
        await adapter.cancel_all(CancelAllRequest(customer_id=hostile))
    assert adapter.calls == []


@both
async def test_what_fails_does_not_keep_the_others_from_their_turn_and_is_named(verb: str) -> None:
    adapter = ScriptedAdapter.serving(*THREE)
    adapter.script(verb, WORKS, fails(Invalid()), WORKS)
    with pytest.raises(Invalid, match=r"2 of 3 subscriptions are as asked\. It failed for sub_2\."):
        await act_on_all(adapter, verb)
    assert ids_of(adapter) == ["sub_1", "sub_3"]


@both
async def test_an_error_of_ours_does_not_keep_the_others_from_their_turn_either(verb: str, log: Log) -> None:
    adapter = ScriptedAdapter.serving(*THREE)
    adapter.script(verb, WORKS, fails(RuntimeError("a mistake in the adapter")), WORKS)
    with pytest.raises(UnknownOutcome, match=r"2 of 3 subscriptions are as asked\. It failed for sub_2\."):
        await act_on_all(adapter, verb)
    assert ids_of(adapter) == ["sub_1", "sub_3"]
    assert [event["subscription_id"] for event in log.events("unexpected error")] == ["sub_2"]


@both
async def test_repeating_the_request_does_only_what_is_left(verb: str) -> None:
    adapter = ScriptedAdapter.serving(*THREE)
    adapter.script(verb, WORKS, fails(RateLimited()), WORKS)
    with pytest.raises(RateLimited):
        await act_on_all(adapter, verb)
    await act_on_all(adapter, verb)
    assert ids_of(adapter) == ["sub_1", "sub_3", "sub_2"]


@both
async def test_a_lost_answer_among_several_is_settled(verb: str) -> None:
    adapter = ScriptedAdapter.serving(*THREE)
    adapter.script(verb, WORKS, loses_answer(UnknownOutcome(answered=False)), WORKS)
    await act_on_all(adapter, verb)
    assert ids_of(adapter) == ["sub_1", "sub_2", "sub_3"]


@both
async def test_a_dry_run_writes_to_none(verb: str) -> None:
    adapter = ScriptedAdapter.serving(*THREE, dry_run=True)
    await act_on_all(adapter, verb)
    assert adapter.sent == []


@both
async def test_an_answer_with_a_strangers_subscription_is_not_acted_on_at_all(verb: str) -> None:
    class OverlooksTheFilter(ScriptedAdapter):
        async def _live_subscriptions(self, customer_id: str, *, upcoming: bool) -> list[SubscriptionState]:
            return list(self.account.subscriptions.values())

    observer = RecordingObserver()
    stranger = sample_subscription("sub_other", customer_id="cus_bob")
    adapter = OverlooksTheFilter.serving(THREE[0], stranger, observer=observer)
    with pytest.raises(Unreadable):
        await act_on_all(adapter, verb)
    assert adapter.sent == []
    assert observer.rows_left_out == [("subscriptions", "", "customer: another one")]


@both
async def test_a_list_that_cannot_be_understood_is_unreadable(verb: str) -> None:
    adapter = ScriptedAdapter.serving(*THREE)
    for hole in ("live_subscriptions", "started_subscriptions"):
        adapter.script(hole, fails(Unmappable("customer: missing")))
    with pytest.raises(Unreadable):
        await act_on_all(adapter, verb)


# -- which error speaks -------------------------------------------------------------------------------------------

GRAVEST_FIRST: Final[tuple[Failure, ...]] = (
    UnknownOutcome(answered=True),
    Timeout(),
    DeadlineExceeded("too late"),
    Unavailable(),
    RateLimited(),
    Shed("too much"),
    Credentials(),
    Unreadable(),
    Conflict(),
    Invalid(),
    Unsupported(),
    NotFound(),
)


@pytest.mark.parametrize("graver", range(len(GRAVEST_FIRST) - 1), ids=lambda at: type(GRAVEST_FIRST[at]).__name__)
async def test_of_several_failures_the_gravest_speaks(graver: int) -> None:
    adapter = ScriptedAdapter.serving(*THREE)
    # A write of unknown outcome is sent again before it is given up.
    first = [fails(GRAVEST_FIRST[graver])] * (2 if graver == 0 else 1)
    adapter.script("cancel", *first, WORKS, fails(GRAVEST_FIRST[graver + 1]))
    with pytest.raises(Failure, match=r"1 of 3 .* It failed for sub_1, sub_3\.") as caught:
        await adapter.cancel_all(CANCEL_ALL)
    assert type(caught.value) is type(GRAVEST_FIRST[graver])


def test_every_error_has_its_place_among_them() -> None:
    assert {type(one) for one in GRAVEST_FIRST} == {*AdapterError.__subclasses__(), DeadlineExceeded, Shed}


async def test_the_longest_wait_that_was_wished_for_is_passed_on() -> None:
    adapter = ScriptedAdapter.serving(*THREE)
    adapter.script("cancel", *(fails(RateLimited(retry_after=wait)) for wait in (2.0, 7.0, None)))
    with pytest.raises(RateLimited) as caught:
        await adapter.cancel_all(CANCEL_ALL)
    assert caught.value.retry_after == 7.0


# -- who is meant -------------------------------------------------------------------------------------------------


async def test_cancelling_all_includes_those_that_have_not_started_and_pausing_does_not() -> None:
    adapter = ScriptedAdapter.serving(*THREE)
    await pause_all(adapter)
    await adapter.cancel_all(CANCEL_ALL)
    assert [call for call in adapter.calls if call.endswith("subscriptions")] == [
        "started_subscriptions",
        "live_subscriptions",
    ]


@pytest.mark.parametrize("standing", [one for one in Standing if one not in {Standing.ENDED, Standing.UNKNOWN}])
async def test_cancelling_all_reaches_every_state(standing: Standing) -> None:
    adapter = ScriptedAdapter.serving(replace(THREE[0], standing=standing), THREE[1])
    await adapter.cancel_all(CANCEL_ALL)
    assert ids_of(adapter) == ["sub_1", "sub_2"]


async def test_a_subscription_in_an_unknown_state_is_left_alone_and_named() -> None:
    adapter = ScriptedAdapter.serving(replace(THREE[0], standing=Standing.UNKNOWN), THREE[1])
    with pytest.raises(Conflict, match=r"1 of 2 .* It failed for sub_1\."):
        await adapter.cancel_all(CANCEL_ALL)
    assert ids_of(adapter) == ["sub_2"]


@pytest.mark.parametrize("standing", [one for one in Standing if one is not Standing.ACTIVE])
async def test_pausing_all_passes_over_what_is_not_active(standing: Standing) -> None:
    adapter = ScriptedAdapter.serving(replace(THREE[0], standing=standing), THREE[1])
    await pause_all(adapter)
    assert ids_of(adapter) == ["sub_2"]


@pytest.mark.parametrize(
    ("start_at", "paused"),
    [
        pytest.param(Schedule.END_OF_PERIOD, ["sub_2"], id="it would have ended before"),
        pytest.param(Schedule.IMMEDIATE, ["sub_1", "sub_2"], id="it runs until then"),
    ],
)
async def test_pausing_all_skips_one_that_ends_before_the_pause_begins(start_at: Schedule, paused: list[str]) -> None:
    ending = replace(THREE[0], cancel_at=THREE[0].period_end)
    adapter = ScriptedAdapter.serving(ending, THREE[1])
    await pause_all(adapter, start_at=start_at)
    assert ids_of(adapter) == paused


async def test_pausing_all_from_the_period_skips_one_without_any() -> None:
    adapter = ScriptedAdapter.serving(replace(THREE[0], period_end=None), THREE[1])
    await pause_all(adapter, start_at=Schedule.END_OF_PERIOD)
    assert ids_of(adapter) == ["sub_2"]


class ReplacingAdapter(ScriptedAdapter):
    """At whose provider a pause takes the place of a cancellation."""

    capabilities: ClassVar[Capabilities] = replace(
        ScriptedAdapter.capabilities,
        pause=PauseCapability(BOTH_SCHEDULES, BOTH_DURATIONS, annual=True, keeps_cancellation=False),
    )


async def test_pausing_all_brings_no_cancelled_one_back() -> None:
    adapter = ReplacingAdapter.serving(replace(THREE[0], cancel_at=THREE[0].period_end), THREE[1])
    await pause_all(adapter, start_at=Schedule.IMMEDIATE)
    assert ids_of(adapter) == ["sub_2"]


async def test_pausing_all_skips_those_paid_by_the_year() -> None:
    adapter = ScriptedAdapter.serving(yearly("sub_1"), THREE[1])
    await pause_all(adapter)
    assert ids_of(adapter) == ["sub_2"]


async def test_pausing_all_is_refused_where_only_yearly_ones_are_left() -> None:
    adapter = ScriptedAdapter.serving(yearly("sub_1"), replace(THREE[1], standing=Standing.ENDED))
    with pytest.raises(Invalid, match="paid by the year"):
        await pause_all(adapter)


@pytest.mark.parametrize(
    ("settings", "asked", "paused"),
    [
        pytest.param(ANNUAL_ALLOWED, True, ["sub_1", "sub_2"], id="allowed and asked for"),
        pytest.param(ANNUAL_ALLOWED, False, ["sub_2"], id="allowed, not asked for"),
        pytest.param({}, True, ["sub_2"], id="asked for, not allowed"),
    ],
)
async def test_yearly_ones_are_paused_only_where_that_is_both_allowed_and_asked_for(
    settings: dict[str, object], asked: bool, paused: list[str]
) -> None:
    adapter = ScriptedAdapter.serving(yearly("sub_1"), THREE[1], settings=settings)
    await pause_all(adapter, allow_annual=asked)
    assert ids_of(adapter) == paused
