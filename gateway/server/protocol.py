"""One connection: what is no HTTP at all is answered here, and what comes while the service stops is closed.

aiohttp answers what it cannot read in plain text and repeats the offending line, which may hold somebody's e-mail.
There is no public way to have it otherwise: `RequestHandler.handle_error` is the place, and a test tells when it no
longer is.

A connection that is told to close while it waits for a request, or before its first step (Python below 3.12), aiohttp
3.14 keeps open and never reads, until all that is under way elsewhere is over; one that is made after the others were
told to close it serves on. Either way a caller could wait in vain.
"""

from __future__ import annotations

from asyncio import CancelledError
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from gateway.observability import begin_context
from gateway.server.answers import error_answer

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, BaseTransport
    from typing import Any

    from structlog.typing import FilteringBoundLogger

_log: FilteringBoundLogger = structlog.get_logger("gateway.server")


class JsonProtocol(web.RequestHandler):
    """One connection, whose unreadable requests are answered in the contract's error body."""

    __slots__ = ("_begun", "_server")

    def __init__(self, server: JsonServer, *, loop: AbstractEventLoop, **settings: Any) -> None:
        super().__init__(server, loop=loop, **settings)
        self._server = server
        self._begun = False

    def connection_made(self, transport: BaseTransport) -> None:
        """Serve the connection, unless the service stops."""
        super().connection_made(transport)
        if self._server.stopping:
            self.force_close()

    async def start(self) -> None:
        """Serve one request after another."""
        self._begun = True
        try:
            await super().start()
        except CancelledError:
            # While it waits for a next request, which is how aiohttp closes it.
            self.force_close()
            raise

    def close(self) -> None:
        """Close the connection once what is under way on it has been answered."""
        super().close()
        if not self._begun:
            self.force_close()

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

    stopping = False

    def pre_shutdown(self) -> None:
        """Take no more requests."""
        self.stopping = True
        super().pre_shutdown()

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
