"""Reading the body of an action: one JSON object that means one thing only."""

from __future__ import annotations

import asyncio
import json
import math
from typing import Final, NoReturn

from aiohttp import hdrs, web

from gateway.contract import RequestError
from gateway.resilience import current_deadline
from gateway.server.errors import LARGEST_BODY

_PLAIN: Final = frozenset({"", "identity"})


async def read_object(request: web.Request) -> dict[str, object]:
    """The body, whatever content type it claims to have.

    Raises:
        RequestError: it is not a JSON object in UTF-8; or it repeats a key, nests absurdly, or has numbers that do not
            exist in JSON or hold nothing sensible. Nothing would tell which of two values was meant.
        aiohttp.web.HTTPException: 408, 413 or 415, where it is too slow, too large or compressed.
    """
    return parse_object(await _read(request))


def parse_object(body: bytes) -> dict[str, object]:
    """The JSON object in these bytes. Raises `RequestError`."""
    try:
        document: object = json.loads(
            body.decode(), object_pairs_hook=_distinct, parse_constant=_refuse, parse_float=_finite
        )
    except (ValueError, RecursionError):
        # `from None`: the decoder's error holds the whole body.
        raise RequestError("body", "expected a JSON object") from None
    if not isinstance(document, dict):
        raise RequestError("body", "expected a JSON object")
    return document


async def _read(request: web.Request) -> bytes:
    if request.headers.get(hdrs.CONTENT_ENCODING, "").strip().lower() not in _PLAIN:
        raise web.HTTPUnsupportedMediaType
    if (length := request.content_length) is not None and length > LARGEST_BODY:
        raise web.HTTPRequestEntityTooLarge(max_size=LARGEST_BODY, actual_size=length)
    try:
        async with asyncio.timeout(current_deadline().remaining()):
            return await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (web.RequestPayloadError, ConnectionError):
        raise RequestError("body", "ended early") from None


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    entries = dict(pairs)
    if len(entries) < len(pairs):
        raise ValueError
    return entries


def _refuse(constant: str) -> NoReturn:
    raise ValueError


def _finite(literal: str) -> float:
    number = float(literal)
    if not math.isfinite(number):
        raise ValueError
    return number
