"""What the owner allows, over HTTP."""

from __future__ import annotations

import json

import pytest

from gateway.settings import AllowList, PolicySettings
from tests.support.memory_account import MemoryAccount
from tests.support.service import Client, Start, backend_settings, is_error, send


@pytest.fixture
async def restricted(start: Start) -> Client:
    """A gateway that allows one coupon, and the prices that begin with price_b."""
    policy = PolicySettings(coupons=AllowList(allow=("SAVE20",)), prices=AllowList(allow=("price_b*",)))
    return await start(backend_settings(policy=policy))


async def act(client: Client, target: str, reference: str) -> tuple[int, str]:
    body = {"customerId": "cus_ada", "subscriptionId": "sub_run", "id": reference, "scheduledAt": "immediate"}
    if target == "apply-coupon":
        del body["scheduledAt"]
    response = await send(
        client, f"/churnkey/actions/subscription/{target}", method="POST", body=json.dumps(body).encode()
    )
    return response.status, "" if response.status == 200 else (await response.json())["message"]


async def test_an_allowed_coupon_is_applied(restricted: Client, live: MemoryAccount) -> None:
    assert await act(restricted, "apply-coupon", "SAVE20") == (200, "")
    assert live.subscriptions["sub_run"].coupon_ids == ("SAVE20",)


@pytest.mark.parametrize(
    ("target", "reference", "message"),
    [
        ("apply-coupon", "SAVE50", "This coupon is not offered here."),
        ("apply-coupon", "save20", "This coupon is not offered here."),
        ("apply-coupon", "SAVE200", "This coupon is not offered here."),
        ("apply-coupon", "unknown", "This coupon is not offered here."),
        ("change-price", "price_pro", "This price is not offered here."),
        ("change-price", "unknown", "This price is not offered here."),
    ],
)
async def test_anything_else_is_refused_before_the_provider_is_asked(
    restricted: Client, live: MemoryAccount, target: str, reference: str, message: str
) -> None:
    assert await act(restricted, target, reference) == (400, message)
    assert live.calls == []


async def test_a_price_change_in_disguise_is_refused_too(restricted: Client, live: MemoryAccount) -> None:
    body = {"customerId": "cus_ada", "subscriptionId": "sub_run", "price": "price_pro", "prorate": True}
    path = "/churnkey/actions/subscription/apply-coupon"
    assert await is_error(await send(restricted, path, method="POST", body=json.dumps(body).encode()), 400)
    assert live.calls == []


@pytest.mark.parametrize(("path", "listed"), [("/coupons", ["SAVE20"]), ("/prices", ["price_basic"])])
async def test_lists_show_what_is_allowed(restricted: Client, path: str, listed: list[str]) -> None:
    page = await (await send(restricted, f"/churnkey{path}")).json()
    assert [row["id"] for row in page["data"]] == listed


async def test_a_page_without_allowed_rows_still_leads_to_the_next(restricted: Client) -> None:
    first = await (await send(restricted, "/churnkey/coupons?limit=1")).json()
    second = await (await send(restricted, f"/churnkey/coupons?limit=1&cursor={first['next']}")).json()
    assert [row["id"] for row in first["data"]] == ["SAVE20"]
    assert second == {"data": []}


@pytest.mark.parametrize("path", ["/coupons/SAVE50", "/prices/price_pro"])
async def test_what_subscriptions_refer_to_can_be_read_all_the_same(restricted: Client, path: str) -> None:
    assert (await send(restricted, f"/churnkey{path}")).status == 200


async def test_an_empty_list_allows_nothing(start: Start) -> None:
    policy = PolicySettings(coupons=AllowList(allow=()), prices=AllowList(allow=()))
    client = await start(backend_settings(policy=policy))
    assert (await (await send(client, "/churnkey/coupons")).json()) == {"data": []}
    assert (await act(client, "apply-coupon", "SAVE20"))[0] == 400
