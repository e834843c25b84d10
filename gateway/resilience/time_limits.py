"""Giving up what takes too long, with one timer for all that is under way."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType


class TimeLimits:
    """Bounds pieces of work by time, each as `asyncio.timeout` does.

    That one sets a timer for each piece and cancels it at the end, and nearly all end long before. Here one timer waits
    for the earliest end, and is left alone by what ends in time. To be used on one event loop.
    """

    def __init__(self) -> None:
        self._open: set[TimeLimit] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._looks_at = 0.0

    def within(self, seconds: float) -> TimeLimit:
        """The block may take so long. Raises `TimeoutError` where it takes longer; `RuntimeError` outside a task."""
        return TimeLimit(self, seconds)

    def begin(self, limit: TimeLimit) -> None:
        """Watch it from now on."""
        self._open.add(limit)
        if self._timer is None or limit.ends_at < self._looks_at:
            self._look_again_at(limit.ends_at)

    def end(self, limit: TimeLimit) -> None:
        """Watch it no longer."""
        self._open.discard(limit)

    def _look_again_at(self, moment: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._looks_at = moment
        self._timer = asyncio.get_running_loop().call_at(moment, self._look)

    def _look(self) -> None:
        self._timer = None
        for limit in [one for one in self._open if one.ends_at <= self._looks_at]:
            self._open.discard(limit)
            limit.give_up()
        if self._open:
            self._look_again_at(min(one.ends_at for one in self._open))


class TimeLimit:
    """The limit of one block, which may be entered once."""

    __slots__ = ("_cancelling", "_is_over", "_limits", "_seconds", "_task", "ends_at")

    def __init__(self, limits: TimeLimits, seconds: float) -> None:
        self._limits = limits
        self._seconds = seconds
        self._is_over = False

    def __enter__(self) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a time limit is for what runs in a task")
        self._task = task
        self._cancelling = task.cancelling()
        self.ends_at = asyncio.get_running_loop().time() + self._seconds
        self._limits.begin(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._limits.end(self)
        # Somebody else may have cancelled the task as well: then that is what it is told.
        if self._is_over and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def give_up(self) -> None:
        """The time is over."""
        self._is_over = True
        self._task.cancel()
