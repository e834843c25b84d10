"""Whom a request is said to come from, and whose word for it is taken."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from gateway.server import UnixSocket
from gateway.server.clients import read_proxy
from tests.gateway.server.listening import FEATURES, listening
from tests.support.log import Log
from tests.support.service import AUTHORIZED

pytestmark = pytest.mark.usefixtures("live", "test_account")

LOOPBACK = "127.0.0.0/8"
PRIVATE = "10.0.0.0/8"
UNIQUE_LOCAL = "fd00::/8"


async def status_of(
    connection: tuple[asyncio.StreamReader, asyncio.StreamWriter], forwarded: Sequence[bytes], *, token: bool = True
) -> int:
    """The status of an answer to a request with these headers X-Forwarded-For, byte by byte as they are here."""
    reader, writer = connection
    lines = [
        f"GET {FEATURES} HTTP/1.1".encode(),
        b"Host: gateway",
        b"Connection: close",
        *(b"X-Forwarded-For: " + one for one in forwarded),
        *([f"Authorization: {AUTHORIZED['Authorization']}".encode()] if token else []),
    ]
    writer.write(b"\r\n".join([*lines, b"", b""]))
    answer = await reader.read()
    writer.close()
    return int(answer.split(b" ", 2)[1])


def client(log: Log) -> str | None:
    """The client of the one request there was."""
    (event,) = log.events("request")
    named: str | None = event["client"]
    return named


@pytest.mark.parametrize(
    ("trusted", "forwarded", "seen"),
    [
        pytest.param([], [], "127.0.0.1", id="nobody in between"),
        pytest.param([], [b"203.0.113.9"], "127.0.0.1", id="by default nobody is believed"),
        pytest.param([PRIVATE], [b"203.0.113.9"], "127.0.0.1", id="a peer that is not trusted is not believed"),
        pytest.param([LOOPBACK], [], "127.0.0.1", id="a trusted peer that says nothing"),
        pytest.param([LOOPBACK], [b"203.0.113.9"], "203.0.113.9", id="a trusted peer is believed"),
        pytest.param(["127.0.0.1"], [b"203.0.113.9"], "203.0.113.9", id="a single address is trusted"),
        pytest.param([LOOPBACK], [b"192.0.2.1, 203.0.113.9"], "203.0.113.9", id="what stands before it is not"),
        pytest.param([LOOPBACK, PRIVATE], [b"192.0.2.1, 203.0.113.9, 10.0.0.7"], "203.0.113.9", id="two proxies"),
        pytest.param([LOOPBACK], [b"203.0.113.9, 10.0.0.7"], "10.0.0.7", id="the second is not trusted"),
        pytest.param([LOOPBACK, PRIVATE], [b"10.0.0.9,10.0.0.7"], "10.0.0.9", id="all of them are proxies"),
        pytest.param([LOOPBACK], [b"192.0.2.1", b"203.0.113.9"], "203.0.113.9", id="two headers are one"),
        pytest.param([LOOPBACK, PRIVATE], [b"203.0.113.9", b"10.0.0.7"], "203.0.113.9", id="a hop in each header"),
        pytest.param([LOOPBACK], [b"2001:db8::9"], "2001:db8::9", id="IPv6"),
        pytest.param([LOOPBACK], [b"2001:DB8:0::09"], "2001:db8::9", id="IPv6 in its short form"),
        pytest.param([LOOPBACK, UNIQUE_LOCAL], [b"2001:db8::9, fd00::7"], "2001:db8::9", id="an IPv6 proxy"),
        pytest.param([LOOPBACK, UNIQUE_LOCAL], [b"2001:db8::9, fe00::7"], "fe00::7", id="another IPv6 network"),
        pytest.param([LOOPBACK], [b"203.0.113.9:4711"], "203.0.113.9", id="with a port"),
        pytest.param([LOOPBACK], [b"[2001:db8::9]:4711"], "2001:db8::9", id="IPv6 with a port"),
        pytest.param([LOOPBACK], [b"[2001:db8::9]"], "2001:db8::9", id="IPv6 in brackets"),
        pytest.param([LOOPBACK, PRIVATE], [b"192.0.2.1, ::ffff:10.0.0.7"], "192.0.2.1", id="IPv4 in IPv6"),
        pytest.param([LOOPBACK, "::ffff:10.0.0.0/104"], [b"192.0.2.1, 10.0.0.7"], "192.0.2.1", id="network likewise"),
    ],
)
async def test_it_is_the_last_hop_that_is_no_trusted_proxy(
    log: Log, trusted: list[str], forwarded: list[bytes], seen: str
) -> None:
    async with listening(*trusted) as opened:
        assert await status_of(await asyncio.open_connection("127.0.0.1", opened.port), forwarded) == 200
    assert client(log) == seen


@pytest.mark.parametrize(
    "garbage",
    [
        pytest.param(b"unknown", id="a word"),
        pytest.param(b"", id="nothing"),
        pytest.param(b",", id="commas"),
        pytest.param(b"_hidden", id="an obfuscated name"),
        pytest.param(b"ada@example.com", id="an e-mail address"),
        pytest.param(b"fe80::1%ada@example.com", id="a zone"),
        pytest.param(b"[ada@example.com]:80", id="a name in brackets"),
        pytest.param(b"256.1.1.1", id="a number too large"),
        pytest.param(b"010.1.1.1", id="a number that may be octal"),
        pytest.param(b"203.0.113.9/32", id="a network"),
        pytest.param("２０３.0.113.9".encode(), id="other digits"),
        pytest.param(b"\xff\xfe", id="no text"),
        pytest.param(b'{"event":"request"}', id="JSON"),
        pytest.param(b"1" * 8000, id="a long one"),
        pytest.param(b"," * 8000, id="many of nothing"),
        pytest.param(b":" * 8000, id="colons"),
    ],
)
async def test_at_what_is_no_address_reading_ends(log: Log, garbage: bytes) -> None:
    async with listening(LOOPBACK, PRIVATE) as opened:
        forwarded = [b"203.0.113.9", garbage, b"10.0.0.7"]
        assert await status_of(await asyncio.open_connection("127.0.0.1", opened.port), forwarded) == 200
    assert client(log) == "10.0.0.7"
    assert "example.com" not in log.text


async def test_after_sixteen_proxies_reading_ends(log: Log) -> None:
    proxies = b", ".join(b"10.0.0.%d" % number for number in range(1, 101))
    async with listening(LOOPBACK, PRIVATE) as opened:
        connection = await asyncio.open_connection("127.0.0.1", opened.port)
        assert await status_of(connection, [b"203.0.113.9, " + proxies]) == 200
    assert client(log) == "10.0.0.85"


async def test_an_ipv6_peer_is_known(log: Log) -> None:
    async with listening("::1", host="::1") as opened:
        assert await status_of(await asyncio.open_connection("::1", opened.port), [b"2001:db8::9"]) == 200
    assert client(log) == "2001:db8::9"


@pytest.mark.parametrize(
    ("trusted", "seen"),
    [pytest.param([], "unix", id="not trusted"), pytest.param(["unix"], "203.0.113.9", id="trusted")],
)
async def test_whoever_connects_to_the_unix_socket_is_trusted_where_that_is_said(
    log: Log, tmp_path: Path, trusted: list[str], seen: str
) -> None:
    path = tmp_path / "gateway.sock"
    async with listening("0.0.0.0/0", "::/0", *trusted, port=None, unix_socket=UnixSocket(path)):
        assert await status_of(await asyncio.open_unix_connection(path), [b"203.0.113.9"]) == 200
    assert client(log) == seen


@pytest.mark.parametrize("forwarded", [b"127.0.0.1", b"10.0.0.7", b"unix"])
async def test_nothing_is_allowed_because_of_it(log: Log, forwarded: bytes) -> None:
    async with listening(LOOPBACK, PRIVATE) as opened:
        connection = await asyncio.open_connection("127.0.0.1", opened.port)
        assert await status_of(connection, [forwarded], token=False) == 401


@pytest.mark.parametrize(
    "text",
    ["", "everybody", "10.0.0.1/8", "10.0.0.0/33", "fd00::/129", "10.0.0.0/8,fd00::/8", "UNIX"],
)
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_proxy(text)
