"""Live or test: which of the backend's adapters serves a request. Nothing ever falls from one to the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiohttp import web

from gateway.contract import Mode, RequestError
from gateway.observability import add_context
from gateway.server.keys import ADAPTER, BACKEND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp.typedefs import Handler

HEADER: Final = "X-Churnkey-Mode"

_MODES: Final = {mode.value: mode for mode in Mode}


@web.middleware
async def mode(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Choose the adapter. Raises `RequestError` for a mode that is unknown, ambiguous or not configured."""
    backend = request[BACKEND]
    chosen = read_mode(request.headers.getall(HEADER, ()))
    adapter = backend.adapters.get(chosen)
    if adapter is None:
        raise RequestError(HEADER, f"{chosen} is not configured here")
    request[ADAPTER] = adapter
    add_context(mode=chosen.value)
    return await handler(request)


def read_mode(headers: Sequence[str]) -> Mode:
    """The mode that the headers name, in any case; live when there is none (proven).

    A proxy may join repeated headers with commas. Repeating the same mode does no harm.

    Raises `RequestError`.
    """
    if not headers:
        return Mode.LIVE
    if len(headers) == 1 and (plain := _MODES.get(headers[0])) is not None:
        return plain
    named = {name.strip().lower() for header in headers for name in header.split(",")}
    chosen = _MODES.get(named.pop()) if len(named) == 1 else None
    if chosen is None:
        raise RequestError(HEADER, "expected live or test")
    return chosen
