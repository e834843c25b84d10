"""Reading the body of an action: one JSON object that means one thing only."""

from __future__ import annotations

import asyncio
import json
import math
import re
from typing import TYPE_CHECKING, Final, NoReturn

from aiohttp import hdrs, web

from gateway.contract import RequestError
from gateway.resilience import current_deadline
from gateway.server.errors import LARGEST_BODY

if TYPE_CHECKING:
    from aiohttp import StreamReader

_PLAIN: Final = frozenset({"", "identity"})
_FIELD: Final = re.compile(r"[A-Za-z_]{1,40}")
_DEEPEST: Final = 16
_WHITE_SPACE: Final = " \t\n\r"
"""JSON's own."""


async def read_object(request: web.Request) -> dict[str, object]:
    """The body, whatever content type it claims to have.

    Raises:
        RequestError: it is not a JSON object in UTF-8; or it repeats a key, nests absurdly, or has numbers that do not
            exist in JSON or hold nothing sensible. Nothing would tell which of two values was meant.
        aiohttp.web.HTTPException: 408, 413 or 415, where it is too slow, too large or compressed.
    """
    encoding = request.headers.get(hdrs.CONTENT_ENCODING)
    if encoding is not None and encoding.strip().lower() not in _PLAIN:
        raise web.HTTPUnsupportedMediaType
    try:
        # Small bodies come with the head, and nothing is waited for.
        body = _at_once(request.content) if request.content.is_eof() else await _in_time(request)
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (web.RequestPayloadError, ConnectionError):
        raise RequestError("body", "ended early") from None
    return parse_object(body)


def parse_object(body: bytes) -> dict[str, object]:
    """The JSON object in these bytes. Raises `RequestError`."""
    try:
        text = body.decode().strip(_WHITE_SPACE)
        document = _document(text)
    except RequestError:
        raise
    except RecursionError:
        raise RequestError("body", "nested too deeply") from None
    except ValueError:
        # `from None`: the decoder's error holds the whole body.
        raise RequestError("body", "expected a JSON object") from None
    if not isinstance(document, dict):
        raise RequestError("body", "expected a JSON object")
    if "[" in text or text.find("{", 1) > 0:
        # Without a bracket behind the first nothing is nested.
        _refuse_depth(document)
    return document


def _document(text: str) -> object:
    """What `JSONDecoder.decode` answers, which looks for white space twice. Raises what it raises."""
    document: object
    document, end = _DECODER.raw_decode(text)
    if end != len(text):
        raise ValueError
    return document


async def _in_time(request: web.Request) -> bytes:
    """What comes in before the deadline. Raises `TimeoutError`."""
    if (length := request.content_length) is not None and length > LARGEST_BODY:
        raise web.HTTPRequestEntityTooLarge(max_size=LARGEST_BODY, actual_size=length)
    async with asyncio.timeout(current_deadline().remaining()):
        return await request.read()


def _at_once(content: StreamReader) -> bytes:
    """What has come in already, and is all there is; not more than `Request.read` takes."""
    body = content.read_nowait()
    if len(body) > LARGEST_BODY:
        raise web.HTTPRequestEntityTooLarge(max_size=LARGEST_BODY, actual_size=len(body))
    return body


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    entries: dict[str, object] = {}
    for name, value in pairs:
        if name in entries:
            # Only what looks like a field's name is repeated in the answer.
            raise RequestError(name if _FIELD.fullmatch(name) else "body", "given more than once")
        entries[name] = value
    return entries


def _refuse_depth(document: object) -> None:
    """No body of the contract is deep, and what reads one must not be led down endlessly."""
    level = [document]
    for _ in range(_DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    raise RequestError("body", "nested too deeply")


def _refuse(constant: str) -> NoReturn:
    raise ValueError


def _finite(literal: str) -> float:
    number = float(literal)
    if not math.isfinite(number):
        raise ValueError
    return number


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_distinct, parse_constant=_refuse, parse_float=_finite)
