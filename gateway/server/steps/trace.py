"""Going on with the caller's trace, where requests are traced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gateway.observability import add_context

if TYPE_CHECKING:
    from aiohttp import web

    from gateway.observability.spans import RequestSpan

HEADER: Final = "traceparent"


def join_trace(request: web.Request, span: RequestSpan) -> None:
    """Begin the request's span. The caller has shown a token by now: nobody else has a say in what is recorded."""
    add_context(trace_id=span.begin(request.headers.getall(HEADER, ())))
