"""One line a request: who sent it, which route, how it ended, how long it took, what it did. No query, no path as sent,
and no ids but those of what was written to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from gateway.contract import RequestError
from gateway.observability import noted_writes
from gateway.policy import Refused
from gateway.resilience import Failure

if TYPE_CHECKING:
    from aiohttp import web
    from structlog.typing import FilteringBoundLogger

_log: FilteringBoundLogger = structlog.get_logger("gateway.access")


def log_request(
    client: str | None, method: str, route: str | None, status: int, seconds: float, failure: Exception | None
) -> None:
    """Log a request that was answered, with what it did. `client` is the address that it came from."""
    more = {} if failure is None else _described(failure)
    if writes := noted_writes():
        more["writes"] = writes
    _log.info(
        "request",
        client=client,
        method=method,
        route=route,
        status=status,
        duration_ms=round(seconds * 1000, 2),
        **more,
    )


def template(request: web.Request) -> str | None:
    """The route as it is registered, None where nothing is."""
    resource = request.match_info.route.resource
    return None if resource is None else resource.canonical


def _described(failure: Exception) -> dict[str, object]:
    """What went wrong, with the provider's side of it: the answer has only our own words."""
    if isinstance(failure, Failure):
        return failure.for_log()
    if isinstance(failure, RequestError | Refused):
        return {"error": type(failure).__name__, "message": failure.message}
    return {"error": type(failure).__name__}
