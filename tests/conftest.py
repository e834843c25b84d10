"""What holds for all tests."""

from __future__ import annotations

import gc
import os
import socket
from collections.abc import Iterator

import pytest
from aiohttp import web_app
from hypothesis import settings

from tests.support.redis_server import RedisServer, redis_server

# How long an example takes says something of the machine, nothing of the code.
settings.register_profile("project", deadline=None)
settings.load_profile("project")


# As the service itself does it, see `gateway.server.run`: what the tests make is freed without the collector, too.
gc.set_threshold(50_000, 20, 20)


# Not there where the tests run in one process (`-p no:xdist`).
@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: many tests wait for a while, for a time limit or for a process."""
    # Not told on all systems.
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return processors + 1


@pytest.fixture(autouse=True)
def no_application_is_kept() -> Iterator[None]:
    """aiohttp remembers the last 1024 applications that had a request, for their middlewares. A process that serves has
    one; here they would be gigabytes, which the garbage collector goes through for seconds at a time."""
    yield
    web_app._cached_build_middleware.cache_clear()


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
