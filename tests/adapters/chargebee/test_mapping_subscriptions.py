"""Subscriptions in Churnkey's words (traps 2.7)."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.chargebee.subscriptions import subscription
from adapters.errors import Unmappable
from tests.adapters.chargebee import objects
from tests.adapters.chargebee.objects import context, wire
from tests.adapters.chargebee.support import unix
from tests.support.replacing import replace

Json = dict[str, Any]

CURRENT = {"start": "2026-11-01T00:00:00.000Z", "end": "2026-12-01T00:00:00.000Z"}
TRIAL = {"start": "2026-11-15T00:00:00.000Z", "end": "2026-11-29T00:00:00.000Z"}
NO_TERM: Json = {"current_term_start": None, "current_term_end": None}
ON_TRIAL = {"trial_start": unix("2026-11-15T00:00"), "trial_end": unix("2026-11-29T00:00")}
IN_TRIAL = {"status": "in_trial", **NO_TERM, **ON_TRIAL}
FUTURE = {"status": "future", "started_at": None, "start_date": unix("2026-12-15T00:00"), **NO_TERM}
DUES = {"due_invoices_count": 1, "due_since": unix("2026-11-01T00:00"), "total_dues": 3000}
PAUSED = {"status": "paused", "pause_date": unix("2026-11-10T00:00")}


def shown(**members: Any) -> Json:
    return wire(subscription(objects.subscription(**members), context()))


def status(**members: Any) -> Json:
    found: Json = shown(**members)["status"]
    return found


STATUSES = [
    pytest.param({}, {"name": "active", "currentPeriod": CURRENT}, id="active"),
    pytest.param(ON_TRIAL, {"name": "active", "currentPeriod": CURRENT, "trial": TRIAL},
                 id="active, with the trial it had"),
    pytest.param({"status": "non_renewing", "cancelled_at": unix("2026-12-01T00:00")},
                 {"name": "active", "currentPeriod": CURRENT}, id="set to end: in service until then"),
    pytest.param({"pause_date": unix("2026-12-01T00:00"), "resume_date": unix("2027-01-01T00:00")},
                 {"name": "active", "currentPeriod": CURRENT}, id="active with a pause ahead"),
    pytest.param(FUTURE, {"name": "active", "currentPeriod": {"start": "2026-12-15T00:00:00.000Z",
                                                               "end": "2027-01-15T00:00:00.000Z"}},
                 id="future: its first term is ahead"),
    pytest.param({**FUTURE, "trial_end": unix("2026-12-29T00:00")},
                 {"name": "trial",
                  "trial": {"start": "2026-12-15T00:00:00.000Z", "end": "2026-12-29T00:00:00.000Z"},
                  "currentPeriod": {"start": "2026-12-15T00:00:00.000Z", "end": "2027-01-15T00:00:00.000Z"}},
                 id="future, with a trial"),
    pytest.param(IN_TRIAL, {"name": "trial", "trial": TRIAL, "currentPeriod": TRIAL},
                 id="in_trial: the trial is what runs"),
    pytest.param({**IN_TRIAL, "cancelled_at": unix("2026-11-29T00:00")},
                 {"name": "trial", "trial": TRIAL, "currentPeriod": TRIAL}, id="in_trial, set to end with the trial"),
    pytest.param({**PAUSED, "resume_date": unix("2027-02-01T00:00")},
                 {"name": "paused", "start": "2026-11-10T00:00:00.000Z", "end": "2027-02-01T00:00:00.000Z",
                  "currentPeriod": CURRENT}, id="paused until a date"),
    pytest.param(PAUSED, {"name": "paused", "start": "2026-11-10T00:00:00.000Z", "end": "2036-11-10T00:00:00.000Z",
                          "currentPeriod": CURRENT}, id="paused without an end: ten years"),
    pytest.param({**PAUSED, "cancelled_at": unix("2027-03-01T00:00")},
                 {"name": "paused", "start": "2026-11-10T00:00:00.000Z", "end": "2027-03-01T00:00:00.000Z",
                  "currentPeriod": CURRENT}, id="paused without an end, until the subscription's"),
    pytest.param({"status": "cancelled", "cancelled_at": unix("2026-11-10T08:00"),
                  "current_term_end": unix("2026-11-10T08:00")},
                 {"name": "canceled", "canceledAt": "2026-11-10T08:00:00.000Z",
                  "currentPeriod": {"start": CURRENT["start"], "end": "2026-11-10T08:00:00.000Z"}},
                 id="cancelled, which cut the term short"),
    pytest.param({"status": "cancelled", "cancelled_at": unix("2026-11-10T08:00"), "started_at": None,
                  "start_date": unix("2026-12-15T00:00"), **NO_TERM},
                 {"name": "canceled", "canceledAt": "2026-11-10T08:00:00.000Z"}, id="cancelled before it started"),
    pytest.param({"status": "cancelled", "cancelled_at": unix("2026-11-10T08:00"), **DUES, "auto_collection": "on"},
                 {"name": "canceled", "canceledAt": "2026-11-10T08:00:00.000Z", "currentPeriod": CURRENT},
                 id="cancelled, whatever is owed"),
]  # fmt: skip


@pytest.mark.parametrize(("members", "expected"), STATUSES)
def test_2_7_statuses(members: Json, expected: Json) -> None:
    assert status(**members) == expected


@pytest.mark.parametrize(
    ("members", "name"),
    [
        pytest.param({**DUES, "auto_collection": "on"}, "unpaid", id="collected by itself, and owed"),
        pytest.param({**DUES, "auto_collection": "off"}, "active", id="the customer is to pay on their own"),
        pytest.param({**DUES, "customer": {"auto_collection": "on"}}, "unpaid", id="as the customer is set"),
        pytest.param({**DUES, "customer": {"auto_collection": "off"}}, "active", id="as the customer is set: off"),
        pytest.param({**DUES, "auto_collection": "off", "customer": {"auto_collection": "on"}}, "active",
                     id="the subscription's own setting first"),
        pytest.param({**DUES, "auto_collection": "on", "customer": {"auto_collection": "off"}}, "unpaid",
                     id="the subscription's own setting first: on"),
        pytest.param(DUES, "active", id="nobody says how"),
        pytest.param({"due_invoices_count": 0, "auto_collection": "on"}, "active", id="nothing due"),
        pytest.param({"due_invoices_count": None, "auto_collection": "on"}, "active", id="not counted"),
        pytest.param({**DUES, "auto_collection": "on", "status": "non_renewing",
                      "cancelled_at": unix("2026-12-01T00:00")}, "unpaid", id="owed by one that is set to end"),
        pytest.param({**DUES, "auto_collection": "on", **PAUSED}, "paused", id="paused comes first"),
        pytest.param({**DUES, "auto_collection": "on", **IN_TRIAL}, "trial", id="a trial comes first"),
    ],
)  # fmt: skip
def test_2_7_there_is_no_status_for_debts(members: Json, name: str) -> None:
    assert status(**members)["name"] == name


@pytest.mark.parametrize("word", ["transferred", "hibernating", "", None])
def test_a_status_nobody_knows_is_never_guessed(word: str | None) -> None:
    told: list[str] = []

    with pytest.raises(Unmappable, match="status: unknown"):
        subscription(objects.subscription(status=word), replace(context(), unknown_status=told.append))
    assert told == [str(word)]


@pytest.mark.parametrize(
    ("members", "start"),
    [
        pytest.param({"start_date": unix("2026-02-01T00:00")}, "2026-01-01", id="when it was started"),
        pytest.param({"started_at": None, "start_date": unix("2026-12-15T00:00")}, "2026-12-15", id="when it will be"),
        pytest.param({"started_at": None, "created_at": unix("2025-05-05T00:00")}, "2025-05-05", id="when it was made"),
    ],
)
def test_2_7_starts(members: Json, start: str) -> None:
    assert shown(**members)["start"] == f"{start}T00:00:00.000Z"


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        pytest.param({"id": None}, "id: missing", id="no id"),
        pytest.param({"customer_id": None}, "customer_id: missing", id="nobody's"),
        pytest.param({"started_at": None, "created_at": None}, "started_at: missing", id="no start"),
        pytest.param({**IN_TRIAL, "trial_end": None}, "trial_end: missing", id="a trial without an end"),
        pytest.param(NO_TERM, "current_term_end: missing", id="active without a term"),
        pytest.param({"status": "cancelled"}, "cancelled_at: missing", id="cancelled at no time"),
        pytest.param({"billing_period_unit": "decade"}, "interval", id="a rhythm nobody knows"),
        pytest.param({"started_at": "soon"}, "not a number", id="a time that is none"),
        pytest.param({**PAUSED, "pause_date": unix("9999-01-01T00:00")}, "out of range",
                     id="ten years from then are beyond the calendar"),
    ],
)  # fmt: skip
def test_what_is_required_is_not_made_up(members: Json, reason: str) -> None:
    with pytest.raises(Unmappable, match=reason):
        shown(**members)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param({}, None, id="nothing to say"),
        pytest.param({"meta_data": {"plan": {"origin": "sales"}}, "cf_Region": "EMEA", "cf_beta": True},
                     {"plan": '{"origin": "sales"}', "cf_Region": "EMEA", "cf_beta": "true"}, id="its own, flattened"),
        pytest.param({"status": "non_renewing", "cancelled_at": unix("2026-12-01T00:00")},
                     {"cancelAt": "2026-12-01T00:00:00Z"}, id="it is set to end"),
        pytest.param({**IN_TRIAL, "cancelled_at": unix("2026-11-29T00:00")}, {"cancelAt": "2026-11-29T00:00:00Z"},
                     id="it ends with its trial"),
        pytest.param({"status": "cancelled", "cancelled_at": unix("2026-11-10T08:00")}, None, id="it has ended"),
        pytest.param({"pause_date": unix("2026-12-01T00:00")}, {"pauseAt": "2026-12-01T00:00:00Z"},
                     id="a pause is ahead"),
        pytest.param({**PAUSED, "resume_date": unix("2027-02-01T00:00")}, None, id="a pause with an end"),
        pytest.param(PAUSED, {"pauseIndefinite": "true"}, id="a pause without one"),
        pytest.param({**PAUSED, "cancelled_at": unix("2027-03-01T00:00")}, {"cancelAt": "2027-03-01T00:00:00Z"},
                     id="a pause until the subscription's end"),
    ],
)  # fmt: skip
def test_2_7_metadata_says_what_the_contract_has_no_field_for(members: Json, expected: object) -> None:
    assert shown(**members).get("metadata") == expected


@pytest.mark.parametrize(
    ("exact", "duration", "noted"),
    [(False, {"amount": 1, "unit": "month"}, "2 weeks"), (True, {"amount": 2, "unit": "week"}, None)],
    ids=["nearest", "exact"],
)
def test_weeks_become_months_with_the_truth_in_the_metadata(exact: bool, duration: Json, noted: str | None) -> None:
    fortnightly = objects.item_price(period=2, period_unit="week")
    source = objects.subscription(billing_period=2, billing_period_unit="week")
    found = wire(subscription(source, context(fortnightly, exact_intervals=exact)))

    assert found["duration"] == found["items"][0]["price"]["duration"] == duration
    assert found.get("metadata", {}).get("billingInterval") == noted


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param({"billing_period": 3}, {"amount": 3, "unit": "month"}, id="its own"),
        pytest.param({"billing_period": 12}, {"amount": 1, "unit": "year"}, id="twelve months are a year"),
        pytest.param({"billing_period": None, "billing_period_unit": None}, {"amount": 1, "unit": "month"},
                     id="else its plan's"),
    ],
)  # fmt: skip
def test_how_often_it_is_billed(members: Json, expected: Json) -> None:
    assert shown(**members)["duration"] == expected


def test_a_rhythm_that_nobody_knows_is_not_made_up() -> None:
    source = objects.subscription(billing_period=None, billing_period_unit=None)
    nothing_known = replace(context(), companions=objects.companions(objects.item_price(id="other")))

    with pytest.raises(Unmappable, match="billing_period_unit"):
        subscription(source, nothing_known)


HELP = objects.item_price(id="help", item_id="help", item_type="addon", pricing_model="flat_fee", price=300)


def test_2_7_plans_and_addons_are_items_and_charges_are_not() -> None:
    source = objects.subscription(
        objects.line(),
        objects.line("help", item_type="addon", quantity=None, unit_price=300),
        objects.line("setup", item_type="charge", quantity=1, unit_price=9900),
    )
    found = wire(subscription(source, context(objects.item_price(), HELP)))

    assert [(one["id"], one["quantity"], one["price"]["amount"]) for one in found["items"]] == [
        ("pro-month", 3, {"model": "fixed", "currency": "usd", "unit": 1000}),
        ("help", 1, {"model": "fixed", "currency": "usd", "flat": 300}),
    ]


@pytest.mark.parametrize(
    ("line", "quantity"),
    [
        pytest.param({"quantity": 7}, 7, id="as it is"),
        pytest.param({"quantity": None}, 1, id="a flat fee has none"),
        pytest.param({"quantity": 2, "quantity_in_decimal": "2.5"}, 3, id="in decimals, rounded"),
        pytest.param({"quantity": 0, "quantity_in_decimal": "0.2"}, 1, id="less than one is not none"),
        pytest.param({"quantity": None, "metered_quantity": "812"}, 1, id="usage is counted afterwards"),
    ],
)
def test_quantities(line: Json, quantity: int) -> None:
    found = subscription(objects.subscription(objects.line(**line)), context())

    assert found.items[0].quantity == quantity


def test_2_7_an_overridden_price_is_shown_under_the_listed_ones_id() -> None:
    found = wire(subscription(objects.subscription(objects.line(unit_price=750)), context()))
    item = found["items"][0]

    assert (item["price"]["id"], item["price"]["name"]) == ("pro-month", "pro-month")
    assert item["price"]["amount"] == {"model": "fixed", "currency": "usd", "unit": 750}


def test_2_7_overridden_tiers_are_those_of_the_same_price_only() -> None:
    volume = objects.tiered("volume", {"starting_unit": 1, "price": 1000}, id="volume")
    own = {"item_price_id": "volume", "starting_unit": 1, "price": 5, "object": "item_tier"}
    others = {"item_price_id": "another", "starting_unit": 1, "price": 9, "object": "item_tier"}
    source = objects.subscription(objects.line("volume"), item_tiers=[others, own])
    found = wire(subscription(source, context(volume)))

    assert found["items"][0]["price"]["amount"]["tiers"] == [{"unit": 5}]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param({}, {"unit": 1000}, id="per unit"),
        pytest.param({"unit_price": 8, "unit_price_in_decimal": "0.075"}, {"flat": 23}, id="finer than a cent"),
        pytest.param({"unit_price": None}, {}, id="nothing known"),
    ],
)
def test_a_price_that_is_gone_is_stood_in_for_by_what_is_paid(line: Json, expected: Json) -> None:
    source = objects.subscription(objects.line("gone", **line))
    found = wire(subscription(source, context()))["items"][0]

    assert found["price"] == {
        "id": "gone",
        "type": "standalone",
        "duration": {"amount": 1, "unit": "month"},
        "amount": {"model": "fixed", "currency": "usd", **expected},
    }


HELD = {"coupon_id": "SAVE20", "applied_count": 2, "object": "coupon"}


def test_2_7_a_discount_shows_its_coupon_in_full_and_counts_from_the_start() -> None:
    """When a coupon was attached is kept nowhere."""
    coupon = objects.coupon(name="20 % off", duration_type="limited_period", period=3, period_unit="month")
    source = objects.subscription(coupons=[{**HELD, "apply_till": unix("2027-01-01T00:00")}])

    assert wire(subscription(source, context(coupons=(coupon,))))["discounts"] == [
        {
            "coupon": {
                "id": "SAVE20",
                "code": "SAVE20",
                "name": "20 % off",
                "duration": {"type": "recurring", "amount": 3, "unit": "month"},
                "value": {"type": "percentage", "percent": 20},
                "redemptions": {"current": 0},
            },
            "start": "2026-01-01T00:00:00.000Z",
            "end": "2027-01-01T00:00:00.000Z",
        }
    ]


@pytest.mark.parametrize(
    ("coupon", "held", "expected"),
    [
        pytest.param({}, {}, [("once", None)], id="without an end"),
        pytest.param({"duration_type": "limited_period", "period": 10, "period_unit": "day"},
                     {"apply_till": unix("2026-12-01T00:00")}, [("forever", "2026-12-01T00:00:00.000Z")],
                     id="some days: for ever, with an end"),
        pytest.param({"duration_type": "limited_period", "period": 2, "period_unit": "week"}, {}, [("forever", None)],
                     id="some weeks that have not begun"),
        pytest.param({"discount_type": "offer_quantity"}, {}, None, id="free units have no word"),
        pytest.param({"id": "ANOTHER"}, {}, None, id="a coupon that is gone"),
    ],
)  # fmt: skip
def test_discounts(coupon: Json, held: Json, expected: object) -> None:
    source = objects.subscription(coupons=[{**HELD, **held}])
    found = wire(subscription(source, context(coupons=(objects.coupon(**coupon),)))).get("discounts")

    assert (found and [(one["coupon"]["duration"]["type"], one.get("end")) for one in found]) == expected


def test_2_7_a_discount_given_by_hand_is_no_coupon() -> None:
    by_hand = {"id": "d1", "object": "discount", "type": "percentage", "percentage": 10}

    assert "discounts" not in shown(discounts=[by_hand])


def test_the_worked_example() -> None:
    source = objects.subscription(
        objects.line(unit_price=900), coupons=[HELD], meta_data={"crm": 42}, billing_period=12
    )
    yearly = objects.item_price(period=12, external_name="Pro")

    assert wire(subscription(source, context(yearly, coupons=(objects.coupon(),)))) == {
        "id": "sub",
        "customerId": "ada",
        "status": {"name": "active", "currentPeriod": CURRENT},
        "start": "2026-01-01T00:00:00.000Z",
        "duration": {"amount": 1, "unit": "year"},
        "items": [
            {
                "id": "pro-month",
                "price": {
                    "id": "pro-month",
                    "type": "product",
                    "productId": "pro",
                    "name": "Pro",
                    "duration": {"amount": 1, "unit": "year"},
                    "amount": {"model": "fixed", "currency": "usd", "unit": 900},
                },
                "quantity": 3,
            }
        ],
        "discounts": [
            {
                "coupon": {
                    "id": "SAVE20",
                    "code": "SAVE20",
                    "name": "SAVE20",
                    "duration": {"type": "once"},
                    "value": {"type": "percentage", "percent": 20},
                    "redemptions": {"current": 0},
                },
                "start": "2026-01-01T00:00:00.000Z",
            }
        ],
        "metadata": {"crm": "42"},
    }
