"""The one owner of retries. Nothing else in the process repeats a provider call."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt
from tenacity.stop import stop_base
from tenacity.wait import wait_base, wait_exponential_jitter

from gateway.resilience.deadline import DeadlineExceeded, current_deadline
from gateway.resilience.failure import Cause, Failure, Shed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from gateway.resilience.observer import Observer

T = TypeVar("T")


class Safety(StrEnum):
    """What repeating a call may do. A property of the call, never guessed from its HTTP verb."""

    READ = "read"
    """Changes nothing."""
    SAFE_WRITE = "safe_write"
    """Changes something, and carries an idempotency key or sets an absolute state."""
    UNSAFE_WRITE = "unsafe_write"
    """Would act twice when sent twice."""


_ALWAYS: Final = frozenset(Safety)
_READS: Final = frozenset({Safety.READ})

# A write whose outcome is unknown (UNAVAILABLE, LOST) is settled by reading, never repeated blindly from here.
RETRIED: Final[Mapping[Cause, frozenset[Safety]]] = {
    Cause.RATE_LIMITED: _ALWAYS,
    Cause.BUSY: frozenset({Safety.READ, Safety.SAFE_WRITE}),
    Cause.NOT_SENT: _ALWAYS,
    Cause.UNAVAILABLE: _READS,
    Cause.LOST: _READS,
}
"""Error class by call safety: where a call is tried again."""

FIRST_WAIT_S: Final = 0.3
"""Seconds before the first repetition, unless told otherwise; each further wait is twice as long."""
_LONGEST_WAIT: Final = 10
"""In first waits."""
_LONGEST_RETRY_AFTER_S: Final = 60.0
"""Where there is no deadline, a provider that wants longer than this is not waited for."""
_LONGEST_NUMBER: Final = 6

_NOT_MADE: Final = (Shed, DeadlineExceeded)
"""What tells that a call was not made."""


class _ProvidersWishOrJitter(wait_base):
    """Retry-After where the provider sent one, else exponential with jitter."""

    def __init__(self, first_s: float) -> None:
        self._jitter = wait_exponential_jitter(multiplier=first_s, max=first_s * _LONGEST_WAIT, jitter=first_s)

    def __call__(self, retry_state: RetryCallState) -> float:
        failure = _failure(retry_state)
        if failure is not None and failure.retry_after is not None:
            return failure.retry_after
        return float(self._jitter(retry_state))


class _OutOfTime(stop_base):
    """Stop when the next attempt would start after the request's deadline: nothing sleeps past it."""

    def __call__(self, retry_state: RetryCallState) -> bool:
        return retry_state.upcoming_sleep >= min(current_deadline().remaining(), _LONGEST_RETRY_AFTER_S)


def _failure(retry_state: RetryCallState) -> Failure | None:
    outcome = retry_state.outcome
    error = outcome.exception() if outcome is not None else None
    return error if isinstance(error, Failure) else None


def _is_retried(safety: Safety) -> Callable[[BaseException], bool]:
    causes = frozenset(cause for cause, safeties in RETRIED.items() if safety in safeties)

    def decide(error: BaseException) -> bool:
        return isinstance(error, Failure) and error.why in causes

    return decide


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """A Retry-After header in seconds from `now`: a whole number of them, or an HTTP date. None for anything else."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER:
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


class Retrier:
    """Makes provider calls again that failed, by `RETRIED`, inside the current deadline.

    `attempts` counts the first try. `first_wait_s` is how long the first repetition waits where the provider does not
    say. `observer` is told of each repetition. `sleep` waits for so many seconds.
    """

    def __init__(
        self,
        observer: Observer,
        attempts: int = 3,
        first_wait_s: float = FIRST_WAIT_S,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._observer = observer
        self._policies = {
            safety: AsyncRetrying(
                sleep=sleep,
                retry=retry_if_exception(_is_retried(safety)),
                stop=stop_after_attempt(attempts) | _OutOfTime(),
                wait=_ProvidersWishOrJitter(first_wait_s),
                before_sleep=self._tell,
                reraise=True,
            )
            for safety in Safety
        }

    async def again(self, first: Failure, call: Callable[[], Awaitable[T]], safety: Safety) -> T:
        """The call's answer, after its first attempt failed like that: the common, successful call needs none of this.

        Raises what the last attempt raised that was made.
        """
        last, replayed = first, False

        async def replay_then_call() -> T:
            nonlocal last, replayed
            if not replayed:
                replayed = True
                raise last
            try:
                return await call()
            except _NOT_MADE:
                raise
            except Failure as failure:
                last = failure
                raise

        try:
            return await self._policies[safety].copy()(replay_then_call)
        except _NOT_MADE:
            # A repetition that was not made does not change what happened.
            raise last from None

    def _tell(self, retry_state: RetryCallState) -> None:
        failure = _failure(retry_state)
        if failure is not None and failure.why is not None:
            self._observer.retried(failure.why)
