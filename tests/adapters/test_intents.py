"""When an action is done already: the same question before a write and after one whose answer was lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import pytest

from adapters.intents import SAME_MOMENT, ApplyCoupon, Cancel, ChangePrice, ExtendTrial, Intent, Pause
from adapters.state import ScheduledChange, Standing, SubscriptionState
from gateway.contract import Schedule
from tests.support.memory_account import NOW, sample_subscription
from tests.support.replacing import replace

NOW_AT_ONCE, AT_THE_END = Schedule.IMMEDIATE, Schedule.END_OF_PERIOD
SECOND: Final = timedelta(seconds=1)
DAY: Final = timedelta(days=1)
PERIOD_END: Final = NOW + 14 * DAY

ACTIVE: Final = sample_subscription("sub_1")
ENDED: Final = replace(ACTIVE, standing=Standing.ENDED)
ENDING: Final = replace(ACTIVE, cancel_at=PERIOD_END)
PAUSED: Final = replace(ACTIVE, paused=True, paused_until=NOW + 30 * DAY)
TRIAL: Final = sample_subscription("sub_1", standing=Standing.TRIAL)


def coupons(*coupon_ids: str) -> SubscriptionState:
    return replace(ACTIVE, coupon_ids=coupon_ids)


def scheduled(price_id: str | None) -> SubscriptionState:
    return replace(ACTIVE, scheduled=ScheduledChange("something later", price_id, PERIOD_END))


@pytest.mark.parametrize(
    ("intent", "state", "met"),
    [
        pytest.param(Cancel(NOW_AT_ONCE), ENDED, True, id="now, ended"),
        pytest.param(Cancel(NOW_AT_ONCE), ACTIVE, False, id="now, runs"),
        pytest.param(Cancel(NOW_AT_ONCE), ENDING, False, id="now, ends with the period"),
        pytest.param(Cancel(AT_THE_END), ENDED, True, id="at the end, ended"),
        pytest.param(Cancel(AT_THE_END), ACTIVE, False, id="at the end, runs"),
        pytest.param(Cancel(AT_THE_END), ENDING, True, id="at the end, ends with the period"),
        pytest.param(Cancel(AT_THE_END), replace(ENDING, cancel_at=NOW + DAY), True, id="at the end, ends before"),
        pytest.param(
            Cancel(AT_THE_END), replace(ENDING, cancel_at=PERIOD_END + SECOND), False, id="at the end, ends later"
        ),
        pytest.param(Cancel(AT_THE_END), replace(ENDING, period_end=None), True, id="at the end, ends, no period"),
        pytest.param(Cancel(AT_THE_END), replace(PAUSED, cancel_at=PERIOD_END), True, id="pause may stay, ends"),
        pytest.param(
            Cancel(AT_THE_END, unpause=True), replace(PAUSED, cancel_at=PERIOD_END), False, id="unpause, ends, paused"
        ),
        pytest.param(Cancel(AT_THE_END, unpause=True), ENDING, True, id="unpause, ends, not paused"),
        pytest.param(Cancel(AT_THE_END, unpause=True), replace(ENDED, paused=True), True, id="unpause, ended"),
    ],
)
def test_a_cancellation_is_done(intent: Intent, state: SubscriptionState, met: bool) -> None:
    assert intent.is_met_by(state) is met


@pytest.mark.parametrize(
    ("state", "met"),
    [
        pytest.param(PAUSED, True, id="until that moment"),
        pytest.param(replace(PAUSED, paused_until=NOW + 30 * DAY + SAME_MOMENT - SECOND), True, id="a little longer"),
        pytest.param(replace(PAUSED, paused_until=NOW + 30 * DAY - SAME_MOMENT + SECOND), True, id="a little shorter"),
        pytest.param(replace(PAUSED, paused_until=NOW + 30 * DAY + SAME_MOMENT), False, id="a minute longer"),
        pytest.param(replace(PAUSED, paused_until=NOW + 60 * DAY), False, id="a month longer"),
        pytest.param(replace(PAUSED, paused_until=None), False, id="without an end"),
        pytest.param(replace(PAUSED, paused=False), False, id="an end that is left over from an earlier pause"),
        pytest.param(ACTIVE, False, id="not paused"),
    ],
)
def test_a_pause_is_done(state: SubscriptionState, met: bool) -> None:
    assert Pause(NOW_AT_ONCE, NOW, NOW + 30 * DAY).is_met_by(state) is met


@pytest.mark.parametrize(("when", "met"), [(NOW_AT_ONCE, False), (AT_THE_END, True)])
def test_a_pause_that_is_only_scheduled_is_no_pause_at_once(when: Schedule, met: bool) -> None:
    state = replace(PAUSED, paused_from=PERIOD_END)
    assert Pause(when, PERIOD_END, NOW + 30 * DAY).is_met_by(state) is met


@pytest.mark.parametrize(
    ("state", "met"),
    [
        pytest.param(replace(TRIAL, trial_end=NOW + 21 * DAY), True, id="until then"),
        pytest.param(replace(TRIAL, trial_end=NOW + 21 * DAY + SECOND / 2), True, id="providers keep whole seconds"),
        pytest.param(replace(TRIAL, trial_end=NOW + 21 * DAY + SECOND), False, id="a second longer"),
        pytest.param(replace(TRIAL, trial_end=NOW + 22 * DAY), False, id="a day longer"),
        pytest.param(TRIAL, False, id="shorter"),
        pytest.param(replace(TRIAL, trial_end=None), False, id="without an end"),
        pytest.param(replace(ACTIVE, trial_end=NOW + 21 * DAY), False, id="no trial any more"),
    ],
)
def test_a_trial_extension_is_done(state: SubscriptionState, met: bool) -> None:
    assert ExtendTrial(NOW + 21 * DAY).is_met_by(state) is met


@pytest.mark.parametrize(
    ("state", "stacked", "replaced"),
    [
        pytest.param(coupons(), False, False, id="no coupon"),
        pytest.param(coupons("SAVE20"), True, True, id="this one"),
        pytest.param(coupons("SAVE50"), False, False, id="another one"),
        pytest.param(coupons("SAVE50", "SAVE20"), True, False, id="this one and another"),
        pytest.param(coupons("SAVE20", "SAVE20"), True, False, id="this one twice"),
        pytest.param(coupons("save20"), False, False, id="one that differs in case"),
        pytest.param(replace(coupons("ANY"), coupon_codes=("SAVE20",)), True, True, id="one put there by this code"),
        pytest.param(replace(coupons("ANY", "B"), coupon_codes=("SAVE20",)), True, False, id="that and another"),
    ],
)
def test_a_coupon_is_applied(state: SubscriptionState, stacked: bool, replaced: bool) -> None:
    assert ApplyCoupon("SAVE20", "stack").is_met_by(state) is stacked
    assert ApplyCoupon("SAVE20", "replace").is_met_by(state) is replaced


@pytest.mark.parametrize(
    ("when", "price_id", "state", "met"),
    [
        pytest.param(NOW_AT_ONCE, "price_basic", ACTIVE, True, id="now, has it"),
        pytest.param(NOW_AT_ONCE, "price_pro", ACTIVE, False, id="now, has another"),
        pytest.param(NOW_AT_ONCE, "price_pro", scheduled("price_pro"), False, id="now, will have it"),
        pytest.param(NOW_AT_ONCE, "price_basic", replace(ACTIVE, items=()), False, id="now, has no item"),
        pytest.param(AT_THE_END, "price_pro", scheduled("price_pro"), True, id="at the end, will have it"),
        pytest.param(AT_THE_END, "price_pro", scheduled("price_gold"), False, id="at the end, will have another"),
        pytest.param(AT_THE_END, "price_pro", scheduled(None), False, id="at the end, something else is planned"),
        pytest.param(AT_THE_END, "price_pro", ACTIVE, False, id="at the end, nothing is planned"),
        pytest.param(AT_THE_END, "price_basic", ACTIVE, False, id="at the end, has it but nothing is planned"),
    ],
)
def test_a_price_change_is_done(when: Schedule, price_id: str, state: SubscriptionState, met: bool) -> None:
    assert ChangePrice("sub_1_item", price_id, 1, when, prorate=False).is_met_by(state) is met


@pytest.mark.parametrize(
    ("asked", "planned", "met"),
    [
        pytest.param(PERIOD_END, PERIOD_END, True, id="the same end"),
        pytest.param(PERIOD_END, PERIOD_END + SECOND, True, id="within the same minute"),
        pytest.param(PERIOD_END, PERIOD_END + 30 * DAY, False, id="a later end"),
        pytest.param(PERIOD_END, None, True, id="the provider does not say when"),
        pytest.param(None, PERIOD_END, True, id="it does not matter when"),
    ],
)
def test_a_scheduled_price_change_is_the_same_only_at_the_same_time(
    asked: datetime | None, planned: datetime | None, met: bool
) -> None:
    intent = ChangePrice("sub_1_item", "price_pro", 1, AT_THE_END, prorate=False, at=asked)
    state = replace(ACTIVE, scheduled=ScheduledChange("the price price_pro", "price_pro", planned))
    assert intent.is_met_by(state) is met
