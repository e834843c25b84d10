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
from gateway.server.keys import BACKEND

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiohttp.typedefs import Handler, Middleware

    from gateway.server.generations import Generations


def authentication(generations: Generations) -> Middleware:
    """A middleware that knows the backends in force. What is authenticated belongs to their generation to its end."""

    @web.middleware
    async def authenticate(request: web.Request, handler: Handler) -> web.StreamResponse:
        generation = generations.current
        door = generation.door_at(request.path)
        if door is None:
            raise web.HTTPNotFound
        add_context(backend=door.backend.name)
        if not _is_known(request.headers.getall(hdrs.AUTHORIZATION, ()), door.tokens):
            return error_answer(401, "Unauthorized", {hdrs.WWW_AUTHENTICATE: "Bearer"})
        request[BACKEND] = door.backend
        with generation:
            return await handler(request)

    return authenticate


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
