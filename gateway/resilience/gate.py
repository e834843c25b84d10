"""Where provider calls wait for each other: so many at once, at the pace, the urgent ones first, none for too long.

One queue for both: were a slot held by a list that waits for the pace, an action would wait for the slot.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Protocol

from gateway.resilience.deadline import current_deadline
from gateway.resilience.failure import Shed
from gateway.resilience.observer import Observer, SilentObserver
from gateway.resilience.urgency import Urgency

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.resilience.budget import Budget
    from gateway.resilience.pace import Pace

_TOO_MUCH: Final = "The billing provider is being asked too much. Try again in a moment."
_SHORTEST_WISH_S: Final = 1.0
_UNFINISHED: Final = Urgency.UNFINISHED
"""Looked up once: in Python 3.11 that takes as long as to call a function."""


class Timer(Protocol):
    """Runs something after so many seconds."""

    def __call__(self, seconds: float, callback: Callable[[], None]) -> object: ...


def _on_the_loop(seconds: float, callback: Callable[[], None]) -> object:
    return asyncio.get_running_loop().call_later(seconds, callback)


class Gate:
    """Lets provider calls through: no more than `slots` under way at once, no faster than `pace`.

    Those that wait are let through by urgency and then in the order they came; what is `UNFINISHED` counts for the pace
    but does not wait for it. Who cannot be let through before the request's deadline is turned away with `Shed`, at
    once where that is certain. Where other processes call the same account, `budget` is what all of them may do
    together; the pace then holds as well. `timer` is for tests.
    """

    def __init__(
        self,
        slots: int,
        pace: Pace,
        observer: Observer | None = None,
        timer: Timer = _on_the_loop,
        budget: Budget | None = None,
    ) -> None:
        self._free = slots
        self._pace = pace
        self._budget = budget
        if budget is not None:
            budget.listen(self._let_in)
        self._observer = observer or SilentObserver()
        self._timer = timer
        self._timer_runs = False
        self._queues: tuple[deque[asyncio.Future[None]], ...] = tuple(deque() for _ in Urgency)

    async def enter(self, urgency: Urgency) -> None:
        """Wait until a call may be made. Whoever was let in must `leave`. Raises `Shed`."""
        if not self.enter_at_once(urgency):
            await self._wait(urgency)

    def enter_at_once(self, urgency: Urgency) -> bool:
        """`enter` where nothing has to be waited for. Whether it was."""
        if not self._free or any(self._queues[: urgency + 1]) or self._delay(urgency) > 0.0:
            return False
        self._take()
        return True

    def leave(self, *, called: bool = True) -> None:
        """Make room for the next. `called` False: the call was not made after all, and does not count for the pace."""
        self._free += 1
        if not called:
            self._pace.refund()
            if self._budget is not None:
                self._budget.refund()
        if any(self._queues):
            self._let_in()

    def slow_down(self, began: float, retry_after: float | None) -> None:
        """The provider refused a call that began at that moment of the pace's clock: see `Pace.slow_down`."""
        slower = self._pace.slow_down(began, retry_after)
        if slower is not None:
            self._observer.slowed_down(slower)
        if self._budget is not None and retry_after is not None:
            self._budget.block(retry_after)

    @property
    def waiting(self) -> int:
        """How many calls wait."""
        return sum(map(len, self._queues))

    async def _wait(self, urgency: Urgency) -> None:
        if self._budget is not None and urgency is not Urgency.UNFINISHED:
            await self._budget.ask()
        remaining = current_deadline().remaining()
        soonest = self._delay(urgency, 1 + sum(map(len, self._queues[: urgency + 1])))
        if soonest >= remaining:
            raise self._shed(soonest)
        queue = self._queues[urgency]
        turn = asyncio.get_running_loop().create_future()
        queue.append(turn)
        self._let_in()
        is_in, began = False, time.monotonic()
        try:
            async with asyncio.timeout(None if remaining == math.inf else remaining):
                await turn
            is_in = True
        except TimeoutError:
            raise self._shed(self._delay(urgency)) from None
        finally:
            self._observer.waited(time.monotonic() - began)
            if not is_in:
                self._give_up(turn, queue)

    def _give_up(self, turn: asyncio.Future[None], queue: deque[asyncio.Future[None]]) -> None:
        if turn.done() and not turn.cancelled():
            # Its turn came in the very moment it stopped waiting.
            self.leave(called=False)
        else:
            with suppress(ValueError):
                queue.remove(turn)

    def _let_in(self) -> None:
        while self._free and any(self._queues):
            urgency = next(one for one in Urgency if self._queues[one])
            delay = self._delay(urgency)
            if delay > 0.0:
                self._come_back_in(delay)
                return
            turn = self._queues[urgency].popleft()
            # One that was cancelled may not have had the time yet to take itself out of the queue.
            if not turn.done():
                self._take()
                turn.set_result(None)

    def _take(self) -> None:
        self._free -= 1
        self._pace.spend()
        if self._budget is not None:
            self._budget.spend()

    def _delay(self, urgency: Urgency, place: int = 1) -> float:
        if urgency is _UNFINISHED:
            return 0.0
        delay = self._pace.delay(place)
        return delay if self._budget is None else max(delay, self._budget.delay(place))

    def _come_back_in(self, seconds: float) -> None:
        # One timer for all who wait. The wait only gets longer, except where `leave` looks again by itself.
        if not self._timer_runs:
            self._timer_runs = True
            self._timer(seconds, self._look_again)

    def _look_again(self) -> None:
        self._timer_runs = False
        self._let_in()

    def _shed(self, wish: float) -> Shed:
        self._observer.shed("overload")
        return Shed(_TOO_MUCH, retry_after=max(wish, _SHORTEST_WISH_S))
