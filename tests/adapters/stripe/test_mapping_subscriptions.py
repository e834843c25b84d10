"""Subscriptions in Churnkey's words (traps 2.4 and 2.6)."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.errors import Unmappable
from tests.adapters.stripe import objects
from tests.adapters.stripe.objects import context, recurring, shown, wire
from tests.adapters.stripe.support import at, unix

CURRENT = {"start": "2026-11-01T00:00:00.000Z", "end": "2026-12-01T00:00:00.000Z"}
TRIAL = {"start": "2026-11-01T00:00:00.000Z", "end": "2026-12-05T00:00:00.000Z"}
ON_TRIAL = {"trial_start": unix("2026-11-01T00:00"), "trial_end": unix("2026-12-05T00:00")}
PAUSED = {"pause_collection": {"behavior": "void", "resumes_at": unix("2027-02-01T00:00")}}
PAUSED_OPENLY = {"pause_collection": {"behavior": "void", "resumes_at": None}}
PAUSE_IS_OVER = {"pause_collection": {"behavior": "void", "resumes_at": unix("2026-11-21T12:00")}}


def status(**members: Any) -> dict[str, Any]:
    found: dict[str, Any] = wire(shown(objects.subscription(**members), context()))["status"]
    return found


def paused(start: str, end: str, **more: Any) -> dict[str, Any]:
    return {"name": "paused", "start": f"{start}.000Z", "end": f"{end}.000Z", "currentPeriod": CURRENT, **more}


ENDED = {"ended_at": unix("2026-11-10T08:00"), "canceled_at": unix("2026-10-20T08:00")}

STATUSES = [
    pytest.param({"status": "active"}, {"name": "active", "currentPeriod": CURRENT}, id="active"),
    pytest.param({"status": "active", **ON_TRIAL}, {"name": "active", "currentPeriod": CURRENT, "trial": TRIAL},
                 id="active, with the trial it had"),
    pytest.param({"status": "trialing", **ON_TRIAL}, {"name": "trial", "trial": TRIAL, "currentPeriod": CURRENT},
                 id="trialing"),
    pytest.param({"status": "past_due"}, {"name": "unpaid", "currentPeriod": CURRENT}, id="past_due"),
    pytest.param({"status": "unpaid"}, {"name": "unpaid", "currentPeriod": CURRENT}, id="unpaid"),
    pytest.param({"status": "incomplete"}, {"name": "unpaid", "currentPeriod": CURRENT}, id="incomplete"),
    pytest.param({"status": "past_due", **PAUSED}, {"name": "unpaid", "currentPeriod": CURRENT},
                 id="past due comes before a pause of collection"),
    pytest.param({"status": "canceled", **ENDED},
                 {"name": "canceled", "canceledAt": "2026-11-10T08:00:00.000Z", "currentPeriod": CURRENT},
                 id="canceled when it ended, not when that was asked for"),
    pytest.param({"status": "canceled", "canceled_at": unix("2026-10-20T08:00")},
                 {"name": "canceled", "canceledAt": "2026-10-20T08:00:00.000Z", "currentPeriod": CURRENT},
                 id="canceled without ended_at"),
    pytest.param({"status": "incomplete_expired", "ended_at": unix("2026-11-10T08:00")},
                 {"name": "canceled", "canceledAt": "2026-11-10T08:00:00.000Z", "currentPeriod": CURRENT},
                 id="incomplete_expired"),
    pytest.param({"status": "incomplete_expired"},
                 {"name": "canceled", "canceledAt": "2026-01-01T00:00:00.000Z", "currentPeriod": CURRENT},
                 id="incomplete_expired, by its creation"),
    pytest.param({"status": "paused",
                  "status_details": {"paused": {"type": "subscription", "transitioned_at": unix("2026-11-20T00:00")}}},
                 paused("2026-11-20T00:00:00", "2036-11-20T00:00:00"), id="paused, since its transition"),
    pytest.param({"status": "paused", "status_details": None},
                 paused("2026-12-01T00:00:00", "2036-12-01T00:00:00"), id="paused, since the end of what was paid"),
    pytest.param({"status": "active", **PAUSED}, paused("2026-11-01T00:00:00", "2027-02-01T00:00:00"),
                 id="collection paused until a date"),
    pytest.param({"status": "active", **PAUSED_OPENLY}, paused("2026-11-01T00:00:00", "2036-11-01T00:00:00"),
                 id="collection paused without an end: ten years"),
    pytest.param({"status": "active", **PAUSED, "metadata": {"churnkey_paused_at": "2026-11-20T10:00:00Z"}},
                 paused("2026-11-20T10:00:00", "2027-02-01T00:00:00"), id="paused since the noted moment"),
    pytest.param({"status": "active", **PAUSED, "metadata": {"churnkey_paused_at": "2026-11-20T15:30:00+05:30"}},
                 paused("2026-11-20T10:00:00", "2027-02-01T00:00:00"), id="a note of another time zone"),
    pytest.param({"status": "active", **PAUSED, "metadata": {"churnkey_paused_at": "last week"}},
                 paused("2026-11-01T00:00:00", "2027-02-01T00:00:00"), id="a note that is no date"),
    pytest.param({"status": "active", **PAUSED, "metadata": {"churnkey_paused_at": "2026-11-20T10:00:00"}},
                 paused("2026-11-01T00:00:00", "2027-02-01T00:00:00"), id="a note without a time zone"),
    pytest.param({"status": "active", **PAUSED_OPENLY, "metadata": {"churnkey_paused_at": "9999-12-31T00:00:00Z"}},
                 paused("2026-11-01T00:00:00", "2036-11-01T00:00:00"), id="a note beyond the calendar"),
    pytest.param({"status": "active", **PAUSE_IS_OVER}, {"name": "active", "currentPeriod": CURRENT},
                 id="a pause whose end has come"),
    pytest.param({"status": "trialing", **ON_TRIAL, **PAUSED},
                 paused("2026-11-01T00:00:00", "2027-02-01T00:00:00", trial=TRIAL), id="a trial that is paused"),
    pytest.param({"status": "active", "cancel_at_period_end": True, "cancel_at": unix("2026-12-01T00:00")},
                 {"name": "active", "currentPeriod": CURRENT}, id="set to cancel: in service until then"),
    pytest.param({"status": "archived", **ENDED},
                 {"name": "canceled", "canceledAt": "2026-11-10T08:00:00.000Z", "currentPeriod": CURRENT},
                 id="a word nobody knows, proven ended by its date"),
]  # fmt: skip


@pytest.mark.parametrize(("members", "expected"), STATUSES)
def test_statuses(members: dict[str, Any], expected: dict[str, Any]) -> None:
    assert status(**members) == expected


def test_a_status_nobody_knows_is_never_guessed() -> None:
    told: list[str] = []
    reading = context()
    reading = type(reading)(reading.options, reading.companions, reading.now, told.append)

    with pytest.raises(Unmappable, match="status: unknown"):
        shown(objects.subscription(status="hibernating"), reading)
    assert told == ["hibernating"]


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        pytest.param({"status": "trialing"}, "trial_end", id="a trial without an end"),
        pytest.param({"customer": None}, "customer", id="nobody's"),
        pytest.param({"start_date": None}, "start_date", id="without a start"),
        pytest.param({"items": {"data": []}}, "items", id="without items"),
    ],
)
def test_what_is_required_is_not_made_up(members: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unmappable, match=reason):
        shown(objects.subscription(**members), context())


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param({}, None, id="nothing to say"),
        pytest.param({"metadata": {"plan": "gold"}}, {"plan": "gold"}, id="the subscription's own"),
        pytest.param({"cancel_at_period_end": True}, {"cancelAt": "2026-12-01T00:00:00Z"}, id="ends with the period"),
        pytest.param({"cancel_at": unix("2027-03-01T00:00")}, {"cancelAt": "2027-03-01T00:00:00Z"},
                     id="the portal sets a date and no flag"),
        pytest.param({"status": "canceled", **ENDED, "cancel_at": unix("2026-11-10T08:00")}, None, id="ended already"),
        pytest.param(PAUSED_OPENLY, {"pauseIndefinite": "true"}, id="a pause without an end"),
        pytest.param(PAUSED, None, id="a pause with an end"),
        pytest.param({"status": "paused"}, {"pauseIndefinite": "true"}, id="a true pause"),
    ],
)  # fmt: skip
def test_metadata_says_what_the_contract_has_no_field_for(members: dict[str, Any], expected: object) -> None:
    assert wire(shown(objects.subscription(**members), context())).get("metadata") == expected


@pytest.mark.parametrize(
    ("exact", "duration", "noted"),
    [(False, {"amount": 1, "unit": "month"}, "2 weeks"), (True, {"amount": 2, "unit": "week"}, None)],
    ids=["nearest", "exact"],
)
def test_weeks_become_months_with_the_truth_in_the_metadata(
    exact: bool, duration: dict[str, Any], noted: str | None
) -> None:
    weekly = objects.subscription(objects.item(objects.price(recurring=recurring("week", 2))))
    found = wire(shown(weekly, context(exact_intervals=exact)))

    assert found["duration"] == found["items"][0]["price"]["duration"] == duration
    assert found.get("metadata", {}).get("billingInterval") == noted


MONTHLY = objects.item(objects.price(), period=(unix("2026-11-15T00:00"), unix("2026-12-15T00:00")))
YEARLY = objects.item(
    objects.price(id="price_year", recurring=recurring("year")),
    id="si_2",
    period=(unix("2026-10-01T00:00"), unix("2027-10-01T00:00")),
)


@pytest.mark.parametrize("items", [(MONTHLY, YEARLY), (YEARLY, MONTHLY)], ids=["monthly first", "yearly first"])
def test_of_mixed_intervals_the_period_is_what_is_paid_by_all(items: tuple[dict[str, Any], ...]) -> None:
    found = wire(shown(objects.subscription(*items), context()))

    assert found["status"]["currentPeriod"] == {"start": "2026-11-15T00:00:00.000Z", "end": "2026-12-15T00:00:00.000Z"}
    assert found["duration"] == {"amount": 1, "unit": "month"}


def test_a_period_that_ends_before_it_starts_is_empty() -> None:
    reversed_period = objects.item(objects.price(), period=(unix("2026-12-01T00:00"), unix("2026-11-01T00:00")))
    found = wire(shown(objects.subscription(reversed_period), context()))

    assert found["status"]["currentPeriod"] == {"start": "2026-11-01T00:00:00.000Z", "end": "2026-11-01T00:00:00.000Z"}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        pytest.param(objects.item(objects.price(), quantity=3), (3, 1000), id="seats"),
        pytest.param(objects.item(objects.price(), quantity=0), (0, 1000), id="no seats"),
        pytest.param(objects.item(objects.price(recurring=recurring(usage_type="metered"))), (1, 1000),
                     id="metered: the price of one unit"),
        pytest.param(objects.item(objects.price(), quantity=None), (1, 1000), id="no quantity"),
        pytest.param(objects.item(objects.price(transform_quantity={"divide_by": 10, "round": "up"}), quantity=25),
                     (3, 1000), id="packages: amount times quantity is what is paid"),
    ],
)  # fmt: skip
def test_quantities(item: dict[str, Any], expected: tuple[int, int]) -> None:
    (found,) = wire(shown(objects.subscription(item), context()))["items"]

    assert (found["quantity"], found["price"]["amount"]["unit"]) == expected


@pytest.mark.parametrize(
    ("coupon", "known", "is_shown"),
    [
        pytest.param(objects.coupon(), {}, True, id="expanded"),
        pytest.param("SAVE20", {"SAVE20": objects.coupon()}, True, id="an id that is known"),
        pytest.param("SAVE20", {}, False, id="an id that is not"),
        pytest.param(None, {}, False, id="null"),
        pytest.param(None, {"None": objects.coupon(id="None")}, False, id="null is not the coupon called None"),
        pytest.param({"id": "SAVE20", "object": "coupon", "deleted": True}, {}, False, id="deleted"),
    ],
)
def test_a_discount_is_shown_with_its_coupon_or_not_at_all(
    coupon: object, known: dict[str, Any], is_shown: bool
) -> None:
    source = objects.subscription(discounts=[objects.discount(coupon)])

    assert bool(wire(shown(source, context(coupons=known))).get("discounts")) is is_shown


def test_the_discounts_of_items_are_shown_after_the_subscriptions() -> None:
    own = objects.discount(objects.coupon(), id="di_1")
    of_item = objects.discount("SAVE5", id="di_2", start=None)
    source = objects.subscription(objects.item(objects.price(), discounts=[of_item]), discounts=[own])
    five = objects.coupon(id="SAVE5", percent_off=5.0)
    found = wire(shown(source, context(coupons={"SAVE5": five})))["discounts"]

    assert [one["coupon"]["id"] for one in found] == ["SAVE20", "SAVE5"]
    assert found[1]["start"] == "2026-01-01T00:00:00.000Z"


EXAMPLE: dict[str, Any] = {
    "id": "sub_1", "object": "subscription", "customer": "cus_1", "status": "active", "start_date": 1767225600,
    "currency": "usd", "livemode": False, "cancel_at_period_end": False, "cancel_at": None, "canceled_at": None,
    "ended_at": None, "trial_start": None, "trial_end": None, "schedule": None,
    "pause_collection": {"behavior": "mark_uncollectible", "resumes_at": 1798758000},
    "metadata": {"churnkey_paused_at": "2026-11-20T10:00:00Z"},
    "discounts": [{"id": "di_1", "object": "discount", "start": 1793491200, "end": 1801440000, "promotion_code": None,
        "subscription": "sub_1", "source": {"type": "coupon", "coupon": {"id": "SAVE20", "object": "coupon",
            "duration": "repeating", "duration_in_months": 3, "percent_off": 20.0, "amount_off": None,
            "currency": None, "name": "20% off", "redeem_by": None, "max_redemptions": None, "times_redeemed": 7,
            "valid": True}}}],
    "items": {"object": "list", "has_more": False, "data": [{"id": "si_1", "quantity": 3,
        "current_period_start": 1796083200, "current_period_end": 1798761600, "discounts": [],
        "price": {"id": "price_1", "product": "prod_1", "type": "recurring", "billing_scheme": "per_unit",
            "currency": "usd", "unit_amount": 1000, "unit_amount_decimal": "1000", "nickname": None,
            "transform_quantity": None, "tiers_mode": None,
            "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed", "meter": None}}}]},
}  # fmt: skip

CHURNKEYS: dict[str, Any] = {
    "id": "sub_1", "customerId": "cus_1", "start": "2026-01-01T00:00:00.000Z",
    "duration": {"amount": 1, "unit": "month"},
    "status": {"name": "paused", "start": "2026-11-20T10:00:00.000Z", "end": "2026-12-31T23:00:00.000Z",
        "currentPeriod": {"start": "2026-12-01T00:00:00.000Z", "end": "2027-01-01T00:00:00.000Z"}},
    "items": [{"id": "si_1", "quantity": 3, "price": {"id": "price_1", "type": "product", "productId": "prod_1",
        "duration": {"amount": 1, "unit": "month"}, "amount": {"model": "fixed", "currency": "usd", "unit": 1000}}}],
    "discounts": [{"start": "2026-11-01T00:00:00.000Z", "end": "2027-02-01T00:00:00.000Z", "coupon": {"id": "SAVE20",
        "name": "20% off", "duration": {"type": "recurring", "amount": 3, "unit": "month"},
        "value": {"type": "percentage", "percent": 20}, "redemptions": {"current": 7}}}],
    "metadata": {"churnkey_paused_at": "2026-11-20T10:00:00Z"},
}  # fmt: skip


def test_the_worked_example() -> None:
    assert wire(shown(EXAMPLE, context(now=at("2026-12-10T00:00")))) == CHURNKEYS


@pytest.mark.parametrize(
    ("members", "name"),
    [
        pytest.param({"pause_collection": None}, "active", id="without the pause"),
        pytest.param({"pause_collection": None, "status": "trialing", **ON_TRIAL}, "trial", id="trialing"),
        pytest.param({"status": "canceled", "ended_at": 1798761600}, "canceled", id="canceled"),
    ],
)
def test_variants_of_the_worked_example(members: dict[str, Any], name: str) -> None:
    found = wire(shown({**EXAMPLE, **members}, context(now=at("2026-12-10T00:00"))))

    assert found["status"]["name"] == name
    assert found["status"]["currentPeriod"] == CHURNKEYS["status"]["currentPeriod"]
