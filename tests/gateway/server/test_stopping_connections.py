"""A connection that comes at the moment of the stop is closed: nobody waits on it for an answer that never comes."""

from __future__ import annotations

import asyncio
import socket
from asyncio import BaseTransport
from typing import Final

import pytest
from aiohttp import web

from gateway.server.generations import Generations
from gateway.server.protocol import JsonProtocol, JsonServer
from gateway.server.run import create_runner
from tests.gateway.server.listening import listening

KEPT: Final = b"GET /churnkey/features HTTP/1.1\r\nHost: gateway\r\n\r\n"
REQUEST: Final = KEPT.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
WHEN_HUNG_S: Final = 60


class StoppedAtOnce(JsonProtocol):
    """The stop comes in the turn of the loop in which the connection was made."""

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.close()


def server_of(runner: web.AppRunner) -> JsonServer:
    assert isinstance(runner.server, JsonServer)
    return runner.server


async def answer_on(connection: socket.socket) -> bytes:
    reader, writer = await asyncio.open_connection(sock=connection)
    try:
        writer.write(REQUEST)
        return await asyncio.wait_for(reader.read(), WHEN_HUNG_S)
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize("when", ["in the turn of the stop", "after the stop"])
async def test_a_connection_made_while_the_service_stops_is_closed(when: str) -> None:
    runner = create_runner(Generations(), answering_s=0.02)
    await runner.setup()
    server = server_of(runner)
    ours, theirs = socket.socketpair()
    if when == "after the stop":
        server.pre_shutdown()
    make = StoppedAtOnce if when == "in the turn of the stop" else JsonProtocol
    loop = asyncio.get_running_loop()
    await loop.connect_accepted_socket(lambda: make(server, loop=loop), sock=ours)
    assert await answer_on(theirs) == b""
    await runner.cleanup()


async def test_a_connection_that_is_kept_for_a_next_request_is_closed() -> None:
    runner = create_runner(Generations(), answering_s=0.02)
    await runner.setup()
    ours, theirs = socket.socketpair()
    await asyncio.get_running_loop().connect_accepted_socket(server_of(runner), sock=ours)
    reader, writer = await asyncio.open_connection(sock=theirs)
    writer.write(KEPT)
    await reader.readuntil(b'{"code":404,"message":"Not found."}')
    server_of(runner).pre_shutdown()
    # Not at the end of what is under way elsewhere, but now.
    assert await asyncio.wait_for(reader.read(), WHEN_HUNG_S) == b""
    writer.close()
    await runner.cleanup()


@pytest.mark.usefixtures("live", "test_account")
@pytest.mark.parametrize("turns", range(6))
async def test_whoever_connects_some_turns_before_the_stop_is_answered_or_refused(turns: int) -> None:
    async with listening() as opened:
        connection = socket.create_connection(("127.0.0.1", opened.port or 0))
        for _ in range(turns):
            await asyncio.sleep(0)
        await opened.close()
        answer = await answer_on(connection)
    assert answer[:12] in {b"HTTP/1.1 401", b""}
