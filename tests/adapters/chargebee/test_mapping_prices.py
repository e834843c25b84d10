"""Prices in Churnkey's words (traps 2.2 and 2.3)."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.chargebee import prices
from adapters.chargebee.options import MappingOptions
from adapters.errors import Unmappable
from tests.adapters.chargebee import objects
from tests.adapters.chargebee.objects import tiered, wire

PLAIN = MappingOptions()
EXACT = MappingOptions(exact_intervals=True)


def amount(source: dict[str, Any], **how: Any) -> dict[str, Any]:
    found: dict[str, Any] = wire(prices.price(source, PLAIN, **how))["amount"]
    return found


def test_a_price_as_it_stands_in_the_list() -> None:
    source = objects.item_price(name="pro-USD-Monthly", external_name="Pro", description="<b>For</b> teams")

    assert wire(prices.price(source, PLAIN)) == {
        "id": "pro-month",
        "type": "product",
        "productId": "pro",
        "name": "Pro",
        "description": "For teams",
        "duration": {"amount": 1, "unit": "month"},
        "amount": {"model": "fixed", "currency": "usd", "unit": 1000},
    }


@pytest.mark.parametrize(
    ("options", "given", "expected"),
    [
        pytest.param(PLAIN, {}, ("product", "pro"), id="of a product"),
        pytest.param(PLAIN, {"item_id": None}, ("standalone", None), id="of none, which is optional there"),
        pytest.param(MappingOptions(products=False), {}, ("standalone", None), id="products are switched off"),
    ],
)
def test_2_3_products_of_prices(
    options: MappingOptions, given: dict[str, Any], expected: tuple[str, str | None]
) -> None:
    price = prices.price(objects.item_price(**given), options)

    assert (price.type.value, price.product_id) == expected


def test_a_price_without_a_public_name_has_its_internal_one() -> None:
    assert prices.price(objects.item_price(name="pro-USD-Monthly"), PLAIN).name == "pro-USD-Monthly"


AMOUNTS = [
    pytest.param({}, {"unit": 1000}, id="per unit"),
    pytest.param({"pricing_model": "flat_fee"}, {"flat": 1000}, id="a flat fee"),
    pytest.param({"price": 0}, {"unit": 0}, id="a free plan is nought, not missing"),
    pytest.param({"price": None}, {}, id="an amount that is missing is not nought"),
    pytest.param({"price": 10, "price_in_decimal": "0.1049"}, {"unit": 10}, id="a fraction rounds half up"),
    pytest.param({"price": 10, "price_in_decimal": "0.105"}, {"unit": 11}, id="up from a half"),
    pytest.param({"price": 0, "price_in_decimal": "0.004"}, {}, id="what rounds to nothing is not free"),
    pytest.param({"price": 1, "price_in_decimal": "12.5"}, {"unit": 1250}, id="decimals are major units, and exact"),
    pytest.param({"price": None, "price_in_decimal": "7"}, {"unit": 700}, id="decimals alone"),
    pytest.param({"pricing_model": "flat_fee", "price_in_decimal": "19.995"}, {"flat": 2000}, id="decimals of a fee"),
]


@pytest.mark.parametrize(("given", "expected"), AMOUNTS)
def test_2_2_amounts(given: dict[str, Any], expected: dict[str, int]) -> None:
    assert amount(objects.item_price(**given)) == {"model": "fixed", "currency": "usd", **expected}


@pytest.mark.parametrize(
    ("currency", "whole", "decimal"),
    [
        pytest.param("USD", 1500, 1500, id="cents"),
        pytest.param("JPY", 1500, 15, id="yen are kept in yen"),
        pytest.param("KRW", 1500, 15, id="won"),
        pytest.param("XAF", 1500, 15, id="CFA francs"),
        pytest.param("XOF", 1500, 15, id="West African CFA francs"),
        pytest.param("KWD", 15000, 15000, id="dinars are kept in hundredths, minor units are thousandths"),
        pytest.param("BHD", 15000, 15000, id="Bahraini dinars"),
        pytest.param("OMR", 15000, 15000, id="rials"),
        pytest.param("JOD", 15000, 15000, id="Jordanian dinars"),
        pytest.param("TND", 15000, 15000, id="Tunisian dinars"),
        pytest.param("CLP", 1500, 1500, id="pesos: by the provider's table, not by ISO"),
        pytest.param("ISK", 1500, 1500, id="krónur: likewise"),
    ],
)
def test_2_2_minor_units_of_currencies(currency: str, whole: int, decimal: int) -> None:
    kept = amount(objects.item_price(price=1500, currency_code=currency))
    precise = amount(objects.item_price(price=1500, price_in_decimal="15", currency_code=currency))

    assert (kept["unit"], precise["unit"]) == (whole, decimal)
    assert kept["currency"] == currency.lower()


@pytest.mark.parametrize(
    "given",
    [{"price": -1}, {"price": 2**53}, {"price": True}, {"price": [1]}, {"price_in_decimal": "1,5"},
     {"price_in_decimal": "NaN"}, {"price_in_decimal": "-1"}, {"price_in_decimal": "1e99"}],
    ids=str,
)  # fmt: skip
def test_an_amount_that_is_none_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(Unmappable, match="price"):
        prices.price(objects.item_price(**given), PLAIN)


FIRST = {"starting_unit": 1, "ending_unit": 10, "price": 1000}
SECOND = {"starting_unit": 11, "ending_unit": 50, "price": 800}
LAST = {"starting_unit": 51, "price": 500}


@pytest.mark.parametrize(
    ("model", "mode", "kind"),
    [("tiered", "graduated", "unit"), ("volume", "total", "unit"), ("stairstep", "total", "flat")],
)
def test_2_3_tiers(model: str, mode: str, kind: str) -> None:
    """A step's price is for the whole quantity; the last band is open; the order is that of quantities."""
    assert amount(tiered(model, SECOND, LAST, FIRST)) == {
        "model": "tiered",
        "currency": "usd",
        "mode": mode,
        "tiers": [{kind: 1000, "upTo": 10}, {kind: 800, "upTo": 50}, {kind: 500}],
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({"price": 1000, "pricing_type": "per_unit"}, {"unit": 1000}, id="per unit"),
        pytest.param({"price": 1000, "pricing_type": "flat_fee"}, {"flat": 1000}, id="a fee for the band"),
        pytest.param({"price": 1000, "pricing_type": "package", "package_size": 10}, {"unit": 100},
                     id="a package, as its share of a unit"),
        pytest.param({"price": 1000, "pricing_type": "package", "package_size": 3}, {"unit": 333},
                     id="a package that does not divide, rounded"),
        pytest.param({"price": 1, "pricing_type": "package", "package_size": 1000}, {},
                     id="a share that rounds to nothing is not free"),
        pytest.param({"price": 5, "price_in_decimal": "0.055"}, {"unit": 6}, id="decimals"),
        pytest.param({"price": 0}, {"unit": 0}, id="a free band"),
        pytest.param({}, {}, id="no price"),
    ],
)  # fmt: skip
def test_2_3_kinds_of_tiers(given: dict[str, Any], expected: dict[str, int]) -> None:
    assert amount(tiered("tiered", {"starting_unit": 1, **given}))["tiers"] == [expected]


