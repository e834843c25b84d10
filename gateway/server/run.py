"""Running the service: read the settings, open, listen, wait for signals, finish what is under way, close."""

from __future__ import annotations

import gc
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import structlog
from aiohttp import web

from gateway import __version__
from gateway.observability import Metrics
from gateway.resilience import Clock, utc_now
from gateway.server.admin import Life, OpenApi, Stage, create_admin_application
from gateway.server.announcing import Announcer
from gateway.server.application import create_reloadable_application
from gateway.server.clients import NOBODY, TrustedProxies
from gateway.server.generations import Generations
from gateway.server.listening import Listening
from gateway.server.protocol import JsonRunner
from gateway.server.reasons import CannotListen, reason
from gateway.server.reload import Load, Settings
from gateway.server.signals import heeded_signals
from gateway.server.states import open_states

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from structlog.typing import FilteringBoundLogger

    from gateway.observability.spans import Traces
    from gateway.server.backend import FindAdapter
    from gateway.server.certificate import CertificateFiles
    from gateway.server.unix_socket import UnixSocket

_log: FilteringBoundLogger = structlog.get_logger("gateway.server")

_KEEP_ALIVE_S: Final = 75.0
"""Longer than the idle time of the usual proxies (60 s), so that it is they who close: a request that meets a
connection being closed is lost."""

_ADMIN_SHUTDOWN_S: Final = 1.0
_ANSWERING_S: Final = 1.0
_ALLOCATIONS_BEFORE_COLLECTION: Final = 50_000


@dataclass(frozen=True, slots=True)
class Started:
    """Where the running service listens. A port that was given as 0 is the real one here. None stands for what is not
    listened on: the port, or the Unix socket."""

    host: str
    port: int | None
    admin_host: str
    admin_port: int
    unix_socket: str | None = None


OnStarted: TypeAlias = "Callable[[Started], None]"

OpenTraces: TypeAlias = "Callable[[], AbstractAsyncContextManager[Traces | None]]"


async def serve(
    load: Load,
    find: FindAdapter,
    *,
    openapi: OpenApi,
    host: str = "127.0.0.1",
    port: int | None = 8080,
    unix_socket: UnixSocket | None = None,
    certificate_files: CertificateFiles | None = None,
    trusted_proxies: TrustedProxies = NOBODY,
    admin_host: str = "127.0.0.1",
    admin_port: int = 9090,
    on_started: OnStarted | None = None,
    clock: Clock = utc_now,
    reloads: bool = True,
    traces: OpenTraces = nullcontext,
) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is under way and return.

    `/readyz` answers 503 from the signal on; new connections are refused; requests under way have until the longest
    deadline of any backend, and some seconds. A second signal ends the process at once. With `reloads` the
    settings and the certificate are loaded again at each SIGHUP: see `Settings.renew` and `Listening.renew`. `traces`
    is opened for what traces requests, None for nothing, and closed last. `on_started` is called when all addresses
    answer. Where the public one is: see `Listening`.

    Raises `CannotListen`, `CannotOpenJournal`, `UnfitAccount`, `UnfitCertificate`, what `load` and what `open_backends`
    raise.
    """
    life, metrics = Life(), Metrics()
    # The signals come first: none is lost, nor ends the process, while it starts.
    with heeded_signals(reloads=reloads) as signals:
        async with (
            traces() as opened_traces,
            open_states(metrics) as states,
            Generations() as generations,
            Announcer(metrics) as announcer,
        ):
            settings = Settings(
                generations, load, find, metrics=metrics, clock=clock, state_of=states.state_of, traces=opened_traces
            )
            admin = web.AppRunner(
                create_admin_application(life, openapi, metrics), access_log=None, shutdown_timeout=_ADMIN_SHUTDOWN_S
            )
            public = create_runner(generations, metrics, trusted_proxies=trusted_proxies, traces=opened_traces)
            listening = Listening(
                public, metrics, host=host, port=port, unix_socket=unix_socket, certificate_files=certificate_files
            )

            async def work() -> None:
                chosen = await settings.read()
                real_admin_port = await _listen(admin, admin_host, admin_port)
                await settings.put_in_force(chosen)
                await listening.open()
                settle_garbage_collection()
                life.stage = Stage.SERVING
                _tell_started(listening, f"{admin_host}:{real_admin_port}", settings)
                if on_started is not None:
                    on_started(_started(listening, admin_host, real_admin_port))
                while True:
                    # Churnkey calls back, so not before it can be answered.
                    await announcer.announce(settings.in_force, generations.current.backends)
                    await signals.reload.wait()
                    # Cleared first: settings that are written while others are read are read once more.
                    signals.reload.clear()
                    await listening.renew()
                    await settings.renew()
                    states.tell_of(settings.in_force)

            try:
                await signals.until_stopped(work())
                life.stage = Stage.DRAINING
                _log.info("draining")
            finally:
                await listening.close()
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


def create_runner(
    generations: Generations,
    metrics: Metrics | None = None,
    *,
    trusted_proxies: TrustedProxies = NOBODY,
    traces: Traces | None = None,
    answering_s: float = _ANSWERING_S,
) -> JsonRunner:
    """The service with its HTTP settings, ready to be given an address.

    Its clean-up refuses new requests and waits for those under way, see `Generations.drain`. A handler is not cancelled
    when its caller hangs up: a write that was begun is finished and settled. `answering_s` is for an answer that is
    made by then to be taken by its caller; whoever is still there after that is cut off.
    """
    application = create_reloadable_application(
        generations, metrics or Metrics(), trusted_proxies=trusted_proxies, traces=traces
    )

    async def drain(stopping: web.Application) -> None:
        await generations.drain()

    # aiohttp's own waiting has one bound from the beginning, and waits for as long again before it gives up.
    application.on_shutdown.append(drain)
    return JsonRunner(
        application,
        access_log=None,
        keepalive_timeout=_KEEP_ALIVE_S,
        # A compressed body is refused; unpacking it first would be work for nothing.
        auto_decompress=False,
        handler_cancellation=False,
        shutdown_timeout=answering_s,
    )


async def _listen(runner: web.AppRunner, host: str, port: int) -> int:
    """Start to listen and answer the port, the real one where 0 was given."""
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise CannotListen(f"cannot listen on {host}:{port}: {reason(error)}") from error
    return int(runner.addresses[0][1])


def _tell_started(listening: Listening, admin: str, settings: Settings) -> None:
    certificate = listening.certificate
    _log.info(
        "started",
        version=__version__,
        **({} if listening.port is None else {"listening": f"{listening.host}:{listening.port}"}),
        **({} if listening.unix_socket is None else {"unix_socket": str(listening.unix_socket.path)}),
        **({} if certificate is None else {"certificate_valid_until": certificate.expires_at.isoformat()}),
        admin=admin,
        backends=settings.modes(),
    )


def _started(listening: Listening, admin_host: str, admin_port: int) -> Started:
    unix_socket = None if listening.unix_socket is None else str(listening.unix_socket.path)
    return Started(listening.host, listening.port, admin_host, admin_port, unix_socket)
