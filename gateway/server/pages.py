"""What a request for a list asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.contract import RequestError, parse_limit
from gateway.server.cursor import Scope, unwrap

if TYPE_CHECKING:
    from aiohttp import web


def read_page_query(request: web.Request, scope: Scope) -> tuple[int, str | None]:
    """The number of rows, 1 to 100, and the provider's cursor; other parameters are ignored.

    An empty cursor is none: the contract calls an empty `next` the end of a list, and some clients send it back.

    Raises `RequestError`.
    """
    limit = parse_limit(_only(request, "limit"))
    cursor = _only(request, "cursor")
    return limit, unwrap(scope, cursor) if cursor else None


def _only(request: web.Request, name: str) -> str | None:
    values = request.query.getall(name, [])
    if len(values) > 1:
        raise RequestError(name, "given more than once")
    return values[0] if values else None
