"""The HTTP session that an adapter makes its calls on."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector


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
    # Left to itself aiohttp repeats a GET or DELETE whose connection, kept open from before, breaks: a cancellation
    # whose answer was lost is then told to be of nothing. It has no public switch.
    session._retry_connection = False
    return session
