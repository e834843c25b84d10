"""Running the service: open, listen, wait for the signal, finish what is under way, close."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import structlog
from aiohttp import web

from gateway import __version__
from gateway.journal import open_journals
from gateway.observability import CountingRecorder, LoggingObserver, Metrics
from gateway.resilience import Clock, utc_now
from gateway.server.accounts import examine_accounts
from gateway.server.admin import Life, OpenApi, Stage, create_admin_application
from gateway.server.application import create_application
from gateway.server.backend import Backend, FindAdapter, open_backends
from gateway.server.protocol import JsonRunner

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping

    from structlog.typing import FilteringBoundLogger

    from gateway.settings import BackendSettings

_log: FilteringBoundLogger = structlog.get_logger("gateway.server")

_KEEP_ALIVE_S: Final = 75.0
"""Longer than the idle time of the usual proxies (60 s), so that it is they who close: a request that meets a
connection being closed is lost."""

_ADMIN_SHUTDOWN_S: Final = 1.0
_MARGIN_S: Final = 1.0
"""On top of the longest deadline, for writing the answer."""
_ALLOCATIONS_BEFORE_COLLECTION: Final = 50_000


class CannotListen(Exception):
    """An address cannot be listened on; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Started:
    """Where the running service listens. A port that was given as 0 is the real one here."""

    host: str
    port: int
    admin_host: str
    admin_port: int


OnStarted: TypeAlias = "Callable[[Started], None]"


async def serve(
    settings: Iterable[BackendSettings],
    find: FindAdapter,
    *,
    openapi: OpenApi,
    host: str = "127.0.0.1",
    port: int = 8080,
    admin_host: str = "127.0.0.1",
    admin_port: int = 9090,
    on_started: OnStarted | None = None,
    clock: Clock = utc_now,
) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is under way and return.

    `/readyz` answers 503 from the signal on; new connections are refused; requests under way have until the longest
    deadline of any backend. A second signal ends the process at once. `on_started` is called when both addresses
    answer.

    Raises `CannotListen`, `CannotOpenJournal`, `UnfitAccount`, and what `open_backends` raises.
    """
    life, metrics = Life(), Metrics()
    chosen = tuple(settings)
    # The journals are opened first and closed last: what is under way at the end is still recorded.
    async with (
        open_journals(chosen, clock=clock) as journals,
        open_backends(
            chosen,
            find,
            clock=clock,
            observe=lambda name, mode: LoggingObserver(name, mode, metrics),
            record=lambda name, mode: CountingRecorder(journals.recorder(name, mode), metrics.of(name, mode)),
        ) as backends,
        _stop_signal() as stopped,
    ):
        admin = web.AppRunner(
            create_admin_application(life, openapi, metrics), access_log=None, shutdown_timeout=_ADMIN_SHUTDOWN_S
        )
        public = create_runner(backends, metrics)
        try:
            admin_port = await _listen(admin, admin_host, admin_port)
            await examine_accounts(backends)
            port = await _listen(public, host, port)
            settle_garbage_collection()
            life.stage = Stage.SERVING
            _tell_started(Started(host, port, admin_host, admin_port), backends, on_started)
            await stopped.wait()
            life.stage = Stage.DRAINING
            _log.info("draining")
        finally:
            # The admin address goes last: until then it says that the process is draining.
            await public.cleanup()
            await admin.cleanup()
    _log.info("stopped")


def settle_garbage_collection() -> None:
    """What is there by now stays until the end, so the collector need not look through it again and again; and a list
    makes tens of thousands of short-lived objects, which are freed without it. This is for the whole process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS_BEFORE_COLLECTION, *gc.get_threshold()[1:])


def create_runner(backends: Mapping[str, Backend], metrics: Metrics | None = None) -> JsonRunner:
    """The service with its HTTP settings, ready to be given an address.

    Its clean-up refuses new requests and waits for those under way, until the longest deadline of any backend. A
    handler is not cancelled when its caller hangs up: a write that was begun is finished and settled.
    """
    longest = max((backend.limits.deadline_s for backend in backends.values()), default=0.0)
    return JsonRunner(
        create_application(backends, metrics or Metrics()),
        access_log=None,
        keepalive_timeout=_KEEP_ALIVE_S,
        # A compressed body is refused; unpacking it first would be work for nothing.
        auto_decompress=False,
        handler_cancellation=False,
        shutdown_timeout=longest + _MARGIN_S,
    )


@asynccontextmanager
async def _stop_signal() -> AsyncIterator[asyncio.Event]:
    """An event that SIGTERM and SIGINT set. Only the first of them: after it they do what they do by default."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    signals = (signal.SIGTERM, signal.SIGINT)

    def restore() -> None:
        for number in signals:
            loop.remove_signal_handler(number)

    def stop() -> None:
        stopped.set()
        restore()

    for number in signals:
        loop.add_signal_handler(number, stop)
    try:
        yield stopped
    finally:
        restore()


async def _listen(runner: web.AppRunner, host: str, port: int) -> int:
    """Start to listen and answer the port, the real one where 0 was given."""
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        # asyncio's own words repeat the address; a name that cannot be resolved has no number of the system.
        reason = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
        raise CannotListen(f"cannot listen on {host}:{port}: {reason}") from error
    return int(runner.addresses[0][1])


def _tell_started(started: Started, backends: Mapping[str, Backend], on_started: OnStarted | None) -> None:
    _log.info(
        "started",
        version=__version__,
        listening=f"{started.host}:{started.port}",
        admin=f"{started.admin_host}:{started.admin_port}",
        backends={name: [mode.value for mode in backend.adapters] for name, backend in backends.items()},
    )
    if on_started is not None:
        on_started(started)
