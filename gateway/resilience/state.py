"""What must be known across the requests for one backend: who is changing whom, and what was done a moment ago.

It outlives the settings it was made under. `LocalState` holds it in this process; another may hold it where several
processes see it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from gateway.resilience.locks import KeyedLocks
from gateway.resilience.repeats import Repeats

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from gateway.contract import Mode
    from gateway.resilience.budget import Budget
    from gateway.resilience.repeats import Once


class Locks(Protocol):
    """Mutual exclusion by key."""

    def hold(self, key: str) -> AbstractAsyncContextManager[None]:
        """Hold the key's lock for the block. Raises `DeadlineExceeded` when it cannot be had in time."""


class State(Protocol):
    """The state of one backend."""

    def locks(self, mode: Mode) -> Locks:
        """The locks of its customers in one mode."""

    def repeats(self, window_s: float) -> Once:
        """Its identical actions, of all modes, each remembered for so many seconds; 0: none is."""

    def budget(self, mode: Mode, requests_per_second: float) -> Budget | None:
        """So many provider calls in one mode, for all processes together; None where this one is alone."""


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

    def budget(self, mode: Mode, requests_per_second: float) -> None:
        """None: what this process may do is its own pace's to say."""
