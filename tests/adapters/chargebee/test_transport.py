"""What goes over the wire (traps 1.1): paths, parameters and headers, whole and nowhere else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import chargebee.version
import pytest

from adapters.chargebee.client import among
from adapters.chargebee.transport import NotChargebees, Transport
from gateway import __version__
from simulators.chargebee import Fault
from tests.adapters.chargebee.support import API
from tests.simulators.chargebee.client import KEY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from adapters.chargebee.adapter import ChargebeeAdapter
    from simulators.chargebee import ChargebeeSimulator, Site
    from tests.adapters.chargebee.support import Backend

Json = dict[str, Any]
CUSTOMER: Final = f"GET {API}/customers/ada"


@pytest.fixture
async def transport(address: str, site: Site) -> AsyncIterator[Transport]:
    held = Transport(KEY, address, connect_timeout_s=1, connections=4)
    yield held
    await held.close()


async def test_headers(transport: Transport, simulator: ChargebeeSimulator, subscription: Json) -> None:
    await transport.get(("customers", "ada"), {})
    await transport.post(("subscriptions", "sub", "pause"), {"pause_option": "immediately"}, "a-key")
    read, write = (simulator.requests[number].headers for number in (0, 1))

    assert read["accept"] == write["accept"] == "application/json"
    assert read["user-agent"] == f"churnkey-gateway/{__version__} Chargebee-Python-Client v{chargebee.version.VERSION}"
    assert write["content-type"] == "application/x-www-form-urlencoded"
    assert ("chargebee-idempotency-key" in read, write["chargebee-idempotency-key"]) == (False, "a-key")


async def test_1_1_a_key_is_sent_once_and_stays_with_its_request(
    transport: Transport, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    await transport.post(("subscriptions", "sub", "pause"), {}, "a-key")
    await transport.get(("customers", "ada"), {})

    assert [request.idempotency_key for request in simulator.requests] == ["a-key", None]


@pytest.mark.parametrize("text", ["a+b&c=d@example.com", '["a", "b\'c"]', "ü ☀ #", "100%"])
async def test_1_1_odd_values_travel_whole(transport: Transport, simulator: ChargebeeSimulator, text: str) -> None:
    await transport.get(("customers",), {"email": {"is": text}})

    assert simulator.requests[0].query == (("email[is]", text),)


@pytest.mark.parametrize(
    ("identifier", "path"),
    [
        ("20 OFF", "20%20OFF"),
        ("20+OFF", "20%2BOFF"),
        ("50%", "50%25"),
        ("%2e%2e", "%252e%252e"),
        ("a?b#c", "a%3Fb%23c"),
        ("SOMMER-☀", "SOMMER-%E2%98%80"),
        ("...", "..."),
    ],
)
async def test_1_1_odd_ids_travel_whole(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, identifier: str, path: str
) -> None:
    site.add_coupon(id=identifier)

    assert (await adapter.coupon(identifier)).id == identifier
    assert simulator.calls() == [f"GET {API}/coupons/{path}"]


@pytest.mark.parametrize("segment", ["", ".", "..", "a/b", "../customers", "/"])
async def test_1_1_a_part_of_a_path_that_leads_elsewhere_is_refused_before_any_call(
    transport: Transport, simulator: ChargebeeSimulator, segment: str
) -> None:
    with pytest.raises(ValueError, match="path"):
        await transport.get(("coupons", segment), {})
    with pytest.raises(ValueError, match="path"):
        await transport.post(("subscriptions", segment, "pause"), {}, "key")
    assert simulator.calls() == []


@pytest.mark.parametrize("value", [None, ""])
@pytest.mark.parametrize("name", ["customer_id", "email", "offset", "resume_date"])
async def test_1_1_a_value_that_is_empty_is_refused_before_any_call(
    transport: Transport, simulator: ChargebeeSimulator, name: str, value: object
) -> None:
    with pytest.raises(ValueError, match="no value"):
        await transport.get(("subscriptions",), {name: value})
    assert simulator.calls() == []


@pytest.mark.parametrize("value", [None, ""])
@pytest.mark.parametrize("shape", [lambda value: {"is": value}, lambda value: [{"x": value}]], ids=["filter", "list"])
async def test_neither_is_one_inside_of_another(
    transport: Transport, simulator: ChargebeeSimulator, shape: Any, value: object
) -> None:
    """`customer_id[is]=` would be everybody's subscriptions."""
    with pytest.raises(ValueError, match="no value"):
        await transport.get(("subscriptions",), {"customer_id": shape(value)})
    assert simulator.calls() == []


def test_1_1_several_values_of_a_filter_are_json() -> None:
    assert json.loads(among(["a", 'b"', "c'd", "ü"])["in"]) == ["a", 'b"', "c'd", "ü"]


async def test_a_redirect_is_not_followed(transport: Transport, simulator: ChargebeeSimulator) -> None:
    """A write would go on as a read, change nothing, and look like a success."""
    simulator.faults.add(Fault(status=302, headers={"Location": f"{API}/customers/grace"}))
    with pytest.raises(NotChargebees) as caught:
        await transport.get(("customers", "ada"), {})

    assert (caught.value.status, simulator.calls()) == (302, [CUSTOMER])


@pytest.mark.parametrize("suffix", ["", "/", "//"])
async def test_an_address_may_end_in_slashes(
    backend: Backend, site: Site, simulator: ChargebeeSimulator, suffix: str
) -> None:
    adapter = await backend.open(address=backend.address + suffix)
    await adapter.customer("ada")

    assert simulator.calls() == [CUSTOMER]
