"""What is no HTTP at all: requests that cannot be read never reach the application, and are answered here.

aiohttp answers them in plain text and repeats the offending line, which may hold somebody's e-mail. There is no public
way to have it otherwise: `RequestHandler.handle_error` is the place, and a test tells when it no longer is.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from gateway.observability import begin_context
from gateway.server.answers import error_answer

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

_log: FilteringBoundLogger = structlog.get_logger("gateway.server")


class JsonProtocol(web.RequestHandler):
    """One connection, whose unreadable requests are answered in the contract's error body."""

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to a request that could not be read. The connection is closed after it."""
        if request.writer.output_size > 0:
            raise ConnectionError("an answer has been begun already")
        # What was said on this connection was said of the request before.
        begin_context()
        _log.info("request not readable", status=status, error=type(exc).__name__)
        answer = error_answer(status, HTTPStatus(status).phrase, {"Server": "churnkey-gateway"})
        answer.force_close()
        return answer


class JsonServer(web.Server):
    """Makes a `JsonProtocol` for each connection."""

    def __call__(self) -> JsonProtocol:
        return JsonProtocol(self, loop=self._loop, **self._kwargs)


class JsonRunner(web.AppRunner):
    """Runs an application on a `JsonServer`."""

    async def _make_server(self) -> JsonServer:
        made = await super()._make_server()
        # The application makes its server itself, of a class that cannot be chosen.
        made.__class__ = JsonServer
        if not isinstance(made, JsonServer):
            raise TypeError("the server could not be made")
        return made
