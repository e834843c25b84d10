"""Mutual exclusion by key, in this process, never waiting longer than the request may."""

from __future__ import annotations

import asyncio
from typing import Final

from gateway.resilience.deadline import within_deadline

TAKES_TOO_LONG: Final = "Another change for the same customer is taking too long."


class KeyedLocks:
    """One lock for each key in use; a key nobody holds or waits for takes no memory."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._interested: dict[str, int] = {}

    def hold(self, key: str) -> _Hold:
        """Hold the key's lock for the block. Raises `DeadlineExceeded` when it cannot be had in time."""
        return _Hold(self, key)

    async def acquire(self, key: str) -> None:
        """`hold` from its beginning to `release`."""
        lock = self._locks.setdefault(key, asyncio.Lock())
        self._interested[key] = self._interested.get(key, 0) + 1
        try:
            if self._interested[key] == 1:
                # Nobody else has it or waits for it, so there is nothing to wait for.
                await lock.acquire()
            else:
                async with within_deadline(TAKES_TOO_LONG):
                    await lock.acquire()
        except BaseException:
            self._leave(key)
            raise

    def release(self, key: str) -> None:
        """Let the next one have it."""
        self._locks[key].release()
        self._leave(key)

    def _leave(self, key: str) -> None:
        self._interested[key] -= 1
        if not self._interested[key]:
            del self._interested[key], self._locks[key]

    def __len__(self) -> int:
        """How many keys are in use."""
        return len(self._locks)


class _Hold:
    """The block that holds a key's lock."""

    __slots__ = ("_key", "_locks")

    def __init__(self, locks: KeyedLocks, key: str) -> None:
        self._locks = locks
        self._key = key

    async def __aenter__(self) -> None:
        await self._locks.acquire(self._key)

    async def __aexit__(self, *raised: object) -> None:
        self._locks.release(self._key)
