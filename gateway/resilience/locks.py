"""Mutual exclusion by key, in this process, never waiting longer than the request may."""

from __future__ import annotations

import asyncio
from typing import Final

from gateway.resilience.deadline import within_deadline

TAKES_TOO_LONG: Final = "Another change for the same customer is taking too long."


class KeyedLocks:
    """One lock for each key in use; a key nobody holds or waits for takes no memory."""

    def __init__(self) -> None:
        self._interested: dict[str, int] = {}
        # Only of keys that somebody had to wait for: who is alone needs none.
        self._locks: dict[str, asyncio.Lock] = {}

    def hold(self, key: str) -> _Hold:
        """Hold the key's lock for the block. Raises `DeadlineExceeded` when it cannot be had in time."""
        return _Hold(self, key)

    def take(self, key: str) -> bool:
        """`hold` from its beginning to `release`, where nobody else has the key or waits for it: whether it is so."""
        if key in self._interested:
            return False
        self._interested[key] = 1
        return True

    async def wait(self, key: str) -> None:
        """The same where somebody else does."""
        self._interested[key] += 1
        try:
            lock = self._locks.get(key)
            if lock is None:
                lock = self._locks[key] = asyncio.Lock()
                # For the one who took the key; a new lock is had without waiting.
                await lock.acquire()
            async with within_deadline(TAKES_TOO_LONG):
                await lock.acquire()
        except BaseException:
            self._leave(key)
            raise

    def release(self, key: str) -> None:
        """Let the next one have it."""
        lock = self._locks.get(key)
        if lock is not None:
            lock.release()
        self._leave(key)

    def _leave(self, key: str) -> None:
        self._interested[key] -= 1
        if not self._interested[key]:
            del self._interested[key]
            self._locks.pop(key, None)

    def __len__(self) -> int:
        """How many keys are in use."""
        return len(self._interested)


class _Hold:
    """The block that holds a key's lock."""

    __slots__ = ("_key", "_locks")

    def __init__(self, locks: KeyedLocks, key: str) -> None:
        self._locks = locks
        self._key = key

    async def __aenter__(self) -> None:
        if not self._locks.take(self._key):
            await self._locks.wait(self._key)

    async def __aexit__(self, *raised: object) -> None:
        self._locks.release(self._key)
