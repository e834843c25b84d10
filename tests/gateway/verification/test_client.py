"""What answers is trusted with nothing: not with time, memory or redirects, and the token stays where it belongs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

import pytest
from aiohttp import web

from gateway.verification import Grade, Plan, Unreachable, read_address, verify
from gateway.verification.client import LARGEST_BODY, Answer, Client, Unanswered
from gateway.verification.documents import parse
from gateway.verification.naming import place, private_place
from tests.gateway.verification.conftest import Serve, Verify
from tests.gateway.verification.provider import TOKEN, Ask, Provider, Reply

TOO_MUCH: Final = Reply(200, b" " * (LARGEST_BODY + 1))

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def asked_for_prices(serve: Serve, handler: Handler, *, times: int = 1, timeout_s: float = 60) -> Answer:
    """The last answer of a handler, asked by one client."""
    application = web.Application()
    application.router.add_route("*", "/{rest:.*}", handler)
    async with Client(read_address(await serve(application)), TOKEN, "test", timeout_s) as client:
        answers = [await client.get(place("/prices")) for _ in range(times)]
    return answers[-1]


async def test_a_request_is_as_churnkey_sends_it(serve: Serve) -> None:
    received: list[web.Request] = []

    async def handler(request: web.Request) -> web.Response:
        received.append(request)
        return web.json_response({})

    await asked_for_prices(serve, handler)

    (request,) = received
    assert request.path == "/churnkey/prices"
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.headers["X-Churnkey-Mode"] == "test"


async def test_a_redirect_is_not_followed(serve: Serve) -> None:
    paths: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        paths.append(request.path)
        raise web.HTTPFound("/elsewhere")

    answer = await asked_for_prices(serve, handler)

    assert answer.status == 302
    assert paths == ["/churnkey/prices"]


async def test_no_cookie_is_sent_back(serve: Serve) -> None:
    cookies: list[str | None] = []

    async def handler(request: web.Request) -> web.Response:
        cookies.append(request.headers.get("Cookie"))
        return web.Response(headers={"Set-Cookie": "session=1"})

    await asked_for_prices(serve, handler, times=2)

    assert cookies == [None, None]


async def _silent(request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(5)
    return web.Response()


async def _dripping(request: web.Request) -> web.StreamResponse:
    """Each byte comes in time, the last one never."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.005)


async def _endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(LARGEST_BODY // 2**20 + 1):
        await response.write(b" " * 2**20)
    return response


async def _hanging_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


@pytest.mark.parametrize(
    ("handler", "timeout_s", "reason"),
    [
        pytest.param(_silent, 0.03, "no whole answer within 0.03 seconds", id="no answer"),
        pytest.param(_dripping, 0.03, "no whole answer within 0.03 seconds", id="an answer without an end"),
        pytest.param(_endless, 30, "the answer is larger than 4 MiB", id="a huge answer"),
        pytest.param(_hanging_up, 30, "no readable answer (ServerDisconnectedError)", id="hanging up"),
    ],
)
async def test_what_cannot_be_read_whole_is_no_answer(
    handler: Handler, timeout_s: float, reason: str, serve: Serve
) -> None:
    with pytest.raises(Unanswered) as error:
        await asked_for_prices(serve, handler, timeout_s=timeout_s)

    assert str(error.value) == f"GET /prices: {reason}"


async def test_nobody_at_the_address_is_told_before_anything_else() -> None:
    with pytest.raises(Unreachable, match=r"^no connection \(ConnectionRefusedError\)$"):
        await verify(Plan("http://127.0.0.1:1/churnkey", TOKEN))


async def test_a_provider_that_ceases_to_answer_is_given_up(verified: Verify) -> None:
    def gushes(ask: Ask, was: Reply) -> Reply:
        return was if ask.token != TOKEN or ask.segments == ("features",) else TOO_MUCH

    report = await verified(Provider(answering=gushes))

    unanswered = [finding for finding in report.findings() if finding.expected == "an answer"]
    given_up = [check for module in report.modules for check in module.checks if "not tried" in (check.reason or "")]
    assert len(unanswered) == 3
    assert given_up
    assert not report.passed


async def test_an_unanswered_request_is_a_failure_of_its_check_alone(verified: Verify) -> None:
    def too_much(ask: Ask, was: Reply) -> Reply:
        return TOO_MUCH if ask.segments == ("coupons", "coupon_1") else was

    report = await verified(Provider(answering=too_much))

    assert [finding.line for finding in report.findings() if finding.grade is Grade.FAILURE] == [
        "GET /coupons/coupon_1: the answer is larger than 4 MiB, expected an answer",
        "GET /coupons/coupon_1: the answer is larger than 4 MiB, expected an answer",
    ]
    assert report.passed


@pytest.mark.parametrize(
    ("identifier", "path"),
    [
        ("a/b", "/customers/a%2Fb"),
        ("a?b#c", "/customers/a%3Fb%23c"),
        ("é +%", "/customers/%C3%A9%20%2B%25"),
        ("../features", "/customers/..%2Ffeatures"),
    ],
)
def test_an_id_cannot_lead_elsewhere(identifier: str, path: str) -> None:
    assert place("/customers/{}", identifier).path == path


def test_what_is_personal_in_a_path_is_sent_and_not_shown() -> None:
    personal = private_place("/customers/email/{}", "ada@example.com")

    assert personal.path == "/customers/email/ada%40example.com"
    assert personal.label == "/customers/email/..."


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b"NaN", b'{"a": Infinity}', b"[" * 100_000],
    ids=["nothing", "half of it", "no UTF-8", "NaN", "Infinity", "absurdly deep"],
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(body)


def test_a_number_is_what_a_reader_in_javascript_takes_it_for() -> None:
    assert [type(number) for number in (parse(b"10.0"), parse(b"10.5"), parse(b"1e2"))] == [int, float, int]
