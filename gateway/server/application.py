"""Puts the service together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from gateway.server.clients import NOBODY, TrustedProxies
from gateway.server.errors import LARGEST_BODY
from gateway.server.generations import Generations
from gateway.server.middlewares.access_log import access_log
from gateway.server.middlewares.authentication import authentication
from gateway.server.middlewares.count import count
from gateway.server.middlewares.deadline import deadline
from gateway.server.middlewares.errors import errors
from gateway.server.middlewares.mode import mode
from gateway.server.middlewares.request_id import request_id
from gateway.server.routes import register

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Middleware

    from gateway.observability import Metrics
    from gateway.observability.spans import Traces
    from gateway.server.backend import Backend


def create_application(
    backends: Mapping[str, Backend], metrics: Metrics, traces: Traces | None = None
) -> web.Application:
    """The service in front of these backends, which stay open for as long as it runs."""
    return create_reloadable_application(Generations(backends), metrics, traces=traces)


def create_reloadable_application(
    generations: Generations,
    metrics: Metrics,
    *,
    trusted_proxies: TrustedProxies = NOBODY,
    traces: Traces | None = None,
) -> web.Application:
    """The service in front of whichever backends are in force when a request comes. With `traces` None nothing is
    traced."""
    outer, inner = _tracing(traces)
    application = web.Application(
        client_max_size=LARGEST_BODY,
        # From the outside in. Errors are answered inside the log, so that it has the status; who is asking is settled
        # before anything else is looked at.
        middlewares=[
            request_id,
            *outer,
            count(metrics),
            access_log(trusted_proxies),
            errors,
            authentication(generations),
            *inner,
            mode,
            deadline,
        ],
    )
    register(application.router)
    return application


def _tracing(traces: Traces | None) -> tuple[tuple[Middleware, ...], tuple[Middleware, ...]]:
    if traces is None:
        return (), ()
    # Not at the top: the packages that make traces are an extra.
    from gateway.server.middlewares.trace import join_trace, trace

    return (trace(traces),), (join_trace,)
