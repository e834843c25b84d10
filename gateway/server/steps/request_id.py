"""Every request has an id, the caller's where it sends a sensible one; every answer repeats it."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from aiohttp import hdrs
from multidict import istr

from gateway.observability import begin_context

if TYPE_CHECKING:
    from aiohttp import web

HEADER: Final = istr("X-Request-Id")

_SENSIBLE: Final = re.compile(r"[A-Za-z0-9._-]{1,128}")


def identify(request: web.Request) -> str:
    """Give the request its id, and begin the log's context with it."""
    sent = request.headers.get(HEADER)
    identifier = sent if sent is not None and _SENSIBLE.fullmatch(sent) else os.urandom(16).hex()
    begin_context(request_id=identifier)
    return identifier


def sign(response: web.StreamResponse, identifier: str) -> None:
    """Repeat the id in the answer, and say who answers in place of aiohttp, which tells its version and Python's."""
    response.headers[HEADER] = identifier
    response.headers[hdrs.SERVER] = "churnkey-gateway"
