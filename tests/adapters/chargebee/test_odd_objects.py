"""The worst that a Chargebee object may be: a member that something is read from, or sent by, is of another type."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

import pytest

from adapters.chargebee import changes, mapping, states
from adapters.chargebee.catalogue import Companions
from adapters.chargebee.subscriptions import subscription
from adapters.errors import UNEXPRESSED
from tests.adapters.chargebee import objects
from tests.adapters.chargebee.objects import MOMENT, context, line

Json = dict[str, Any]

LINE: Final = ("subscription_items", 0)


def altered(place: tuple[str | int, ...], value: Any) -> Json:
    """A subscription of which one member is something else."""
    source = deepcopy(objects.subscription(line(), coupons=[{"coupon_id": "SAVE20"}]))
    holder: Any = source
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value
    return source


BOTH_WAYS: Final = [
    (("subscription_items",), "text"),
    (("subscription_items",), 7),
    (LINE, "text"),
    ((*LINE, "item_type"), ["plan"]),
    ((*LINE, "item_type"), 7),
    ((*LINE, "quantity"), "many"),
    (("coupons",), 7),
    (("coupons",), "SAVE20"),
    (("coupons", 0), "SAVE20"),
    (("status",), ["active"]),
    (("due_invoices_count",), "1"),
    (("cancelled_at",), "tomorrow"),
]
SHOWN: Final = [*BOTH_WAYS, (("billing_period_unit",), ["month"]), (("item_tiers",), {"x": 1})]
ACTED_ON: Final = [
    *BOTH_WAYS,
    (("status",), 7),
    (("currency_code",), 1e30),
    (("contract_term",), "text"),
    (("contract_term",), {"status": 7}),
    (("current_term_end",), "tomorrow"),
    (("has_scheduled_changes",), "true"),
]


@pytest.mark.parametrize(("place", "value"), SHOWN, ids=str)
def test_a_subscription_that_cannot_be_read_is_not_expressed(place: Any, value: Any) -> None:
    known = context(objects.item_price())
    assert subscription(altered(("id",), "sub"), known).id == "sub"
    with pytest.raises(UNEXPRESSED):
        subscription(altered(place, value), known)


@pytest.mark.parametrize(("place", "value"), ACTED_ON, ids=str)
def test_nothing_is_decided_by_what_cannot_be_read(place: Any, value: Any) -> None:
    with pytest.raises(UNEXPRESSED):
        states.state(altered(place, value), MOMENT)


@pytest.mark.parametrize("status", [7, ["active"], {}], ids=str)
def test_whether_it_is_on_offer_is_not_guessed(status: Any) -> None:
    with pytest.raises(UNEXPRESSED):
        mapping.is_active(objects.coupon(status=status))


@pytest.mark.parametrize(
    ("of_the_subscription", "of_the_price"),
    [
        ({"billing_period": "1"}, {}),
        ({"billing_period_unit": ["month"]}, {}),
        ({}, {"period": 1e30}),
        ({}, {"period_unit": 7}),
        ({}, {"item_type": 7}),
    ],
    ids=str,
)
def test_whether_a_new_term_begins_is_not_guessed(of_the_subscription: Json, of_the_price: Json) -> None:
    with pytest.raises(UNEXPRESSED):
        changes.keeps_the_term(objects.subscription(**of_the_subscription), objects.item_price(**of_the_price))


@pytest.mark.parametrize("odd", [{"price": True}, {"price": [1]}, {"pricing_model": 7, "price": 1e30}], ids=str)
def test_whether_a_price_is_overridden_is_not_guessed(odd: Json) -> None:
    source = objects.subscription(line(), line("basic-month", unit_price=500))
    known = Companions({"basic-month": objects.item_price(id="basic-month", **odd)})
    with pytest.raises(UNEXPRESSED):
        changes.whole_list(source, "pro-month", {"item_price_id": "new"}, known)
