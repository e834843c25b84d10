"""Whatever is raised further in becomes an answer here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from gateway.server.errors import answer_to, is_foreseen
from gateway.server.keys import FAILURE

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler
    from structlog.typing import FilteringBoundLogger

_log: FilteringBoundLogger = structlog.get_logger("gateway.server")


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer errors as Churnkey's error body; log those that nobody foresaw, which are faults of this program."""
    try:
        return await handler(request)
    except Exception as error:  # noqa: BLE001 - the last resort: nothing of it reaches the caller
        request[FAILURE] = error
        if not is_foreseen(error):
            _log.error("unexpected error", exc_info=error)
        return answer_to(error)
