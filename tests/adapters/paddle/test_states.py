"""What an action must know of a subscription."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from adapters.errors import Unmappable
from adapters.paddle.states import state
from adapters.state import ItemState, Standing, SubscriptionState
from simulators.paddle.shapes import scheduled_change
from tests.adapters.paddle.objects import BEGINS, ENDS, LATER, MOMENT, cycle, item, price, subscription
from tests.adapters.paddle.support import ADA, MONTHLY, PRO, SAVE20, SEATS, SUB, at

ENDING = scheduled_change("cancel", ENDS)
PAUSING = scheduled_change("pause", ENDS)
PAUSING_UNTIL = scheduled_change("pause", ENDS, LATER)
RESUMING = scheduled_change("resume", LATER)
PERIOD_END = at("2026-12-01T00:00")
LATER_END = at("2027-03-01T00:00")


def of(*items: dict[str, Any], **members: Any) -> SubscriptionState:
    return state(subscription(*items, **members), MOMENT)


def test_whose_it_is_and_what_is_on_it() -> None:
    source = subscription(item(price(), 3), item(price(id=SEATS, product_id=None), 7))
    found = state(source, MOMENT)

    assert (found.id, found.customer_id, found.currency, found.provider) == (SUB, ADA, "usd", source)
    assert found.items == (
        ItemState(MONTHLY, MONTHLY, PRO, 3, metered=False, annual=False),
        ItemState(SEATS, SEATS, None, 7, metered=False, annual=False),
    )


def test_without_an_owner_it_is_nobodys() -> None:
    with pytest.raises(Unmappable, match="customer_id"):
        of(customer_id=None)


@pytest.mark.parametrize(
    ("members", "standing"),
    [
        ({"status": "active"}, Standing.ACTIVE),
        ({"status": "trialing"}, Standing.TRIAL),
        ({"status": "past_due"}, Standing.UNPAID),
        ({"status": "paused"}, Standing.ACTIVE),
        ({"status": "canceled"}, Standing.ENDED),
        ({"status": "inactive"}, Standing.UNKNOWN),
        ({"status": None}, Standing.UNKNOWN),
        ({"status": "inactive", "canceled_at": BEGINS}, Standing.ENDED),
    ],
    ids=lambda value: str(value),
)
def test_standings(members: dict[str, Any], standing: Standing) -> None:
    assert of(**members).standing is standing


PAUSES: list[Any] = [
    pytest.param({}, False, None, None, id="none"),
    pytest.param({"status": "paused"}, True, None, None, id="one that runs, without an end"),
    pytest.param(
        {"status": "paused", "scheduled_change": RESUMING}, True, LATER_END, None, id="one that runs until a date"
    ),
    pytest.param({"scheduled_change": PAUSING}, True, None, PERIOD_END, id="one that is scheduled, without an end"),
    pytest.param(
        {"scheduled_change": PAUSING_UNTIL}, True, LATER_END, PERIOD_END, id="one that is scheduled until a date"
    ),
    pytest.param({"scheduled_change": ENDING}, False, None, None, id="none, with an end"),
]


@pytest.mark.parametrize(("members", "paused", "until", "since"), PAUSES)
def test_pauses(members: dict[str, Any], paused: bool, until: datetime | None, since: datetime | None) -> None:
    found = of(**members)
    assert (found.paused, found.paused_until, found.paused_from) == (paused, until, since)


ENDS_OF: list[Any] = [
    pytest.param({}, None, False, id="it goes on"),
    pytest.param({"scheduled_change": ENDING}, PERIOD_END, False, id="it ends with its period"),
    pytest.param({"scheduled_change": PAUSING}, None, False, id="it pauses"),
    pytest.param({"status": "past_due"}, None, True, id="it is not paid for"),
    pytest.param({"status": "past_due", "scheduled_change": ENDING}, PERIOD_END, False, id="unpaid, and set to end"),
    pytest.param({"status": "paused"}, None, True, id="it is paused"),
    pytest.param({"status": "trialing", "scheduled_change": ENDING}, PERIOD_END, False, id="it ends with its trial"),
]


@pytest.mark.parametrize(("members", "cancel_at", "only_now"), ENDS_OF)
def test_ends(members: dict[str, Any], cancel_at: datetime | None, only_now: bool) -> None:
    found = of(**members)
    assert (found.cancel_at, found.ends_only_now) == (cancel_at, only_now)
    assert found.cancels_with_period is (cancel_at is not None)


PERIODS: list[Any] = [
    pytest.param({}, PERIOD_END, None, id="active"),
    pytest.param({"scheduled_change": ENDING, "next_billed_at": None}, PERIOD_END, None, id="without a next bill"),
    pytest.param({"scheduled_change": PAUSING_UNTIL, "next_billed_at": LATER}, PERIOD_END, None, id="billed later"),
    pytest.param({"status": "paused"}, None, None, id="paused: nothing happens at the end of the old one"),
    pytest.param({"status": "canceled", "current_billing_period": None}, None, None, id="canceled"),
    pytest.param({"status": "trialing"}, PERIOD_END, PERIOD_END, id="in a trial"),
    pytest.param({"status": "trialing", "next_billed_at": LATER}, LATER_END, LATER_END, id="in an extended trial"),
    pytest.param(
        {"status": "trialing", "next_billed_at": LATER, "scheduled_change": PAUSING_UNTIL},
        PERIOD_END,
        PERIOD_END,
        id="in a trial, to be paused",
    ),
    pytest.param(
        {"status": "trialing", "next_billed_at": None, "scheduled_change": ENDING},
        PERIOD_END,
        PERIOD_END,
        id="in a trial, to end",
    ),
]


@pytest.mark.parametrize(("members", "period_end", "trial_end"), PERIODS)
def test_next_billed_at_is_not_the_end_of_the_period(
    members: dict[str, Any], period_end: datetime | None, trial_end: datetime | None
) -> None:
    found = of(**members)
    assert (found.period_end, found.trial_end) == (period_end, trial_end)


@pytest.mark.parametrize(
    ("discount", "ids"),
    [
        pytest.param(None, (), id="none"),
        pytest.param({"id": SAVE20, "starts_at": BEGINS, "ends_at": LATER}, (SAVE20,), id="one that runs"),
        pytest.param({"id": SAVE20, "starts_at": None, "ends_at": None}, (SAVE20,), id="one to come"),
        pytest.param({"id": SAVE20, "starts_at": BEGINS, "ends_at": BEGINS}, (), id="one that is over"),
    ],
)
def test_coupons(discount: dict[str, Any] | None, ids: tuple[str, ...]) -> None:
    assert of(discount=discount).coupon_ids == ids


@pytest.mark.parametrize(
    ("given", "annual"),
    [
        (cycle("year"), True),
        (cycle("month", 12), True),
        (cycle("week", 52), True),
        (cycle("month", 6), False),
        (cycle("fortnight"), True),
    ],
    ids=str,
)
def test_what_is_paid_by_the_year(given: dict[str, Any], annual: bool) -> None:
    assert of(item(price(billing_cycle=given))).annual is annual


def test_what_was_bought_once_is_no_item() -> None:
    assert [one.id for one in of(item(price()), item(price(id=SEATS), recurring=False)).items] == [MONTHLY]
