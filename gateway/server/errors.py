"""The one place that turns an error into HTTP."""

from __future__ import annotations

import math
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from aiohttp import hdrs, web

from adapters.base import (
    AdapterError,
    Conflict,
    Credentials,
    Invalid,
    NotFound,
    RateLimited,
    Timeout,
    Unavailable,
    UnknownOutcome,
    Unreadable,
    Unsupported,
)
from gateway.contract import RequestError
from gateway.policy import Refused
from gateway.resilience import DeadlineExceeded, Failure, Shed
from gateway.server.answers import error_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

STATUSES: Final[Mapping[type[Exception], int]] = MappingProxyType(
    {
        RequestError: 400,
        Refused: 400,
        NotFound: 404,
        Invalid: 400,
        Conflict: 409,
        Unsupported: 400,
        # Not 401 or 403: Churnkey would take its own token to be wrong.
        Credentials: 502,
        RateLimited: 503,
        Unavailable: 503,
        Timeout: 504,
        UnknownOutcome: 504,
        Unreadable: 502,
        AdapterError: 502,
        Shed: 503,
        DeadlineExceeded: 504,
    }
)
"""The status of every error whose message is meant for the caller. A class that is not named has its parent's."""

LARGEST_BODY: Final = 64 * 1024
"""Bytes. An action's body has a few hundred."""

MESSAGES: Final[Mapping[int, str]] = MappingProxyType(
    {
        404: "Not found.",
        405: "Method not allowed.",
        408: "The body did not arrive in time.",
        413: "The body is too large: 64 KiB at most.",
        415: "The body must not be compressed.",
        500: "Internal error.",
    }
)
"""What is said where nobody's error brings words of its own."""

_SHORTEST_WAIT_S: Final = 1
LONGEST_WAIT_S: Final = 3600
"""Seconds. The most that `Retry-After` asks for."""


def answer_to(error: Exception) -> web.Response:
    """The answer for whatever was raised; what nobody foresaw is a 500 that says nothing."""
    if isinstance(error, web.HTTPException):
        return _answer_to_http(error)
    for kind in type(error).__mro__:
        status = STATUSES.get(kind)
        if status is not None:
            # A class of the table has its message in our own words; str() of another's could be anything.
            message = error.message if isinstance(error, Failure | RequestError | Refused) else MESSAGES[500]
            return error_answer(status, message, _retry_after(error))
    return error_answer(500, MESSAGES[500])


def is_foreseen(error: Exception) -> bool:
    """Whether an error is an answer, not a fault of this program."""
    return isinstance(error, web.HTTPException) or any(kind in STATUSES for kind in type(error).__mro__)


def _answer_to_http(error: web.HTTPException) -> web.Response:
    # Of aiohttp's own headers only this one says something that the status does not.
    allow = error.headers.get(hdrs.ALLOW)
    message = MESSAGES.get(error.status) or f"{HTTPStatus(error.status).phrase}."
    return error_answer(error.status, message, {hdrs.ALLOW: allow} if allow else None)


def _retry_after(error: Exception) -> dict[str, str] | None:
    """The provider's wish, or ours, in whole seconds, rounded up: a client that is too early is refused again."""
    wish = error.retry_after if isinstance(error, RateLimited | Shed | Unavailable) else None
    if wish is None or not math.isfinite(wish):
        return {hdrs.RETRY_AFTER: str(_SHORTEST_WAIT_S)} if isinstance(error, RateLimited | Shed) else None
    return {hdrs.RETRY_AFTER: str(min(max(math.ceil(wish), _SHORTEST_WAIT_S), LONGEST_WAIT_S))}
