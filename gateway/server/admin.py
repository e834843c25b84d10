"""The operator's own address: is the process up, does it take requests, which version is it, what was counted.

No provider is called.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from aiohttp import web

from gateway import __version__
from gateway.server.answers import error_answer, json_answer
from gateway.server.scraping import scraping
from gateway.server.steps.errors import errors

if TYPE_CHECKING:
    from gateway.observability import Metrics

OpenApi: TypeAlias = bytes | Callable[[], bytes]
"""The OpenAPI document as JSON, or what makes it when it is first asked for."""


class Stage(StrEnum):
    """Where the process is in its life."""

    STARTING = "starting"
    SERVING = "serving"
    DRAINING = "draining"


class Life:
    """The stage, as those who change it and those who ask for it share it."""

    def __init__(self) -> None:
        self.stage = Stage.STARTING


def create_admin_application(life: Life, openapi: OpenApi, metrics: Metrics) -> web.Application:
    """The admin service. Whatever is not one of its five paths is 404, as JSON."""

    async def healthz(request: web.Request) -> web.Response:
        return json_answer('{"status":"up"}')

    async def readyz(request: web.Request) -> web.Response:
        if life.stage is Stage.SERVING:
            return json_answer('{"status":"ready"}')
        return error_answer(503, f"The gateway is {life.stage}.")

    async def version(request: web.Request) -> web.Response:
        return json_answer(json.dumps({"version": __version__}))

    async def document(request: web.Request) -> web.Response:
        nonlocal openapi
        if not isinstance(openapi, bytes):
            openapi = openapi()
        return json_answer(openapi)

    application = web.Application(middlewares=[errors])
    application.router.add_get("/healthz", healthz)
    application.router.add_get("/readyz", readyz)
    application.router.add_get("/version", version)
    application.router.add_get("/metrics", scraping(metrics.registry))
    application.router.add_get("/openapi.json", document)
    return application
