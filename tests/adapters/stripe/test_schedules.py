"""Schedules (traps 3.6): a phase is repeated in full, because what is not repeated is unset."""

from __future__ import annotations

from typing import Any

import pytest
import stripe
from stripe.params import _subscription_schedule_update_params as sdk

from adapters.errors import Conflict
from adapters.stripe import schedules
from gateway.contract import IntervalUnit
from simulators.stripe import shapes
from tests.adapters.stripe import objects
from tests.adapters.stripe.objects import MOMENT, PERIOD
from tests.adapters.stripe.support import unix

Json = dict[str, Any]

ACCOUNT = {"type": "account", "account": "acct_1"}
ITEM: Json = {
    "price": "price_1",
    "plan": "price_1",
    "quantity": 3,
    "discounts": [{"coupon": None, "discount": "di_2", "promotion_code": None}],
    "tax_rates": [{"id": "txr_1", "object": "tax_rate"}],
    "metadata": {"seat": "yes"},
    "billing_thresholds": {"usage_gte": 5},
}
INVOICE_ITEM: Json = {
    "price": "price_once",
    "quantity": 1,
    "discountable": False,
    "discounts": [{"coupon": "SAVE5", "discount": None, "promotion_code": None}],
    "metadata": {"why": "set-up"},
    "period": {"start": {"type": "phase_start", "timestamp": None}, "end": {"type": "timestamp", "timestamp": 9}},
    "tax_rates": ["txr_1"],
}
PHASE: Json = {
    "add_invoice_items": [INVOICE_ITEM],
    "application_fee_percent": 2.5,
    "automatic_tax": {"enabled": True, "liability": ACCOUNT, "disabled_reason": None},
    "billing_cycle_anchor": "phase_start",
    "billing_thresholds": {"amount_gte": 100, "reset_billing_cycle_anchor": False},
    "collection_method": "send_invoice",
    "currency": "usd",
    "default_payment_method": {"id": "pm_1", "object": "payment_method"},
    "default_tax_rates": [{"id": "txr_2"}],
    "description": "terms",
    "discounts": [{"coupon": None, "discount": {"id": "di_1", "object": "discount"}, "promotion_code": None}],
    "end_date": PERIOD[1],
    "invoice_settings": {
        "account_tax_ids": ["txi_1"],
        "custom_fields": [{"name": "PO", "value": "7"}],
        "days_until_due": 30,
        "description": "thanks",
        "footer": "small print",
        "issuer": ACCOUNT,
    },
    "items": [ITEM],
    "metadata": {"plan": "gold"},
    "on_behalf_of": {"id": "acct_2", "object": "account"},
    "proration_behavior": "none",
    "start_date": PERIOD[0],
    "transfer_data": {"amount_percent": 10.0, "destination": {"id": "acct_3"}},
    "trial": None,
    "trial_end": PERIOD[1],
}
REPEATED: Json = {
    "add_invoice_items": [
        {
            "price": "price_once",
            "quantity": 1,
            "discountable": False,
            "discounts": [{"coupon": "SAVE5"}],
            "metadata": {"why": "set-up"},
            "period": {"start": {"type": "phase_start"}, "end": {"type": "timestamp", "timestamp": 9}},
            "tax_rates": ["txr_1"],
        }
    ],
    "application_fee_percent": 2.5,
    "automatic_tax": {"enabled": True, "liability": ACCOUNT},
    "billing_cycle_anchor": "phase_start",
    "billing_thresholds": {"amount_gte": 100, "reset_billing_cycle_anchor": False},
    "collection_method": "send_invoice",
    "currency": "usd",
    "default_payment_method": "pm_1",
    "default_tax_rates": ["txr_2"],
    "description": "terms",
    "discounts": [{"discount": "di_1"}],
    "end_date": PERIOD[1],
    "invoice_settings": {
        "account_tax_ids": ["txi_1"],
        "custom_fields": [{"name": "PO", "value": "7"}],
        "days_until_due": 30,
        "description": "thanks",
        "footer": "small print",
        "issuer": ACCOUNT,
    },
    "items": [
        {
            "price": "price_1",
            "quantity": 3,
            "discounts": [{"discount": "di_2"}],
            "tax_rates": ["txr_1"],
            "metadata": {"seat": "yes"},
            "billing_thresholds": {"usage_gte": 5},
        }
    ],
    "metadata": {"plan": "gold"},
    "on_behalf_of": "acct_2",
    "proration_behavior": "none",
    "start_date": PERIOD[0],
    "transfer_data": {"amount_percent": 10.0, "destination": "acct_3"},
    "trial_end": PERIOD[1],
}

