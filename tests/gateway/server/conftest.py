"""Starting the gateway over in-memory accounts, on real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest
from pytest_aiohttp.plugin import AiohttpClient

from gateway.contract import Mode
from gateway.observability import CountingRecorder, Metrics
from gateway.observability.spans import Traces
from gateway.resilience import Recorder, SilentRecorder
from gateway.server import open_backends
from gateway.settings import BackendSettings
from tests.support.log import Log, recorded_log
from tests.support.memory_account import ACCOUNTS, NOW, MemoryAccount, sample_account
from tests.support.service import LIVE_KEY, TEST_KEY, Client, GatewayServer, Start, backend_settings, find_adapter


@pytest.fixture
def live() -> Iterator[MemoryAccount]:
    """The account behind the live mode."""
    ACCOUNTS[LIVE_KEY] = sample_account()
    yield ACCOUNTS[LIVE_KEY]
    del ACCOUNTS[LIVE_KEY]


@pytest.fixture
def test_account() -> Iterator[MemoryAccount]:
    """The account behind the test mode."""
    ACCOUNTS[TEST_KEY] = sample_account()
    yield ACCOUNTS[TEST_KEY]
    del ACCOUNTS[TEST_KEY]


@pytest.fixture
async def start(
    aiohttp_client: AiohttpClient, live: MemoryAccount, test_account: MemoryAccount
) -> AsyncIterator[Start]:
    """Starts the gateway; its accounts are `live` and `test_account`."""
    async with AsyncExitStack() as running:

        async def start(
            *settings: BackendSettings, metrics: Metrics | None = None, traces: Traces | None = None
        ) -> Client:
            chosen = settings or (backend_settings(),)
            counted = metrics or Metrics()

            def record(name: str, mode: Mode) -> Recorder:
                recorder = CountingRecorder(SilentRecorder(), counted.of(name, mode))
                return recorder if traces is None else traces.recorder(recorder)

            backends = await running.enter_async_context(
                open_backends(chosen, find_adapter, clock=lambda: NOW, record=record)
            )
            return await aiohttp_client(GatewayServer(backends, counted, traces))

        yield start


@pytest.fixture
async def client(start: Start) -> Client:
    """The gateway with one backend, called memory."""
    return await start()


@pytest.fixture
def log() -> Iterator[Log]:
    """What is logged while the test runs, from debug on."""
    with recorded_log() as log:
        yield log
