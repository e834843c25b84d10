"""Idempotency keys: what is replayed, for how long, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulators.chargebee import Fault
from tests.simulators.chargebee.client import KEY, basic

if TYPE_CHECKING:
    from simulators.chargebee import ChargebeeSimulator, Site
    from tests.simulators.chargebee.client import Api, MovableClock

PAUSE = "/subscriptions/sub/pause"
REPLAYED = "chargebee-idempotency-replayed"

pytestmark = pytest.mark.usefixtures("subscription")


async def test_the_same_request_is_answered_from_the_store(api: Api, simulator: ChargebeeSimulator) -> None:
    first = await api.post(PAUSE, idempotency_key="k1")
    await api.post("/subscriptions/sub/resume", idempotency_key="k2")
    again = await api.post(PAUSE, idempotency_key="k1")

    assert (first.subscription["status"], again.json) == ("paused", first.json)
    assert (REPLAYED in first.headers, again.headers[REPLAYED]) == (False, "true")
    assert (await api.get("/subscriptions/sub")).subscription["status"] == "active"
    assert [request.replayed for request in simulator.written()] == [False, False, True]


async def test_the_store_forgets_after_half_an_hour(api: Api, clock: MovableClock) -> None:
    await api.post(PAUSE, idempotency_key="k1")
    clock.move(minutes=29)
    within = await api.post(PAUSE, idempotency_key="k1")
    clock.move(minutes=1)
    after = await api.post(PAUSE, idempotency_key="k1")

    assert (within.status, after.code) == (200, (409, "invalid_state_for_request"))


@pytest.mark.parametrize(
    ("path", "pairs"),
    [
        pytest.param(PAUSE, [("pause_option", "immediately")], id="other parameters"),
        pytest.param("/subscriptions/sub/cancel_for_items", [], id="another operation"),
    ],
)
async def test_a_key_belongs_to_one_request(api: Api, path: str, pairs: list[tuple[str, str]]) -> None:
    await api.post(PAUSE, idempotency_key="k1")

    assert (await api.post(path, *pairs, idempotency_key="k1")).code == (422, "unable_to_process_request")


@pytest.mark.parametrize("key", [pytest.param("", id="empty"), pytest.param("k" * 101, id="101 characters")])
async def test_a_key_has_1_to_100_characters(api: Api, key: str) -> None:
    assert (await api.post(PAUSE, idempotency_key=key)).status == 400
    assert (await api.post(PAUSE, idempotency_key="k" * 100)).status == 200


async def test_reading_and_estimating_know_no_keys(api: Api) -> None:
    estimate = "/subscriptions/sub/pause_subscription_estimate"
    await api.post(estimate, idempotency_key="k1")
    again = await api.post(estimate, ("pause_option", "end_of_term"), idempotency_key="k1")

    assert again.status == 200
    assert REPLAYED not in again.headers


@pytest.mark.parametrize(
    ("replays", "status"),
    [pytest.param(False, 200, id="forgotten"), pytest.param(True, 400, id="kept")],
)
async def test_whether_a_refusal_is_kept_is_the_sites_choice(api: Api, site: Site, replays: bool, status: int) -> None:
    site.replays_errors = replays
    site.pause_enabled = False
    await api.post(PAUSE, idempotency_key="k1")
    site.pause_enabled = True

    assert (await api.post(PAUSE, idempotency_key="k1")).status == status


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault.html(effect=True), id="a proxy's page after the effect"),
        pytest.param(Fault.server_error(effect=True), id="500 after the effect"),
    ],
)
async def test_what_took_effect_is_replayed_truly_after_a_lost_answer(
    api: Api, simulator: ChargebeeSimulator, site: Site, fault: Fault
) -> None:
    simulator.faults.add(fault)
    headers = {**basic(KEY), "chargebee-idempotency-key": "k1"}
    async with api.client.post(f"/api/v2{PAUSE}", headers=headers) as response:
        assert response.status == fault.status

    assert site.subscriptions.rows["sub"]["status"] == "paused"
    assert (await api.post(PAUSE, idempotency_key="k1")).subscription["status"] == "paused"


async def test_what_was_refused_at_the_edge_is_not_kept(api: Api, simulator: ChargebeeSimulator) -> None:
    simulator.faults.add(Fault.lock_timeout())

    assert (await api.post(PAUSE, idempotency_key="k1")).code == (429, "lock_timeout")
    assert (await api.post(PAUSE, idempotency_key="k1")).status == 200
