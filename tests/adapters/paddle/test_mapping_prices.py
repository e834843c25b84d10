"""Prices in Churnkey's words, and which of them may be offered (traps 2.4)."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.errors import Unmappable
from adapters.paddle import prices
from adapters.paddle.models import BillingCycle, Price, Product, read
from adapters.paddle.options import MappingOptions
from simulators.paddle.shapes import money
from tests.adapters.paddle.objects import cycle, price, product, wire
from tests.adapters.paddle.support import MONTHLY, PRO

NEAREST = MappingOptions()
EXACT = MappingOptions(exact_intervals=True)


def override(amount: int, currency: str, *countries: str) -> dict[str, Any]:
    return {"country_codes": list(countries), "unit_price": money(amount, currency)}


def test_the_worked_example() -> None:
    source = price(name="Monthly", description="Per seat, since 2024", billing_cycle=cycle("month", 3))

    assert wire(prices.price(read(Price, source), NEAREST)) == {
        "id": MONTHLY,
        "type": "product",
        "productId": PRO,
        "name": "Monthly",
        "description": "Per seat, since 2024",
        "duration": {"amount": 3, "unit": "month"},
        "amount": {"model": "fixed", "currency": "usd", "unit": 1000},
    }


@pytest.mark.parametrize(
    ("amount", "currency", "unit"),
    [
        pytest.param("1000", "USD", 1000, id="dollars"),
        pytest.param("3900", "JPY", 3900, id="yen have no decimals"),
        pytest.param("39000", "KRW", 39000, id="nor have won"),
        pytest.param("26900", "CLP", 26900, id="nor have pesos of Chile"),
        pytest.param("0", "EUR", 0, id="nothing"),
    ],
)
def test_no_currency_is_rescaled(amount: str, currency: str, unit: int) -> None:
    source = price(unit_price={"amount": amount, "currency_code": currency})
    assert wire(prices.price(read(Price, source), NEAREST))["amount"] == {
        "model": "fixed",
        "currency": currency.lower(),
        "unit": unit,
    }


@pytest.mark.parametrize(
    "unit_price",
    [
        pytest.param(None, id="none"),
        pytest.param({"amount": 1000, "currency_code": "USD"}, id="a number"),
        pytest.param({"amount": "10.00", "currency_code": "USD"}, id="decimals"),
        pytest.param({"amount": "-5", "currency_code": "USD"}, id="negative"),
        pytest.param({"amount": "9" * 16, "currency_code": "USD"}, id="too large for a reader in JavaScript"),
        pytest.param({"amount": "١٠", "currency_code": "USD"}, id="digits of another script"),
        pytest.param({"amount": "1000"}, id="without a currency"),
    ],
)
def test_an_amount_that_is_none_is_never_guessed(unit_price: Any) -> None:
    source = read(Price, price(unit_price=unit_price))
    with pytest.raises(Unmappable):
        prices.price(source, NEAREST)


@pytest.mark.parametrize(
    ("name", "given", "shown"),
    [
        pytest.param("Monthly", product(), "Monthly", id="its own"),
        pytest.param(None, product(), "Pro", id="else the product's"),
        pytest.param("", product(), "Pro", id="an empty one is none"),
        pytest.param(None, product(id="pro_other"), None, id="never another product's"),
        pytest.param(None, None, None, id="never the description, which is internal"),
    ],
)
def test_names(name: str | None, given: dict[str, Any] | None, shown: str | None) -> None:
    source = read(Price, price(name=name, description="internal"))
    beside = read(Product, given) if given else None
    assert prices.price(source, NEAREST, product=beside).name == shown


def test_without_products_none_is_named() -> None:
    source = read(Price, price(product=product()))
    shown = wire(prices.price(source, MappingOptions(products=False)))
    assert shown["type"] == "standalone"
    assert "productId" not in shown
    assert "name" not in shown


CYCLES: list[Any] = [
    pytest.param(cycle("month", 1), (1, "month"), (1, "month"), id="month"),
    pytest.param(cycle("month", 3), (3, "month"), (3, "month"), id="quarter"),
    pytest.param(cycle("month", 12), (1, "year"), (1, "year"), id="twelve months are a year"),
    pytest.param(cycle("month", 24), (2, "year"), (2, "year"), id="24 months are two"),
    pytest.param(cycle("year", 1), (1, "year"), (1, "year"), id="year"),
    pytest.param(cycle("year", 2), (2, "year"), (2, "year"), id="two years"),
    pytest.param(cycle("week", 1), (1, "month"), (1, "week"), id="week"),
    pytest.param(cycle("week", 6), (1, "month"), (6, "week"), id="six weeks"),
    pytest.param(cycle("week", 13), (3, "month"), (13, "week"), id="thirteen weeks"),
    pytest.param(cycle("day", 10), (1, "month"), (10, "day"), id="ten days"),
]


@pytest.mark.parametrize(("given", "nearest", "exact"), CYCLES)
def test_intervals(given: dict[str, Any], nearest: tuple[int, str], exact: tuple[int, str]) -> None:
    shown = [prices.duration(read(BillingCycle, given), options) for options in (NEAREST, EXACT)]
    assert [(one.amount, one.unit.value) for one in shown] == [nearest, exact]


@pytest.mark.parametrize(
    "given", [None, {}, cycle("fortnight"), {"interval": "month"}, cycle("month", 0), "monthly"], ids=str
)
def test_an_interval_nobody_knows_is_never_guessed(given: Any) -> None:
    source = read(Price, price(billing_cycle=given))
    with pytest.raises(Unmappable):
        prices.price(source, NEAREST)
    # It only keeps such a subscription from being paused.
    assert prices.is_annual_cycle(source.billing_cycle)


OVERRIDES = [override(2300, "GBP", "GB"), override(2700, "EUR", "AT", "DE"), override(900, "USD", "NG")]


@pytest.mark.parametrize(
    ("overrides", "currency", "shown"),
    [
        pytest.param(OVERRIDES, "EUR", ("eur", 2700), id="set for the currency"),
        pytest.param(OVERRIDES, "USD", ("usd", 1000), id="its own currency, whatever one country pays in that"),
        pytest.param(OVERRIDES, "SEK", ("usd", 1000), id="converted, to what is not said"),
        pytest.param(OVERRIDES, None, ("usd", 1000), id="in a price list"),
        pytest.param([*OVERRIDES, override(1900, "EUR", "PT")], "EUR", ("usd", 1000), id="different by country"),
        pytest.param([*OVERRIDES, override(2700, "EUR", "FR")], "EUR", ("eur", 2700), id="the same in two"),
        pytest.param(None, "EUR", ("usd", 1000), id="missing"),
    ],
)
def test_the_amount_in_the_subscriptions_currency(
    overrides: list[Any] | None, currency: str | None, shown: tuple[str, int]
) -> None:
    source = read(Price, price(unit_price_overrides=overrides))
    amount = wire(prices.price(source, NEAREST, currency=currency))["amount"]
    assert (amount["currency"], amount["unit"]) == shown


LISTED: list[Any] = [
    pytest.param({}, True, True, id="monthly"),
    pytest.param({"type": "custom"}, True, True, id="custom, where Paddle lists it"),
    pytest.param({"billing_cycle": cycle("week")}, False, True, id="weekly"),
    pytest.param({"billing_cycle": cycle("day")}, False, True, id="daily"),
    pytest.param({"billing_cycle": None}, False, False, id="charged once"),
    pytest.param({"status": "archived"}, False, False, id="archived"),
    pytest.param({"status": "retired"}, False, False, id="a status nobody knows"),
]


@pytest.mark.parametrize(("members", "nearest", "exact"), LISTED)
def test_which_are_offered(members: dict[str, Any], nearest: bool, exact: bool) -> None:
    source = read(Price, price(**members))
    assert (prices.is_listed(source, NEAREST), prices.is_listed(source, EXACT)) == (nearest, exact)


@pytest.mark.parametrize(
    ("limits", "quantity", "allowed"),
    [
        ({"minimum": 5, "maximum": 50}, 5, True),
        ({"minimum": 5, "maximum": 50}, 50, True),
        ({"minimum": 5, "maximum": 50}, 4, False),
        ({"minimum": 5, "maximum": 50}, 51, False),
        (None, 100, True),
        (None, 101, False),
        ({}, 1, True),
        ({"minimum": None, "maximum": None}, 0, False),
    ],
)
def test_quantities(limits: Any, quantity: int, allowed: bool) -> None:
    assert prices.allows(read(Price, price(quantity=limits)), quantity) is allowed


def test_what_a_change_must_know() -> None:
    facts = prices.facts(read(Price, price(status="archived")))
    assert (facts.id, facts.product_id, facts.active, facts.metered) == (MONTHLY, PRO, False, False)
    # Paddle converts, so any subscription can have it.
    assert facts.currencies is None


def test_older_prices_lack_what_newer_ones_have() -> None:
    """The least that the published examples of Paddle's hold."""
    kept = ("id", "product_id", "description", "billing_cycle", "unit_price", "status")
    source = read(Price, {name: value for name, value in price().items() if name in kept})

    assert wire(prices.price(source, NEAREST)) == wire(prices.price(read(Price, price()), NEAREST))
    assert prices.is_listed(source, NEAREST)