LEFT_OUT = {
    "duration": "an answer has the end_date it came to",
    "trial": "an answer has the trial_end it came to",
    "plan": "the older name of the price",
    "price_data": "an answer has the price it made",
    "disabled_reason": "told by Stripe, no parameter",
}
"""Fields that are not repeated, and why that loses nothing."""


def test_a_phase_is_repeated_in_full() -> None:
    assert schedules.repeated(PHASE) == REPEATED


PARTS: dict[str, Json] = {
    "": REPEATED,
    "Item": REPEATED["items"][0],
    "AddInvoiceItem": REPEATED["add_invoice_items"][0],
    "AutomaticTax": REPEATED["automatic_tax"],
    "BillingThresholds": REPEATED["billing_thresholds"],
    "InvoiceSettings": REPEATED["invoice_settings"],
    "TransferData": REPEATED["transfer_data"],
}


@pytest.mark.parametrize("side", ["parameters", "answer"])
@pytest.mark.parametrize("part", PARTS)
def test_no_field_that_the_package_knows_is_lost(part: str, side: str) -> None:
    """Fails when a new version of the package brings a field: repeat it, or say above why it is left out."""
    answer = stripe.SubscriptionSchedule.Phase
    shape: type = getattr(sdk, f"SubscriptionScheduleUpdateParamsPhase{part}")
    if side == "answer":
        shape = getattr(answer, part) if part else answer
    known = {name for name in shape.__annotations__ if not name.startswith("_")}

    assert known - PARTS[part].keys() - LEFT_OUT.keys() == set()


def test_what_is_not_set_is_not_sent() -> None:
    plain = shapes.phase(*PERIOD, currency="usd", items=[shapes.phase_item("price_1", None)])

    assert schedules.repeated(plain) == {
        "start_date": PERIOD[0],
        "end_date": PERIOD[1],
        "currency": "usd",
        "proration_behavior": "create_prorations",
        "automatic_tax": {"enabled": False},
        "items": [{"price": "price_1"}],
    }


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        pytest.param("di_1", {"discount": "di_1"}, id="an id"),
        pytest.param({"id": "di_1", "object": "discount", "source": {}, "promotion_code": None}, {"discount": "di_1"},
                     id="a subscription's discount"),
        pytest.param({"id": "di_1", "object": "discount", "source": {}, "promotion_code": "promo_1"},
                     {"discount": "di_1"}, id="one that came of a promotion code"),
        pytest.param({"discount": "di_1", "coupon": None, "promotion_code": None}, {"discount": "di_1"},
                     id="a phase's discount"),
        pytest.param({"discount": None, "coupon": "SAVE20", "promotion_code": None}, {"coupon": "SAVE20"},
                     id="a phase's coupon to come"),
        pytest.param({"discount": None, "coupon": "SAVE20", "promotion_code": "promo_1"}, {"promotion_code": "promo_1"},
                     id="a phase's promotion code to come"),
    ],
)  # fmt: skip
def test_a_discount_is_repeated_by_its_own_id_where_it_has_one(given: object, sent: Json) -> None:
    assert schedules.repeated_discounts([given]) == [sent]


def subscribed(**members: Any) -> Json:
    """What the schedule is in charge of: price_1 by the month, its discounts as they stand."""
    item = objects.item(objects.price(), quantity=3, discounts=[{"id": "di_2", "object": "discount"}])
    return objects.subscription(item, discounts=[{"id": "di_1", "object": "discount"}], **members)


def scheduled(*phases: Json) -> Json:
    return {"status": "active", "phases": list(phases)}


def another_price(**members: Any) -> schedules.PriceChange:
    change = {
        "held_price_id": "price_1",
        "price_id": "price_2",
        "quantity": 4,
        "at": PERIOD[1],
        "interval": (IntervalUnit.MONTH, 1),
        "prorate": True,
    }
    return schedules.PriceChange(**{**change, **members})


