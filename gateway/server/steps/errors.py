"""Whatever is raised further in becomes an answer here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from gateway.server.errors import answer_to, is_foreseen

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler
    from structlog.typing import FilteringBoundLogger

_log: FilteringBoundLogger = structlog.get_logger("gateway.server")


def answer_instead(error: Exception) -> web.Response:
    """Churnkey's error body for what was raised; logs what nobody foresaw, which is a fault of this program."""
    if not is_foreseen(error):
        _log.error("unexpected error", exc_info=error)
    return answer_to(error)


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Nothing else than that, for an application that does nothing else with its requests."""
    try:
        return await handler(request)
    except Exception as error:  # noqa: BLE001 - the last resort: nothing of it reaches the caller
        return answer_instead(error)
