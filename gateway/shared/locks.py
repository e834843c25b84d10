"""Mutual exclusion by key among several processes."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING

from gateway.resilience import LOCK_TAKES_TOO_LONG, DeadlineExceeded, current_deadline
from gateway.shared.link import Away
from gateway.shared.scripts import CLAIM, RELEASE
from gateway.shared.waiting import Patience, lease_s, milliseconds
from gateway.shared.watcher import Part

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from gateway.resilience import Locks
    from gateway.shared.link import Link
    from gateway.shared.watcher import Watcher


class SharedLocks:
    """The lock of this process first, and then the one that all have: of those who wait here, one asks Redis.

    It is had under a lease. Where Redis is away, the lock of this process has to do.
    """

    def __init__(self, local: Locks, link: Link, key_of: Callable[[str], str], watcher: Watcher) -> None:
        self._local = local
        self._link = link
        self._key_of = key_of
        self._watcher = watcher

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[None]:
        """Hold the key's lock for the block. Raises `DeadlineExceeded` when it cannot be had in time."""
        async with self._local.hold(key), self._hold_shared(self._key_of(key)):
            yield

    @asynccontextmanager
    async def _hold_shared(self, key: str) -> AsyncIterator[None]:
        token = token_hex(16)
        ends = time.monotonic() + lease_s()
        release = partial(self._link.ask, RELEASE, key, token)
        try:
            may_have_it = await self._take(key, token)
        except (asyncio.CancelledError, DeadlineExceeded):
            # It may have been had in the same moment.
            self._link.owe(release, ends)
            raise
        try:
            yield
        finally:
            if may_have_it:
                await self._link.surely(release, ends)

    async def _take(self, key: str, token: str) -> bool:
        """Whether there may be something to release."""
        patience = Patience(LOCK_TAKES_TOO_LONG)
        while True:
            try:
                lease = milliseconds(lease_s())
                held = await self._link.ask(CLAIM, key, token, lease, patience_s=current_deadline().remaining())
            except Away as away:
                if not current_deadline().remaining():
                    # Not Redis is away, the time is: nothing may begin without knowing who else is at it.
                    raise DeadlineExceeded(LOCK_TAKES_TOO_LONG) from None
                self._watcher.alone(Part.LOCK)
                return away.asked
            if held is None:
                return True
            await patience.pause()
