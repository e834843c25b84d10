"""One line a request: who sent it, which route, how it ended, how long it took. No ids, no query, no path as sent."""

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
    from aiohttp.typedefs import Handler, Middleware
    from structlog.typing import FilteringBoundLogger

    from gateway.server.clients import TrustedProxies

_log: FilteringBoundLogger = structlog.get_logger("gateway.access")

_ABORTED: Final = 499
"""Logged, never sent: the process stopped before there was an answer."""


def access_log(trusted_proxies: TrustedProxies) -> Middleware:
    """A middleware that logs each request once it is answered, with the address that it came from."""

    @web.middleware
    async def logged(request: web.Request, handler: Handler) -> web.StreamResponse:
        started = time.perf_counter()
        # Now: of a connection that is gone by the end less is known.
        client = trusted_proxies.client_of(request)
        status = _ABORTED
        try:
            response = await handler(request)
            status = response.status
            return response
        finally:
            _log.info(
                "request",
                client=client,
                method=request.method,
                route=template(request),
                status=status,
                duration_ms=round((time.perf_counter() - started) * 1000, 2),
                **_failure(request),
            )

    return logged


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
