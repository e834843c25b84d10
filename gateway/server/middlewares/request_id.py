"""Every request has an id, the caller's where it sends a sensible one; every answer repeats it."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from aiohttp import web

from gateway.observability import begin_context

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

HEADER: Final = "X-Request-Id"

_SENSIBLE: Final = re.compile(r"[A-Za-z0-9._-]{1,128}")


@web.middleware
async def request_id(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request its id, in the log's context and in the answer."""
    sent = request.headers.get(HEADER)
    identifier = sent if sent is not None and _SENSIBLE.fullmatch(sent) else os.urandom(16).hex()
    begin_context(request_id=identifier)
    response = await handler(request)
    response.headers[HEADER] = identifier
    # In place of aiohttp's own, which tells its version and Python's.
    response.headers["Server"] = "churnkey-gateway"
    return response
