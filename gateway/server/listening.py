"""The public address: where it is listened, and with which certificate."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

import structlog

from gateway.server.certificate import Certificate, CertificateFiles, UnfitCertificate, load_certificate
from gateway.server.reasons import CannotListen, reason
from gateway.server.unix_socket import BACKLOG, OpenUnixSocket, UnixSocket, open_unix_socket

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web
    from structlog.typing import FilteringBoundLogger

    from gateway.observability import Metrics

_log: FilteringBoundLogger = structlog.get_logger("gateway.server")

_HANDSHAKE_S: Final = 10.0
_GOODBYE_S: Final = 1.0


class Listening:
    """Listens on a TCP port, on a Unix socket, or on both, for one runner.

    `port` is None for the socket alone. With `certificate_files` the port speaks TLS and nothing else; the socket never
    does, for nobody can listen in there. `close` comes before the runner's own clean-up, which ends the connections.
    """

    def __init__(
        self,
        runner: web.BaseRunner,
        metrics: Metrics,
        *,
        host: str,
        port: int | None,
        unix_socket: UnixSocket | None = None,
        certificate_files: CertificateFiles | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self.unix_socket = unix_socket
        self.certificate: Certificate | None = None
        self._runner = runner
        self._metrics = metrics
        self._files = certificate_files
        self._tcp: Sequence[asyncio.Server] = ()
        self._unix: tuple[asyncio.Server, OpenUnixSocket] | None = None

    async def open(self) -> None:
        """Listen. From now on `port` is the real one, where it was 0. Raises `CannotListen` and `UnfitCertificate`."""
        await self._runner.setup()
        certificate = None if self._files is None else await asyncio.to_thread(load_certificate, self._files)
        if self.port is not None:
            await self._open_tcp(self.port, certificate)
        if self.unix_socket is not None:
            await self._open_unix(self.unix_socket)

    async def renew(self) -> None:
        """Read the certificate again and show it to whoever connects from now on; what is wrong with it is logged, and
        the old one stays. Connections that are there stay as they are."""
        if self._files is None:
            return
        try:
            certificate = await asyncio.to_thread(load_certificate, self._files)
            await self._take_over(certificate)
        except UnfitCertificate as error:
            _log.error("certificate not reloaded", problems=str(error).splitlines())
        except Exception as error:  # noqa: BLE001 - whatever it is, what is in force goes on
            _log.error("certificate not reloaded", exc_info=error)
        else:
            _log.info("certificate reloaded", valid_until=certificate.expires_at.isoformat())

    def close(self) -> None:
        """Take no new connections, and leave no file behind."""
        for server in self._tcp:
            server.close()
        self._tcp = ()
        if self._unix is not None:
            server, opened = self._unix
            self._unix = None
            try:
                opened.remove()
            except OSError as error:
                _log.warning("socket file not removed", error=reason(error))
            server.close()

    async def _open_tcp(self, port: int, certificate: Certificate | None) -> None:
        try:
            server = await asyncio.get_running_loop().create_server(
                self._protocol(),
                self.host,
                port,
                backlog=BACKLOG,
                ssl=None if certificate is None else certificate.context,
                ssl_handshake_timeout=None if certificate is None else _HANDSHAKE_S,
                ssl_shutdown_timeout=None if certificate is None else _GOODBYE_S,
                start_serving=False,
            )
        except OSError as error:
            raise CannotListen(f"cannot listen on {self.host}:{port}: {reason(error)}") from error
        self._tcp = [server]
        await server.start_serving()
        self.port = int(server.sockets[0].getsockname()[1])
        self._in_force(certificate)

    async def _open_unix(self, chosen: UnixSocket) -> None:
        opened = open_unix_socket(chosen)
        server = await asyncio.get_running_loop().create_unix_server(
            self._protocol(), sock=opened.socket, backlog=BACKLOG, start_serving=False
        )
        self._unix = server, opened
        await server.start_serving()

    async def _take_over(self, certificate: Certificate) -> None:
        """Serve the same sockets with another certificate. Each is listened on twice for a moment, so that nobody is
        refused; a context of its own leaves no session that could be resumed under the former certificate."""
        loop = asyncio.get_running_loop()
        following: list[asyncio.Server] = []
        with ExitStack() as undoing:
            for former in self._tcp:
                for one in former.sockets:
                    copy = socket.socket(fileno=os.dup(one.fileno()))
                    undoing.callback(copy.close)
                    server = await loop.create_server(
                        self._protocol(),
                        sock=copy,
                        backlog=BACKLOG,
                        ssl=certificate.context,
                        ssl_handshake_timeout=_HANDSHAKE_S,
                        ssl_shutdown_timeout=_GOODBYE_S,
                        start_serving=False,
                    )
                    undoing.callback(server.close)
                    following.append(server)
            for server in following:
                await server.start_serving()
            undoing.pop_all()
        ended, self._tcp = self._tcp, following
        await _close_behind_the_last(ended)
        self._in_force(certificate)

    def _in_force(self, certificate: Certificate | None) -> None:
        self.certificate = certificate
        if certificate is not None:
            self._metrics.certificate_expiry.set(certificate.expires_at.timestamp())

    def _protocol(self) -> web.Server:
        """What a connection is given to: aiohttp's low-level server, which any listening socket may be handed to
        (aiohttp documentation, "Low Level Server")."""
        server = self._runner.server
        if server is None:
            raise RuntimeError("the runner is not set up")
        return server


async def _close_behind_the_last(servers: Sequence[asyncio.Server]) -> None:
    """Close them once everybody has a connection whom they have accepted.

    asyncio forgets whoever was accepted in the turn of the loop just before: that socket stays open, and nobody ever
    answers on it (CPython 3.11 to 3.13, `asyncio.base_events.Server._attach`).
    """
    loop = asyncio.get_running_loop()
    for server in servers:
        for one in server.sockets:
            loop.remove_reader(one.fileno())
    try:
        await asyncio.sleep(0)
    finally:
        for server in servers:
            server.close()
