"""Counts requests, and the time they took, by route."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from aiohttp import web

from gateway.observability import said
from gateway.server.middlewares.access_log import template
from gateway.server.routes import NAMED

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler, Middleware

    from gateway.observability import Metrics

_ABORTED: Final = 499
"""Counted, never sent: the process stopped before there was an answer."""


def count(metrics: Metrics) -> Middleware:
    """A middleware that counts into `metrics`."""

    @web.middleware
    async def counted(request: web.Request, handler: Handler) -> web.StreamResponse:
        started = time.perf_counter()
        status = _ABORTED
        try:
            response = await handler(request)
            status = response.status
            return response
        finally:
            labels = (said("backend") or "", said("mode") or "", _route(request))
            metrics.answered(*labels, status, time.perf_counter() - started)

    return counted


def _route(request: web.Request) -> str:
    """The route from its root on, without the name that may stand before it: the backend is counted as such. What no
    route fits is "", whatever was asked for."""
    return (template(request) or "").removeprefix(NAMED)
