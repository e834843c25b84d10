"""Stripe's amounts. They are in minor units already and are never rescaled, only rounded where they are finer.

Stripe's minor units are its own (ISK has two decimals there, MGA none), so no table of ISO exponents is consulted:
https://docs.stripe.com/currencies#minor-units.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from adapters import amounts
from adapters.amounts import rounded
from adapters.errors import Unmappable
from adapters.fields import objects_if_any
from gateway.contract import FixedAmount, Tier, TieredAmount

_MODES: Final = {"graduated": "graduated", "volume": "total"}


def exact(source: Mapping[str, Any], whole: str, decimal: str) -> Decimal | None:
    """The exact amount: the integer field, or the decimal text where the amount is finer than a minor unit."""
    precise = source.get(decimal)
    return amounts.exact(source.get(whole) if precise is None else precise, decimal)


def fixed(source: Mapping[str, Any], currency: str, quantity: int | None) -> FixedAmount:
    """A price per unit. `quantity` is a subscription item's; None in a price list, or where usage is metered.

    An amount finer than a minor unit is shown exactly on an item, as the flat sum of its quantity.
    """
    unit = exact(source, "unit_amount", "unit_amount_decimal")
    if unit is not None and unit != unit.to_integral_value() and quantity:
        return FixedAmount(currency=currency, flat=rounded(unit * quantity))
    return FixedAmount(currency=currency, unit=rounded(unit))


def tiered(source: Mapping[str, Any], currency: str, mode: object) -> TieredAmount:
    """A price in tiers. The last tier's `up_to` is null in answers; "inf" occurs in requests only."""
    tiers = objects_if_any(source, "tiers")
    if not tiers:
        raise Unmappable("tiers: missing")
    if not isinstance(mode, str) or mode not in _MODES:
        raise Unmappable("tiers_mode: unknown")
    return TieredAmount(
        currency=currency,
        mode="graduated" if mode == "graduated" else "total",
        tiers=tuple(
            Tier(
                unit=rounded(exact(tier, "unit_amount", "unit_amount_decimal")),
                flat=rounded(exact(tier, "flat_amount", "flat_amount_decimal")),
                up_to=tier.get("up_to"),
            )
            for tier in tiers
        ),
    )
