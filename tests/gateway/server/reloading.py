"""A gateway whose settings a test changes while it serves."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientResponse, ClientSession, TCPConnector

from adapters.base import Finding
from gateway.observability import Metrics
from gateway.resilience import LocalState
from gateway.server.generations import Generations
from gateway.server.reload import Settings
from gateway.settings import BackendSettings
from tests.support.memory_account import ACCOUNTS, NOW, MemoryAccount, sample_account
from tests.support.memory_adapter import MemoryAdapter
from tests.support.service import TOKEN, GatewayServer

WHEN_HUNG_S: Final = 60

ONE: Final = {"customerId": "cus_ada", "subscriptionId": "sub_run"}
CANCEL: Final = {**ONE, "scheduledAt": "end_of_period"}


class WatchedAdapter(MemoryAdapter):
    """Tells whether it is open, and finds what is said of its account beforehand."""

    is_open = False
    findings: Sequence[Finding] = ()

    async def _open(self) -> None:
        await super()._open()
        self.is_open = True
        self.opened.append(self)

    async def _close(self) -> None:
        # Not emptied as its base class does it: who still uses it is to be seen in the account.
        self.is_open = False

    async def _examine(self) -> Sequence[Finding]:
        return self.findings

    opened: list[WatchedAdapter]


def adapter_class(findings: Sequence[Finding] = ()) -> type[WatchedAdapter]:
    """A class of its own for each test, whose `opened` are the adapters in the order in which they were opened."""
    return type("Watched", (WatchedAdapter,), {"opened": [], "findings": findings})


class Gateway:
    """It serves what `written` says when it is reloaded; `find` answers `adapters`."""

    def __init__(self, beyond_deadline_s: float) -> None:
        self.written: Iterable[BackendSettings] | Exception = ()
        self.adapters = adapter_class()
        self.metrics = Metrics()
        self.generations = Generations(beyond_deadline_s=beyond_deadline_s)
        self.states: defaultdict[str, LocalState] = defaultdict(LocalState)
        self.settings = Settings(
            self.generations,
            self._load,
            lambda name: self.adapters,
            metrics=self.metrics,
            clock=lambda: NOW,
            state_of=lambda one: self.states[one.name],
        )
        self.server = GatewayServer(self.generations, self.metrics, answering_s=0.02)
        self.session: ClientSession

    def _load(self) -> Iterable[BackendSettings]:
        if isinstance(self.written, Exception):
            raise self.written
        return self.written

    async def reload(self, *settings: BackendSettings) -> None:
        """Put other settings in force, or say why not."""
        self.written = settings
        await self.settings.renew()

    async def get(self, path: str, token: str = TOKEN) -> ClientResponse:
        """The answer, read."""
        return await self._answer(self.session.get(self.server.make_url(path), headers=_headers(token)))

    async def post(self, path: str, body: dict[str, Any], token: str = TOKEN) -> ClientResponse:
        """The answer to an action."""
        url = self.server.make_url(f"/churnkey/actions/{path}")
        return await self._answer(self.session.post(url, json=body, headers=_headers(token)))

    def connections(self) -> int:
        """How many connections are open."""
        runner = self.server.runner
        if runner is None or runner.server is None:
            raise TypeError("it does not serve")
        return len(runner.server.connections)

    def callers(self) -> int:
        """How many connections are open of which nobody has hung up."""
        runner = self.server.runner
        if runner is None or runner.server is None:
            raise TypeError("it does not serve")
        return sum(one.transport is not None for one in runner.server.connections)

    async def _answer(self, asked: Any) -> ClientResponse:
        async with asked as response:
            await response.read()
        answered: ClientResponse = response
        return answered


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def gateway_of(*settings: BackendSettings, beyond_deadline_s: float = 1.0) -> AsyncIterator[Gateway]:
    """A gateway on a port of its own, with these settings in force. One connection is kept alive for all requests that
    do not wait for each other."""
    gateway = Gateway(beyond_deadline_s)
    async with gateway.generations, ClientSession(connector=TCPConnector(limit=100)) as session:
        gateway.session = session
        await gateway.settings.put_in_force(settings)
        await gateway.server.start_server()
        try:
            yield gateway
        finally:
            await gateway.server.close()


class Gate:
    """Holds one operation of an account until it is opened, and tells when somebody is held."""

    def __init__(self, operation: str) -> None:
        self._operation = operation
        self._reached = asyncio.Event()
        self._opened = asyncio.Event()

    async def before_call(self, operation: str) -> None:
        """What the account awaits."""
        if operation == self._operation:
            self._reached.set()
            await self._opened.wait()

    async def reached(self) -> None:
        """Return when somebody is held."""
        async with asyncio.timeout(WHEN_HUNG_S):
            await self._reached.wait()

    def open(self) -> None:
        """Hold nobody any longer."""
        self._opened.set()


def other_account(key: str) -> MemoryAccount:
    """An account like the sample, behind another key."""
    ACCOUNTS[key] = sample_account()
    return ACCOUNTS[key]


def open_files(path: Path) -> int:
    """How often this process has a file open."""
    return sum(link.resolve() == path for link in Path("/proc/self/fd").iterdir())


async def until(condition: Any) -> None:
    """Wait for what comes about by itself, soon."""
    async with asyncio.timeout(WHEN_HUNG_S):
        while not condition():  # noqa: ASYNC110 - what comes about tells nobody
            await asyncio.sleep(0.001)
