"""What item prices cost, as Chargebee counts money.

Amounts are hundredths of the currency, for three-decimal currencies too, and whole units of the few currencies
that Chargebee calls zero-decimal (https://www.chargebee.com/docs/billing/2.0/site-configuration/currencies).
`price_in_decimal` and its likes are in whole units of the currency and exact.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.types import Json

ZERO_DECIMAL = ("JPY", "KRW", "XAF", "XOF")
TIERED_MODELS = ("tiered", "volume", "stairstep")
_AS_GIVEN = ("quantity_in_decimal", "billing_cycles", "trial_end")
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}


def subscription_item(price: Json, wanted: Json, tiers: list[Json] | None = None) -> Json:
    """An item of a subscription.

    `wanted` may have a quantity and a price of its own, either of them in decimal, and `billing_cycles` and
    `trial_end`; `tiers` replace those of the price.
    """
    quantity = Decimal(wanted.get("quantity_in_decimal") or wanted.get("quantity", 1))
    item: Json = {"item_price_id": price["id"], "item_type": price["item_type"]}
    if price["pricing_model"] != "flat_fee":
        item["quantity"] = int(quantity)
    item |= {name: wanted[name] for name in _AS_GIVEN if name in wanted}
    terms = price if tiers is None else {**price, "tiers": tiers}
    if "unit_price" in wanted or "unit_price_in_decimal" in wanted:
        terms = {name: value for name, value in price.items() if name not in ("price", "price_in_decimal")}
    if "unit_price" in wanted:
        terms["price"] = wanted["unit_price"]
    if "unit_price_in_decimal" in wanted:
        terms["price_in_decimal"] = wanted["unit_price_in_decimal"]
    if price["pricing_model"] not in TIERED_MODELS:
        item["unit_price"] = _rounded(_unit(terms, price["currency_code"]))
    if "price_in_decimal" in terms:
        item["unit_price_in_decimal"] = terms["price_in_decimal"]
    item["amount"] = amount(terms, quantity)
    item["free_quantity"] = price["free_quantity"]
    item["object"] = "subscription_item"
    return item


def item_tiers(price: Json, tiers: list[Json] | None = None) -> list[Json]:
    """The tiers of a price as a subscription lists them, or other `tiers` in their place."""
    given = price.get("tiers", ()) if tiers is None else tiers
    return [
        {**tier, "item_price_id": price["id"], "index": index, "object": "item_tier"}
        for index, tier in enumerate(given)
    ]


def tiers_of(item_price_id: str, listed: list[Json]) -> list[Json] | None:
    """Those of a subscription's `item_tiers` that belong to one price; None where there are none."""
    return [tier for tier in listed if tier["item_price_id"] == item_price_id] or None


def amount(price: Json, quantity: Decimal) -> int:
    """What `quantity` units cost a period, rounded half up."""
    currency = price["currency_code"]
    model = price["pricing_model"]
    if model == "flat_fee":
        return _rounded(_unit(price, currency))
    billable = max(Decimal(0), quantity - price["free_quantity"])
    if model == "per_unit":
        return _rounded(_unit(price, currency) * billable)
    tiers = sorted(price["tiers"], key=lambda tier: tier["starting_unit"])
    if model == "tiered":
        return _rounded(sum((_tier(tier, _units_in(tier, billable), currency) for tier in tiers), Decimal(0)))
    reached = [tier for tier in tiers if tier["starting_unit"] <= max(1, billable)]
    if model == "stairstep":
        return _rounded(_unit(reached[-1], currency) if billable else Decimal(0))
    return _rounded(_tier(reached[-1], billable, currency))


def mrr(subscription: Json, items: list[Json]) -> int:
    """What a subscription brings in a month, in the subscription's currency."""
    total = sum(item["amount"] for item in items)
    count, unit = subscription["billing_period"], subscription["billing_period_unit"]
    if unit in _MONTHS:
        return _rounded(Decimal(total) / (count * _MONTHS[unit]))
    return _rounded(Decimal(total) * 365 / (12 * count * _DAYS[unit]))


def divides(addon: Json, plan: Json) -> bool:
    """Whether a plan's billing period is a whole number of an addon's."""
    for lengths in (_DAYS, _MONTHS):
        if addon["period_unit"] in lengths and plan["period_unit"] in lengths:
            span = plan["period"] * lengths[plan["period_unit"]]
            return bool(span % (addon["period"] * lengths[addon["period_unit"]]) == 0)
    return False


def _units_in(tier: Json, billable: Decimal) -> Decimal:
    last = min(billable, Decimal(tier.get("ending_unit", billable)))
    return max(Decimal(0), last - int(tier["starting_unit"]) + 1)


def _tier(tier: Json, units: Decimal, currency: str) -> Decimal:
    kind = tier.get("pricing_type", "per_unit")
    if kind == "flat_fee":
        return _unit(tier, currency) if units else Decimal(0)
    if kind == "package":
        return _unit(tier, currency) * math.ceil(units / int(tier["package_size"]))
    return _unit(tier, currency) * units


def _unit(terms: Json, currency: str) -> Decimal:
    exact = terms.get("price_in_decimal")
    if exact is None:
        return Decimal(terms["price"])
    return Decimal(exact) * (1 if currency in ZERO_DECIMAL else 100)


def _rounded(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_HALF_UP))
