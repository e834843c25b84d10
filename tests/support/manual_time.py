"""A clock that stands still until it is moved, and the timers that hang on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class ManualTime:
    """Called, it tells the seconds. `timer` takes what is to run later; `advance` runs it."""

    def __init__(self) -> None:
        self._now = 1000.0
        self._timers: list[tuple[float, Callable[[], None]]] = []

    def __call__(self) -> float:
        return self._now

    def timer(self, seconds: float, callback: Callable[[], None]) -> None:
        """Run it so many seconds from now."""
        self._timers.append((self._now + seconds, callback))

    def move(self, seconds: float) -> None:
        """Let time pass with nobody looking: what is to run later is forgotten until `advance`."""
        self._now += seconds

    async def advance(self, seconds: float) -> None:
        """Let time pass, timer by timer, and everybody do what there is to do at each."""
        end = self._now + seconds
        while due := [timer for timer in self._timers if timer[0] <= end]:
            first = min(due, key=lambda timer: timer[0])
            self._timers.remove(first)
            self._now = max(self._now, first[0])
            first[1]()
            await until_nothing_moves()
        self._now = end
        await until_nothing_moves()


async def until_nothing_moves() -> None:
    """Let every task run as far as it can."""
    for _ in range(20):
        await asyncio.sleep(0)