@pytest.mark.parametrize(
    ("quantity", "item"),
    [(4, {"price": "price_2", "quantity": 4}), (None, {"price": "price_2"})],
    ids=["seats", "metered"],
)
def test_the_added_phase_differs_in_the_price_alone(quantity: int | None, item: Json) -> None:
    other = {**ITEM, "price": "price_extra", "discounts": []}
    phase = {**PHASE, "items": [ITEM, other]}
    running, added = schedules.with_price_at_the_end(scheduled(phase), subscribed(), another_price(quantity=quantity))
    first = REPEATED["items"][0]
    second = {name: value for name, value in {**first, "price": "price_extra"}.items() if name != "discounts"}
    kept = {name: first[name] for name in ("discounts", "tax_rates", "metadata", "billing_thresholds")}

    assert running["items"] == [first, second]
    assert added["items"] == [{**kept, **item}, second]
    assert added["duration"] == {"interval": "month", "interval_count": 1}
    assert added["proration_behavior"] == "create_prorations"
    assert added["discounts"] == running["discounts"] == [{"discount": "di_1"}]
    assert not added.keys() & {"start_date", "end_date", "trial_end", "add_invoice_items", "billing_cycle_anchor"}


def test_a_discount_made_of_a_phases_coupon_is_repeated_by_its_own_id() -> None:
    """Sent by its coupon again it would be another discount, with all its months before it."""
    named = [{"coupon": "SAVE20", "discount": None, "promotion_code": None}]
    phase = {**PHASE, "discounts": named, "items": [{**ITEM, "discounts": named}]}
    running, _ = schedules.with_price_at_the_end(scheduled(phase), subscribed(), another_price())

    assert running["discounts"] == [{"discount": "di_1"}]
    assert running["items"][0]["discounts"] == [{"discount": "di_2"}]


def test_another_rhythm_begins_with_its_phase() -> None:
    """Else the billing date would stay where it was, and the new price wait for it."""
    yearly = another_price(interval=(IntervalUnit.YEAR, 1))
    _, added = schedules.with_price_at_the_end(scheduled(PHASE), subscribed(), yearly)

    assert added["duration"] == {"interval": "year", "interval_count": 1}
    assert added["billing_cycle_anchor"] == "phase_start"


PAST, RUNNING, LATER = (
    {**PHASE, "start_date": unix(start), "end_date": unix(end)}
    for start, end in (
        ("2026-10-01T00:00", "2026-11-01T00:00"),
        ("2026-11-01T00:00", "2026-12-01T00:00"),
        ("2026-12-01T00:00", "2027-01-01T00:00"),
    )
)


def test_past_phases_are_not_repeated() -> None:
    running, added = schedules.with_price_at_the_end(scheduled(PAST, RUNNING), subscribed(), another_price())

    assert (running["start_date"], running["end_date"]) == (RUNNING["start_date"], PERIOD[1])
    assert "start_date" not in added


def test_a_phase_of_several_periods_is_cut_to_the_one_that_is_paid() -> None:
    long = {**RUNNING, "end_date": unix("2027-11-01T00:00")}
    running, _ = schedules.with_price_at_the_end(scheduled(long), subscribed(), another_price())

    assert running["end_date"] == PERIOD[1]


@pytest.mark.parametrize(
    ("phases", "reason"),
    [
        pytest.param([PAST], "no phase that is running", id="no running phase"),
        pytest.param(
            [{**RUNNING, "items": [{**ITEM, "price": "price_9"}]}], "does not have the price", id="other items"
        ),
    ],
)
def test_a_schedule_that_does_not_fit_is_left_alone(phases: list[Json], reason: str) -> None:
    with pytest.raises(Conflict, match=reason):
        schedules.with_price_at_the_end(scheduled(*phases), subscribed(), another_price())


def test_later_phases() -> None:
    assert schedules.later_phases(scheduled(PAST, RUNNING, LATER), MOMENT) == [LATER]
    assert schedules.later_phases({**scheduled(RUNNING, LATER), "status": "released"}, MOMENT) == []
