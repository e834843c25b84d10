"""The public address alone, over in-memory accounts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from gateway.observability import Metrics
from gateway.server import TrustedProxies, open_backends
from gateway.server.clients import read_proxy
from gateway.server.generations import Generations
from gateway.server.listening import Listening
from gateway.server.run import create_runner
from tests.support.memory_account import NOW
from tests.support.service import backend_settings, find_adapter

FEATURES = "/churnkey/features"


@asynccontextmanager
async def listening(
    *trusted: str, host: str = "127.0.0.1", port: int | None = 0, metrics: Metrics | None = None, **where: Any
) -> AsyncIterator[Listening]:
    """Listen there with what production has around it, and with these trusted proxies."""
    counted = metrics or Metrics()
    async with open_backends([backend_settings()], find_adapter, clock=lambda: NOW) as backends:
        proxies = TrustedProxies(read_proxy(one) for one in trusted)
        runner = create_runner(Generations(backends), counted, trusted_proxies=proxies, answering_s=0.02)
        opened = Listening(runner, counted, host=host, port=port, **where)
        try:
            await opened.open()
            yield opened
        finally:
            await opened.close()
            await runner.cleanup()
