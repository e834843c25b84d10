"""Several processes before one Redis: each has a link and a memory of its own, as a process has."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Final, TypeAlias

import pytest

from gateway.resilience import LocalState
from gateway.shared.link import Link
from gateway.shared.state import SharedState
from gateway.shared.watcher import Part
from tests.support.redis_server import RedisServer

PATIENCE_S: Final = 60.0
"""With a Redis that answers, however busy the machine is."""
SOON_S: Final = 0.01


class Watch:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.is_lost: bool | None = None
        self.parts: Counter[str] = Counter()

    def lost(self, *, is_lost: bool) -> None:
        self.is_lost = is_lost

    def alone(self, part: Part) -> None:
        self.parts[part.value] += 1


class Replica:
    """One process of the backend."""

    def __init__(self, link: Link, backend: str = "acme") -> None:
        self.link = link
        self.watch = Watch()
        self.state = SharedState(backend, LocalState(), link, self.watch)


Join: TypeAlias = Callable[..., Replica]
"""Another process joins. `patience_s` and `probe_every_s` are those of its link, `backend` is what it serves."""


@pytest.fixture
async def connect() -> AsyncIterator[Callable[..., Link]]:
    """Makes links, closed with the test."""
    async with AsyncExitStack() as open_links:

        def begin(server: RedisServer, patience_s: float = PATIENCE_S, probe_every_s: float = SOON_S) -> Link:
            link = Link(server.address, patience_s=patience_s, probe_every_s=probe_every_s)
            open_links.push_async_callback(link.close)
            return link

        yield begin


@pytest.fixture
def join(redis: RedisServer, connect: Callable[..., Link]) -> Join:
    """Replicas before a Redis that stays."""
    return lambda backend="acme": Replica(connect(redis), backend)


@pytest.fixture
def join_mortal(mortal_redis: RedisServer, connect: Callable[..., Link]) -> Join:
    """Replicas before a Redis that the test stops."""
    return lambda **options: Replica(connect(mortal_redis, **options))
