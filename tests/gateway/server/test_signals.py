"""What a signal does, and when: while the service starts, while it serves, while it reads its settings."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager

import click
import pytest

from adapters.base import BillingAdapter, Finding
from gateway.cli import main
from gateway.server import Started, serve
from gateway.settings import BackendSettings
from tests.gateway.server.reloading import WHEN_HUNG_S, until
from tests.support.log import Log
from tests.support.memory_adapter import MemoryAdapter
from tests.support.service import backend_settings, find_adapter

pytestmark = pytest.mark.usefixtures("live", "test_account")


class Reading:
    """Settings that are read: how often, and held where a test wants it."""

    def __init__(self) -> None:
        self.times = 0
        self.hold: threading.Event | None = None

    def __call__(self) -> Iterable[BackendSettings]:
        self.times += 1
        if self.hold is not None:
            self.hold.wait(WHEN_HUNG_S)
        return [backend_settings()]


def send(number: signal.Signals) -> None:
    """To this process, which is the gateway's."""
    os.kill(os.getpid(), number)


@asynccontextmanager
async def serving(
    load: Callable[[], Iterable[BackendSettings]],
    on_started: Callable[[Started], None] = lambda started: None,
    adapter: type[BillingAdapter] | None = None,
) -> AsyncIterator[asyncio.Task[None]]:
    """The service, stopped by SIGTERM at the end."""
    find = find_adapter if adapter is None else lambda name: adapter
    service = asyncio.create_task(serve(load, find, openapi=b"{}", port=0, admin_port=0, on_started=on_started))
    try:
        yield service
    finally:
        if not service.done():
            send(signal.SIGTERM)
        async with asyncio.timeout(WHEN_HUNG_S):
            await service


def reloads(log: Log) -> int:
    return len(log.events("settings reloaded"))


async def test_hangups_during_a_reload_cause_one_more_after_it(log: Log) -> None:
    read = Reading()
    async with serving(read):
        await until(lambda: log.events("started"))
        read.hold = threading.Event()
        send(signal.SIGHUP)
        await until(lambda: read.times == 2)
        for _ in range(3):
            send(signal.SIGHUP)
        read.hold.set()
        await until(lambda: reloads(log) == 2)
        # A further one would be begun at once.
        await asyncio.sleep(0.02)
        assert read.times == 3


async def test_a_hangup_during_the_start_is_heeded_after_it(log: Log) -> None:
    read = Reading()
    read.hold = threading.Event()
    async with serving(read):
        await until(lambda: read.times == 1)
        send(signal.SIGHUP)
        read.hold.set()
        await until(lambda: reloads(log) == 1)
        assert read.times == 2
    assert [event["event"] for event in log.events()] == ["started", "settings reloaded", "draining", "stopped"]


class NeverExamined(MemoryAdapter):
    """Its account says nothing, ever."""

    asked = 0
    closed = 0

    async def _examine(self) -> Sequence[Finding]:
        type(self).asked += 1
        await asyncio.get_running_loop().create_future()
        return ()

    async def _close(self) -> None:
        type(self).closed += 1


async def test_stopping_does_not_wait_for_the_start(log: Log) -> None:
    class Silent(NeverExamined):
        """Counts from 0."""

    async with serving(Reading(), adapter=Silent) as service:
        await until(lambda: Silent.asked == 2)
        send(signal.SIGTERM)
        async with asyncio.timeout(WHEN_HUNG_S):
            await service
    assert Silent.closed == 2
    assert [event["event"] for event in log.events()] == ["draining", "stopped"]


async def test_stopping_does_not_wait_for_a_reload(log: Log) -> None:
    class SlowLater(NeverExamined):
        is_first = True

        async def _examine(self) -> Sequence[Finding]:
            return () if type(self).is_first else await super()._examine()

    def start(started: Started) -> None:
        SlowLater.is_first = False

    async with serving(Reading(), start, SlowLater) as service:
        await until(lambda: log.events("started"))
        send(signal.SIGHUP)
        await until(lambda: SlowLater.asked == 2)
        send(signal.SIGTERM)
        async with asyncio.timeout(WHEN_HUNG_S):
            await service
    assert [event["event"] for event in log.events()] == ["started", "draining", "stopped"]


def test_a_hangup_before_the_command_is_there_does_not_end_the_process() -> None:
    default = signal.getsignal(signal.SIGHUP)
    with click.Context(main) as context:
        main.get_command(context, "serve")
        meanwhile = signal.getsignal(signal.SIGHUP)
    assert (meanwhile, signal.getsignal(signal.SIGHUP)) == (signal.SIG_IGN, default)


@pytest.mark.parametrize("name", ["demo", "check", "healthcheck"])
def test_a_hangup_keeps_its_meaning_for_what_has_no_settings_to_reload(name: str) -> None:
    default = signal.getsignal(signal.SIGHUP)
    with click.Context(main) as context:
        main.get_command(context, name)
        assert signal.getsignal(signal.SIGHUP) == default
