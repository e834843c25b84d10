"""Serves providers, and verifies them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any, Protocol

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.contract import Mode
from gateway.verification import Plan, Report, read_address, verify
from tests.gateway.verification.provider import TOKEN, Provider


class Serve(Protocol):
    """Serves an application; answers its URL."""

    async def __call__(self, application: web.Application) -> str: ...


class Verify(Protocol):
    """Verifies a provider in test mode; the rest is what a `Plan` has."""

    async def __call__(self, provider: Provider, **more: Any) -> Report: ...


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    async with AsyncExitStack() as running:

        async def begin(application: web.Application) -> str:
            server = await running.enter_async_context(TestServer(application))
            return str(server.make_url(""))

        yield begin


@pytest.fixture
def verified(serve: Serve) -> Verify:
    async def run(provider: Provider, **more: Any) -> Report:
        address = read_address(await serve(provider.application()))
        return await verify(Plan(**{"address": address, "token": TOKEN, "mode": Mode.TEST, "timeout_s": 60, **more}))

    return run