def test_edges_of_tiers_may_be_in_decimals() -> None:
    first = {"starting_unit": 0, "starting_unit_in_decimal": "0", "ending_unit_in_decimal": "10", "price": 100}
    second = {"starting_unit": 0, "starting_unit_in_decimal": "10.01", "price": 50}

    assert amount(tiered("tiered", second, first))["tiers"] == [{"unit": 100, "upTo": 10}, {"unit": 50}]


def test_an_edge_between_two_units_covers_the_last_whole_one() -> None:
    """The contract knows whole units only."""
    first = {"starting_unit_in_decimal": "0", "ending_unit_in_decimal": "10.9", "price": 100}

    assert amount(tiered("tiered", first))["tiers"][0]["upTo"] == 10


@pytest.mark.parametrize("model", ["tiered", "volume", "stairstep"])
def test_tiers_that_are_missing_are_no_price(model: str) -> None:
    with pytest.raises(Unmappable, match="tiers: missing"):
        prices.price(tiered(model), PLAIN)


def test_2_3_free_units_are_a_band_that_costs_nothing() -> None:
    free = amount(objects.item_price(free_quantity=2))
    assert free == {
        "model": "tiered",
        "currency": "usd",
        "mode": "graduated",
        "tiers": [{"unit": 0, "upTo": 2}, {"unit": amount(objects.item_price())["unit"]}],
    }


