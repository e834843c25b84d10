"""What a change would charge at once, and who says how much that may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Charge:
    """Money that a write would take at once. `amount` is in minor units, tax included, never negative: a credit is a
    charge of 0. `currency` is a lower-case ISO 4217 code."""

    amount: int
    currency: str


class ChargeLimit(Protocol):
    """The owner's word on how much a change may charge at once."""

    def allows(self, amount: int, currency: str) -> bool:
        """Whether so many minor units of a currency may be charged at once."""
