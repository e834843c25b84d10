"""A cache for what changes rarely (prices, products, coupons), asking once when many want the same."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, TypeVar

from cachetools import TTLCache

from gateway.resilience.deadline import within_deadline

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Mapping

    from gateway.contract import Controller
    from gateway.resilience.observer import Observer

T = TypeVar("T")


class CatalogueCache(Generic[T]):
    """Values by id, kept for `ttl_s` seconds, at most `size` of them.

    `observer` is told, under the name of their `controller`, how many of those that are wanted are known. Never used
    for customers or subscriptions: a write must be seen by the next read.
    """

    def __init__(self, controller: Controller, ttl_s: float, observer: Observer, size: int = 10_000) -> None:
        self._controller = controller
        self._observer = observer
        self._values: TTLCache[str, T] = TTLCache(maxsize=size, ttl=ttl_s)
        # Kept apart: an id that does not exist is an error where it is asked for alone, and a gap among many.
        self._alone: dict[str, asyncio.Task[Mapping[str, T]]] = {}
        self._among_many: dict[str, asyncio.Task[Mapping[str, T]]] = {}

    def put(self, key: str, value: T) -> None:
        """Remember a value that was come by elsewhere, for instance in a list."""
        self._values[key] = value

    async def get(self, key: str, load: Callable[[str], Awaitable[T]]) -> T:
        """The value of one id. Raises what `load` raises; a failure is not remembered."""

        async def load_one(keys: Collection[str]) -> Mapping[str, T]:
            return {only: await load(only) for only in keys}

        found = await self._get((key,), load_one, self._alone)
        return found[key]

    async def get_many(
        self, keys: Collection[str], load: Callable[[Collection[str]], Awaitable[Mapping[str, T]]]
    ) -> dict[str, T]:
        """The values of these ids; `load` is asked once for those that are neither known nor being fetched.

        An id that `load` does not know is missing from the answer.
        """
        return await self._get(keys, load, self._among_many)

    async def _get(
        self,
        keys: Collection[str],
        load: Callable[[Collection[str]], Awaitable[Mapping[str, T]]],
        under_way: dict[str, asyncio.Task[Mapping[str, T]]],
    ) -> dict[str, T]:
        found = self.known(keys)
        awaited = {under_way[key] for key in keys if key not in found and key in under_way}
        missing = [key for key in dict.fromkeys(keys) if key not in found and key not in under_way]
        if missing:
            awaited.add(self._start(missing, load, under_way))
        for task in awaited:
            # Shielded: one waiter that gives up must not take the answer from the others.
            async with within_deadline("The billing provider did not answer in time."):
                loaded = await asyncio.shield(task)
            found.update((key, loaded[key]) for key in keys if key in loaded)
        return found

    def known(self, keys: Collection[str]) -> dict[str, T]:
        """The values of those of these ids that are remembered. Loads nothing."""
        known: dict[str, T] = {}
        if not keys:
            return known
        for key in keys:
            # One look, not two: a value may expire between asking whether it is there and taking it.
            with suppress(KeyError):
                known[key] = self._values[key]
        self._observer.looked_up(self._controller, len(known), len(keys) - len(known))
        return known

    def _start(
        self,
        keys: list[str],
        load: Callable[[Collection[str]], Awaitable[Mapping[str, T]]],
        under_way: dict[str, asyncio.Task[Mapping[str, T]]],
    ) -> asyncio.Task[Mapping[str, T]]:
        async def run() -> Mapping[str, T]:
            try:
                loaded = await load(keys)
                self._values.update(loaded)
                return loaded
            finally:
                for key in keys:
                    del under_way[key]

        task = asyncio.create_task(run())
        # Somebody always looks at the outcome, even when every waiter has gone.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        for key in keys:
            under_way[key] = task
        return task
