"""What quantities of a price cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from simulators.chargebee import Site

TIERS = [
    {"starting_unit": 1, "ending_unit": 10, "price": 1000},
    {"starting_unit": 11, "ending_unit": 50, "price": 800},
    {"starting_unit": 51, "price": 500},
]
STEPS = [
    {"starting_unit": 1, "ending_unit": 10, "price": 1000, "pricing_type": "flat_fee"},
    {"starting_unit": 11, "price": 2000, "pricing_type": "flat_fee"},
]
PACKAGES = [{"starting_unit": 1, "price": 5000, "pricing_type": "package", "package_size": 10}]


@pytest.mark.parametrize(
    ("members", "quantity", "amount"),
    [
        pytest.param({"pricing_model": "flat_fee", "price": 500}, 7, 500, id="flat"),
        pytest.param({"price": 500}, 7, 3500, id="per unit"),
        pytest.param({"price": 500, "free_quantity": 2}, 7, 2500, id="two are free"),
        pytest.param({"price": 500, "free_quantity": 9}, 7, 0, id="all are free"),
        pytest.param({"tiers": TIERS}, 60, 10_000 + 32_000 + 5000, id="tiered"),
        pytest.param({"tiers": TIERS, "pricing_model": "volume"}, 60, 30_000, id="volume"),
        pytest.param({"tiers": TIERS, "pricing_model": "volume"}, 10, 10_000, id="volume at an edge"),
        pytest.param({"tiers": STEPS, "pricing_model": "stairstep"}, 10, 1000, id="stairstep"),
        pytest.param({"tiers": STEPS, "pricing_model": "stairstep"}, 11, 2000, id="the next step"),
        pytest.param({"tiers": PACKAGES, "pricing_model": "volume"}, 11, 10_000, id="packages"),
        pytest.param({"price_in_decimal": "0.0125"}, 1000, 1250, id="decimal"),
        pytest.param({"price_in_decimal": "0.005"}, 1, 1, id="half a cent, rounded up"),
        pytest.param({"price_in_decimal": "15", "currency_code": "JPY"}, 2, 30, id="decimal without minor units"),
        pytest.param({"price_in_decimal": "1.5", "currency_code": "KWD"}, 1, 150, id="decimal with three places"),
    ],
)
def test_what_a_quantity_costs(site: Site, members: dict[str, Any], quantity: int, amount: int) -> None:
    site.add_item_price(id="p", item_id="pro", **members)
    made = site.add_subscription(customer_id="ada", items=[("p", quantity)])

    assert [item["amount"] for item in made["subscription_items"]] == [amount]


def test_an_item_has_a_unit_price_or_tiers(site: Site) -> None:
    site.add_item_price(id="t", item_id="pro", tiers=TIERS)
    tiered = site.add_subscription(customer_id="ada", items=[("t", 2)])
    plain = site.add_subscription(customer_id="ada", items=[("seats", 2)])
    flat = site.add_subscription(customer_id="ada", items=["flat"])

    assert "unit_price" not in tiered["subscription_items"][0]
    assert [tier["index"] for tier in tiered["item_tiers"]] == [0, 1, 2]
    assert (plain["subscription_items"][0]["unit_price"], "item_tiers" in plain) == (1000, False)
    assert "quantity" not in flat["subscription_items"][0]
