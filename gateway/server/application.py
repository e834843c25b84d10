"""Puts the service together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from gateway.server.clients import NOBODY, TrustedProxies
from gateway.server.errors import LARGEST_BODY
from gateway.server.generations import Generations
from gateway.server.routes import register
from gateway.server.serving import serving

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    application = web.Application(
        client_max_size=LARGEST_BODY,
        middlewares=[serving(generations, metrics, trusted_proxies, traces)],
    )
    register(application.router)
    return application
