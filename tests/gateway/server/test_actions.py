"""What actions do, by what their bodies say."""

from __future__ import annotations

import json

import pytest

from adapters.base import Unavailable
from adapters.state import Standing
from gateway.contract import Mode
from gateway.settings import LimitSettings, PolicySettings
from tests.support.log import Log
from tests.support.memory_account import MemoryAccount, sample_subscription
from tests.support.service import Client, Start, backend_settings, is_error, send

ONE_MONTH: dict[str, object] = {"type": "period", "amount": 1, "unit": "month"}
ONE: dict[str, object] = {"customerId": "cus_ada", "subscriptionId": "sub_run"}


async def act(client: Client, target: str, body: dict[str, object]) -> int:
    response = await send(client, f"/churnkey/actions/{target}", method="POST", body=json.dumps(body).encode())
    return response.status


async def test_a_pause_that_is_posted_to_cancel_all_pauses(client: Client, live: MemoryAccount) -> None:
    assert await act(client, "customer/cancel", {"customerId": "cus_ada", "duration": ONE_MONTH}) == 200
    assert live.subscriptions["sub_run"].paused
    assert live.subscriptions["sub_run"].standing is Standing.ACTIVE
    assert "cancel" not in live.calls


async def test_a_price_that_is_posted_to_apply_coupon_changes_the_price(client: Client, live: MemoryAccount) -> None:
    body = {**ONE, "price": "price_pro", "scheduledAt": "immediate"}
    assert await act(client, "subscription/apply-coupon", body) == 200
    assert live.subscriptions["sub_run"].items[0].price_id == "price_pro"


async def test_a_pause_that_is_posted_to_the_cancel_of_one_is_refused(client: Client, live: MemoryAccount) -> None:
    assert await act(client, "subscription/cancel", {**ONE, "duration": ONE_MONTH}) == 400
    assert live.calls == []


async def test_cancelling_all_cancels_all(client: Client, live: MemoryAccount) -> None:
    live.subscriptions["sub_bob"] = sample_subscription("sub_bob", "cus_bob")
    assert await act(client, "customer/cancel", {"customerId": "cus_ada", "scheduledAt": "immediate"}) == 200
    assert {one.id: one.standing for one in live.subscriptions.values()} == {
        "sub_run": Standing.ENDED,
        "sub_try": Standing.ENDED,
        "sub_bob": Standing.ACTIVE,
    }


async def test_what_is_so_already_is_a_success_without_a_write(client: Client, live: MemoryAccount) -> None:
    assert await act(client, "subscription/cancel", {**ONE, "scheduledAt": "immediate"}) == 200
    live.calls.clear()
    assert await act(client, "subscription/cancel", {**ONE, "scheduledAt": "end-of-period"}) == 200
    assert live.calls == ["load"]


async def test_an_identical_action_gets_the_first_ones_answer(client: Client, live: MemoryAccount) -> None:
    body = {**ONE, "id": "SAVE20"}
    assert await act(client, "subscription/apply-coupon", body) == 200
    live.calls.clear()
    assert await act(client, "subscription/apply-coupon", body) == 200
    assert live.calls == []


async def test_it_is_identical_whichever_spelling_it_came_in(client: Client, live: MemoryAccount) -> None:
    assert await act(client, "subscription/apply-coupon", {**ONE, "id": "SAVE20"}) == 200
    live.calls.clear()
    assert await act(client, "subscription/apply-coupon", {**ONE, "couponId": "SAVE20"}) == 200
    assert live.calls == []


async def test_in_the_other_mode_it_is_another_action(
    client: Client, live: MemoryAccount, test_account: MemoryAccount
) -> None:
    body = json.dumps({**ONE, "scheduledAt": "immediate"}).encode()
    for mode in Mode:
        headers = {"X-Churnkey-Mode": mode.value}
        path = "/churnkey/actions/subscription/cancel"
        assert (await send(client, path, method="POST", headers=headers, body=body)).status == 200
    assert [account.calls.count("cancel") for account in (live, test_account)] == [1, 1]


async def test_without_a_window_it_is_carried_out_again(start: Start, live: MemoryAccount) -> None:
    client = await start(backend_settings(limits=LimitSettings(dedupe_s=0)))
    body = {**ONE, "id": "SAVE20"}
    for _ in range(2):
        live.calls.clear()
        assert await act(client, "subscription/apply-coupon", body) == 200
        assert live.calls[0] == "load"


async def test_an_extension_of_which_a_part_cannot_be_mended_is_not_counted_on(
    client: Client, live: MemoryAccount
) -> None:
    """The trial may be longer already: fourteen days more would be twenty-eight."""

    async def fail(operation: str) -> None:
        if operation == "extend_trial":
            raise Unavailable("It was extended, but something else was lost.", final=True)

    live.before_call = fail
    length = {"type": "period", "amount": 14, "unit": "day"}
    body: dict[str, object] = {"customerId": "cus_ada", "subscriptionId": "sub_try", "duration": length}
    assert [await act(client, "subscription/extend-trial", body) for _ in range(2)] == [503, 503]
    assert live.calls.count("extend_trial") == 1


async def test_a_dry_run_answers_as_if_it_were_done(start: Start, live: MemoryAccount) -> None:
    client = await start(backend_settings(policy=PolicySettings(dry_run=True)))
    assert await act(client, "subscription/cancel", {**ONE, "scheduledAt": "immediate"}) == 200
    assert live.calls == ["load"]


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("subscription/cancel", {}),
        ("subscription/cancel", {"customerId": "cus_ada"}),
        ("subscription/cancel", {"subscriptionId": "sub_run"}),
        ("subscription/cancel", {**ONE, "scheduledAt": "tomorrow"}),
        ("customer/cancel", {**ONE}),
        ("customer/cancel", {"customerId": "cus_ada", "subscriptionId": None}),
        ("subscription/pause", ONE),
        ("subscription/extend-trial", {**ONE, "duration": {"amount": 0, "unit": "month"}}),
        ("subscription/apply-coupon", ONE),
        ("subscription/change-price", {**ONE, "coupon": "SAVE20", "price": "price_pro"}),
    ],
)
async def test_a_request_that_is_not_clear_changes_nothing(
    client: Client, live: MemoryAccount, target: str, body: dict[str, object]
) -> None:
    response = await send(client, f"/churnkey/actions/{target}", method="POST", body=json.dumps(body).encode())
    assert await is_error(response, 400)
    assert live.calls == []


async def test_the_shape_of_a_body_that_is_not_understood_is_logged_once(client: Client, log: Log) -> None:
    for number in range(3):
        await act(client, "subscription/pause", {**ONE, "Duration": {"months": number}, "note": "call Ada Lovelace"})
    await act(client, "subscription/pause", {**ONE})
    shapes = [event["shape"] for event in log.events("body not understood")]
    assert shapes == [
        "{customerId: string, subscriptionId: string, Duration: {months: number}, note: string}",
        "{customerId: string, subscriptionId: string}",
    ]
    assert "Lovelace" not in log.text


async def test_each_backend_logs_what_it_did_not_understand(start: Start, log: Log) -> None:
    client = await start(backend_settings("one"), backend_settings("two"))
    for name in ("one", "two", "one"):
        await send(client, f"/{name}/churnkey/actions/subscription/cancel", method="POST", body=b"{}")
    assert [event["backend"] for event in log.events("body not understood")] == ["one", "two"]
