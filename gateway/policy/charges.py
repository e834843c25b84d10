"""The money guard: how much a change may charge at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class ImmediateCharges:
    """The most that one change may charge at once, in minor units by lower-case currency. In a currency that is not
    named nothing may be charged."""

    def __init__(self, most: Mapping[str, int]) -> None:
        self._most = dict(most)

    def allows(self, amount: int, currency: str) -> bool:
        """Whether so many minor units of a currency may be charged at once."""
        return amount <= self._most.get(currency, 0)
