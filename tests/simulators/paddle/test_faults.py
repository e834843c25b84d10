"""Faults: what a client may meet between itself and Paddle."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from simulators.paddle import Fault
from tests.simulators.paddle.client import KEY, SUBSCRIPTION
from tests.support.passing_time import passing

if TYPE_CHECKING:
    from simulators.paddle import PaddleSimulator, RecordedRequest
    from tests.simulators.paddle.client import Api

HEADERS = {"Authorization": f"Bearer {KEY}"}


@pytest.mark.parametrize(
    ("fault", "status", "code", "kind", "retry_after"),
    [
        pytest.param(Fault.rate_limited(), 429, "too_many_requests", "request_error", "42", id="429"),
        pytest.param(Fault.rate_limited(retry_after=1), 429, "too_many_requests", "request_error", "1", id="429, soon"),
        pytest.param(
            Fault.rate_limited(retry_after=None), 429, "too_many_requests", "request_error", None, id="429, no advice"
        ),
        pytest.param(
            Fault.charged_too_often(),
            429,
            "subscription_immediate_charge_hour_limit_exceeded",
            "request_error",
            None,
            id="429 for charges",
        ),
        pytest.param(
            Fault.locked_processing(), 409, "subscription_locked_processing", "request_error", None, id="processing"
        ),
        pytest.param(
            Fault.concurrent_modification(), 409, "concurrent_modification", "request_error", None, id="concurrent"
        ),
        pytest.param(
            Fault.refusal("subscription_locked_renewal"),
            409,
            "subscription_locked_renewal",
            "request_error",
            None,
            id="any refusal",
        ),
        pytest.param(Fault.key_refused(), 403, "invalid_token", "request_error", None, id="key"),
        pytest.param(Fault.forbidden(), 403, "forbidden", "request_error", None, id="permission"),
        pytest.param(Fault.declined(), 400, "subscription_payment_declined", "request_error", None, id="declined"),
        pytest.param(Fault.server_error(), 500, "internal_error", "api_error", None, id="500"),
    ],
)
async def test_an_error_in_place_of_the_answer_has_no_effect(
    api: Api,
    simulator: PaddleSimulator,
    subscription: dict[str, Any],
    fault: Fault,
    status: int,
    code: str,
    kind: str,
    retry_after: str | None,
) -> None:
    simulator.faults.add(fault)
    reply = await api.act("cancel")

    assert (reply.refusal, reply.error["type"]) == ((status, code), kind)
    assert reply.headers.get("Retry-After") == retry_after
    assert subscription["scheduled_change"] is None


@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [
        pytest.param(Fault.html(), 502, "<h1>502", id="a proxy's page"),
        pytest.param(Fault.unavailable(), 503, "upstream", id="plain text"),
        pytest.param(Fault.empty(), 200, "", id="nothing"),
        pytest.param(Fault(status=200, body='{"data":'), 200, '{"data":', id="broken JSON"),
    ],
)
async def test_answers_that_are_no_json(
    api: Api, simulator: PaddleSimulator, fault: Fault, status: int, text: str
) -> None:
    simulator.faults.add(fault)
    async with api.client.get("/customers", headers=HEADERS) as response:
        body = await response.text()

    assert response.status == status
    assert (text in body) if text else (not body)


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        pytest.param(Fault.lost_answer(), "canceled", id="after the effect"),
        pytest.param(Fault.dropped(), "active", id="before the effect"),
    ],
)
async def test_the_connection_is_dropped(
    api: Api, simulator: PaddleSimulator, subscription: dict[str, Any], fault: Fault, status: str
) -> None:
    simulator.faults.add(fault)
    with pytest.raises(aiohttp.ClientConnectionError):
        await api.act("cancel", effective_from="immediately")

    assert subscription["status"] == status
    assert simulator.requests[0].status is None


async def test_nothing_protects_from_sending_it_twice(
    api: Api, simulator: PaddleSimulator, subscription: dict[str, Any]
) -> None:
    simulator.faults.add(Fault.lost_answer())
    with pytest.raises(aiohttp.ClientConnectionError):
        await api.act("cancel")
    again = await api.act("cancel")

    assert subscription["scheduled_change"]["action"] == "cancel"
    assert again.refusal == (400, "subscription_locked_pending_changes")


async def test_half_a_body_arrives(api: Api, simulator: PaddleSimulator, subscription: dict[str, Any]) -> None:
    simulator.faults.add(Fault.truncated())
    async with api.client.post(f"/subscriptions/{SUBSCRIPTION}/cancel", headers=HEADERS) as response:
        assert response.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()

    assert subscription["scheduled_change"] is not None


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        pytest.param(Fault.slow(60, hook=passing(20)), "canceled", id="after the effect"),
        pytest.param(Fault.slow(60, after_effect=False, hook=passing(20)), "active", id="before the effect"),
    ],
)
async def test_a_slow_answer_outlasts_the_clients_patience(
    api: Api, simulator: PaddleSimulator, subscription: dict[str, Any], fault: Fault, status: str
) -> None:
    simulator.faults.add(fault)
    with pytest.raises(asyncio.TimeoutError):
        async with asyncio.timeout(20):
            await api.act("cancel", effective_from="immediately")

    assert subscription["status"] == status


async def test_a_hook_sees_the_request_before_it_acts(
    api: Api, simulator: PaddleSimulator, subscription: dict[str, Any]
) -> None:
    seen: list[Any] = []

    def change(request: RecordedRequest) -> None:
        seen.append(request.body)
        subscription["status"] = "past_due"

    simulator.faults.add(Fault.calling(change))
    reply = await api.update(scheduled_change=None)

    assert (seen, reply.error["code"]) == ([{"scheduled_change": None}], "subscription_update_when_past_due")


async def test_a_fault_waits_for_the_request_that_fits(api: Api, simulator: PaddleSimulator) -> None:
    fault = simulator.faults.add(Fault.server_error(method="GET", path=r"/prices$", skip=1, times=2))
    statuses = [(await api.get(path)).status for path in ["/customers", *["/prices"] * 2]]
    pending = simulator.faults.pending
    statuses += [(await api.get("/prices")).status for _ in range(2)]

    assert statuses == [200, 200, 500, 500, 200]
    assert pending == [fault]
    assert simulator.faults.pending == []
