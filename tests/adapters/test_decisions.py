"""What cancelling, pausing, extending a trial and applying a coupon mean for a subscription in each state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from dateutil.relativedelta import relativedelta

from adapters import decisions
from adapters.base import Conflict, Invalid
from adapters.intents import ApplyCoupon, Cancel, ChangePrice, ExtendTrial, Extension, Intent, Pause
from adapters.state import PriceFacts, ScheduledChange, Standing, SubscriptionState
from gateway.contract import ActionDuration, DateDuration, IntervalUnit, PeriodDuration, Schedule
from tests.support.memory_account import NOW, sample_subscription
from tests.support.replacing import replace

NOW_AT_ONCE, AT_THE_END = Schedule.IMMEDIATE, Schedule.END_OF_PERIOD
DAY: Final = timedelta(days=1)
ACTIVE: Final = sample_subscription("sub_1")
TRIAL: Final = sample_subscription("sub_1", standing=Standing.TRIAL)
ANNUAL: Final = replace(ACTIVE, items=(*ACTIVE.items, replace(ACTIVE.items[0], id="item_2", annual=True)))
MONTH: Final = PeriodDuration(amount=1, unit=IntervalUnit.MONTH)


def months(amount: int) -> PeriodDuration:
    return PeriodDuration(amount=amount, unit=IntervalUnit.MONTH)


def until(moment: datetime) -> DateDuration:
    return DateDuration(date=moment)


def pause(
    state: SubscriptionState,
    when: Schedule = NOW_AT_ONCE,
    duration: ActionDuration = MONTH,
    *,
    annual_allowed: bool = False,
    longest_months: int | None = None,
) -> Pause:
    return decisions.pause(state, when, duration, NOW, annual_allowed=annual_allowed, longest_months=longest_months)


def extend(state: SubscriptionState, duration: ActionDuration = MONTH, longest_days: int | None = None) -> ExtendTrial:
    return decisions.extend_trial(state, duration, NOW, longest_days=longest_days)


def change_price(state: SubscriptionState, when: Schedule) -> ChangePrice | None:
    facts = PriceFacts("price_pro", "prod_pro", frozenset({"usd"}), active=True, metered=False)
    return decisions.change_price(state, facts, when, prorate=False)


# -- every standing, every action ---------------------------------------------------------------------------------

ACTIONS: Final[dict[str, Callable[[SubscriptionState], Intent | None]]] = {
    "cancel now": lambda state: decisions.cancel(state, NOW_AT_ONCE, unpause=False),
    "cancel at the end": lambda state: decisions.cancel(state, AT_THE_END, unpause=False),
    "pause now": lambda state: pause(state, NOW_AT_ONCE),
    "pause at the end": lambda state: pause(state, AT_THE_END),
    "extend the trial": extend,
    "apply a coupon": lambda state: decisions.apply_coupon(state, "SAVE20", "replace"),
    "change the price now": lambda state: change_price(state, NOW_AT_ONCE),
    "change the price at the end": lambda state: change_price(state, AT_THE_END),
}

ALL: Final = ("cancel", "pause", "extend", "apply", "change")
POSSIBLE: Final[dict[Standing, tuple[str, ...]]] = {
    Standing.FUTURE: ("cancel",),
    Standing.TRIAL: ALL,
    Standing.ACTIVE: ("cancel", "pause", "apply", "change"),
    Standing.UNPAID: ("cancel", "pause", "apply", "change"),
    Standing.INCOMPLETE: ("cancel",),
    Standing.PAUSED: ("cancel", "apply", "change"),
    Standing.ENDED: ("cancel",),
    Standing.UNKNOWN: (),
}
WHY_NOT: Final[dict[Standing, str]] = {
    Standing.FUTURE: "has not started yet",
    Standing.INCOMPLETE: "first payment is not complete",
    Standing.PAUSED: "paused in a way that cannot be changed here",
    Standing.ENDED: "has ended",
    Standing.UNKNOWN: "a state that this gateway does not know",
}


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("standing", Standing)
def test_each_state_allows_or_forbids_each_action(standing: Standing, action: str) -> None:
    state = replace(TRIAL, standing=standing)
    if action.startswith(POSSIBLE[standing] or "nothing"):
        assert ACTIONS[action](state) is not None
    else:
        outside_a_trial = "not in a trial" if action == "extend the trial" else WHY_NOT[standing]
        with pytest.raises(Conflict, match=outside_a_trial):
            ACTIONS[action](state)


def test_every_state_has_its_row() -> None:
    assert set(POSSIBLE) == set(Standing)


# -- cancel -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "ends_only_now", "paused", "unpause", "expected"),
    [
        pytest.param(AT_THE_END, False, False, False, Cancel(AT_THE_END), id="as it is asked"),
        pytest.param(NOW_AT_ONCE, False, False, False, Cancel(NOW_AT_ONCE), id="at once"),
        pytest.param(AT_THE_END, True, False, False, Cancel(NOW_AT_ONCE), id="no period is left to wait for"),
        pytest.param(AT_THE_END, False, True, False, Cancel(AT_THE_END), id="a pause stays"),
        pytest.param(AT_THE_END, False, True, True, Cancel(AT_THE_END, unpause=True), id="a pause is lifted"),
        pytest.param(AT_THE_END, False, False, True, Cancel(AT_THE_END), id="there is no pause to lift"),
    ],
)
def test_a_cancellation_waits_for_the_period_only_where_one_runs(
    when: Schedule, ends_only_now: bool, paused: bool, unpause: bool, expected: Cancel
) -> None:
    state = replace(ACTIVE, ends_only_now=ends_only_now, paused=paused)
    assert decisions.cancel(state, when, unpause=unpause) == expected


# -- pause --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "duration", "start", "end"),
    [
        pytest.param(NOW_AT_ONCE, MONTH, NOW, datetime(2026, 4, 15, 12, tzinfo=UTC), id="a month from now"),
        pytest.param(
            AT_THE_END, MONTH, NOW + 14 * DAY, datetime(2026, 4, 29, 12, tzinfo=UTC), id="a month from the period's end"
        ),
        pytest.param(NOW_AT_ONCE, until(NOW + DAY), NOW, NOW + DAY, id="until a date"),
        pytest.param(AT_THE_END, until(NOW + 15 * DAY), NOW + 14 * DAY, NOW + 15 * DAY, id="from the end to a date"),
    ],
)
def test_a_pause_begins_now_or_with_the_periods_end(
    when: Schedule, duration: ActionDuration, start: datetime, end: datetime
) -> None:
    assert pause(ACTIVE, when, duration) == Pause(when, start, end)


def test_a_pause_from_the_last_of_january_ends_with_february() -> None:
    state = replace(ACTIVE, period_end=datetime(2027, 1, 31, tzinfo=UTC))
    assert pause(state, AT_THE_END, MONTH).until == datetime(2027, 2, 28, tzinfo=UTC)


def test_a_subscription_that_is_paused_gets_the_new_end() -> None:
    paused = replace(ACTIVE, paused=True, paused_until=NOW + 90 * DAY)
    assert pause(paused).until == datetime(2026, 4, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize("when", Schedule)
def test_a_pause_without_an_end_is_not_replaced_by_one_with_an_end(when: Schedule) -> None:
    with pytest.raises(Conflict, match="paused without an end"):
        pause(replace(ACTIVE, paused=True, paused_until=None), when)


@pytest.mark.parametrize(
    ("when", "duration"),
    [
        pytest.param(NOW_AT_ONCE, until(NOW), id="now"),
        pytest.param(NOW_AT_ONCE, until(NOW - DAY), id="in the past"),
        pytest.param(AT_THE_END, until(NOW + 14 * DAY), id="when it would begin"),
        pytest.param(AT_THE_END, until(NOW + 13 * DAY), id="before it would begin"),
    ],
)
def test_a_pause_must_end_after_it_begins(when: Schedule, duration: ActionDuration) -> None:
    with pytest.raises(Invalid, match="must end after it begins"):
        pause(ACTIVE, when, duration)


def test_a_pause_after_a_period_that_is_long_over_counts_from_now() -> None:
    """Of what is paused already the period may have passed: counted from its end the pause would get shorter."""
    intent = pause(replace(ACTIVE, period_end=NOW - 90 * DAY), AT_THE_END, MONTH)
    assert (intent.start, intent.until) == (NOW, NOW + relativedelta(months=1))


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        pytest.param(replace(ACTIVE, period_end=None), "no running period", id="no period"),
        pytest.param(replace(ACTIVE, cancel_at=NOW + 14 * DAY), "ends before the pause", id="ends with the period"),
        pytest.param(replace(ACTIVE, cancel_at=NOW + DAY), "ends before the pause", id="ends before the period"),
    ],
)
def test_a_pause_cannot_wait_for_a_period_that_does_not_go_on(state: SubscriptionState, reason: str) -> None:
    with pytest.raises(Conflict, match=reason):
        pause(state, AT_THE_END)
    assert pause(state, NOW_AT_ONCE).start == NOW


@pytest.mark.parametrize(
    ("longest", "duration", "allowed"),
    [
        pytest.param(None, months(120), True, id="no limit"),
        pytest.param(3, months(3), True, id="exactly the longest"),
        pytest.param(3, months(4), False, id="a month too long"),
        pytest.param(3, until(datetime(2026, 6, 15, 12, tzinfo=UTC)), True, id="a date at the limit"),
        pytest.param(3, until(datetime(2026, 6, 15, 12, 0, 1, tzinfo=UTC)), False, id="a date a second after it"),
        pytest.param(1, PeriodDuration(amount=32, unit=IntervalUnit.DAY), False, id="days beyond the month"),
    ],
)
def test_a_pause_lasts_no_longer_than_the_settings_allow(
    longest: int | None, duration: ActionDuration, allowed: bool
) -> None:
    if allowed:
        assert pause(ACTIVE, duration=duration, longest_months=longest).until > NOW
    else:
        with pytest.raises(Invalid, match=f"{longest} months at most"):
            pause(ACTIVE, duration=duration, longest_months=longest)


def test_the_longest_pause_is_counted_from_its_start() -> None:
    assert pause(ACTIVE, AT_THE_END, months(3), longest_months=3).start == ACTIVE.period_end


def test_a_subscription_with_one_item_paid_by_the_year_is_paused_only_where_that_is_allowed() -> None:
    assert pause(ANNUAL, annual_allowed=True).start == NOW
    with pytest.raises(Invalid, match="paid by the year"):
        pause(ANNUAL)


# -- trial --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("duration", "end"),
    [
        pytest.param(PeriodDuration(amount=7, unit=IntervalUnit.DAY), NOW + 21 * DAY, id="days"),
        pytest.param(MONTH, datetime(2026, 4, 29, 12, tzinfo=UTC), id="a month"),
        pytest.param(until(NOW + 15 * DAY), NOW + 15 * DAY, id="until a date"),
        pytest.param(until(NOW + 14 * DAY), NOW + 14 * DAY, id="until the present end, which is so already"),
    ],
)
def test_a_trial_is_extended_from_its_present_end(duration: ActionDuration, end: datetime) -> None:
    assert extend(TRIAL, duration) == ExtendTrial(end)


WEEK: Final = PeriodDuration(amount=1, unit=IntervalUnit.WEEK)
ARRIVED: Final = Extension(NOW + 7 * DAY, NOW + 14 * DAY)


@pytest.mark.parametrize(
    ("duration", "left", "end"),
    [
        pytest.param(WEEK, ARRIVED, NOW + 14 * DAY, id="it led to the present end"),
        pytest.param(
            PeriodDuration(amount=7, unit=IntervalUnit.DAY),
            replace(ARRIVED, until=ARRIVED.until + timedelta(milliseconds=999)),
            NOW + 14 * DAY,
            id="in other words, within the second",
        ),
        pytest.param(WEEK, Extension(NOW + 14 * DAY, NOW + 21 * DAY), NOW + 21 * DAY, id="it did not arrive"),
        pytest.param(WEEK, replace(ARRIVED, since=NOW), NOW + 21 * DAY, id="it was of another length"),
        pytest.param(WEEK, replace(ARRIVED, until=NOW + 15 * DAY), NOW + 21 * DAY, id="it led elsewhere"),
        pytest.param(until(NOW + 21 * DAY), ARRIVED, NOW + 21 * DAY, id="a date is a date"),
    ],
)
def test_an_extension_that_was_left_unfinished_and_has_arrived_is_not_counted_twice(
    duration: ActionDuration, left: Extension, end: datetime
) -> None:
    assert decisions.extend_trial(TRIAL, duration, NOW, longest_days=None, unfinished=left) == ExtendTrial(end)


def test_bounds_do_not_refuse_what_is_so_already() -> None:
    found = decisions.extend_trial(TRIAL, WEEK, NOW, longest_days=13, most_days=1, unfinished=ARRIVED)
    assert found == ExtendTrial(NOW + 14 * DAY)


@pytest.mark.parametrize("date", [NOW + 13 * DAY, NOW, NOW - DAY], ids=["before its end", "now", "in the past"])
def test_a_trial_is_never_shortened(date: datetime) -> None:
    with pytest.raises(Invalid, match="after the trial's present end"):
        extend(TRIAL, until(date))


def test_a_trial_is_not_extended_to_a_date_in_the_past_though_its_end_is_over() -> None:
    with pytest.raises(Invalid, match="after the trial's present end"):
        extend(replace(TRIAL, trial_end=NOW - 3 * DAY), until(NOW - DAY))


@pytest.mark.parametrize(
    ("cancel_at", "moves_along", "allowed"),
    [
        pytest.param(NOW + 14 * DAY, True, True, id="with the period, which moves along"),
        pytest.param(NOW + 14 * DAY, False, False, id="before the new end"),
        pytest.param(NOW + 21 * DAY, False, True, id="with the new end"),
        pytest.param(NOW + 22 * DAY, False, True, id="after the new end"),
    ],
)
def test_a_trial_is_not_extended_beyond_a_cancellation(cancel_at: datetime, moves_along: bool, allowed: bool) -> None:
    state = replace(TRIAL, cancel_at=cancel_at, cancels_with_period=moves_along)
    if allowed:
        assert extend(state, until(NOW + 21 * DAY)).until == NOW + 21 * DAY
    else:
        with pytest.raises(Conflict, match="set to end on 2026-03-29"):
            extend(state, until(NOW + 21 * DAY))


def test_a_trial_without_an_end_is_none() -> None:
    with pytest.raises(Conflict, match="not in a trial"):
        extend(replace(TRIAL, trial_end=None))


@pytest.mark.parametrize(("days", "allowed"), [(730, True), (731, False)])
def test_a_trial_ends_no_later_than_the_provider_allows_counted_from_now(days: int, allowed: bool) -> None:
    durations = (until(NOW + days * DAY), PeriodDuration(amount=days - 14, unit=IntervalUnit.DAY))
    for duration in durations:
        if allowed:
            assert extend(TRIAL, duration, longest_days=730).until == NOW + days * DAY
        else:
            with pytest.raises(Invalid, match="730 days from now"):
                extend(TRIAL, duration, longest_days=730)


# -- coupon, scheduled changes ------------------------------------------------------------------------------------


def test_a_coupon_is_applied_in_the_mode_of_the_settings() -> None:
    assert decisions.apply_coupon(ACTIVE, "SAVE20", "stack") == ApplyCoupon("SAVE20", "stack")


def test_a_change_that_would_be_lost_is_named_in_the_refusal() -> None:
    waiting = replace(ACTIVE, scheduled=ScheduledChange("the price price_gold from 2026-03-29"))
    with pytest.raises(Conflict, match=r"already scheduled: the price price_gold from 2026-03-29\."):
        decisions.refuse_to_drop(waiting)
    decisions.refuse_to_drop(ACTIVE)
