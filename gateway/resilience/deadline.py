"""One time budget for one inbound request, spent by waiting, retrying and calling alike.

The budget travels in a context variable: whatever runs on behalf of a request finds the same deadline without
being handed it, and so does a task started by it.
"""

from __future__ import annotations

import asyncio
import math
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from gateway.resilience.failure import Failure

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LONGEST_GRACE_S: Final = 5.0
"""No request goes on for longer than this after its deadline."""


class DeadlineExceeded(Failure):
    """The request's time budget is spent before anything was sent."""


class Deadline:
    """A moment on the event loop's clock. `at` is in seconds of `loop.time()`, infinite for no deadline."""

    __slots__ = ("at",)

    def __init__(self, at: float) -> None:
        self.at = at

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """The deadline `seconds` from now on the running loop's clock."""
        return cls(asyncio.get_running_loop().time() + seconds)

    def remaining(self) -> float:
        """Seconds left, never negative; infinite when there is no deadline."""
        if self.at == math.inf:
            return math.inf
        return max(0.0, self.at - asyncio.get_running_loop().time())


NO_DEADLINE = Deadline(math.inf)
_current: ContextVar[Deadline] = ContextVar("deadline", default=NO_DEADLINE)


def current_deadline() -> Deadline:
    """The deadline of the request being served, or one that never comes."""
    return _current.get()


class deadline:
    """Give everything inside the block one budget of `seconds`; an outer, earlier deadline stays in force."""

    __slots__ = ("_seconds", "_token")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __enter__(self) -> Deadline:
        chosen, outer = Deadline.after(self._seconds), _current.get()
        if outer.at < chosen.at:
            chosen = outer
        self._token = _current.set(chosen)
        return chosen

    def __exit__(self, *raised: object) -> None:
        _current.reset(self._token)


class grace:
    """Time of its own, `seconds` of it, for what must not be left undone when the request's time is used up: putting
    back what made way for a write that failed. Never for anything that only the caller wants, and never more than
    `LONGEST_GRACE_S`: who waits for requests to end must know for how long."""

    __slots__ = ("_seconds", "_token")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __enter__(self) -> Deadline:
        seconds = min(self._seconds, LONGEST_GRACE_S)
        chosen = Deadline(max(Deadline.after(seconds).at, _current.get().at))
        self._token = _current.set(chosen)
        return chosen

    def __exit__(self, *raised: object) -> None:
        _current.reset(self._token)


@asynccontextmanager
async def within_deadline(message: str) -> AsyncIterator[None]:
    """Wait for what is inside no longer than the request may. Raises `DeadlineExceeded` with `message`."""
    remaining = _current.get().remaining()
    try:
        async with asyncio.timeout(None if remaining == math.inf else remaining):
            yield
    except TimeoutError:
        raise DeadlineExceeded(message) from None
