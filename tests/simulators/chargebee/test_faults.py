"""Faults: what a client may meet between itself and Chargebee."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest

from simulators.chargebee import Fault
from tests.simulators.chargebee.client import KEY, basic

if TYPE_CHECKING:
    from simulators.chargebee import ChargebeeSimulator, RecordedRequest, Site
    from tests.simulators.chargebee.client import Api

PATH = "/customers/ada"
NAME = ("first_name", "Ada")


@pytest.mark.parametrize(
    ("fault", "code", "kind", "headers"),
    [
        pytest.param(Fault.rate_limited(), (429, "api_request_limit_exceeded"), "operation_failed", {}, id="the limit"),
        pytest.param(
            Fault.rate_limited(retry_after=2),
            (429, "api_request_limit_exceeded"),
            "operation_failed",
            {"Retry-After": "2"},
            id="the limit with advice",
        ),
        pytest.param(Fault.lock_timeout(), (429, "lock_timeout"), "operation_failed", {}, id="a lock"),
        pytest.param(Fault.server_error(), (500, "internal_error"), "operation_failed", {}, id="500"),
        pytest.param(Fault.unavailable(), (503, "internal_temporary_error"), "operation_failed", {}, id="503"),
        pytest.param(
            Fault.unavailable("site_read_only_mode"),
            (503, "site_read_only_mode"),
            "operation_failed",
            {},
            id="read only",
        ),
        pytest.param(Fault.declined(), (400, "payment_processing_failed"), "payment", {}, id="declined"),
        pytest.param(Fault.forbidden(), (403, "api_authorization_failed"), None, {}, id="403"),
    ],
)
async def test_an_error_in_place_of_the_answer_has_no_effect(
    api: Api,
    simulator: ChargebeeSimulator,
    site: Site,
    fault: Fault,
    code: tuple[int, str],
    kind: str | None,
    headers: dict[str, str],
) -> None:
    simulator.faults.add(fault)
    reply = await api.post(PATH, NAME)

    assert (reply.code, reply.json.get("type")) == (code, kind)
    assert reply.json["http_status_code"] == code[0]
    assert headers.items() <= dict(reply.headers).items()
    assert "first_name" not in site.customers.rows["ada"]


@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [
        pytest.param(Fault.html(503), 503, "<html>", id="a proxy's page"),
        pytest.param(Fault.empty(), 200, "", id="nothing"),
    ],
)
async def test_an_answer_need_not_be_json(
    api: Api, simulator: ChargebeeSimulator, fault: Fault, status: int, text: str
) -> None:
    simulator.faults.add(fault)
    async with api.client.get(f"/api/v2{PATH}", headers=basic(KEY)) as response:
        assert response.status == status
        assert (await response.text()).startswith(text)


@pytest.mark.parametrize(
    ("fault", "took_effect"),
    [
        pytest.param(Fault.lost_answer(), True, id="lost answer"),
        pytest.param(Fault.dropped(), False, id="dropped before"),
    ],
)
async def test_a_connection_can_end_before_the_answer(
    api: Api, simulator: ChargebeeSimulator, site: Site, fault: Fault, took_effect: bool
) -> None:
    simulator.faults.add(fault)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await api.post(PATH, NAME)

    assert ("first_name" in site.customers.rows["ada"]) is took_effect
    assert simulator.requests[0].status is None


async def test_a_fault_waits_for_its_request(api: Api, simulator: ChargebeeSimulator) -> None:
    simulator.faults.add(Fault.server_error(method="GET", path="/customers", skip=1))

    statuses = [(await api.send(method, PATH)).status for method in ("POST", "GET", "GET", "GET")]

    assert statuses == [200, 200, 500, 200]
    assert simulator.faults.pending == []


async def test_something_can_happen_while_a_request_is_under_way(
    api: Api, simulator: ChargebeeSimulator, site: Site
) -> None:
    seen: list[str] = []

    async def cancel(request: RecordedRequest) -> None:
        seen.append(str(request))
        site.customers.rows["ada"]["last_name"] = "King"

    simulator.faults.add(Fault.calling(cancel))
    reply = await api.post(PATH, NAME)

    assert seen == ["POST /api/v2/customers/ada"]
    assert (reply.json["customer"]["first_name"], reply.json["customer"]["last_name"]) == ("Ada", "King")


async def test_the_same_key_is_refused_while_its_request_is_under_way(api: Api, simulator: ChargebeeSimulator) -> None:
    codes: list[tuple[int, str]] = []

    async def send_again(_: RecordedRequest) -> None:
        codes.append((await api.post(PATH, NAME, idempotency_key="k1")).code)

    simulator.faults.add(Fault.calling(send_again))
    first = await api.post(PATH, NAME, idempotency_key="k1")

    assert (first.status, codes) == (200, [(409, "invalid_state_for_request")])
