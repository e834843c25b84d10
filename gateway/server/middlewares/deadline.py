"""The time that one request may take, everything included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from gateway import resilience
from gateway.server.keys import BACKEND

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler


@web.middleware
async def deadline(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Start the request's budget, which reading the body, waiting, calling and retrying are paid from."""
    with resilience.deadline(request[BACKEND].limits.deadline_s):
        return await handler(request)
