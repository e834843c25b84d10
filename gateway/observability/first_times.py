"""Saying a thing once instead of at every request."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable


class FirstTimes:
    """Tells whether something is new. It remembers `most` things; after that nothing counts as new any more.

    Saying too little is the safe end: whoever sends ever new values must not fill the memory, nor the log.
    """

    def __init__(self, most: int = 1000) -> None:
        self._seen: set[Hashable] = set()
        self._most = most

    def is_first(self, thing: Hashable) -> bool:
        """Whether this is the first time; the next time it is not."""
        if thing in self._seen or len(self._seen) >= self._most:
            return False
        self._seen.add(thing)
        return True
