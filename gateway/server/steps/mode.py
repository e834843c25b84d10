"""Live or test: which of the backend's adapters serves a request. Nothing ever falls from one to the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from multidict import istr

from gateway.contract import Mode, RequestError
from gateway.observability import add_context

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from adapters.base import BillingAdapter
    from gateway.server.backend import Backend

HEADER: Final = istr("X-Churnkey-Mode")

_MODES: Final = {mode.value: mode for mode in Mode}


def choose_adapter(request: web.Request, backend: Backend) -> BillingAdapter:
    """The adapter of the request's mode. Raises `RequestError` for one that is unknown, ambiguous or not configured."""
    chosen = read_mode(request.headers.getall(HEADER, ()))
    adapter = backend.adapters.get(chosen)
    if adapter is None:
        raise RequestError(HEADER, f"{chosen} is not configured here")
    add_context(mode=str(chosen))
    return adapter


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
