"""What happens to every request before and after its handler, in this order.

One middleware does all of it: each that aiohttp has to go through costs as much as what most of these steps do.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from aiohttp import web

from gateway.observability import said
from gateway.resilience import deadline
from gateway.server.keys import ADAPTER, BACKEND
from gateway.server.routes import NAMED
from gateway.server.steps.access_log import log_request, template
from gateway.server.steps.authentication import authenticate, unauthorized
from gateway.server.steps.errors import answer_instead
from gateway.server.steps.mode import choose_adapter
from gateway.server.steps.request_id import identify, sign
from gateway.server.steps.trace import join_trace

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler, Middleware

    from gateway.observability import Metrics
    from gateway.observability.spans import RequestSpan, Traces
    from gateway.server.clients import TrustedProxies
    from gateway.server.generations import Generation, Generations

_ABORTED: Final = 499
"""Logged and counted, never sent: the process stopped before there was an answer."""


def serving(
    generations: Generations, metrics: Metrics, trusted_proxies: TrustedProxies, traces: Traces | None
) -> Middleware:
    """The middleware that serves from whichever backends are in force. What it tells of a request, in the log, in
    `metrics` and in `traces`, is told once it is answered."""

    @web.middleware
    async def serve(request: web.Request, handler: Handler) -> web.StreamResponse:
        identifier = identify(request)
        span = None if traces is None else traces.request(request.method)
        started = time.perf_counter()
        # Now: of a connection that is gone by the end less is known.
        client = trusted_proxies.client_of(request)
        status, failure = _ABORTED, None
        try:
            try:
                response = await _handle(request, handler, generations.current, span)
            except Exception as error:  # noqa: BLE001 - the last resort: nothing of it reaches the caller
                failure = error
                response = answer_instead(error)
            status = response.status
        finally:
            seconds, backend = time.perf_counter() - started, said("backend")
            # Every route is there below any backend's name, and what is below the name of none is no route.
            route = template(request) if backend else None
            log_request(client, request.method, route, status, seconds, failure)
            # From its root on, for the backend is counted as such. What no route fits is "", whatever was asked for.
            counted = (route or "").removeprefix(NAMED)
            metrics.answered(backend or "", said("mode") or "", counted, status, seconds)
            if span is not None:
                span.ended(route, status, failure)
        sign(response, identifier)
        return response

    return serve


async def _handle(
    request: web.Request, handler: Handler, generation: Generation, span: RequestSpan | None
) -> web.StreamResponse:
    # Who is asking is settled before anything else is looked at.
    backend = authenticate(request, generation)
    if backend is None:
        return unauthorized()
    # What is authenticated belongs to its generation to its end.
    with generation:
        if span is not None:
            join_trace(request, span)
        request[BACKEND] = backend
        request[ADAPTER] = choose_adapter(request, backend)
        # Reading the body, waiting, calling and retrying are paid from it.
        with deadline(backend.limits.deadline_s):
            return await handler(request)
