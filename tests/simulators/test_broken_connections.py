"""What the network can do to a request, the same at every simulator: seen from the wire."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import pytest
from aiohttp.test_utils import TestServer

from simulators import chargebee, paddle, stripe
from simulators.faults import Fault

KEY: Final = "test_of_a_simulator"
PADDLE_KEY: Final = "pdl_sdbx_apikey_of_a_simulator"
STRIPE_KEY: Final = "sk_test_of_a_simulator"


@dataclass(frozen=True)
class Case:
    """A simulator, a write that it would carry out, and whether it has."""

    simulator: Any
    method: str
    path: str
    headers: Mapping[str, str]
    body: str
    is_done: Callable[[], bool]

    def request(self, body: str) -> bytes:
        """The bytes of the write with this much of its body; its length is told as that of the whole."""
        headers = {"Host": "127.0.0.1", **self.headers, "Content-Length": str(len(self.body))}
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", body]).encode()


def of_stripe() -> Case:
    account = stripe.Account()
    customer = account.add_customer(id="cus_1", email="ada@example.com")
    return Case(
        stripe.StripeSimulator(accounts={STRIPE_KEY: account}),
        "POST",
        "/v1/customers/cus_1",
        {"Authorization": f"Bearer {STRIPE_KEY}", "Content-Type": "application/x-www-form-urlencoded"},
        "name=Ada",
        lambda: customer["name"] == "Ada",
    )


def of_chargebee() -> Case:
    site = chargebee.Site()
    customer = site.add_customer(id="ada", first_name="Somebody")
    return Case(
        chargebee.ChargebeeSimulator(accounts={KEY: site}),
        "POST",
        "/api/v2/customers/ada",
        {
            "Authorization": f"Basic {base64.b64encode(f'{KEY}:'.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
        },
        "first_name=Ada",
        lambda: customer["first_name"] == "Ada",
    )


def of_paddle() -> Case:
    account = paddle.Account()
    customer = account.add_customer(email="ada@example.com")
    price = account.add_price(product=account.add_product()["id"])
    subscription = account.add_subscription(customer=customer["id"], prices=[price["id"]])
    return Case(
        paddle.PaddleSimulator(accounts={PADDLE_KEY: account}),
        "POST",
        f"/subscriptions/{subscription['id']}/cancel",
        {"Authorization": f"Bearer {PADDLE_KEY}", "Content-Type": "application/json"},
        '{"effective_from": "immediately"}',
        lambda: subscription["status"] == "canceled",
    )


@pytest.fixture(params=[of_stripe, of_chargebee, of_paddle], ids=["stripe", "chargebee", "paddle"])
def case(request: pytest.FixtureRequest) -> Case:
    made: Case = request.param()
    return made


@asynccontextmanager
async def connected(case: Case) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    async with TestServer(case.simulator.application()) as server, asyncio.timeout(60):
        reader, writer = await asyncio.open_connection(server.host, server.port)
        try:
            yield reader, writer
        finally:
            writer.close()


async def test_without_a_fault_it_is_done(case: Case) -> None:
    async with connected(case) as (reader, writer):
        writer.write(case.request(case.body))
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    assert case.is_done()


@pytest.mark.parametrize("sent", ["", "na", None], ids=["nothing", "a part", "all"])
async def test_a_connection_is_dropped_however_much_of_the_body_has_been_sent(case: Case, sent: str | None) -> None:
    """It does not wait for the rest, which the client may never send."""
    case.simulator.faults.add(Fault.unread())
    async with connected(case) as (reader, writer):
        writer.write(case.request(case.body if sent is None else sent))
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
    (request,) = case.simulator.requests
    assert (request.method, request.path, request.status) == (case.method, case.path, None)
    assert (request.form, getattr(request, "body", None)) in [((), None), ((), {})]
    assert not case.is_done()


async def test_an_answer_that_drips_is_followed_by_blanks_without_end(case: Case) -> None:
    case.simulator.faults.add(Fault.dripping(0.0))
    async with connected(case) as (reader, writer):
        writer.write(case.request(case.body))
        head = await reader.readuntil(b"\r\n\r\n")
        body = b""
        while not body.endswith(b"  "):
            size = int(await reader.readline(), 16)
            assert size == 1
            body += (await reader.readexactly(size + 2))[:size]
    assert head.startswith(b"HTTP/1.1 200")
    assert json.loads(body)
    assert case.is_done()