@pytest.mark.parametrize("members", [{"free_quantity": 0}, {"pricing_model": "flat_fee", "free_quantity": 2}], ids=str)
def test_without_free_units_or_without_units_nothing_is_free(members: dict[str, Any]) -> None:
    plain = {name: value for name, value in members.items() if name != "free_quantity"}
    assert amount(objects.item_price(**members)) == amount(objects.item_price(**plain))


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        pytest.param({"pricing_model": "package"}, "pricing_model: unknown", id="a model that does not exist"),
        pytest.param({"pricing_model": None}, "pricing_model: unknown", id="no model"),
        pytest.param({"currency_code": None}, "currency_code: missing", id="no currency"),
        pytest.param({"id": None}, "id: missing", id="no id"),
        pytest.param({"item_type": "charge", "period": None, "period_unit": None}, "interval", id="a charge"),
        pytest.param({"period_unit": "decade"}, "interval", id="a unit nobody knows"),
        pytest.param({"period": 0}, "interval", id="no time at all"),
    ],
)
def test_what_is_required_is_not_made_up(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unmappable, match=reason):
        prices.price(objects.item_price(**given), PLAIN)


INTERVALS = [
    pytest.param(1, "month", (1, "month"), (1, "month"), True, id="monthly"),
    pytest.param(3, "month", (3, "month"), (3, "month"), True, id="quarterly"),
    pytest.param(12, "month", (1, "year"), (1, "year"), True, id="twelve months are a year"),
    pytest.param(18, "month", (18, "month"), (18, "month"), True, id="eighteen months are no year"),
    pytest.param(1, "year", (1, "year"), (1, "year"), True, id="yearly"),
    pytest.param(2, "year", (2, "year"), (2, "year"), True, id="every two years"),
    pytest.param(1, "week", (1, "month"), (1, "week"), False, id="weekly"),
    pytest.param(4, "week", (1, "month"), (4, "week"), False, id="four weeks are no month"),
    pytest.param(1, "day", (1, "month"), (1, "day"), False, id="daily"),
    pytest.param(90, "day", (3, "month"), (90, "day"), False, id="ninety days"),
    pytest.param(365, "day", (1, "year"), (365, "day"), False, id="365 days"),
]


@pytest.mark.parametrize(("count", "unit", "nearest", "exact", "listed"), INTERVALS)
def test_2_3_intervals(count: int, unit: str, nearest: tuple[int, str], exact: tuple[int, str], listed: bool) -> None:
    """What has no word is shown in the nearest months on a subscription, and never offered; or passed through."""
    source = objects.item_price(period=count, period_unit=unit)
    shown = [prices.price(source, options).duration for options in (PLAIN, EXACT)]

    assert [(one.amount, one.unit.value) for one in shown] == [nearest, exact]
    assert prices.is_listed(source, PLAIN) is listed
    assert prices.is_listed(source, EXACT)


