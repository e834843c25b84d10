"""One line a request: which route, how it ended, how long it took. No ids, no query, no path as it was sent."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import structlog
from aiohttp import web

from gateway.contract import RequestError
from gateway.observability import said
from gateway.policy import Refused
from gateway.resilience import Failure
from gateway.server.keys import FAILURE

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler
    from structlog.typing import FilteringBoundLogger

_log: FilteringBoundLogger = structlog.get_logger("gateway.access")

_ABORTED: Final = 499
"""Logged, never sent: the process stopped before there was an answer."""


@web.middleware
async def access_log(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Log the request once it is answered."""
    started = time.perf_counter()
    status = _ABORTED
    try:
        response = await handler(request)
        status = response.status
        return response
    finally:
        _log.info(
            "request",
            method=request.method,
            route=template(request),
            status=status,
            duration_ms=round((time.perf_counter() - started) * 1000, 2),
            **_failure(request),
        )


def template(request: web.Request) -> str | None:
    """The route as it is registered, None where nothing is: every route is there below any backend's name, and what is
    below the name of none is no route."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None and said("backend") else None


def _failure(request: web.Request) -> dict[str, object]:
    """What went wrong, with the provider's side of it: the answer has only our own words."""
    failure = request.get(FAILURE)
    if failure is None:
        return {}
    if isinstance(failure, Failure):
        return failure.for_log()
    if isinstance(failure, RequestError | Refused):
        return {"error": type(failure).__name__, "message": failure.message}
    return {"error": type(failure).__name__}
