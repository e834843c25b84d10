"""Mutual exclusion by key, in this process, never waiting longer than the request may."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from gateway.resilience.deadline import within_deadline

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TAKES_TOO_LONG: Final = "Another change for the same customer is taking too long."


class KeyedLocks:
    """One lock for each key in use; a key nobody holds or waits for takes no memory."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._interested: dict[str, int] = {}

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[None]:
        """Hold the key's lock for the block. Raises `DeadlineExceeded` when it cannot be had in time."""
        lock = self._locks.setdefault(key, asyncio.Lock())
        self._interested[key] = self._interested.get(key, 0) + 1
        try:
            if self._interested[key] == 1:
                # Nobody else has it or waits for it, so there is nothing to wait for.
                await lock.acquire()
            else:
                async with within_deadline(TAKES_TOO_LONG):
                    await lock.acquire()
            try:
                yield
            finally:
                lock.release()
        finally:
            self._interested[key] -= 1
            if not self._interested[key]:
                del self._interested[key], self._locks[key]

    def __len__(self) -> int:
        """How many keys are in use."""
        return len(self._locks)
