"""What is counted of requests, and that it can be scraped."""

from __future__ import annotations

import pytest

from gateway.observability import Metrics
from tests.support.service import Client, Start, send


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def client(start: Start, metrics: Metrics) -> Client:
    return await start(metrics=metrics)


def requests(metrics: Metrics) -> dict[tuple[str, str, str, str], float]:
    """How many requests there were, by backend, mode, route and status."""
    return {
        (labels["backend"], labels["mode"], labels["route"], labels["status"]): sample.value
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "churnkey_gateway_requests_total"
        for labels in (sample.labels,)
    }


async def test_requests_are_counted_by_route_and_answer(client: Client, metrics: Metrics) -> None:
    for customer in ("cus_ada", "cus_bob", "cus_nobody"):
        await send(client, f"/churnkey/customers/{customer}", headers={"X-Churnkey-Mode": "test"})
    await send(client, "/churnkey/features")
    assert requests(metrics) == {
        ("memory", "test", "/churnkey/customers/{customerId}", "200"): 2,
        ("memory", "test", "/churnkey/customers/{customerId}", "404"): 1,
        ("memory", "live", "/churnkey/features", "200"): 1,
    }


async def test_whoever_has_no_token_is_counted_as_well(client: Client, metrics: Metrics) -> None:
    await send(client, "/churnkey/features", headers={"Authorization": "Bearer wrong"})
    assert requests(metrics) == {("memory", "", "/churnkey/features", "401"): 1}


async def test_paths_that_do_not_exist_are_one_series(client: Client, metrics: Metrics) -> None:
    for path in ("/", "/a", "/a/b", "/nobody/churnkey/features"):
        await send(client, path)
    assert requests(metrics) == {("", "", "", "404"): 4}


async def test_requests_are_timed(client: Client, metrics: Metrics) -> None:
    await send(client, "/churnkey/features")
    labels = {"backend": "memory", "mode": "live", "route": "/churnkey/features"}
    assert metrics.registry.get_sample_value("churnkey_gateway_request_seconds_count", labels) == 1