@pytest.mark.parametrize(
    ("source", "listed"),
    [
        pytest.param(objects.item_price(), True, id="active"),
        pytest.param(objects.item_price(status="archived"), False, id="archived"),
        pytest.param(objects.item_price(status="deleted"), False, id="deleted"),
        pytest.param(objects.item_price(deleted=True), False, id="deleted, by its flag"),
        pytest.param(tiered("volume", FIRST, LAST), True, id="tiers"),
        pytest.param(tiered("tiered", FIRST, {**LAST, "pricing_type": "package", "package_size": 10}), False,
                     id="a package, whose price cannot be told exactly"),
    ],
)  # fmt: skip
def test_2_3_what_may_be_offered(source: dict[str, Any], listed: bool) -> None:
    assert prices.is_listed(source, PLAIN) is listed


def test_a_price_that_is_no_longer_offered_is_still_what_somebody_pays() -> None:
    assert wire(prices.price(objects.item_price(status="archived"), PLAIN))["amount"]["unit"] == 1000


@pytest.mark.parametrize(
    ("kind", "recurs"), [("plan", True), ("addon", True), ("charge", False), ("surprise", False), (None, False)]
)
def test_what_recurs(kind: str | None, recurs: bool) -> None:
    assert prices.is_recurring(objects.item_price(item_type=kind)) is recurs


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param({}, {"unit": 1000}, id="as listed"),
        pytest.param({"unit_price": 750}, {"unit": 750}, id="overridden"),
        pytest.param({"unit_price": 0}, {"unit": 0}, id="given away"),
        pytest.param({"unit_price": None}, {"unit": 1000}, id="said nowhere"),
        pytest.param({"unit_price": 8, "unit_price_in_decimal": "0.075"}, {"flat": 23},
                     id="finer than a cent: exactly, for the quantity"),
        pytest.param({"unit_price_in_decimal": "7.5"}, {"unit": 750}, id="decimals of whole cents"),
        pytest.param({"unit_price_in_decimal": "0.075", "quantity": 300, "quantity_in_decimal": "2.5"}, {"flat": 19},
                     id="a quantity in decimals"),
    ],
)  # fmt: skip
def test_what_one_subscription_pays(line: dict[str, Any], expected: dict[str, int]) -> None:
    assert amount(objects.item_price(), line=objects.line(**line)) == {
        "model": "fixed",
        "currency": "usd",
        **expected,
    }


def test_an_overridden_flat_fee_is_a_fee_still() -> None:
    source = objects.item_price(pricing_model="flat_fee")

    assert amount(source, line=objects.line(unit_price=750, quantity=None)) == {
        "model": "fixed",
        "currency": "usd",
        "flat": 750,
    }


def test_overridden_tiers_take_the_place_of_the_listed_ones() -> None:
    source = tiered("volume", FIRST, LAST)
    own = [{"starting_unit": 1, "price": 5}]

    assert amount(source, line=objects.line(unit_price=5), tiers=own)["tiers"] == [{"unit": 5}]


@pytest.mark.parametrize(
    ("source", "metered"),
    [
        pytest.param(objects.item_price(), False, id="seats"),
        pytest.param(objects.item_price(usage_accumulation_reset_frequency="subscription_billing_frequency"), True,
                     id="usage"),
    ],
)  # fmt: skip
def test_facts(source: dict[str, Any], metered: bool) -> None:
    facts = prices.facts(source)

    assert (facts.id, facts.product_id, facts.currencies, facts.active, facts.metered, facts.kind) == (
        "pro-month", "pro", frozenset({"usd"}), True, metered, "plan"
    )  # fmt: skip


def test_an_archived_price_cannot_be_changed_to() -> None:
    assert not prices.facts(objects.item_price(status="archived")).active


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param({"quantity": 3}, 3, id="whole"),
        pytest.param({"quantity": None}, None, id="a flat fee has none"),
        pytest.param({"quantity": 2, "quantity_in_decimal": "2.5"}, 2.5, id="decimals are exact"),
        pytest.param({"quantity": 0}, 0, id="none of it"),
    ],
)
def test_quantities(line: dict[str, Any], expected: float | None) -> None:
    assert prices.quantity(objects.line(**line)) == expected
