"""One provider call: inside the deadline, its failure translated, counted, and repeated where that is right.

Every adapter makes all its calls through `ProviderCalls`, so none of them has time-outs or retries of its own.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final, TypeVar

from aiolimiter import AsyncLimiter

from adapters.errors import AdapterError, Timeout, UnknownOutcome
from gateway.resilience import (
    FIRST_WAIT_S,
    DeadlineExceeded,
    Observer,
    Retrier,
    Safety,
    current_deadline,
    note_call,
    within_deadline,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")

_WRITES_SHARE_OF_TIME: Final = 0.6
"""A write may use this part of the time that is left, so that a lost answer can still be settled by reading."""


class ProviderCalls:
    """Runs provider calls for one backend and mode.

    `timeout_s` bounds a single attempt. `concurrency` bounds how many are under way at once,
    `requests_per_second` how often one is begun. `translate` turns the
    exceptions of the provider's package into the taxonomy; it is given whether the call is a write.
    """

    def __init__(
        self,
        *,
        translate: Callable[[Exception, bool], AdapterError],
        observer: Observer,
        timeout_s: float,
        concurrency: int,
        requests_per_second: float | None = None,
        retry_wait_s: float = FIRST_WAIT_S,
    ) -> None:
        self._translate = translate
        self._observer = observer
        self._retrier = Retrier(observer, first_wait_s=retry_wait_s)
        self._timeout_s = timeout_s
        self._slots = asyncio.Semaphore(concurrency)
        self._pace = _pace(requests_per_second) if requests_per_second else None

    async def run(
        self,
        operation: str,
        call: Callable[[], Awaitable[T]],
        safety: Safety,
        request_id: Callable[[T], str | None] = lambda answer: None,
    ) -> T:
        """The call's answer; `operation` names the call in metrics and logs.

        `request_id` finds the provider's id of the request in the answer, for the log.

        Raises an `AdapterError`, or `DeadlineExceeded` where no time was left to make the call.
        """
        return await self._retrier.run(lambda: self._attempt(operation, call, safety, request_id), safety)

    async def _attempt(
        self,
        operation: str,
        call: Callable[[], Awaitable[T]],
        safety: Safety,
        request_id: Callable[[T], str | None],
    ) -> T:
        # Waiting for a slot and for the pace, as long as the request may: that time is not the provider's.
        if self._slots.locked():
            async with within_deadline("The billing provider is being asked too much at the moment."):
                await self._slots.acquire()
        else:
            await self._slots.acquire()
        try:
            if self._pace is not None:
                async with within_deadline("The billing provider is being asked too often at the moment."):
                    await self._pace.acquire()
            return await self._timed(operation, call, request_id, is_write=safety is not Safety.READ)
        except UnknownOutcome as lost:
            lost.repeatable = lost.repeatable and safety is not Safety.UNSAFE_WRITE
            raise
        finally:
            self._slots.release()

    async def _timed(
        self,
        operation: str,
        call: Callable[[], Awaitable[T]],
        request_id: Callable[[T], str | None],
        *,
        is_write: bool,
    ) -> T:
        budget = self._budget(is_write=is_write)
        started = time.monotonic()
        outcome, seen = "aborted", None
        try:
            async with asyncio.timeout(budget):
                result = await call()
        except TimeoutError:
            outcome = "timeout"
            raise UnknownOutcome(answered=False) if is_write else Timeout() from None
        except AdapterError as error:
            outcome, seen = type(error).__name__, error.provider.request_id if error.provider else None
            raise
        except Exception as error:
            translated = self._translate(error, is_write)
            outcome, seen = type(translated).__name__, translated.provider.request_id if translated.provider else None
            raise translated from error
        else:
            outcome, seen = "ok", request_id(result)
            return result
        finally:
            note_call(operation, outcome, seen)
            self._observer.called(operation, outcome, time.monotonic() - started, seen)

    def _budget(self, *, is_write: bool) -> float:
        remaining = current_deadline().remaining()
        if remaining <= 0:
            raise DeadlineExceeded("The request's time is used up.")
        return min(self._timeout_s, remaining * _WRITES_SHARE_OF_TIME if is_write else remaining)


def _pace(requests_per_second: float) -> AsyncLimiter:
    """As many at once as a second allows, and then as often as it allows; slower than one a second, one at a time."""
    return AsyncLimiter(max(1.0, requests_per_second), max(1.0, 1 / requests_per_second))
