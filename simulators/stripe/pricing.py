"""What a subscription's items cost, in minor units, for the ledger of charges.

Good enough to tell whether money would move and roughly how much; no tax, and metered use counts as nothing.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulators.stripe.store import Store
    from simulators.types import Json


def total(store: Store, items: Iterable[Json], currency: str) -> Decimal:
    """One period of every item, before discounts."""
    return sum((item_amount(store, item["price"], item.get("quantity"), currency) for item in items), Decimal(0))


def item_amount(store: Store, price: Json, quantity: int | None, currency: str) -> Decimal:
    """One period of one price at a quantity. Metered prices are nothing: what was used is unknown here."""
    recurring = price["recurring"]
    if recurring is not None and recurring["usage_type"] == "metered":
        return Decimal(0)
    units = 1 if quantity is None else quantity
    extras = store.extras.get(price["id"], {})
    terms = price if currency == price["currency"] else extras.get("currency_options", {}).get(currency, price)
    if price["billing_scheme"] == "tiered":
        return _tiered(terms.get("tiers") or extras.get("tiers", []), units, price["tiers_mode"])
    return _decimal(terms, "unit_amount") * _packages(price["transform_quantity"], units)


def after_discounts(store: Store, discounts: Iterable[Json], amount: Decimal, currency: str) -> int:
    """An amount with a subscription's discounts taken off, rounded to whole minor units, never below zero."""
    for discount in discounts:
        coupon = store.coupons.get(discount["source"]["coupon"])
        if coupon is None:
            continue
        if coupon["percent_off"] is not None:
            amount -= amount * Decimal(str(coupon["percent_off"])) / 100
        else:
            options = store.extras.get(coupon["id"], {}).get("currency_options", {})
            amount -= options.get(currency, coupon)["amount_off"]
    return rounded(max(amount, Decimal(0)))


def share(amount: int, part: int, whole: int) -> int:
    """The part of an amount that falls on `part` of `whole` seconds, rounded to minor units."""
    return rounded(Decimal(amount) * part / whole) if whole else 0


def rounded(amount: Decimal) -> int:
    """Whole minor units, halves away from zero."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _decimal(terms: Json, field: str) -> Decimal:
    exact = terms.get(f"{field}_decimal")
    if exact is not None:
        return Decimal(exact)
    return Decimal(terms.get(field) or 0)


def _packages(transform: Json | None, units: int) -> Decimal:
    if transform is None:
        return Decimal(units)
    rounding = ROUND_CEILING if transform["round"] == "up" else ROUND_FLOOR
    size: int = transform["divide_by"]
    return (Decimal(units) / size).quantize(Decimal(1), rounding=rounding)


def _tiered(tiers: list[Json], units: int, mode: str) -> Decimal:
    amount = Decimal(0)
    below = 0
    for tier in tiers:
        top = tier["up_to"]
        last = top is None or units <= top
        if mode == "graduated":
            inside = (units if last else top) - below
            amount += _decimal(tier, "unit_amount") * inside + _decimal(tier, "flat_amount")
            below = units if last else top
        elif last:
            amount = _decimal(tier, "unit_amount") * units + _decimal(tier, "flat_amount")
        if last:
            break
    return amount
