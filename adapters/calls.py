"""One provider call: in its turn, inside the deadline, its failure translated, counted, repeated where that is right.

Every adapter makes all its calls through `ProviderCalls`, so none of them has time-outs, retries, limits or a circuit
breaker of its own.
"""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Final, TypeVar

from adapters.errors import AdapterError, RateLimited, Timeout, UnknownOutcome
from gateway.resilience import (
    CallOutcome,
    Cause,
    CircuitBreaker,
    DeadlineExceeded,
    Failure,
    Gate,
    Pace,
    Retrier,
    Safety,
    TimeLimits,
    current_deadline,
    current_urgency,
    note_call,
    note_change,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from adapters.holes import Runtime

T = TypeVar("T")

_WRITES_SHARE_OF_TIME: Final = 0.6
"""A write may use this part of the time that is left, so that a lost answer can still be settled by reading."""

_FAIR_SHARE_OF_TIME: Final = 0.5
"""A provider that did not answer within this part of the time a call may take is at fault. With less, the request came
late, and its failure tells nothing of the provider."""

_NOT_THERE: Final = frozenset({Cause.NOT_SENT, Cause.UNAVAILABLE, Cause.LOST})
"""What a provider that is down looks like. Everything else it had to be there for."""

# Each call asks for these, and in Python 3.11 to look up a member takes as long as to call a function.
_READ: Final = Safety.READ
_OK: Final = CallOutcome.OK
_ABORTED: Final = CallOutcome.ABORTED


class ProviderCalls:
    """Runs provider calls for one backend and mode, within the limits of its runtime.

    `translate` turns the exceptions of the provider's package into the taxonomy; it is given whether the call is a
    write.
    """

    def __init__(self, translate: Callable[[Exception, bool], AdapterError], runtime: Runtime) -> None:
        observer = runtime.observer
        self._translate = translate
        self._observer = observer
        self._tracer = runtime.tracer
        self._retrier = Retrier(observer, first_wait_s=runtime.retry_wait_s)
        self._timeout_s = runtime.call_timeout_s
        self._time_limits = TimeLimits()
        self._gate = Gate(runtime.max_in_flight, Pace(runtime.requests_per_second), observer, budget=runtime.budget)
        self._breaker = CircuitBreaker(runtime.breaker, observer)

    async def run(
        self,
        operation: str,
        call: Callable[[], Awaitable[T]],
        safety: Safety,
        request_id: Callable[[T], str | None] = lambda answer: None,
    ) -> T:
        """The call's answer; `operation` names the call in metrics and logs.

        `request_id` finds the provider's id of the request in the answer, for the log.

        Raises an `AdapterError`, `Shed` where the call could not be made in time or the provider is down, or
        `DeadlineExceeded` where no time was left to make it.
        """
        try:
            return await self._attempt(operation, 1, call, safety, request_id)
        except Failure as failure:
            first = failure
        numbers = itertools.count(2)
        return await self._retrier.again(
            first, lambda: self._attempt(operation, next(numbers), call, safety, request_id), safety
        )

    async def _attempt(
        self,
        operation: str,
        number: int,
        call: Callable[[], Awaitable[T]],
        safety: Safety,
        request_id: Callable[[T], str | None],
    ) -> T:
        urgency, is_write = current_urgency(), safety is not _READ
        self._breaker.check(urgency)
        if not self._gate.enter_at_once(urgency):
            # Waiting for a turn, as long as the request may: that time is not the provider's.
            await self._gate.enter(urgency)
        admission, is_there = None, None
        began, budget = time.monotonic(), 0.0
        try:
            # The circuit may have opened meanwhile.
            admission = self._breaker.admit(urgency)
            budget = self._budget(is_write=is_write)
            answer = await self._timed(operation, number, call, request_id, budget, is_write=is_write)
        except AdapterError as error:
            is_there = _is_there(error, had_time=budget >= self._timeout_s * _FAIR_SHARE_OF_TIME)
            if isinstance(error, RateLimited) and error.why is not Cause.BUSY:
                self._gate.slow_down(began, error.retry_after)
            if isinstance(error, UnknownOutcome):
                error.repeatable = error.repeatable and safety is not Safety.UNSAFE_WRITE
                note_change()
            raise
        else:
            is_there = True
            if is_write:
                note_change()
            return answer
        finally:
            if admission is not None:
                self._tell_breaker(admission, is_there=is_there)
            self._gate.leave(called=admission is not None)

    def _tell_breaker(self, admission: int, *, is_there: bool | None) -> None:
        if is_there is None:
            self._breaker.abandoned(admission)
        elif is_there:
            self._breaker.succeeded(admission)
        else:
            self._breaker.failed(admission)

    async def _timed(
        self,
        operation: str,
        number: int,
        call: Callable[[], Awaitable[T]],
        request_id: Callable[[T], str | None],
        budget: float,
        *,
        is_write: bool,
    ) -> T:
        started = time.monotonic()
        outcome, seen = _ABORTED, None
        attempt = self._tracer.begin(operation, number)
        try:
            with self._time_limits.within(budget):
                result = await call()
        except TimeoutError:
            outcome = CallOutcome.TIMEOUT
            raise UnknownOutcome(answered=False) if is_write else Timeout() from None
        except AdapterError as error:
            outcome, seen = error.call_outcome, error.provider.request_id if error.provider else None
            raise
        except Exception as error:
            translated = self._translate(error, is_write)
            outcome, seen = translated.call_outcome, translated.provider.request_id if translated.provider else None
            raise translated from error
        else:
            outcome, seen = _OK, request_id(result)
            return result
        finally:
            note_call(operation, outcome, seen)
            self._observer.called(operation, outcome, time.monotonic() - started, seen)
            attempt.ended(outcome, seen)

    def _budget(self, *, is_write: bool) -> float:
        remaining = current_deadline().remaining()
        if remaining <= 0:
            raise DeadlineExceeded("The request's time is used up.")
        return min(self._timeout_s, remaining * _WRITES_SHARE_OF_TIME if is_write else remaining)


def _is_there(error: AdapterError, *, had_time: bool) -> bool | None:
    """Whether the provider was there; None where the failure does not tell."""
    if error.why not in _NOT_THERE:
        return True
    if isinstance(error, UnknownOutcome) and error.answered:
        # It answered; whether it fails everywhere or with this write alone is for the look that follows to tell.
        return None
    return None if error.why is Cause.LOST and not had_time else False
