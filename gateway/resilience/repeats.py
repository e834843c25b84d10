"""The same request again, a moment later: it gets the first one's answer, instead of being carried out again."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, Self

from cachetools import TLRUCache

from gateway.resilience.deadline import within_deadline
from gateway.resilience.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_MOST: Final = 10_000


class _Answer(NamedTuple):
    failure: Failure | None
    window_s: float


def _end_of_window(request: str, answer: _Answer, now: float) -> float:
    return now + answer.window_s


TAKES_TOO_LONG: Final = "The same request is under way already, and takes too long."


class Verdict(Protocol):
    """Which failures of a request stand for its repetitions too, as a success does, and how another process is told."""

    def write(self, failure: Failure) -> str | None:
        """The failure as a text; None where it does not stand. Nothing personal and nothing secret is in it."""

    def read(self, text: str) -> Failure:
        """The failure that `write` made this text of, maybe in another process."""

    def unheard(self) -> Failure | None:
        """What stands where another process began and nobody will hear what came of it; None where it does no harm to
        carry it out once more."""


class _NoFailureStands:
    """No failure is another request's answer."""

    def write(self, failure: Failure) -> str | None:
        """None."""
        return None

    def read(self, text: str) -> Failure:
        """Nothing was written, so there is nothing to read."""
        return Failure(text)

    def unheard(self) -> Failure | None:
        """None."""
        return None


NO_FAILURE_STANDS: Final[Verdict] = _NoFailureStands()
"""Every failure is followed by another try."""


class Once(Protocol):
    """The same request again, a moment later, gets the first one's answer."""

    async def once(
        self, request: str, act: Callable[[], Awaitable[None]], verdict: Verdict = NO_FAILURE_STANDS
    ) -> bool:
        """Whether it was carried out now: see `Repeats.once`."""


class Repeats:
    """Remembers for `window_s` seconds what was done; with 0 nothing is remembered and nobody waits for another.

    Two clicks, or a caller that repeats a request whose answer it lost, are one request to whoever sent them; an action
    that counts from the present state would otherwise be done twice. Held in this process alone. `timer` answers
    seconds that only ever grow.
    """

    def __init__(self, window_s: float, timer: Callable[[], float] = time.monotonic) -> None:
        self._window_s = window_s
        self._timer = timer
        self._answers: TLRUCache[str, _Answer] = TLRUCache(_MOST, _end_of_window, timer)
        self._under_way: dict[str, asyncio.Future[Failure | None]] = {}

    def with_window(self, window_s: float) -> Self:
        """The same memory with another window, for what is done from now on: what was done before stays known."""
        other = type(self)(window_s, self._timer)
        other._answers, other._under_way = self._answers, self._under_way
        return other

    async def once(
        self,
        request: str,
        act: Callable[[], Awaitable[None]],
        verdict: Verdict = NO_FAILURE_STANDS,
        elsewhere: Once | None = None,
    ) -> bool:
        """Whether it was carried out now: False where the first one's answer stands for it.

        While the first is under way its answer is waited for, success or failure; where it ends without one, those that
        waited carry it out, the first of them for all. Afterwards a success stands, and a failure that `verdict` can
        write; after any other failure the next one is carried out. What is not known here is
        asked `elsewhere`; its answer is not remembered, for it is older than it looks. Raises what `act` raised, and
        `DeadlineExceeded` where the first takes longer than this one may wait.
        """
        if self._window_s <= 0:
            await act()
            return True
        while (known := self._answers.get(request)) is None:
            first = self._under_way.get(request)
            if first is None:
                return await self._be_first(request, act, verdict, elsewhere)
            async with within_deadline(TAKES_TOO_LONG):
                # Whoever gives up waiting takes the answer from nobody.
                await asyncio.wait((first,))
            if not first.cancelled():
                return _stands(first.result())
        return _stands(known.failure)

    async def _be_first(
        self, request: str, act: Callable[[], Awaitable[None]], verdict: Verdict, elsewhere: Once | None
    ) -> bool:
        async def carry_out() -> None:
            await self._carry_out(request, act, verdict)

        under_way = self._under_way[request] = asyncio.get_running_loop().create_future()
        try:
            is_new = True
            if elsewhere is None:
                await carry_out()
            else:
                is_new = await elsewhere.once(request, carry_out, verdict)
        except Failure as failure:
            under_way.set_result(failure)
            raise
        else:
            under_way.set_result(None)
            return is_new
        finally:
            # What is no failure of the provider's, such as the end of the process, is nobody else's answer.
            under_way.cancel()
            del self._under_way[request]

    async def _carry_out(self, request: str, act: Callable[[], Awaitable[None]], verdict: Verdict) -> None:
        try:
            await act()
        except Failure as failure:
            if verdict.write(failure) is not None:
                self._answers[request] = _Answer(failure, self._window_s)
            raise
        self._answers[request] = _Answer(None, self._window_s)


def _stands(failure: Failure | None) -> bool:
    """The first one's answer to a repetition: nothing was carried out now. Raises the failure that it was."""
    if failure is not None:
        raise failure
    return False
