"""How often a price of Stripe's is billed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.types import Json


def interval_of(price: Json) -> tuple[str, int]:
    """The interval and its count of a recurring price."""
    recurring = price["recurring"]
    return recurring["interval"], recurring["interval_count"]
