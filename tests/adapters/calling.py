"""One provider call, and what is told of it, for the tests of what is around such a call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from adapters.base import (
    AdapterError,
    Invalid,
    ProviderAnswer,
    UnknownOutcome,
)
from adapters.calls import ProviderCalls
from adapters.holes import Runtime
from gateway.resilience import (
    BreakerLimits,
    Safety,
)
from tests.support.passing_time import pass_time
from tests.support.recording_observer import RecordingObserver

SOON_S: Final = 0.01
"""A time-out that is worth waiting for in a test."""
WRITES: Final = [Safety.SAFE_WRITE, Safety.UNSAFE_WRITE]


class PackageError(Exception):
    """What some provider's package raises."""


class UnforeseenError(Exception):
    """What the translation does not know."""


def translate(error: Exception, is_write: bool) -> AdapterError:
    if isinstance(error, UnforeseenError):
        raise error
    answer = ProviderAnswer(status=500, request_id="req_1")
    return UnknownOutcome(answered=True, provider=answer) if is_write else Invalid(provider=answer)


@dataclass
class Setup:
    """Calls with everything that watches them, two at once."""

    observer: RecordingObserver = field(default_factory=RecordingObserver)
    timeout_s: float = 5.0
    breaker: BreakerLimits | None = None
    requests_per_second: float | None = None

    def calls(self) -> ProviderCalls:
        runtime = Runtime(
            observer=self.observer,
            call_timeout_s=self.timeout_s,
            max_in_flight=2,
            breaker=self.breaker,
            requests_per_second=self.requests_per_second,
            retry_wait_s=0.001,
        )
        return ProviderCalls(translate, runtime)

    @property
    def outcomes(self) -> list[str]:
        return [outcome for _, outcome, _ in self.observer.calls]


async def never() -> str:
    await asyncio.Event().wait()
    return "never"


def unanswered_for(seconds: float) -> Callable[[], Awaitable[str]]:
    """A call that so much time passes with, and that is not answered after that either."""

    async def call() -> str:
        pass_time(seconds)
        return await never()

    return call


async def answer() -> str:
    return "an answer"


def raising(error: BaseException) -> Callable[[], Awaitable[str]]:
    async def call() -> str:
        raise error

    return call
