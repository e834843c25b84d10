"""Sending an answer, well or badly."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aiohttp import web

if TYPE_CHECKING:
    from simulators.faults import Fault
    from simulators.recording import RecordedRequest
    from simulators.types import Json


_BLANK: Final = b" "


@dataclass(frozen=True)
class Reply:
    """An answer ready to be sent. `stored`: it is remembered under the request's idempotency key."""

    status: int
    body: bytes
    stored: bool = True


def encoded(body: Json | str | bytes) -> bytes:
    """A fault's body as it is sent."""
    if isinstance(body, dict):
        return json.dumps(body).encode()
    return body.encode() if isinstance(body, str) else body


async def deliver(
    request: web.Request, recorded: RecordedRequest, reply: Reply, headers: Mapping[str, str], fault: Fault
) -> web.StreamResponse:
    """Send an answer badly: not at all, half of it, its second half late, or byte by byte without end."""
    transport = request.transport
    if fault.delivery in {"unread", "dropped"}:
        if transport is not None:
            transport.abort()
        return web.Response()
    recorded.status = reply.status
    response = web.StreamResponse(status=reply.status, headers=headers)
    if fault.delivery == "dripping":
        return await _drip(request, response, reply.body, fault.body_delay)
    response.content_length = len(reply.body)
    await response.prepare(request)
    half = len(reply.body) // 2
    await response.write(reply.body[:half])
    if fault.delivery == "truncated":
        if transport is not None:
            transport.close()
        return response
    await asyncio.sleep(fault.body_delay)
    await response.write(reply.body[half:])
    await response.write_eof()
    return response


async def _drip(request: web.Request, response: web.StreamResponse, body: bytes, seconds: float) -> web.StreamResponse:
    """Until the client goes away, which ends in an error of the connection or in the handler's cancellation."""
    response.enable_chunked_encoding()
    await response.prepare(request)
    for byte in itertools.chain((body[at : at + 1] for at in range(len(body))), itertools.repeat(_BLANK)):
        await response.write(byte)
        await asyncio.sleep(seconds)
    return response
