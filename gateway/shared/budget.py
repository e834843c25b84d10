"""How often several processes together may call a provider, kept in Redis and taken from there by the handful."""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING, Final

from gateway.resilience import LONGEST_BLOCK_S, current_deadline
from gateway.shared.link import Away
from gateway.shared.scripts import BLOCK, TAKE
from gateway.shared.waiting import milliseconds
from gateway.shared.watcher import Part

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.shared.link import Link
    from gateway.shared.watcher import Watcher

_AHEAD_S: Final = 0.1
"""Calls of so many seconds are taken at a time: ten questions a second, however high the pace, and a process that keeps
what it took to itself keeps little from the others."""
_GOOD_FOR_S: Final = 1.0
"""What was taken and not used for so long is forgotten: no process may save up calls."""
_ANSWER_S: Final = 0.05
"""When to look again, should the answer not come by itself."""
_MICROSECONDS: Final = 1_000_000


class SharedBudget:
    """The calls of one account. While Redis is away it allows everything: the pace of this process remains.

    `now` is any clock that only moves forward, in seconds.
    """

    def __init__(
        self,
        requests_per_second: float,
        link: Link,
        key: str,
        watcher: Watcher,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate = requests_per_second
        # As many may begin at once as a second allows, as everywhere.
        self._most = max(1.0, requests_per_second)
        self._handful = max(1, int(requests_per_second * _AHEAD_S))
        self._link = link
        self._key = key
        self._watcher = watcher
        self._now = now
        self._changed: list[Callable[[], None]] = []
        # Below zero: calls that could not wait are still to be taken.
        self._calls = 0
        self._taken_at = self._none_before = now()
        self._question: asyncio.Task[None] | None = None
        link.listen(self)

    def listen(self, changed: Callable[[], None]) -> None:
        """Call this whenever a call may have become possible."""
        self._changed.append(changed)

    async def ask(self) -> None:
        """Wait until it is known whether a call may begin, or for how long none may."""
        if self.delay(1) > 0.0 and self._question is not None:
            remaining = current_deadline().remaining()
            # Whoever gives up waiting leaves the question to the others.
            await asyncio.wait({self._question}, timeout=None if remaining == math.inf else remaining)

    def delay(self, place: int) -> float:
        """The number of seconds until the call in this place from now on may begin, as far as is known."""
        now = self._now()
        if self._calls > 0 and now - self._taken_at > _GOOD_FOR_S:
            self._calls = 0
        missing = place - self._calls
        if missing <= 0 or self._link.is_lost:
            return 0.0
        wait = self._none_before - now
        if wait <= 0.0:
            wait = _ANSWER_S
            if self._question is None:
                self._question = self._link.start(self._take())
        return wait + (missing - 1) / self._rate

    def spend(self) -> None:
        """A call begins."""
        if self._link.is_lost:
            self._watcher.alone(Part.CALL)
        else:
            # What is owed beyond the whole budget is let off: it was spent long ago.
            self._calls = max(self._calls - 1, -int(self._most))

    def refund(self) -> None:
        """A call that was to begin was not made."""
        if not self._link.is_lost:
            self._calls += 1

    def block(self, seconds: float) -> None:
        """The provider wants to be left alone for so long, by everybody."""
        self._link.start(self._block(min(seconds, LONGEST_BLOCK_S)))

    def turned(self) -> None:
        """Redis went away or came back: nothing of before counts."""
        self._calls = 0
        self._none_before = self._now()
        self._tell()

    async def _take(self) -> None:
        wanted = self._handful - min(0, self._calls)
        try:
            taken, microseconds = await self._link.ask(
                TAKE, self._key, self._rate, self._most, wanted, milliseconds(LONGEST_BLOCK_S)
            )
        except Away:
            # Everybody has been told already.
            return
        finally:
            self._question = None
        self._calls += int(taken)
        self._taken_at = self._now()
        self._none_before = self._taken_at + int(microseconds) / _MICROSECONDS
        self._tell()

    async def _block(self, seconds: float) -> None:
        if seconds > 0.0:
            try:
                await self._link.ask(BLOCK, self._key, milliseconds(seconds))
            except Away:
                return

    def _tell(self) -> None:
        for changed in self._changed:
            changed()
