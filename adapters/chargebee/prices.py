"""A Chargebee item price as Churnkey's Price. Pure functions.

https://apidocs.chargebee.com/docs/api/item_prices
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, Literal

from adapters.amounts import exact, rounded
from adapters.chargebee.amounts import DECIMAL, minor_units
from adapters.chargebee.mapping import currency, is_active, plain_text
from adapters.chargebee.options import MappingOptions
from adapters.errors import Unmappable
from adapters.fields import objects_if_any, optional_text, required_text, text_if_any
from adapters.intervals import duration, interval, is_approximated
from adapters.state import PriceFacts
from gateway.contract import BillingDuration, FixedAmount, IntervalUnit, Price, PriceType, Tier, TieredAmount

FLAT_FEE: Final = "flat_fee"
"""The pricing model without a quantity."""
_PER_UNIT: Final = "per_unit"
_STAIRSTEP: Final = "stairstep"
_PACKAGE: Final = "package"

_MODES: Final[Mapping[object, Literal["graduated", "total"]]] = {
    "tiered": "graduated",
    "volume": "total",
    # A step's price is for the whole quantity.
    _STAIRSTEP: "total",
}
_RECURRING: Final = frozenset({"plan", "addon"})


def billing_interval(source: Mapping[str, Any]) -> tuple[IntervalUnit, int]:
    """Unit and count of an item price's period. Raises `Unmappable` where it has none: charges have no period."""
    return interval(source.get("period_unit"), source.get("period"))


def is_recurring(source: Mapping[str, Any]) -> bool:
    """Whether it is billed again and again: a charge is not."""
    return text_if_any(source, "item_type") in _RECURRING


def is_listed(source: Mapping[str, Any], options: MappingOptions) -> bool:
    """Whether Churnkey may offer it: an active plan, in an interval and with an amount that the contract has words
    for. The price of a package of units has none."""
    unit, _ = billing_interval(source)
    packages = any(tier.get("pricing_type") == _PACKAGE for tier in objects_if_any(source, "tiers"))
    return is_active(source) and not packages and not is_approximated(unit, exact=options.exact_intervals)


def price(
    source: Mapping[str, Any],
    options: MappingOptions,
    *,
    line: Mapping[str, Any] | None = None,
    tiers: Sequence[Mapping[str, Any]] = (),
) -> Price:
    """An item price; with `line`, the item of a subscription that is at it, as it is for that subscription.

    What a subscription pays may be overridden: a unit price by its line, tiers by `tiers`. Raises `Unmappable` for a
    price that does not recur.
    """
    product_id = optional_text(source, "item_id") if options.products else None
    return Price(
        id=required_text(source, "id"),
        type=PriceType.PRODUCT if product_id else PriceType.STANDALONE,
        product_id=product_id,
        duration=_duration(source, options),
        amount=_amount(source, line or {}, tiers),
        name=optional_text(source, "external_name", "name"),
        description=plain_text(optional_text(source, "description")),
    )


def stand_in(line: Mapping[str, Any], code: str, length: BillingDuration) -> Price:
    """The price of a subscription's item whose item price is gone: its id, and what the subscription pays."""
    return Price(
        id=required_text(line, "item_price_id"),
        type=PriceType.STANDALONE,
        duration=length,
        amount=_fixed(minor_units(line, "unit_price", code), code, quantity(line)),
    )


def quantity(line: Mapping[str, Any]) -> Decimal | None:
    """How many a subscription has of an item; None where quantities do not apply."""
    return exact(line.get("quantity" + DECIMAL), "quantity") or exact(line.get("quantity"), "quantity")


def _duration(source: Mapping[str, Any], options: MappingOptions) -> BillingDuration:
    unit, count = billing_interval(source)
    return duration(unit, count, exact=options.exact_intervals)


def _amount(
    source: Mapping[str, Any], line: Mapping[str, Any], overridden: Sequence[Mapping[str, Any]]
) -> FixedAmount | TieredAmount:
    code = currency(source.get("currency_code"))
    if code is None:
        raise Unmappable("currency_code: missing")
    model = text_if_any(source, "pricing_model")
    if model in _MODES:
        return _tiered(overridden or objects_if_any(source, "tiers"), code, model)
    if model not in {FLAT_FEE, _PER_UNIT}:
        raise Unmappable("pricing_model: unknown")
    amount = minor_units(line, "unit_price", code)
    if amount is None:
        amount = minor_units(source, "price", code)
    if model == FLAT_FEE:
        return FixedAmount(currency=code, flat=rounded(amount))
    free = _free_units(line) or _free_units(source)
    if free:
        bands = (Tier(unit=0, up_to=free), Tier(unit=rounded(amount)))
        return TieredAmount(currency=code, mode="graduated", tiers=bands)
    return _fixed(amount, code, quantity(line))


def _free_units(holder: Mapping[str, Any]) -> int:
    """How many units cost nothing, in whole ones."""
    found = exact(_edge(holder, "free_quantity"), "free_quantity")
    return 0 if found is None else int(found)


def _fixed(amount: Decimal | None, code: str, count: Decimal | None) -> FixedAmount:
    """Per unit. An amount finer than a minor unit is shown exactly on an item, as the sum of its quantity."""
    if amount is not None and amount != amount.to_integral_value() and count:
        return FixedAmount(currency=code, flat=rounded(amount * count))
    return FixedAmount(currency=code, unit=rounded(amount))


def _tiered(tiers: Sequence[Mapping[str, Any]], code: str, model: object) -> TieredAmount:
    if not tiers:
        raise Unmappable("tiers: missing")
    ordered = sorted(tiers, key=lambda tier: exact(_edge(tier, "starting_unit"), "starting_unit") or 0)
    return TieredAmount(
        currency=code, mode=_MODES[model], tiers=tuple(_tier(tier, code, model == _STAIRSTEP) for tier in ordered)
    )


def _tier(tier: Mapping[str, Any], code: str, is_step: bool) -> Tier:
    amount = minor_units(tier, "price", code)
    last = exact(_edge(tier, "ending_unit"), "ending_unit")
    up_to = None if last is None else int(last)
    if is_step or tier.get("pricing_type") == FLAT_FEE:
        return Tier(flat=rounded(amount), up_to=up_to)
    if tier.get("pricing_type") == _PACKAGE and amount is not None:
        size = exact(tier.get("package_size"), "package_size")
        amount = amount / size if size else amount
    return Tier(unit=rounded(amount), up_to=up_to)


def _edge(tier: Mapping[str, Any], field: str) -> object:
    precise = tier.get(field + DECIMAL)
    return tier.get(field) if precise is None else precise


def is_metered(source: Mapping[str, Any]) -> bool:
    """Whether usage is counted afterwards. The item says it; of its prices only those of such items have this field."""
    return source.get("usage_accumulation_reset_frequency") is not None


def facts(source: Mapping[str, Any]) -> PriceFacts:
    """What a price change must know. The price must recur."""
    code = currency(source.get("currency_code"))
    return PriceFacts(
        id=required_text(source, "id"),
        product_id=optional_text(source, "item_id"),
        currencies=frozenset({code} if code else ()),
        active=is_active(source),
        metered=is_metered(source),
        kind=optional_text(source, "item_type"),
    )
