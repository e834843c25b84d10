"""What must be known across the requests for one backend: who is changing whom, and what was done a moment ago.

It outlives the settings it was made under. `LocalState` holds it in this process; another may hold it where several
processes see it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from gateway.resilience.locks import KeyedLocks
from gateway.resilience.repeats import Repeats

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable
    from contextlib import AbstractAsyncContextManager

    from gateway.contract import Mode
    from gateway.resilience.failure import Failure


class Locks(Protocol):
    """Mutual exclusion by key."""

    def hold(self, key: str) -> AbstractAsyncContextManager[None]:
        """Hold the key's lock for the block. Raises `DeadlineExceeded` when it cannot be had in time."""


class Once(Protocol):
    """The same request again, a moment later, gets the first one's answer."""

    async def once(
        self,
        request: Hashable,
        act: Callable[[], Awaitable[None]],
        is_final: Callable[[Failure], bool] = lambda failure: False,
    ) -> bool:
        """Whether it was carried out now: see `Repeats.once`."""


class State(Protocol):
    """The state of one backend."""

    def locks(self, mode: Mode) -> Locks:
        """The locks of its customers in one mode."""

    def repeats(self, window_s: float) -> Once:
        """Its identical actions, of all modes, each remembered for so many seconds; 0: none is."""


class LocalState:
    """The state of one backend, in this process alone."""

    def __init__(self) -> None:
        self._locks: dict[Mode, KeyedLocks] = {}
        self._repeats = Repeats(0)

    def locks(self, mode: Mode) -> KeyedLocks:
        """The locks of its customers in one mode."""
        return self._locks.setdefault(mode, KeyedLocks())

    def repeats(self, window_s: float) -> Repeats:
        """Its identical actions, of all modes."""
        return self._repeats.with_window(window_s)
