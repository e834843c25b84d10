"""Settings follow one another while the process runs: those in force, and those that requests still use."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Self

import structlog

from gateway.resilience import LONGEST_GRACE_S
from gateway.server.routes import DIRECT_ROOT, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from contextlib import AbstractAsyncContextManager

    from structlog.typing import FilteringBoundLogger

    from gateway.server.backend import Backend

_log: FilteringBoundLogger = structlog.get_logger("gateway.server")

_BEYOND_DEADLINE_S: Final = LONGEST_GRACE_S + 1.0
"""A second for a journal that is slow, beside what a request may take after its deadline."""


@dataclass(frozen=True, slots=True)
class Door:
    """What is behind a root, and the tokens that open it: each kind of caller has a door of its own."""

    backend: Backend
    tokens: tuple[bytes, ...] = field(repr=False)


class Generation:
    """The backends that were made from the settings as they were read once, and the requests that use them.

    A request uses one generation from its authentication to its end, which it says by `with generation:`. What is read
    later never reaches it.
    """

    def __init__(self, backends: Mapping[str, Backend]) -> None:
        self.backends = backends
        self.under_way = 0
        self._served = _doors(backends)
        self._quiet = asyncio.Event()
        self._quiet.set()

    def door_at(self, path: str) -> Door | None:
        """The door that a decoded path leads to, by its first segments; None where there is none."""
        segments = path.split("/", 3)
        for depth in (2, 3):
            door = self._served.get("/".join(segments[:depth]))
            if door is not None:
                return door
        return None

    @property
    def longest_s(self) -> float:
        """The longest deadline of any of its backends, in seconds."""
        return max((backend.limits.deadline_s for backend in self.backends.values()), default=0.0)

    def __enter__(self) -> None:
        if not self.under_way:
            self._quiet.clear()
        self.under_way += 1

    def __exit__(self, *raised: object) -> None:
        self.under_way -= 1
        if not self.under_way:
            self._quiet.set()

    async def quiet(self) -> None:
        """Return when no request uses it, or when they were given up."""
        await self._quiet.wait()

    def give_up(self) -> None:
        """Do not let anybody wait for its requests any longer."""
        self._quiet.set()


def _doors(backends: Mapping[str, Backend]) -> dict[str, Door]:
    """Where the backends are served: `/<name>/churnkey`, and `/churnkey` for one alone; Direct mode likewise."""
    served: dict[str, Door] = {}
    for name, backend in backends.items():
        doors = _doors_of(backend)
        served |= {f"/{name}{root}": door for root, door in doors.items()}
        if len(backends) == 1:
            served |= doors
    return served


def _doors_of(backend: Backend) -> dict[str, Door]:
    doors = {ROOT: Door(backend, backend.tokens)}
    if backend.direct is not None:
        doors[DIRECT_ROOT] = Door(backend, backend.direct.tokens)
    return doors


class Generations:
    """The generation in force, `current`, and the former ones, each kept open until its last request has ended.

    Entered as a context manager, which closes all of them at its end. `backends` are those in force at first: they
    belong to the caller, who closes them. `beyond_deadline_s` is how long after its deadline a request is waited for.
    """

    def __init__(
        self, backends: Mapping[str, Backend] = MappingProxyType({}), *, beyond_deadline_s: float = _BEYOND_DEADLINE_S
    ) -> None:
        self.current = Generation(backends)
        self._open: dict[Generation, AsyncExitStack] = {self.current: AsyncExitStack()}
        self._closing: set[asyncio.Task[None]] = set()
        self._beyond_deadline_s = beyond_deadline_s

    async def replace(self, opening: AbstractAsyncContextManager[Mapping[str, Backend]]) -> None:
        """Open backends and put them in the place of those in force, all at once; these are closed when they are quiet.

        Raises what opening raises, and then nothing has changed.
        """
        async with AsyncExitStack() as opened:
            generation = Generation(await opened.enter_async_context(opening))
            self._open[generation] = opened.pop_all()
        former, self.current = self.current, generation
        closing = asyncio.create_task(self._close_when_quiet(former))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    async def drain(self) -> None:
        """Return when no request is under way, or after as long as the longest may take."""
        await self._wait_for(tuple(self._open))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *raised: object) -> None:
        for generation in self._open:
            generation.give_up()
        await asyncio.gather(*self._closing)
        await self._close(self.current)

    async def _close_when_quiet(self, generation: Generation) -> None:
        await self._wait_for((generation,))
        await self._close(generation)

    async def _wait_for(self, generations: Iterable[Generation]) -> None:
        waited_for = tuple(generations)
        try:
            async with asyncio.timeout(max(one.longest_s for one in waited_for) + self._beyond_deadline_s):
                for one in waited_for:
                    await one.quiet()
        except TimeoutError:
            _log.error("requests given up", count=sum(one.under_way for one in waited_for))

    async def _close(self, generation: Generation) -> None:
        try:
            await self._open.pop(generation).aclose()
        except Exception as error:  # noqa: BLE001 - what a former one cannot close must not end those in force
            _log.error("unexpected error", exc_info=error)
