"""What holds for all tests."""

from __future__ import annotations

import gc
import socket
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.support.redis_server import RedisServer, redis_server

# How long an example takes says something of the machine, nothing of the code.
settings.register_profile("project", deadline=None)
settings.load_profile("project")


# As the service itself does it, see `gateway.server.run`: what the tests make is freed without the collector, too.
gc.set_threshold(50_000, 20, 20)


@pytest.fixture
def refused_port() -> Iterator[int]:
    """A port of the loopback address that refuses connections, and that nobody else is given while the test runs."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        yield port


@pytest.fixture(scope="session")
def _redis_of_the_session() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
def redis(_redis_of_the_session: RedisServer) -> RedisServer:
    """An empty Redis. Nobody may stop it."""
    _redis_of_the_session.client.flushall()
    return _redis_of_the_session


@pytest.fixture
def mortal_redis() -> Iterator[RedisServer]:
    """An empty Redis of the test's own, to be stopped."""
    with redis_server() as server:
        yield server
