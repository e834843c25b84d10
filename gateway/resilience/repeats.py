"""The same request again, a moment later: it gets the first one's answer, instead of being carried out again."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from cachetools import TLRUCache

from gateway.resilience.deadline import within_deadline
from gateway.resilience.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

_MOST: Final = 10_000


class _Answer(NamedTuple):
    failure: Failure | None
    window_s: float


def _end_of_window(request: Hashable, answer: _Answer, now: float) -> float:
    return now + answer.window_s


class Repeats:
    """Remembers for `window_s` seconds what was done; with 0 nothing is remembered and nobody waits for another.

    Two clicks, or a caller that repeats a request whose answer it lost, are one request to whoever sent them; an action
    that counts from the present state would otherwise be done twice. Held in this process alone. `timer` answers
    seconds that only ever grow.
    """

    def __init__(self, window_s: float, timer: Callable[[], float] = time.monotonic) -> None:
        self._window_s = window_s
        self._timer = timer
        self._answers: TLRUCache[Hashable, _Answer] = TLRUCache(_MOST, _end_of_window, timer)
        self._under_way: dict[Hashable, asyncio.Future[Failure | None]] = {}

    def with_window(self, window_s: float) -> Self:
        """The same memory with another window, for what is done from now on: what was done before stays known."""
        other = type(self)(window_s, self._timer)
        other._answers, other._under_way = self._answers, self._under_way
        return other

    async def once(
        self,
        request: Hashable,
        act: Callable[[], Awaitable[None]],
        is_final: Callable[[Failure], bool] = lambda failure: False,
    ) -> bool:
        """Whether it was carried out now: False where the first one's answer stands for it.

        While the first is under way its answer is waited for, success or failure. Afterwards a success stands, and a
        failure for which `is_final` says so; after any other failure the next one is carried out. Raises what `act`
        raised, and `DeadlineExceeded` where the first takes longer than this one may wait.
        """
        if self._window_s <= 0:
            await act()
            return True
        known = self._answers.get(request)
        if known is None:
            first = self._under_way.get(request)
            if first is None:
                await self._carry_out(request, act, is_final)
                return True
            async with within_deadline("The same request is under way already, and takes too long."):
                # Shielded: whoever gives up waiting must not take the answer from the others.
                failure = await asyncio.shield(first)
        else:
            failure = known.failure
        if failure is not None:
            raise failure
        return False

    async def _carry_out(
        self, request: Hashable, act: Callable[[], Awaitable[None]], is_final: Callable[[Failure], bool]
    ) -> None:
        under_way = self._under_way[request] = asyncio.get_running_loop().create_future()
        try:
            await act()
        except Failure as failure:
            if is_final(failure):
                self._answers[request] = _Answer(failure, self._window_s)
            under_way.set_result(failure)
            raise
        else:
            self._answers[request] = _Answer(None, self._window_s)
            under_way.set_result(None)
        finally:
            # What is no failure of the provider's, such as the end of the process, is nobody else's answer.
            under_way.cancel()
            del self._under_way[request]
