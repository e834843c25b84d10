"""Faults: what a client may meet between itself and Stripe."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import pytest

from simulators.stripe import Fault
from tests.simulators.stripe.client import KEY
from tests.support.passing_time import passing

if TYPE_CHECKING:
    from simulators.stripe import Account, StripeSimulator
    from simulators.stripe.recording import RecordedRequest
    from tests.simulators.stripe.client import Api

HEADERS = {"Authorization": f"Bearer {KEY}"}
NAME = {"name": "Ada"}


@pytest.mark.parametrize(
    ("fault", "status", "code", "headers"),
    [
        pytest.param(Fault.rate_limited(), 429, "rate_limit", {"Stripe-Rate-Limited-Reason": "global-rate"}, id="429"),
        pytest.param(
            Fault.rate_limited(should_retry=True, retry_after=2),
            429,
            "rate_limit",
            {"Stripe-Should-Retry": "true", "Retry-After": "2"},
            id="429 with advice",
        ),
        pytest.param(Fault.lock_timeout(), 429, "lock_timeout", {"Stripe-Should-Retry": "true"}, id="lock timeout"),
        pytest.param(Fault.server_error(), 500, None, {}, id="500"),
        pytest.param(Fault.declined(), 402, "card_declined", {}, id="declined"),
        pytest.param(Fault.forbidden(), 403, None, {}, id="403"),
    ],
)
async def test_an_error_in_place_of_the_answer_has_no_effect(
    api: Api,
    simulator: StripeSimulator,
    account: Account,
    fault: Fault,
    status: int,
    code: str | None,
    headers: dict[str, str],
) -> None:
    simulator.faults.add(fault)
    reply = await api.post("/v1/customers/cus_1", ("name", "Ada"))

    assert (reply.status, reply.error.get("code")) == (status, code)
    assert headers.items() <= dict(reply.headers).items()
    assert account.customers.rows["cus_1"]["name"] is None


@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [
        pytest.param(Fault.html(), 502, "<h1>502", id="a proxy's page"),
        pytest.param(Fault.unavailable(), 503, "upstream", id="plain text"),
        pytest.param(Fault.empty(), 200, "", id="nothing"),
        pytest.param(Fault(status=200, body='{"id":'), 200, '{"id":', id="broken JSON"),
    ],
)
async def test_answers_that_are_no_json(
    api: Api, simulator: StripeSimulator, fault: Fault, status: int, text: str
) -> None:
    simulator.faults.add(fault)
    async with api.client.get("/v1/customers", headers=HEADERS) as response:
        body = await response.text()

    assert response.status == status
    assert (text in body) if text else (not body)


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        pytest.param(Fault.lost_answer(), "Ada", id="after the effect"),
        pytest.param(Fault.dropped(), None, id="before the effect"),
    ],
)
async def test_the_connection_is_dropped(
    api: Api, simulator: StripeSimulator, account: Account, fault: Fault, name: str | None
) -> None:
    simulator.faults.add(fault)
    with pytest.raises(aiohttp.ClientConnectionError):
        await api.post("/v1/customers/cus_1", ("name", "Ada"))

    assert account.customers.rows["cus_1"]["name"] == name
    assert simulator.requests[0].status is None


async def test_a_lost_answer_is_replayed_under_its_key(api: Api, simulator: StripeSimulator, account: Account) -> None:
    simulator.faults.add(Fault.lost_answer())
    with pytest.raises(aiohttp.ClientConnectionError):
        await api.post("/v1/customers", idempotency_key="k")
    reply = await api.post("/v1/customers", idempotency_key="k")

    assert reply.headers["Idempotent-Replayed"] == "true"
    assert len(account.customers) == 2


async def test_half_a_body_arrives(api: Api, simulator: StripeSimulator, account: Account) -> None:
    simulator.faults.add(Fault.truncated())
    async with api.client.post("/v1/customers/cus_1", data=NAME, headers=HEADERS) as response:
        assert response.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()

    assert account.customers.rows["cus_1"]["name"] == "Ada"


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        pytest.param(Fault.slow(60, hook=passing(20)), "Ada", id="after the effect"),
        pytest.param(Fault.slow(60, after_effect=False, hook=passing(20)), None, id="before the effect"),
    ],
)
async def test_a_slow_answer_outlasts_the_clients_patience(
    api: Api, simulator: StripeSimulator, account: Account, fault: Fault, name: str | None
) -> None:
    simulator.faults.add(fault)
    with pytest.raises(asyncio.TimeoutError):
        async with asyncio.timeout(20):
            await api.post("/v1/customers/cus_1", ("name", "Ada"))

    assert account.customers.rows["cus_1"]["name"] == name


async def test_a_slow_body_comes_whole_in_the_end(api: Api, simulator: StripeSimulator) -> None:
    simulator.faults.add(Fault.slow_body(0.01))

    assert (await api.get("/v1/customers/cus_1")).json["id"] == "cus_1"


async def test_a_hook_sees_the_request_before_it_acts(api: Api, simulator: StripeSimulator, account: Account) -> None:
    seen: list[str] = []

    def change(request: RecordedRequest) -> None:
        seen.append(str(request))
        account.customers.rows["cus_1"]["email"] = "new@example.com"

    simulator.faults.add(Fault.calling(change))
    reply = await api.get("/v1/customers/cus_1")

    assert (seen, reply.json["email"]) == (["GET /v1/customers/cus_1"], "new@example.com")


async def test_a_fault_waits_for_the_request_that_fits(api: Api, simulator: StripeSimulator) -> None:
    fault = simulator.faults.add(Fault.server_error(method="GET", path=r"/v1/customers/cus_\d$", skip=1, times=2))
    statuses = [(await api.get(path)).status for path in ["/v1/customers", *["/v1/customers/cus_1"] * 2]]
    pending = simulator.faults.pending
    statuses += [(await api.get("/v1/customers/cus_1")).status for _ in range(2)]

    assert statuses == [200, 200, 500, 500, 200]
    assert pending == [fault]
    assert simulator.faults.pending == []


async def test_a_fault_may_last_until_it_is_cleared(api: Api, simulator: StripeSimulator) -> None:
    simulator.faults.add(Fault.rate_limited(times=None))
    during = [(await api.get("/v1/customers")).status for _ in range(3)]
    simulator.faults.clear()

    assert during == [429] * 3
    assert (await api.get("/v1/customers")).status == 200
