"""The bodies of actions: one JSON object that means one thing only."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from contextlib import suppress

import pytest
from aiohttp import StreamReader, web
from aiohttp.base_protocol import BaseProtocol
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from gateway.contract import RequestError
from gateway.server.body import parse_object, read_object
from gateway.settings import LimitSettings
from tests.support.memory_account import MemoryAccount
from tests.support.service import AUTHORIZED, TOKEN, Client, Start, backend_settings, is_error, send

PATH = "/churnkey/actions/subscription/apply-coupon"
GOOD = b'{"customerId":"cus_ada","subscriptionId":"sub_run","id":"SAVE20"}'

NOT_AN_OBJECT = [
    pytest.param(b"", id="empty"),
    pytest.param(b"   ", id="blank"),
    pytest.param(b"null", id="null"),
    pytest.param(b"true", id="boolean"),
    pytest.param(b"1", id="number"),
    pytest.param(b'"text"', id="text"),
    pytest.param(b"[]", id="array"),
    pytest.param(b"[" + GOOD + b"]", id="object in an array"),
    pytest.param(b"{", id="unfinished"),
    pytest.param(GOOD[:-1], id="cut off"),
    pytest.param(GOOD + GOOD, id="two objects"),
    pytest.param(GOOD + b"x", id="something after it"),
    pytest.param(b"{'id':'SAVE20'}", id="single quotes"),
    pytest.param(b'{"id":"SAVE20",}', id="trailing comma"),
    pytest.param(b'{"id":"a\nb"}', id="raw line feed in a text"),
    pytest.param(b"customerId=cus_ada&id=SAVE20", id="form"),
    pytest.param(b'{"a":NaN}', id="NaN"),
    pytest.param(b'{"a":Infinity}', id="Infinity"),
    pytest.param(b'{"a":-Infinity}', id="minus Infinity"),
    pytest.param(b'{"a":1e999}', id="a number beyond all numbers"),
    pytest.param(b'{"a":' + b"9" * 5000 + b"}", id="five thousand digits"),
    pytest.param(b'{"id":"\xff"}', id="no UTF-8"),
    pytest.param(b'{"id":"\xed\xa0\x80"}', id="an encoded surrogate"),
    pytest.param('{"id":"SAVE20"}'.encode("utf-16"), id="UTF-16"),
    pytest.param(b"\xef\xbb\xbf" + GOOD, id="byte order mark"),
    pytest.param(gzip.compress(GOOD), id="gzip that does not say so"),
]


@pytest.mark.parametrize("body", NOT_AN_OBJECT)
async def test_what_is_not_one_object_is_refused(client: Client, live: MemoryAccount, body: bytes) -> None:
    response = await send(client, PATH, method="POST", body=body)
    assert await is_error(response, 400)
    assert (await response.json())["message"] == "body: expected a JSON object"
    assert live.calls == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(b'{"id":"SAVE20","id":"SAVE50"}', "id: given more than once", id="repeated key"),
        pytest.param(b'{"id":"SAVE20","\\u0069d":"SAVE20"}', "id: given more than once", id="repeated key, escaped"),
        pytest.param(b'{"a":{"b":1,"b":1}}', "b: given more than once", id="repeated key inside"),
        pytest.param(
            b'{"ada@example.com":1,"ada@example.com":1}', "body: given more than once", id="repeated key of no field"
        ),
        pytest.param(b'{"a":' * 8000 + b"1" + b"}" * 8000, "body: nested too deeply", id="nested objects"),
        pytest.param(b'{"a":' + b"[" * 20 + b"]" * 20 + b"}", "body: nested too deeply", id="nested lists"),
    ],
)
async def test_what_is_ambiguous_or_endless_is_refused(
    client: Client, live: MemoryAccount, body: bytes, message: str
) -> None:
    response = await send(client, PATH, method="POST", body=body)
    assert await is_error(response, 400)
    assert (await response.json())["message"] == message
    assert live.calls == []


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", "text/plain", "application/x-www-form-urlencoded", "", "x"],
)
async def test_the_content_type_does_not_matter(client: Client, live: MemoryAccount, content_type: str) -> None:
    response = await send(client, PATH, method="POST", headers={"Content-Type": content_type}, body=GOOD)
    assert response.status == 200
    assert live.subscriptions["sub_run"].coupon_ids == ("SAVE20",)


@pytest.mark.parametrize(("size", "status"), [(64 * 1024, 200), (64 * 1024 + 1, 413), (1024 * 1024, 413)])
async def test_a_body_has_64_kib_at_most(client: Client, size: int, status: int) -> None:
    body = GOOD + b" " * (size - len(GOOD))
    response = await send(client, PATH, method="POST", body=body)
    assert response.status == status
    assert status == 200 or await is_error(response, 413)


async def test_a_body_without_a_length_has_64_kib_at_most(client: Client, live: MemoryAccount) -> None:
    async def chunks() -> object:
        yield GOOD
        for _ in range(65):
            yield b" " * 1024

    response = await client.post(PATH, headers=AUTHORIZED, data=chunks())
    assert await is_error(response, 413)
    assert live.calls == []


@pytest.mark.parametrize("excess", [0, 1], ids=["as much as may be", "one too many"])
async def test_a_body_that_came_with_the_head_has_64_kib_at_most(excess: int) -> None:
    loop = asyncio.get_running_loop()
    content = StreamReader(BaseProtocol(loop), 2**16, loop=loop)
    content.feed_data(GOOD)
    content.feed_data(b" " * (64 * 1024 - len(GOOD) + excess))
    content.feed_eof()
    reading = read_object(make_mocked_request("POST", PATH, payload=content))
    if excess:
        with pytest.raises(web.HTTPRequestEntityTooLarge):
            await reading
    else:
        assert await reading == json.loads(GOOD)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(GOOD)),
        ("GZIP", gzip.compress(GOOD)),
        ("deflate", zlib.compress(GOOD)),
        ("gzip", gzip.compress(b" " * 10_000_000)),
        ("gzip", GOOD),
        ("br", GOOD),
        ("gzip, identity", GOOD),
    ],
    ids=["gzip", "upper case", "deflate", "bomb", "not really gzip", "brotli", "several"],
)
async def test_a_compressed_body_is_refused(client: Client, live: MemoryAccount, encoding: str, body: bytes) -> None:
    response = await send(client, PATH, method="POST", headers={"Content-Encoding": encoding}, body=body)
    assert await is_error(response, 415)
    assert live.calls == []


async def test_an_identity_encoding_is_none(client: Client) -> None:
    response = await send(client, PATH, method="POST", headers={"Content-Encoding": "identity"}, body=GOOD)
    assert response.status == 200


async def test_a_body_that_does_not_arrive_costs_no_more_than_the_deadline(start: Start) -> None:
    # The settings allow no deadline this short; only what the server does with one is of interest.
    limits = LimitSettings().model_copy(update={"deadline_s": 0.05})
    client = await start(backend_settings(limits=limits))
    reader, writer = await asyncio.open_connection(client.host, client.port)
    writer.write(
        f"POST {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: 100\r\n\r\n{{".encode()
    )
    assert b"408" in await reader.readline()
    writer.close()


async def test_a_body_that_ends_early_is_not_acted_on(client: Client, live: MemoryAccount) -> None:
    _, writer = await asyncio.open_connection(client.host, client.port)
    writer.write(
        f"POST {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: 1000\r\n\r\n".encode()
        + GOOD
    )
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await send(client, "/churnkey/features")).status == 200
    assert live.calls == []


@given(st.dictionaries(st.text(), st.recursive(st.integers() | st.text() | st.booleans() | st.none(), st.lists)))
def test_any_object_is_read_as_it_is(document: dict[str, object]) -> None:
    assert parse_object(json.dumps(document).encode(errors="surrogatepass")) == document


NESTS = pytest.mark.parametrize(("opening", "closing"), [(b'{"a":', b"}"), (b"[", b"]")], ids=["objects", "lists"])


def nested(depth: int, opening: bytes, closing: bytes) -> bytes:
    return b'{"a":' + opening * (depth - 1) + b"1" + closing * (depth - 1) + b"}"


@NESTS
@pytest.mark.parametrize("depth", [1, 14, 15])
def test_fifteen_levels_are_read(depth: int, opening: bytes, closing: bytes) -> None:
    body = nested(depth, opening, closing)
    assert parse_object(body) == json.loads(body)


@NESTS
@pytest.mark.parametrize("depth", [16, 17, 100])
def test_more_levels_are_not(depth: int, opening: bytes, closing: bytes) -> None:
    with pytest.raises(RequestError, match="body: nested too deeply"):
        parse_object(nested(depth, opening, closing))


def test_brackets_beside_each_other_or_in_texts_are_not_deep() -> None:
    document = {"a": [{} for _ in range(50)], "b": "[" * 50, "c": "{" * 50}
    assert parse_object(json.dumps(document).encode()) == document


@pytest.mark.parametrize("around", [" ", "\t", "\r\n", " \n\t\r "], ids=repr)
def test_white_space_around_it_is_passed_over(around: str) -> None:
    assert parse_object(around.encode() + GOOD + around.encode()) == json.loads(GOOD)


@pytest.mark.parametrize("around", ["\v", "\f", "\x1c", "\x85", "\xa0", "\u2003"], ids=ascii)
def test_other_white_space_is_none(around: str) -> None:
    with pytest.raises(RequestError):
        parse_object(around.encode() + GOOD)
    with pytest.raises(RequestError):
        parse_object(GOOD + around.encode())


@given(st.binary(max_size=200))
def test_bytes_at_random_are_an_object_or_refused(body: bytes) -> None:
    with suppress(RequestError):
        assert isinstance(parse_object(body), dict)


def test_the_refusal_does_not_keep_what_was_sent() -> None:
    with pytest.raises(RequestError) as caught:
        parse_object(b'{"email":"ada@example.com"')
    assert "ada" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
