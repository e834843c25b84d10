"""Ids that are none: they are not found, and no provider is asked."""

from __future__ import annotations

import json

import pytest

from tests.support.memory_account import MemoryAccount
from tests.support.service import Client, is_error, send

IN_A_PATH = [
    pytest.param("", id="empty"),
    pytest.param(".", id="dot"),
    pytest.param("..", id="two dots"),
    pytest.param("%2e", id="encoded dot"),
    pytest.param("%2e%2e", id="encoded dots"),
    pytest.param("%2E.", id="half-encoded dots"),
    pytest.param("a%2Fb", id="encoded slash"),
    pytest.param("..%2Fcustomers%2Fcus_ada", id="encoded path"),
    pytest.param("cus_ada%2F", id="encoded slash at the end"),
    pytest.param("a%5Cb", id="encoded backslash"),
    pytest.param("x" * 300, id="too long"),
    pytest.param("%00", id="null"),
    pytest.param("cus_ada%00", id="null at the end"),
    pytest.param("cus_ada%0A", id="line feed"),
    pytest.param("cus_ada%0D%0AHost:%20x", id="header injection"),
    pytest.param("%1B%5B2J", id="escape sequence"),
    pytest.param("%7F", id="delete"),
    pytest.param("%20", id="space"),
    pytest.param("cus_ada%20", id="space at the end"),
    pytest.param("%C2%A0cus_ada", id="no-break space"),
    pytest.param("%E2%80%AEcus_ada", id="right-to-left override"),
    pytest.param("%E2%80%8Bcus_ada", id="zero-width space"),
]

PATHS = [
    "/customers/{}",
    "/customers/{}/subscriptions",
    "/customers/{}/subscriptions/sub_run",
    "/customers/cus_ada/subscriptions/{}",
    "/prices/{}",
    "/coupons/{}",
    "/products/{}",
    "/families/{}",
    "/customers/email/{}",
    "/customers/phone/{}",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("identifier", IN_A_PATH)
async def test_in_a_path_it_is_not_found(client: Client, live: MemoryAccount, path: str, identifier: str) -> None:
    response = await send(client, "/churnkey" + path.format(identifier))
    assert await is_error(response, 404)
    assert live.calls == []


@pytest.mark.parametrize(
    "identifier",
    ["cus_ünï", "客户", "cus.ada", "cus:ada", "cus%41da", "cus_ada?x", "cus#1", "cus_{1}", "a b", "50%", "😀"],
)
async def test_unusual_ids_that_could_be_one_reach_the_adapter_exactly_as_meant(
    client: Client, live: MemoryAccount, identifier: str
) -> None:
    live.customers[identifier] = live.customers["cus_bob"].model_copy(update={"id": identifier})
    encoded = "".join(f"%{byte:02X}" for byte in identifier.encode())
    response = await send(client, f"/churnkey/customers/{encoded}")
    if "{" in identifier:
        # aiohttp keeps braces for its placeholders; no provider has them in an id.
        assert await is_error(response, 404)
    else:
        assert (await response.json())["id"] == identifier


@pytest.mark.parametrize(
    "identifier",
    [".", "..", "a/b", "../customers", "a\\b", "x" * 300, "\x00", "sub\n", "\x1b[2J", "\u202esub", " sub_run"],
)
@pytest.mark.parametrize("field", ["customerId", "subscriptionId", "id"])
async def test_in_a_body_it_is_not_found(client: Client, live: MemoryAccount, field: str, identifier: str) -> None:
    body = {"customerId": "cus_ada", "subscriptionId": "sub_run", "id": "SAVE20", field: identifier}
    response = await send(
        client, "/churnkey/actions/subscription/apply-coupon", method="POST", body=json.dumps(body).encode()
    )
    assert await is_error(response, 404)
    assert live.calls == []


async def test_another_customers_subscription_is_not_found(client: Client) -> None:
    assert await is_error(await send(client, "/churnkey/customers/cus_bob/subscriptions/sub_run"), 404)
