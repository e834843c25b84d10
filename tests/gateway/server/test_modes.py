"""Live and test: two accounts that never mix."""

from __future__ import annotations

import json

import pytest
from multidict import CIMultiDict

from tests.support.memory_account import MemoryAccount
from tests.support.service import AUTHORIZED, LIVE_KEY, TEST_KEY, Client, Start, backend_settings, is_error, send

CUSTOMER = "/churnkey/customers/cus_ada"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], "live"),
        (["live"], "live"),
        (["test"], "test"),
        (["LIVE"], "live"),
        (["Test"], "test"),
        ([" test "], "test"),
        (["test", "test"], "test"),
        (["Live", "live"], "live"),
        (["test, test"], "test"),
    ],
    ids=str,
)
async def test_the_header_chooses_the_account(
    client: Client, live: MemoryAccount, test_account: MemoryAccount, values: list[str], expected: str
) -> None:
    headers = CIMultiDict([*AUTHORIZED.items(), *(("X-Churnkey-Mode", value) for value in values)])
    response = await client.get(CUSTOMER, headers=headers)
    assert response.status == 200
    assert (live.calls, test_account.calls) == ((["customer"], []) if expected == "live" else ([], ["customer"]))


@pytest.mark.parametrize(
    "values",
    [
        [""],
        ["sandbox"],
        ["production"],
        ["lives"],
        ["liv"],
        ["live;test"],
        ["live", "test"],
        ["test", "live"],
        ["live, test"],
        ["live,"],
        ["test", ""],
        ["ｌｉｖｅ"],
        ["true"],
    ],
    ids=str,
)
async def test_a_mode_that_is_not_clear_is_refused(
    client: Client, live: MemoryAccount, test_account: MemoryAccount, values: list[str]
) -> None:
    headers = CIMultiDict([*AUTHORIZED.items(), *(("X-Churnkey-Mode", value) for value in values)])
    assert await is_error(await client.get(CUSTOMER, headers=headers), 400)
    assert live.calls == test_account.calls == []


@pytest.mark.parametrize(
    ("live_key", "test_key", "mode"),
    [
        pytest.param(None, TEST_KEY, None, id="live by default"),
        pytest.param(None, TEST_KEY, "live", id="live"),
        pytest.param(LIVE_KEY, None, "test", id="test"),
    ],
)
async def test_a_mode_that_is_not_configured_is_refused(
    start: Start,
    live: MemoryAccount,
    test_account: MemoryAccount,
    live_key: str | None,
    test_key: str | None,
    mode: str | None,
) -> None:
    client = await start(backend_settings(live=live_key, test=test_key))
    response = await send(client, CUSTOMER, headers={} if mode is None else {"X-Churnkey-Mode": mode})
    assert await is_error(response, 400)
    assert "not configured" in (await response.json())["message"]
    assert live.calls == test_account.calls == []


@pytest.mark.parametrize("mode", ["live", "test"])
async def test_a_write_reaches_its_own_mode_only(
    client: Client, live: MemoryAccount, test_account: MemoryAccount, mode: str
) -> None:
    body = json.dumps({"customerId": "cus_ada", "subscriptionId": "sub_run", "id": "SAVE20"}).encode()
    response = await send(
        client,
        "/churnkey/actions/subscription/apply-coupon",
        method="POST",
        headers={"X-Churnkey-Mode": mode},
        body=body,
    )
    assert response.status == 200
    changed, untouched = (live, test_account) if mode == "live" else (test_account, live)
    assert changed.subscriptions["sub_run"].coupon_ids == ("SAVE20",)
    assert untouched.calls == []


async def test_an_object_of_the_other_mode_does_not_exist(client: Client, live: MemoryAccount) -> None:
    live.customers["cus_live"] = live.customers["cus_bob"].model_copy(update={"id": "cus_live"})
    path = "/churnkey/customers/cus_live"
    assert (await send(client, path)).status == 200
    assert await is_error(await send(client, path, headers={"X-Churnkey-Mode": "test"}), 404)
