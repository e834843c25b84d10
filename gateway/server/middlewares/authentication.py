"""Which backend a request is for, and whether it may speak to it.

Decided from the path's first segments before the route counts: without the token nothing is told about what exists
below them. A path that belongs to no backend never reaches a handler, so no way of writing a path leads around this.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from aiohttp import hdrs, web

from gateway.observability import add_context
from gateway.server.answers import error_answer
from gateway.server.keys import BACKEND

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aiohttp.typedefs import Handler, Middleware

    from gateway.server.backend import Backend

ROOT: Final = "churnkey"
"""What Churnkey appends to the API URL that the owner enters (proven)."""


def roots(backends: Mapping[str, Backend]) -> dict[str, Backend]:
    """Where the backends are served: `/<name>/churnkey`, and `/churnkey` for one that is alone."""
    served = {f"/{name}/{ROOT}": backend for name, backend in backends.items()}
    if len(backends) == 1:
        served |= {f"/{ROOT}": backend for backend in backends.values()}
    return served


def authentication(served: Mapping[str, Backend]) -> Middleware:
    """A middleware that knows the backends by the roots they are served at."""

    @web.middleware
    async def authenticate(request: web.Request, handler: Handler) -> web.StreamResponse:
        backend = _backend_at(request.path, served)
        if backend is None:
            raise web.HTTPNotFound
        add_context(backend=backend.name)
        if not _is_known(request.headers.getall(hdrs.AUTHORIZATION, ()), backend.tokens):
            return error_answer(401, "Unauthorized", {hdrs.WWW_AUTHENTICATE: "Bearer"})
        request[BACKEND] = backend
        return await handler(request)

    return authenticate


def _backend_at(path: str, served: Mapping[str, Backend]) -> Backend | None:
    segments = path.split("/", 3)
    for depth in (2, 3):
        backend = served.get("/".join(segments[:depth]))
        if backend is not None:
            return backend
    return None


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
