"""The worst that a Stripe object may be: a member that something is read from, or sent by, is of another type."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

import pytest

from adapters.errors import UNEXPRESSED, Unmappable
from adapters.stripe import prices, schedules, states
from tests.adapters.stripe import objects
from tests.adapters.stripe.objects import MOMENT, context, written

Json = dict[str, Any]

ITEM: Final = ("items", "data", 0)
PRICE: Final = (*ITEM, "price")


def altered(place: tuple[str | int, ...], value: Any) -> Json:
    """A subscription with a discount, of which one member is something else."""
    source = deepcopy(objects.subscription(discounts=[objects.discount(objects.coupon())]))
    holder: Any = source
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value
    return source


ODD: Final = [
    (("items",), 7),
    (("items", "data"), "text"),
    (("items", "data"), [7]),
    (ITEM, None),
    ((*ITEM, "quantity"), "3"),
    ((*ITEM, "discounts"), 7),
    (PRICE, 7),
    ((*PRICE, "id"), ["price_1"]),
    ((*PRICE, "recurring"), True),
    ((*PRICE, "recurring", "interval"), ["month"]),
    ((*PRICE, "recurring", "interval_count"), []),
    ((*PRICE, "transform_quantity"), 10),
    (("currency",), ["usd"]),
    (("discounts",), 7),
    (("discounts",), "text"),
    (("discounts", 0, "source", "coupon", "id"), 7),
    (("discounts", 0, "start"), {}),
    (("pause_collection",), True),
    (("status",), ["active"]),
    (("trial_end",), 1e30),
]


@pytest.mark.parametrize(("place", "value"), ODD, ids=str)
def test_a_subscription_that_is_odd_in_what_it_is_shown_by_is_not_shown(place: Any, value: Any) -> None:
    with pytest.raises(UNEXPRESSED):
        written(altered(place, value), context())


ACTED_ON: Final = [
    (("status",), 7),
    (("currency",), 7),
    (("items",), "text"),
    ((*ITEM, "id"), 7),
    ((*PRICE, "id"), None),
    (("discounts",), "text"),
    (("discounts",), {}),
    (("schedule",), 7),
    (("schedule",), {"status": 7}),
    (("schedule",), {"status": "active", "phases": "text"}),
    (("pause_collection",), 7),
    (("cancel_at_period_end",), "true"),
    (("cancel_at",), "tomorrow"),
]


@pytest.mark.parametrize(("place", "value"), ACTED_ON, ids=str)
def test_nothing_is_decided_by_what_cannot_be_read(place: Any, value: Any) -> None:
    with pytest.raises(UNEXPRESSED):
        states.state(altered(place, value), MOMENT)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ((*ITEM, "quantity"), "3"),
        ((*ITEM, "quantity"), True),
        ((*ITEM, "quantity"), None),
        ((*PRICE, "recurring"), None),
        ((*PRICE, "recurring"), "text"),
        ((*PRICE, "recurring", "usage_type"), ["metered"]),
    ],
    ids=str,
)
def test_of_what_is_only_needed_to_change_a_price_nothing_is_guessed(place: Any, value: Any) -> None:
    """It keeps nobody from cancelling."""
    (item,) = states.state(altered(place, value), MOMENT).items
    assert (item.quantity, item.metered) == (None, False)


def test_an_interval_that_is_not_there_counts_as_a_year() -> None:
    (item,) = states.state(altered((*PRICE, "recurring"), None), MOMENT).items
    assert item.annual


def test_a_metered_item_has_no_quantity() -> None:
    price = objects.price(recurring=objects.recurring(usage_type="metered"))
    (item,) = states.state(objects.subscription(objects.item(price, quantity=None)), MOMENT).items
    assert (item.quantity, item.metered) == (None, True)


@pytest.mark.parametrize("discounts", ["di_1", {"id": "di_1"}, 7, [7], [{}], [{"id": 7}], [None]], ids=str)
def test_no_discount_is_lost_for_want_of_its_name(discounts: Any) -> None:
    with pytest.raises(UNEXPRESSED):
        schedules.repeated_discounts(discounts)


PHASE: Final[Json] = {"start_date": 1, "end_date": 2, "items": [{"price": "price_1", "quantity": 3}]}


@pytest.mark.parametrize(
    "odd",
    [
        {"items": "text"},
        {"items": [{"price": 7}]},
        {"items": [{"price": "price_1", "quantity": []}]},
        {"items": [{"price": "price_1", "tax_rates": "txr_1"}]},
        {"items": [{"price": "price_1", "metadata": [1]}]},
        {"default_tax_rates": "txr_1"},
        {"default_tax_rates": [7]},
        {"description": {}},
        {"metadata": "text"},
        {"automatic_tax": "text"},
        {"add_invoice_items": {"price": "price_2"}},
    ],
    ids=str,
)
def test_a_phase_is_repeated_as_it_is_or_not_at_all(odd: Json) -> None:
    assert schedules.repeated(PHASE)["items"] == [{"price": "price_1", "quantity": 3}]
    with pytest.raises(UNEXPRESSED):
        schedules.repeated({**PHASE, **odd})


@pytest.mark.parametrize(
    "odd",
    [
        {"currency": 7},
        {"currency_options": "text"},
        {"recurring": "text"},
        {"recurring": {"usage_type": 7}},
    ],
    ids=str,
)
def test_no_price_is_changed_to_that_cannot_be_read(odd: Json) -> None:
    with pytest.raises(Unmappable):
        prices.facts(objects.price(**odd))
