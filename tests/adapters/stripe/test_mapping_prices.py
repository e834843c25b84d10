"""Prices in Churnkey's words (traps 2.2)."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.errors import Unmappable
from adapters.stripe import prices
from adapters.stripe.options import MappingOptions
from tests.adapters.stripe import objects
from tests.adapters.stripe.objects import recurring, wire

PLAIN = MappingOptions()
EXACT = MappingOptions(exact_intervals=True)


def fixed(amount: int | None, exact: str | None) -> dict[str, Any]:
    return {"unit_amount": amount, "unit_amount_decimal": exact}


def tier(up_to: int | None, **members: Any) -> dict[str, Any]:
    absent = dict.fromkeys(("flat_amount", "flat_amount_decimal", "unit_amount", "unit_amount_decimal"))
    return {**absent, "up_to": up_to, **members}


def test_a_price_as_it_stands_in_the_list() -> None:
    source = objects.price(product=objects.product(description="For teams"), nickname="internal")

    assert wire(prices.price(source, PLAIN)) == {
        "id": "price_1",
        "type": "product",
        "productId": "prod_1",
        "name": "Pro",
        "description": "internal",
        "duration": {"amount": 1, "unit": "month"},
        "amount": {"model": "fixed", "currency": "usd", "unit": 1000},
    }


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        pytest.param(fixed(1999, "1999"), {"unit": 1999}, id="minor units pass through"),
        pytest.param(fixed(0, "0"), {"unit": 0}, id="a free plan is nought, not missing"),
        pytest.param(fixed(None, "12.5"), {"unit": 13}, id="a fraction of a minor unit is rounded half up"),
        pytest.param(fixed(None, "12.4999"), {"unit": 12}, id="and down below a half"),
        pytest.param(fixed(None, "0.4"), {}, id="what rounds to nothing is left out, it is not free"),
        pytest.param(fixed(None, None), {}, id="no amount"),
        pytest.param(fixed(500, None), {"unit": 500}, id="the whole number alone"),
    ],
)
def test_fixed_amounts(amounts: dict[str, Any], expected: dict[str, int]) -> None:
    priced = wire(prices.price(objects.price(**amounts), PLAIN))

    assert priced["amount"] == {"model": "fixed", "currency": "usd", **expected}


@pytest.mark.parametrize("currency", ["jpy", "isk", "kwd", "mga", "usd"])
def test_no_currency_is_rescaled(currency: str) -> None:
    assert wire(prices.price(objects.price(currency=currency), PLAIN))["amount"] == {
        "model": "fixed",
        "currency": currency,
        "unit": 1000,
    }


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-1", "9007199254740992", "ten"])
def test_an_amount_that_is_none_is_refused(amount: str) -> None:
    with pytest.raises(Unmappable, match="unit_amount_decimal"):
        prices.price(objects.price(**fixed(None, amount)), PLAIN)


def test_an_items_fraction_is_shown_exactly_for_its_quantity() -> None:
    priced = prices.price(objects.price(**fixed(None, "0.5")), PLAIN, quantity=300)

    assert wire(priced)["amount"] == {"model": "fixed", "currency": "usd", "flat": 150}


@pytest.mark.parametrize(("word", "mode"), [("graduated", "graduated"), ("volume", "total")])
def test_tiers(word: str, mode: str) -> None:
    tiers = [
        tier(10, unit_amount=500, unit_amount_decimal="500"),
        tier(None, unit_amount_decimal="99.5", flat_amount=1000, flat_amount_decimal="1000"),
    ]
    source = objects.price(billing_scheme="tiered", tiers_mode=word, tiers=tiers, **fixed(None, None))

    assert wire(prices.price(source, PLAIN))["amount"] == {
        "model": "tiered",
        "currency": "usd",
        "mode": mode,
        "tiers": [{"unit": 500, "upTo": 10}, {"unit": 100, "flat": 1000}],
    }


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        pytest.param({"tiers_mode": "graduated"}, "tiers: missing", id="tiers that were not expanded"),
        pytest.param({"tiers_mode": "stairs", "tiers": [tier(None)]}, "tiers_mode: unknown", id="a mode nobody knows"),
    ],
)
def test_tiers_that_cannot_be_told_are_not_guessed(members: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unmappable, match=reason):
        prices.price(objects.price(billing_scheme="tiered", **members), PLAIN)


DURATIONS = [
    pytest.param("month", 1, (1, "month"), (1, "month"), id="a month"),
    pytest.param("month", 3, (3, "month"), (3, "month"), id="a quarter"),
    pytest.param("month", 12, (1, "year"), (1, "year"), id="12 months are a year"),
    pytest.param("month", 36, (3, "year"), (3, "year"), id="36 months are three"),
    pytest.param("month", 18, (18, "month"), (18, "month"), id="18 months stay months"),
    pytest.param("year", 1, (1, "year"), (1, "year"), id="a year"),
    pytest.param("week", 1, (1, "month"), (1, "week"), id="a week is a month at least"),
    pytest.param("week", 6, (1, "month"), (6, "week"), id="six weeks"),
    pytest.param("week", 52, (1, "year"), (52, "week"), id="52 weeks"),
    pytest.param("day", 1, (1, "month"), (1, "day"), id="a day"),
    pytest.param("day", 90, (3, "month"), (90, "day"), id="90 days"),
]


@pytest.mark.parametrize(("unit", "count", "nearest", "exact"), DURATIONS)
def test_durations(unit: str, count: int, nearest: tuple[int, str], exact: tuple[int, str]) -> None:
    rhythm = recurring(unit, count)
    near, true = prices.duration(rhythm, PLAIN), prices.duration(rhythm, EXACT)

    assert ((near.amount, near.unit), (true.amount, true.unit)) == (nearest, exact)


def test_an_interval_nobody_knows_is_refused() -> None:
    with pytest.raises(Unmappable, match="billing interval"):
        prices.price(objects.price(recurring={"interval": "decade", "interval_count": 1}), PLAIN)


@pytest.mark.parametrize(
    ("members", "nearest", "exact"),
    [
        pytest.param({}, True, True, id="monthly"),
        pytest.param({"recurring": None, "type": "one_time"}, False, False, id="one-time"),
        pytest.param({"recurring": recurring("week")}, False, True, id="weekly"),
        pytest.param({"recurring": recurring("day", 30)}, False, True, id="daily"),
        pytest.param({"custom_unit_amount": {"minimum": 1}}, False, False, id="pay what you want"),
        pytest.param({"recurring": recurring(usage_type="metered")}, True, True, id="metered"),
        pytest.param(fixed(0, "0"), True, True, id="free"),
    ],
)
def test_which_prices_are_listed(members: dict[str, Any], nearest: bool, exact: bool) -> None:
    source = objects.price(**members)

    assert (prices.is_listed(source, PLAIN), prices.is_listed(source, EXACT)) == (nearest, exact)


def test_a_one_time_price_has_no_billing_cycle() -> None:
    with pytest.raises(Unmappable, match="one-time"):
        prices.price(objects.price(recurring=None, type="one_time"), PLAIN)


OPTIONS = {"eur": {"unit_amount": 900, "unit_amount_decimal": "900"}}


@pytest.mark.parametrize(
    ("currency", "expected"),
    [
        pytest.param(None, ("usd", 1000), id="its own currency"),
        pytest.param("usd", ("usd", 1000), id="the same currency"),
        pytest.param("eur", ("eur", 900), id="one of its other currencies"),
    ],
)
def test_the_amount_in_the_subscriptions_currency(currency: str | None, expected: tuple[str, int]) -> None:
    amount = wire(prices.price(objects.price(currency_options=OPTIONS), PLAIN, currency=currency))["amount"]

    assert (amount["currency"], amount["unit"]) == expected


def test_tiers_in_another_currency() -> None:
    options = {"eur": {**fixed(None, None), "tiers": [tier(None, unit_amount=450, unit_amount_decimal="450")]}}
    source = objects.price(
        billing_scheme="tiered",
        tiers_mode="volume",
        tiers=[tier(None, unit_amount=500, unit_amount_decimal="500")],
        currency_options=options,
    )

    assert wire(prices.price(source, PLAIN, currency="eur"))["amount"]["tiers"] == [{"unit": 450}]


def test_a_currency_the_price_does_not_have_is_not_converted() -> None:
    with pytest.raises(Unmappable, match="currency_options"):
        prices.price(objects.price(), PLAIN, currency="eur")


@pytest.mark.parametrize(
    ("size", "rounding", "quantity", "packages"),
    [
        pytest.param(10, "up", 25, 3, id="begun packages count"),
        pytest.param(10, "up", 30, 3, id="full packages"),
        pytest.param(10, "down", 25, 2, id="only full packages count"),
        pytest.param(10, "down", 9, 0, id="none is full"),
        pytest.param(1, "up", 7, 7, id="packages of one"),
    ],
)
def test_packages(size: int, rounding: str, quantity: int, packages: int) -> None:
    assert prices.packages({"divide_by": size, "round": rounding}, quantity) == packages


@pytest.mark.parametrize(
    ("source", "given", "expected"),
    [
        pytest.param({}, None, (None, None), id="nothing is known"),
        pytest.param({"nickname": "internal"}, None, ("internal", None), id="the nickname, when there is no name"),
        pytest.param(
            {"nickname": "internal"}, {"id": "prod_1", "name": "Pro"}, ("Pro", "internal"), id="the product's"
        ),
        pytest.param(
            {}, {"id": "prod_1", "name": "Pro", "description": "For teams"}, ("Pro", "For teams"), id="described"
        ),
        pytest.param({"product": {"id": "prod_1", "deleted": True}}, None, (None, None), id="a deleted product"),
    ],
)
def test_names(source: dict[str, Any], given: dict[str, Any] | None, expected: tuple[str | None, str | None]) -> None:
    priced = prices.price(objects.price(**source), PLAIN, product=given)

    assert (priced.name, priced.description) == expected


def test_prices_stand_alone_where_products_are_switched_off() -> None:
    priced = wire(prices.price(objects.price(), MappingOptions(products=False)))

    assert priced["type"] == "standalone"
    assert "productId" not in priced


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param({}, ({"usd"}, True, False), id="a plain price"),
        pytest.param({"currency_options": OPTIONS}, ({"usd", "eur"}, True, False), id="several currencies"),
        pytest.param({"active": False}, ({"usd"}, False, False), id="archived"),
        pytest.param({"recurring": recurring(usage_type="metered")}, ({"usd"}, True, True), id="metered"),
    ],
)
def test_what_a_price_change_must_know(members: dict[str, Any], expected: tuple[set[str], bool, bool]) -> None:
    facts = prices.facts(objects.price(**members))

    assert (set(facts.currencies or ()), facts.active, facts.metered) == expected
    assert (facts.id, facts.product_id) == ("price_1", "prod_1")
