"""What is counted of requests, and that it can be scraped."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Final, TypeAlias

import pytest
from pydantic import SecretStr

from gateway.observability import Metrics
from gateway.server.documented import documented_errors
from gateway.server.routes import ROUTES
from gateway.settings import DirectSettings
from tests.gateway.server.reloading import Gateway, gateway_of
from tests.support.memory_account import MemoryAccount
from tests.support.service import TOKEN, Client, Start, backend_settings, send

Asked: TypeAlias = tuple[str, str, Mapping[str, str], int]
"""Method, path, headers, and the status of the answer."""

DIRECT: Final = DirectSettings(
    app_tokens=(SecretStr("an-application-token-of-the-tests"),), app_id="app_1", api_key=SecretStr("key-of-the-tests")
)


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


def series(metrics: Metrics) -> set[tuple[str, frozenset[tuple[str, str]]]]:
    """All that would be scraped, without the values."""
    return {
        (sample.name, frozenset(sample.labels.items()))
        for family in metrics.registry.collect()
        for sample in family.samples
        if family.name.startswith("churnkey_gateway")
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


async def test_a_path_with_the_backends_name_is_the_route_that_is_without(client: Client, metrics: Metrics) -> None:
    for path in ("/churnkey/features", "/memory/churnkey/features"):
        await send(client, path)
    assert requests(metrics) == {("memory", "live", "/churnkey/features", "200"): 2}


async def test_requests_are_timed(client: Client, metrics: Metrics) -> None:
    await send(client, "/churnkey/features")
    labels = {"backend": "memory", "mode": "live", "route": "/churnkey/features"}
    assert metrics.registry.get_sample_value("churnkey_gateway_request_seconds_count", labels) == 1


async def test_what_is_refused_at_the_door_is_timed_for_all_routes_together(client: Client, metrics: Metrics) -> None:
    for path in ("/churnkey/features", "/churnkey/prices"):
        await send(client, path, headers={"Authorization": "Bearer wrong"})
    labels = {"backend": "memory", "mode": "", "route": ""}
    assert metrics.registry.get_sample_value("churnkey_gateway_request_seconds_count", labels) == 2


# -- from the start ----------------------------------------------------------------------------------------------------


@pytest.fixture
async def gateway(live: MemoryAccount, test_account: MemoryAccount) -> AsyncIterator[Gateway]:
    """The gateway with one backend, as it is served: what may be counted is there."""
    async with gateway_of(backend_settings()) as gateway:
        yield gateway


ASKED: Final[Mapping[str, Asked]] = {
    "a read": ("GET", "/churnkey/customers/cus_ada", {}, 200),
    "a list": ("GET", "/churnkey/prices", {}, 200),
    "the manifest, in test mode": ("GET", "/memory/churnkey/features", {"X-Churnkey-Mode": "test"}, 200),
    "nobody": ("GET", "/churnkey/customers/cus_nobody", {}, 404),
    "a cursor that is none": ("GET", "/churnkey/customers?cursor=x", {}, 400),
    "a body that is none": ("POST", "/churnkey/actions/subscription/cancel", {}, 400),
    "a body that is compressed": (
        "POST",
        "/churnkey/actions/subscription/cancel",
        {"Content-Encoding": "gzip"},
        415,
    ),
    "a mode that is none": ("GET", "/churnkey/customers", {"X-Churnkey-Mode": "both"}, 400),
    "a token that is none": ("GET", "/churnkey/customers", {"Authorization": "Bearer wrong"}, 401),
    "a token that is none, and no route": ("GET", "/churnkey/nowhere", {"Authorization": "Bearer wrong"}, 401),
    "a mode that is none, and no route": ("GET", "/churnkey/nowhere", {"X-Churnkey-Mode": "both"}, 400),
    "no route": ("GET", "/churnkey/nowhere", {}, 404),
    "another method": ("PUT", "/churnkey/customers", {}, 405),
    "no backend": ("GET", "/nobody/churnkey/features", {}, 404),
    "Direct mode, where there is none": ("GET", "/direct/customers/cus_ada", {}, 404),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
async def test_a_request_is_counted_where_a_0_has_been_from_the_start(gateway: Gateway, asked: Asked) -> None:
    method, path, headers, status = asked
    before = series(gateway.metrics)
    assert set(requests(gateway.metrics).values()) == {0}
    async with gateway.session.request(
        method, gateway.server.make_url(path), headers={"Authorization": f"Bearer {TOKEN}", **headers}
    ) as answer:
        assert answer.status == status
    assert [count for count in requests(gateway.metrics).values() if count] == [1]
    assert series(gateway.metrics) == before


async def test_every_documented_status_of_every_route_is_there(gateway: Gateway) -> None:
    present = requests(gateway.metrics)
    for route in ROUTES:
        statuses = {str(status) for status in documented_errors(route) | {200}}
        at_the_door = {key[3] for key in present if key[:3] == ("memory", "", f"/churnkey{route.path}")}
        for mode in ("live", "test"):
            beyond = {key[3] for key in present if key[:3] == ("memory", mode, f"/churnkey{route.path}")}
            assert beyond | at_the_door == statuses
            assert beyond & at_the_door == {"400"}


async def test_only_what_is_configured_is_there(live: MemoryAccount) -> None:
    async with gateway_of(backend_settings(test=None)) as gateway:
        present = requests(gateway.metrics)
    assert {mode for _, mode, _, _ in present} == {"", "live"}
    assert not [route for _, _, route, _ in present if route.startswith("/direct")]


async def test_what_a_reload_brings_is_there_from_then_on(gateway: Gateway) -> None:
    await gateway.reload(backend_settings(), backend_settings("other", direct=DIRECT))
    present = requests(gateway.metrics)
    assert ("other", "live", "/churnkey/features", "200") in present
    assert ("other", "live", "/direct/token", "504") in present
    assert ("memory", "live", "/direct/token", "504") not in present
