"""Which backend a request is for, and whether it may speak to it.

Decided from the path's first segments before the route counts: without the token nothing is told about what exists
below them. A path that belongs to no backend never reaches a handler, so no way of writing a path leads around this.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from gateway.observability import add_context
from gateway.server.answers import error_answer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.server.backend import Backend
    from gateway.server.generations import Generation


def authenticate(request: web.Request, generation: Generation) -> Backend | None:
    """The backend that the request is for, None where it has not shown one of its tokens. Raises `HTTPNotFound`."""
    door = generation.door_at(request.path)
    if door is None:
        raise web.HTTPNotFound
    add_context(backend=door.backend.name)
    return door.backend if _is_known(request.headers.getall(hdrs.AUTHORIZATION, ()), door.tokens) else None


def unauthorized() -> web.Response:
    """The answer to whoever has not shown a token."""
    return error_answer(401, "Unauthorized", {hdrs.WWW_AUTHENTICATE: "Bearer"})


def _is_known(headers: Iterable[str], tokens: Iterable[bytes]) -> bool:
    """Whether the one header there is holds one of the tokens, after `Bearer` or bare (the documentation has both)."""
    sent = tuple(headers)
    if len(sent) != 1:
        return False
    scheme, _, rest = sent[0].partition(" ")
    if rest and scheme.lower() != "bearer":
        return False
    candidate = (rest.strip() or scheme).encode(errors="surrogateescape")
    known = False
    for token in tokens:
        # All of them, always: neither time nor order tells which one was nearly right.
        known |= hmac.compare_digest(candidate, token)
    return known
