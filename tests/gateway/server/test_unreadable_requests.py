"""What is no HTTP is answered in the contract's error body as well, and repeats nothing of what was sent."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp.test_utils import TestClient

from tests.support.log import Log

UNREADABLE = {
    "no HTTP": b"hello ada@example.com\r\n\r\n",
    "another version": b"GET /ada@example.com HTTP/9.9\r\nHost: x\r\n\r\n",
    "a long line": b"GET /ada@example.com/" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "a long header": b"GET / HTTP/1.1\r\nHost: x\r\nX-Y: ada@example.com" + b"a" * 10_000 + b"\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "a negative length": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "a header with a zero byte": b"GET / HTTP/1.1\r\nHost: x\r\nX-Y: a\x00da@example.com\r\n\r\n",
}


@pytest.mark.parametrize("sent", UNREADABLE.values(), ids=UNREADABLE)
async def test_it_is_answered_in_json(client: TestClient, log: Log, sent: bytes) -> None:  # type: ignore[type-arg]  # generic for type checkers only
    reader, writer = await asyncio.open_connection(client.host, client.port)
    writer.write(sent)
    answer = await reader.read()
    writer.close()

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 "))
    assert b"application/json" in head
    assert b"aiohttp" not in head
    assert json.loads(body) == {"code": 400, "message": "Bad Request"}
    assert "example.com" not in log.text
    assert [event["level"] for event in log.events("request not readable")] == ["info"]
