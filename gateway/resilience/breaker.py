"""A circuit breaker: a provider that is down is left alone for a while, and then asked by one call alone."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from gateway.resilience.failure import Shed
from gateway.resilience.urgency import Urgency

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.resilience.observer import Observer

_DOWN: Final = "The billing provider is not available at the moment. Try again later."
_SHORTEST_WISH_S: Final = 1.0
_UNWATCHED: Final = -1
"""The admission of a call whose end tells the breaker nothing."""


class Circuit(StrEnum):
    """What is done with calls."""

    CLOSED = "closed"
    """All are made."""
    OPEN = "open"
    """None is made: the provider failed too often in a row."""
    HALF_OPEN = "half_open"
    """One is made, to see."""


# Each call asks for these, and in Python 3.11 to look up a member takes as long as to call a function.
_CLOSED: Final = Circuit.CLOSED
_HALF_OPEN: Final = Circuit.HALF_OPEN


@dataclass(frozen=True, slots=True)
class BreakerLimits:
    """After how many failures in a row a circuit opens, and how many seconds it stays open before the provider is asked
    again."""

    failures: int = 5
    open_s: float = 10.0


class CircuitBreaker:
    """The circuit to one provider. `limits` None: it never opens.

    A call is admitted and gets a number, under which its end is told. What was admitted before the circuit last turned
    tells nothing new and is passed over. `now` is any clock that only moves forward, in seconds.
    """

    def __init__(
        self, limits: BreakerLimits | None, observer: Observer, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._limits = limits
        self._observer = observer
        self._now = now
        self._state = Circuit.CLOSED
        self._turns = 0
        self._failures = 0
        self._asks_again_at = 0.0
        self._probing = False

    @property
    def state(self) -> Circuit:
        """As it is; an open circuit stays open until a call comes after its time."""
        return self._state

    def check(self, urgency: Urgency) -> None:
        """Raises `Shed` where a call would not be admitted now: it need not even wait for its turn."""
        if self._state is _CLOSED or urgency is Urgency.UNFINISHED:
            return
        wait = self._asks_again_at - self._now()
        if wait > 0.0 or self._probing:
            self._observer.shed("circuit open")
            raise Shed(_DOWN, retry_after=max(wait, _SHORTEST_WISH_S))

    def admit(self, urgency: Urgency) -> int:
        """The number of a call that is about to be made. Raises `Shed`."""
        if self._state is _CLOSED:
            return self._turns
        if urgency is Urgency.UNFINISHED:
            return _UNWATCHED
        self.check(urgency)
        if self._state is Circuit.OPEN:
            self._turn(Circuit.HALF_OPEN)
        self._probing = True
        return self._turns

    def succeeded(self, admission: int) -> None:
        """The provider answered, whatever it said."""
        if admission == self._turns:
            self._failures = 0
            if self._state is _HALF_OPEN:
                self._turn(Circuit.CLOSED)

    def failed(self, admission: int) -> None:
        """The provider was not there."""
        if admission != self._turns or self._limits is None:
            return
        self._failures += 1
        if self._state is Circuit.HALF_OPEN or self._failures >= self._limits.failures:
            self._asks_again_at = self._now() + self._limits.open_s
            self._turn(Circuit.OPEN)

    def abandoned(self, admission: int) -> None:
        """The call ended without telling anything of the provider."""
        if admission == self._turns:
            self._probing = False

    def _turn(self, state: Circuit) -> None:
        self._state = state
        self._turns += 1
        self._failures = 0
        self._probing = False
        self._observer.circuit_turned(state)
