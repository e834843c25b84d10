"""Giving up what takes too long, with one timer for all that is under way."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType


class TimeLimits:
    """Bounds pieces of work by time, each as `asyncio.timeout` does.

    That one sets a timer for each piece and cancels it at the end, and nearly all end long before. Here one timer waits
    for the earliest end, and is left alone by what ends in time. To be used on one event loop.
    """

    def __init__(self) -> None:
        self.open: set[TimeLimit] = set()
        """Those under way: a block adds its own and takes it out, without a call more for each."""
        self.looks_at = math.inf
        """When the timer goes off; infinite where none is set."""
        self._timer: asyncio.TimerHandle | None = None

    def within(self, seconds: float) -> TimeLimit:
        """The block may take so long. Raises `TimeoutError` where it takes longer; `RuntimeError` outside a task."""
        return TimeLimit(self, seconds)

    def look_at(self, moment: float) -> None:
        """Let the timer go off then."""
        if self._timer is not None:
            self._timer.cancel()
        self.looks_at = moment
        self._timer = asyncio.get_running_loop().call_at(moment, self._look)

    def _look(self) -> None:
        now, self.looks_at, self._timer = self.looks_at, math.inf, None
        for limit in [one for one in self.open if one.ends_at <= now]:
            self.open.discard(limit)
            limit.give_up()
        if self.open:
            self.look_at(min(one.ends_at for one in self.open))


class TimeLimit:
    """The limit of one block, which may be entered once."""

    __slots__ = ("_cancelling", "_is_over", "_limits", "_seconds", "_task", "ends_at")

    def __init__(self, limits: TimeLimits, seconds: float) -> None:
        self._limits = limits
        self._seconds = seconds
        self._is_over = False

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        if task is None:
            raise RuntimeError("a time limit is for what runs in a task")
        self._task = task
        self._cancelling = task.cancelling()
        self.ends_at = ends_at = loop.time() + self._seconds
        limits = self._limits
        limits.open.add(self)
        if ends_at < limits.looks_at:
            limits.look_at(ends_at)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._limits.open.discard(self)
        # Somebody else may have cancelled the task as well: then that is what it is told.
        if self._is_over and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def give_up(self) -> None:
        """The time is over."""
        self._is_over = True
        self._task.cancel()
