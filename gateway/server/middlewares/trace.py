"""A span for every request, where requests are traced: only then is this imported, for the packages are an extra."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiohttp import web

from gateway.observability import add_context
from gateway.observability.spans import ABORTED, TRACEPARENT, RequestSpan
from gateway.server.keys import FAILURE
from gateway.server.middlewares.access_log import template

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler, Middleware

    from gateway.observability.spans import Traces

_SPAN: Final = web.RequestKey("span", RequestSpan)


def trace(traces: Traces) -> Middleware:
    """A middleware that tells the request's span how it ended."""

    @web.middleware
    async def traced(request: web.Request, handler: Handler) -> web.StreamResponse:
        span = request[_SPAN] = traces.request(request.method)
        status = ABORTED
        try:
            response = await handler(request)
            status = response.status
            return response
        finally:
            span.ended(template(request), status, request.get(FAILURE))

    return traced


@web.middleware
async def join_trace(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Go on with the caller's trace. It has shown a token by now: nobody else has a say in what is recorded."""
    add_context(trace_id=request[_SPAN].begin(request.headers.getall(TRACEPARENT, ())))
    return await handler(request)
