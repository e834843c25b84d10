"""The state of one backend that several processes share."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gateway.shared.budget import SharedBudget
from gateway.shared.keys import budget_key, lock_key, request_key
from gateway.shared.locks import SharedLocks
from gateway.shared.repeats import Claims, SharedRepeats

if TYPE_CHECKING:
    from gateway.contract import Mode
    from gateway.resilience import LocalState
    from gateway.shared.link import Link
    from gateway.shared.watcher import Watcher


class SharedState:
    """The state of the backend of this name, among all processes whose link leads to the same Redis.

    `local` is what this process knows of it, also of the time before it was shared.
    """

    def __init__(self, backend: str, local: LocalState, link: Link, watcher: Watcher) -> None:
        self._backend = backend
        self._local = local
        self._link = link
        self._watcher = watcher
        link.listen(self)
        self.turned()

    def locks(self, mode: Mode) -> SharedLocks:
        """The locks of its customers in one mode."""
        return SharedLocks(self._local.locks(mode), self._link, partial(lock_key, self._backend, mode), self._watcher)

    def repeats(self, window_s: float) -> SharedRepeats:
        """Its identical actions, of all modes."""
        claims = Claims(window_s, self._link, partial(request_key, self._backend), self._watcher)
        return SharedRepeats(self._local.repeats(window_s), claims)

    def budget(self, mode: Mode, requests_per_second: float) -> SharedBudget:
        """So many provider calls in one mode, for all processes together."""
        return SharedBudget(requests_per_second, self._link, budget_key(self._backend, mode), self._watcher)

    def turned(self) -> None:
        """Redis went away or came back."""
        self._watcher.lost(is_lost=self._link.is_lost)
