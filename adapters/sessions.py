"""The HTTP session that an adapter makes its calls on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, TraceConfig, TraceRequestStartParams

from gateway.resilience import NO_TRACER

if TYPE_CHECKING:
    from adapters.holes import Runtime


def open_session(
    *, connections: int, connect_timeout_s: float, headers: Mapping[str, str] | None = None
) -> ClientSession:
    """A pooled session that neither times nor repeats calls by itself, for `adapters.calls` does both, and keeps no
    cookies.

    `headers` go with each request. To be called on the event loop, and closed by the caller.
    """
    session = ClientSession(
        connector=TCPConnector(limit=connections),
        cookie_jar=DummyCookieJar(),
        # The whole call, reading included, is timed by `adapters.calls`; a timer more for each would only cost.
        timeout=ClientTimeout(total=None, connect=connect_timeout_s, sock_connect=connect_timeout_s),
        headers=headers,
    )
    _repeat_nothing(session)
    return session


def session_beside(session: ClientSession) -> ClientSession:
    """One on the same connections that does as `session` does, but sends no headers by itself. To be closed as well,
    which leaves the connections to `session`. Raises `RuntimeError`, as aiohttp does, where that is closed."""
    if session.closed:
        raise RuntimeError("Session is closed")
    beside = ClientSession(
        connector=session.connector,
        connector_owner=False,
        cookie_jar=DummyCookieJar(),
        timeout=session.timeout,
        trace_configs=session.trace_configs,
    )
    _repeat_nothing(beside)
    return beside


def _repeat_nothing(session: ClientSession) -> None:
    # Left to itself aiohttp repeats a GET or DELETE whose connection, kept open from before, breaks: a cancellation
    # whose answer was lost is then told to be of nothing. It has no public switch.
    session._retry_connection = False


def hand_trace_on(session: ClientSession, runtime: Runtime, base_url: str | None) -> None:
    """Tell whoever is at `base_url` which trace the session's calls belong to, in the header `traceparent`.

    None, where the provider is called directly, gets nothing: it could make nothing of it, and whose trace it is part
    of is none of its business. What stands at a `base_url` is the owner's.
    """
    tracer = runtime.tracer
    if base_url is None or tracer is NO_TRACER:
        return

    async def add_headers(session: ClientSession, context: object, request: TraceRequestStartParams) -> None:
        request.headers.update(tracer.headers())

    handing_on = TraceConfig()
    handing_on.on_request_start.append(add_headers)
    # A session freezes those that it is made with.
    handing_on.freeze()
    session.trace_configs.append(handing_on)
