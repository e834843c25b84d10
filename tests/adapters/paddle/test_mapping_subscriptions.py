"""Subscriptions in Churnkey's words (traps 2.6)."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.errors import Unmappable
from adapters.paddle.models import Subscription, read
from adapters.paddle.subscriptions import subscription as mapped
from simulators.paddle.shapes import money, period, scheduled_change
from tests.adapters.paddle.objects import (
    BEGINS,
    ENDS,
    LATER,
    MADE,
    context,
    cycle,
    discount,
    item,
    price,
    product,
    subscription,
    wire,
)
from tests.adapters.paddle.support import ADA, MONTHLY, PRO, SAVE20, SEATS, SUB

PERIOD = {"start": "2026-11-01T00:00:00.000Z", "end": "2026-12-01T00:00:00.000Z"}
LATER_SHOWN = "2027-03-01T00:00:00.000Z"
TRIAL_DATES = {"starts_at": BEGINS, "ends_at": ENDS}
ENDING = scheduled_change("cancel", ENDS)
PAUSING = scheduled_change("pause", ENDS)
PAUSING_UNTIL = scheduled_change("pause", ENDS, LATER)
RESUMING = scheduled_change("resume", LATER)


def shown(source: dict[str, Any], **options: Any) -> dict[str, Any]:
    return wire(mapped(read(Subscription, source), context(**options)))


def test_the_worked_example() -> None:
    source = subscription(
        item(price(name="Monthly"), 3),
        started_at="2025-11-01T00:00:00.946454Z",
        custom_data={"workspace": "w-1"},
        discount={"id": SAVE20, "starts_at": BEGINS, "ends_at": LATER, "type": "recurring"},
    )
    coupon = {
        "id": SAVE20,
        "name": "Discount",
        "duration": {"type": "forever"},
        "value": {"type": "percentage", "percent": 20},
        "redemptions": {"current": 0},
    }

    assert shown(source, discounts={SAVE20: discount()}) == {
        "id": SUB,
        "customerId": ADA,
        "status": {"name": "active", "currentPeriod": PERIOD},
        "start": "2025-11-01T00:00:00.946Z",
        "duration": {"amount": 1, "unit": "month"},
        "items": [
            {
                "id": MONTHLY,
                "quantity": 3,
                "price": {
                    "id": MONTHLY,
                    "type": "product",
                    "productId": PRO,
                    "name": "Monthly",
                    "description": "Plan",
                    "duration": {"amount": 1, "unit": "month"},
                    "amount": {"model": "fixed", "currency": "usd", "unit": 1000},
                },
            }
        ],
        "discounts": [{"coupon": coupon, "start": PERIOD["start"], "end": LATER_SHOWN}],
        "metadata": {"workspace": "w-1"},
    }


STATUSES: list[Any] = [
    pytest.param({}, {"name": "active", "currentPeriod": PERIOD}, id="active"),
    pytest.param(
        {"scheduled_change": ENDING, "next_billed_at": None},
        {"name": "active", "currentPeriod": PERIOD},
        id="active until its end",
    ),
    pytest.param(
        {"scheduled_change": PAUSING_UNTIL, "next_billed_at": LATER},
        {"name": "active", "currentPeriod": PERIOD},
        id="active until a pause",
    ),
    pytest.param(
        {"current_billing_period": None, "first_billed_at": BEGINS},
        {"name": "active", "currentPeriod": PERIOD},
        id="active, its period to be told from its dates",
    ),
    pytest.param({"status": "trialing"}, {"name": "trial", "trial": PERIOD, "currentPeriod": PERIOD}, id="in a trial"),
    pytest.param(
        {"status": "trialing", "next_billed_at": None},
        {"name": "trial", "trial": PERIOD, "currentPeriod": PERIOD},
        id="in a trial without a card",
    ),
    pytest.param(
        {"status": "trialing", "next_billed_at": LATER},
        {"name": "trial", "trial": {**PERIOD, "end": LATER_SHOWN}, "currentPeriod": PERIOD},
        id="in a trial that was extended",
    ),
    pytest.param(
        {"status": "trialing", "next_billed_at": LATER, "scheduled_change": PAUSING_UNTIL},
        {"name": "trial", "trial": PERIOD, "currentPeriod": PERIOD},
        id="in a trial, to be paused at its end",
    ),
    pytest.param({"status": "past_due"}, {"name": "unpaid", "currentPeriod": PERIOD}, id="past due"),
    pytest.param(
        {"status": "past_due", "current_billing_period": None}, {"name": "unpaid"}, id="past due, without a period"
    ),
    pytest.param(
        {"status": "paused", "paused_at": BEGINS, "scheduled_change": RESUMING, "current_billing_period": None},
        {"name": "paused", "start": PERIOD["start"], "end": LATER_SHOWN},
        id="paused until a date",
    ),
    pytest.param(
        {"status": "paused", "paused_at": BEGINS, "scheduled_change": RESUMING},
        {"name": "paused", "start": PERIOD["start"], "end": LATER_SHOWN, "currentPeriod": PERIOD},
        id="paused, with its period kept",
    ),
    pytest.param(
        {
            "status": "paused",
            "paused_at": BEGINS,
            "scheduled_change": {**RESUMING, "resume_at": LATER},
            "current_billing_period": None,
        },
        {"name": "paused", "start": PERIOD["start"], "end": LATER_SHOWN},
        id="paused, its end told twice",
    ),
    pytest.param(
        {"status": "paused", "paused_at": BEGINS, "current_billing_period": None},
        {"name": "paused", "start": PERIOD["start"], "end": "2036-11-01T00:00:00.000Z"},
        id="paused without an end",
    ),
    pytest.param(
        {"status": "canceled", "canceled_at": ENDS, "current_billing_period": None},
        {"name": "canceled", "canceledAt": PERIOD["end"]},
        id="canceled",
    ),
    pytest.param(
        {"status": "canceled", "updated_at": ENDS, "current_billing_period": None},
        {"name": "canceled", "canceledAt": PERIOD["end"]},
        id="canceled, and nothing says when",
    ),
    pytest.param(
        {"status": "inactive", "canceled_at": ENDS, "current_billing_period": None},
        {"name": "canceled", "canceledAt": PERIOD["end"]},
        id="a word nobody knows, and a date that proves it",
    ),
]


@pytest.mark.parametrize(("members", "status"), STATUSES)
def test_statuses(members: dict[str, Any], status: dict[str, Any]) -> None:
    assert shown(subscription(**members))["status"] == status


@pytest.mark.parametrize("status", ["inactive", "dormant", "", None, 7])
def test_a_status_nobody_knows_is_never_guessed(status: Any) -> None:
    seen: list[str] = []
    source = read(Subscription, subscription(status=status))

    with pytest.raises(Unmappable, match="status"):
        mapped(source, type(context())(context().options, context().now, {}, seen.append))
    assert seen == [str(status)]


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"customer_id": None}, id="nobody's"),
        pytest.param({"current_billing_period": None, "next_billed_at": None}, id="active without any period"),
        pytest.param(
            {"status": "trialing", "current_billing_period": None, "next_billed_at": None}, id="a trial without an end"
        ),
        pytest.param({"billing_cycle": None}, id="without a cycle"),
        pytest.param({"started_at": None, "created_at": None}, id="without a beginning"),
        pytest.param({"items": [{"recurring": True, "quantity": 1}]}, id="an item without a price"),
        pytest.param({"items": [{"recurring": True, "price": price()}]}, id="an item without a quantity"),
        pytest.param({"next_billed_at": "soon", "current_billing_period": None}, id="a time that is none"),
    ],
)
def test_what_cannot_be_told_is_never_guessed(members: dict[str, Any]) -> None:
    source = read(Subscription, subscription(**members))
    with pytest.raises(Unmappable):
        mapped(source, context())


def test_items_trial_dates_are_no_trial() -> None:
    """They stay when it is over."""
    source = subscription(item(price(), trial_dates=TRIAL_DATES, status="trialing"))
    assert shown(source)["status"] == {"name": "active", "currentPeriod": PERIOD}


def test_they_tell_a_trials_end_where_nothing_else_does() -> None:
    source = subscription(
        item(price(), trial_dates=TRIAL_DATES),
        status="trialing",
        current_billing_period=None,
        next_billed_at=None,
    )
    assert shown(source)["status"]["trial"] == PERIOD


@pytest.mark.parametrize(
    ("started", "start"), [(BEGINS, PERIOD["start"]), (None, "2026-01-01T00:00:00.300Z")], ids=["begun", "not begun"]
)
def test_its_start(started: str | None, start: str) -> None:
    assert shown(subscription(started_at=started, created_at=MADE))["start"] == start


def test_what_was_bought_once_along_with_it_is_no_item() -> None:
    once = item(price(id=SEATS, billing_cycle=None), recurring=False)
    assert [one["id"] for one in shown(subscription(item(price()), once))["items"]] == [MONTHLY]


def test_an_items_price_is_what_it_was_when_it_was_put_on() -> None:
    """It is a copy, which is what is paid, and its product comes beside it."""
    source = subscription(item(price(unit_price=money(700, "USD"), status="archived"), 5))
    (shown_item,) = shown(source)["items"]

    assert shown_item["price"]["amount"]["unit"] == 700
    assert shown_item["price"]["name"] == product()["name"]
    assert shown_item["quantity"] == 5


def test_an_items_amount_is_in_the_subscriptions_currency_where_that_is_known() -> None:
    overrides = [{"country_codes": ["DE"], "unit_price": money(900, "EUR")}]
    source = subscription(item(price(unit_price_overrides=overrides)), currency_code="EUR")
    assert shown(source)["items"][0]["price"]["amount"] == {"model": "fixed", "currency": "eur", "unit": 900}


DISCOUNTS: list[Any] = [
    pytest.param(
        {"starts_at": BEGINS, "ends_at": LATER}, {"start": PERIOD["start"], "end": LATER_SHOWN}, id="one that runs"
    ),
    pytest.param({"starts_at": BEGINS, "ends_at": None}, {"start": PERIOD["start"]}, id="one without an end"),
    pytest.param({"starts_at": None, "ends_at": None}, {"start": PERIOD["end"]}, id="one from the next bill on"),
    pytest.param({}, {"start": PERIOD["end"]}, id="one of which nothing more is known"),
    pytest.param({"starts_at": BEGINS, "ends_at": "2026-11-20T00:00:00Z"}, None, id="one that is over"),
]


@pytest.mark.parametrize(("members", "expected"), DISCOUNTS)
def test_discounts(members: dict[str, Any], expected: dict[str, str] | None) -> None:
    source = subscription(discount={"id": SAVE20, **members})
    found = shown(source, discounts={SAVE20: discount()}).get("discounts", [])

    assert [{**one, "coupon": one["coupon"]["id"]} for one in found] == (
        [{**expected, "coupon": SAVE20}] if expected else []
    )


def test_a_discount_to_come_without_a_next_bill_begins_with_the_next_period() -> None:
    source = subscription(discount={"id": SAVE20, "starts_at": None}, next_billed_at=None, scheduled_change=ENDING)
    assert shown(source, discounts={SAVE20: discount()})["discounts"][0]["start"] == PERIOD["end"]


def test_a_discount_whose_terms_cannot_be_had_is_left_out_and_not_the_subscription() -> None:
    assert "discounts" not in shown(subscription(discount={"id": SAVE20, "starts_at": BEGINS}))


METADATA: list[Any] = [
    pytest.param({}, {}, {}, id="nothing"),
    pytest.param({"custom_data": {"seats": 3}}, {}, {"seats": "3"}, id="their own"),
    pytest.param({"scheduled_change": ENDING}, {}, {"cancelAt": "2026-12-01T00:00:00Z"}, id="an end"),
    pytest.param({"scheduled_change": PAUSING}, {}, {"pauseAt": "2026-12-01T00:00:00Z"}, id="a pause"),
    pytest.param(
        {"scheduled_change": PAUSING_UNTIL},
        {},
        {"pauseAt": "2026-12-01T00:00:00Z", "pauseUntil": "2027-03-01T00:00:00Z"},
        id="a pause until a date",
    ),
    pytest.param({"status": "paused"}, {}, {"pauseIndefinite": "true"}, id="paused without an end"),
    pytest.param({"status": "paused", "scheduled_change": RESUMING}, {}, {}, id="paused until a date"),
    pytest.param({"billing_cycle": cycle("week", 2)}, {}, {"billingInterval": "2 weeks"}, id="by the fortnight"),
    pytest.param({"billing_cycle": cycle("week", 2)}, {"exact_intervals": True}, {}, id="the same, exactly"),
    pytest.param({"scheduled_change": scheduled_change("upgrade", ENDS)}, {}, {}, id="a change nobody knows"),
]


@pytest.mark.parametrize(("members", "options", "metadata"), METADATA)
def test_metadata_says_what_the_contract_has_no_word_for(
    members: dict[str, Any], options: dict[str, Any], metadata: dict[str, str]
) -> None:
    assert shown(subscription(**members), **options).get("metadata", {}) == metadata


def test_a_weekly_one_shows_whole_months() -> None:
    weekly = price(billing_cycle=cycle("week", 1))
    assert shown(subscription(item(weekly)))["duration"] == {"amount": 1, "unit": "month"}
    assert shown(subscription(item(weekly)), exact_intervals=True)["duration"] == {"amount": 1, "unit": "week"}


def test_times_of_all_lengths_are_told_alike() -> None:
    source = subscription(
        current_billing_period=period("2026-11-01T00:00:00.123456789Z", "2026-12-01T00:00:00Z"),
        started_at="2026-01-01T00:00:00.3Z",
    )
    told = shown(source)
    assert (told["start"], told["status"]["currentPeriod"]["start"]) == (
        "2026-01-01T00:00:00.300Z",
        "2026-11-01T00:00:00.123Z",
    )


def test_what_a_later_version_adds_is_passed_over() -> None:
    source = subscription(item(price(), bundle={"id": "x"}), loyalty=1, scheduled_change=None)
    assert shown(source) == shown(subscription())
