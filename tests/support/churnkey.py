"""Churnkey's own API, as far as the gateway calls it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass
class Churnkey:
    """Stands for Churnkey's API: answers with these statuses in turn, 0 for none at all, and 200 after them."""

    statuses: deque[int] = field(default_factory=deque)
    asked: list[tuple[str, str, str | None, bytes]] = field(default_factory=list)
    """Method, path, authorization and body of each request."""
    held: asyncio.Event | None = None
    """Answers wait for it."""

    async def handle(self, request: web.Request) -> web.Response:
        """Answer."""
        authorization = request.headers.get("Authorization")
        self.asked.append((request.method, request.path, authorization, await request.read()))
        if self.held is not None:
            await self.held.wait()
        status = self.statuses.popleft() if self.statuses else 200
        if status == 0 and request.transport is not None:
            request.transport.abort()
        return web.Response(
            status=status or 200, headers={"Location": "/elsewhere"} if status in range(300, 400) else {}
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Its address."""
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self.handle)
        async with TestServer(application) as server:
            yield str(server.make_url("")).rstrip("/")
