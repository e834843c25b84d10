"""Exact amounts, and how they become the contract's whole minor units."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

from adapters.errors import Unmappable
from gateway.contract import FixedAmount, TieredAmount

_LARGEST: Final = 2**53 - 1


def exact(value: object, field: str) -> Decimal | None:
    """A number or a decimal text as it is, None for None. Raises `Unmappable`, naming the field."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Unmappable(f"{field}: not a number")
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise Unmappable(f"{field}: not a number") from None
    if not amount.is_finite() or not 0 <= amount <= _LARGEST:
        raise Unmappable(f"{field}: out of range")
    return amount


def rounded(amount: Decimal | None) -> int | None:
    """To whole minor units, halves up. What is positive and rounds to nothing is left out: it is not free."""
    if amount is None:
        return None
    whole = int(amount.to_integral_value(ROUND_HALF_UP))
    return None if whole == 0 and amount > 0 else whole


def is_told(amount: FixedAmount | TieredAmount) -> bool:
    """Whether it says what is charged. Where neither part is there, nobody who chooses it knows what they will pay."""
    return not isinstance(amount, FixedAmount) or amount.unit is not None or amount.flat is not None
