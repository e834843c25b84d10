"""Idempotency keys."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from simulators.stripe import Fault

if TYPE_CHECKING:
    from simulators.stripe import Account, StripeSimulator
    from simulators.stripe.recording import RecordedRequest
    from tests.simulators.stripe.client import Api


@pytest.fixture(autouse=True)
def arranged(account: Account) -> None:
    account.add_subscription(id="sub_1", customer="cus_1", prices=["price_1"])


async def test_the_first_answer_is_replayed(api: Api, account: Account) -> None:
    first = await api.post("/v1/customers", ("name", "Ada"), idempotency_key="k")
    second = await api.post("/v1/customers", ("name", "Ada"), idempotency_key="k")

    assert second.json == first.json
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert len(account.customers) == 2


async def test_a_key_has_no_effect_on_a_delete(api: Api) -> None:
    first = await api.delete("/v1/subscriptions/sub_1", idempotency_key="k")
    second = await api.delete("/v1/subscriptions/sub_1", idempotency_key="k")

    assert (first.status, second.status) == (200, 404)


@pytest.mark.parametrize(
    ("path", "pair"),
    [
        pytest.param("/v1/customers", ("name", "Grace"), id="other parameters"),
        pytest.param("/v1/customers/cus_1", ("name", "Ada"), id="another path"),
    ],
)
async def test_a_key_belongs_to_one_request(api: Api, path: str, pair: tuple[str, str]) -> None:
    await api.post("/v1/customers", ("name", "Ada"), idempotency_key="k")
    reply = await api.post(path, pair, idempotency_key="k")

    assert (reply.status, reply.error["type"]) == (400, "idempotency_error")


async def test_what_validation_refused_is_not_remembered(api: Api) -> None:
    refused = await api.post("/v1/customers", ("nmae", "Ada"), idempotency_key="k")
    accepted = await api.post("/v1/customers", ("name", "Ada"), idempotency_key="k")

    assert (refused.status, accepted.status) == (400, 200)


async def test_a_refusal_of_the_endpoint_is_remembered(api: Api, account: Account) -> None:
    path, coupon = "/v1/subscriptions/sub_1", ("discounts[0][coupon]", "LATER")
    await api.post(path, coupon, idempotency_key="k")
    account.add_coupon(id="LATER", percent_off=10.0)

    assert (await api.post(path, coupon, idempotency_key="k")).status == 400
    assert (await api.post(path, coupon, idempotency_key="another")).status == 200


async def test_a_server_error_is_remembered_and_a_rate_limit_is_not(api: Api, simulator: StripeSimulator) -> None:
    simulator.faults.add(Fault.server_error(method="POST"))
    broken = [(await api.post("/v1/customers", idempotency_key="a")).status for _ in range(2)]
    simulator.faults.add(Fault.rate_limited(method="POST"))
    limited = [(await api.post("/v1/customers", idempotency_key="b")).status for _ in range(2)]

    assert broken == [500, 500]
    assert limited == [429, 200]


async def test_the_key_is_taken_while_the_first_request_is_under_way(api: Api, simulator: StripeSimulator) -> None:
    arrived, leave = asyncio.Event(), asyncio.Event()

    async def hold(_: RecordedRequest) -> None:
        arrived.set()
        await leave.wait()

    simulator.faults.add(Fault.calling(hold, method="POST"))
    first = asyncio.create_task(api.post("/v1/customers", idempotency_key="k"))
    await arrived.wait()
    second = await api.post("/v1/customers", idempotency_key="k")
    leave.set()

    assert (second.status, second.error["code"]) == (409, "idempotency_key_in_use")
    assert (await first).status == 200


async def test_a_key_has_at_most_255_characters(api: Api) -> None:
    assert (await api.post("/v1/customers", idempotency_key="k" * 256)).error["type"] == "idempotency_error"
