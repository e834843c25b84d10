"""Prices and coupons that were expressed before: of the catalogue the same few objects are met in every list.

What was expressed counts for as long as all that it was made of is equal, member by member, so nothing outdated is ever
shown, and no time of validity is needed. No customer's data is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final, TypeVar

from msgspec import Raw

from gateway.contract import ContractModel, written

S = TypeVar("S")

_MOST: Final = 1000


class Expressed:
    """The JSON of what was expressed, by a name of the caller's and what it was made of."""

    def __init__(self, most: int = _MOST) -> None:
        self._known: dict[Hashable, tuple[object, Raw]] = {}
        self._most = most

    def get(self, name: Hashable, source: S, express: Callable[[S], ContractModel]) -> Raw:
        """The JSON of what `express` makes of the source, which is not changed afterwards. Raises what it raises."""
        known = self._known.get(name)
        if known is not None and known[0] == source:
            return known[1]
        made = written(express(source))
        if len(self._known) >= self._most:
            # Rare, and it only costs making them again.
            self._known.clear()
        self._known[name] = (source, made)
        return made
