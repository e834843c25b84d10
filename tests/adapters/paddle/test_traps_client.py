"""The traps of the transport (traps 1): hosts, keys, versions, pages, addresses. Errors and retries have modules of
their own."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession

from adapters.errors import Credentials, Invalid, NotFound
from adapters.holes import Runtime
from adapters.paddle.adapter import PaddleAdapter
from adapters.paddle.client import LIVE_URL, SANDBOX_URL, PaddleApi
from adapters.paddle.settings import PaddleSettings
from gateway.contract import DateDuration, Mode
from simulators.paddle.faults import Fault
from simulators.paddle.identifiers import readable
from tests.adapters.paddle.support import (
    ADA,
    CANCEL,
    DEARER,
    GRACE,
    KEY,
    LIVE_KEY,
    MONTHLY,
    PATCH,
    PRO,
    SAVE20,
    SUB,
    apply,
    cancel,
    change,
    extend,
    months,
    pause,
)

if TYPE_CHECKING:
    from simulators.paddle import Account, PaddleSimulator
    from tests.adapters.paddle.support import Backend, Witness


async def test_1_1_a_429_is_not_slept_through_in_secret(
    adapter: PaddleAdapter, simulator: PaddleSimulator, witness: Witness
) -> None:
    """The official package sleeps and repeats on its own; here every repetition is counted."""
    simulator.faults.add(Fault.rate_limited(retry_after=0, times=2))
    await adapter.product(PRO)

    assert len(simulator.calls()) == 3
    assert witness.retries == ["rate_limited"] * 2


async def test_1_1_a_missing_field_is_no_failure(
    adapter: PaddleAdapter, account: Account, subscription: dict[str, Any]
) -> None:
    """The official package raises `KeyError` on Paddle's own examples, whose discounts have no `type`."""
    subscription["discount"] = {"id": SAVE20, "starts_at": None, "ends_at": None}
    for optional in ("import_meta", "consent_requirements", "business_id", "billing_details", "paused_at"):
        del subscription[optional]
    shown = await adapter.subscription(ADA, SUB)

    assert [discount.coupon.id for discount in shown.discounts or ()] == [SAVE20]


@pytest.mark.parametrize(
    ("live", "host"), [(True, "https://api.paddle.com"), (False, "https://sandbox-api.paddle.com")]
)
async def test_1_2_live_and_sandbox_have_hosts_of_their_own(live: bool, host: str) -> None:
    api = PaddleApi(KEY, None, live=live, runtime=Runtime())
    await api.close()

    assert {True: LIVE_URL, False: SANDBOX_URL}[live] == host
    assert api._address == host


async def test_1_2_an_address_may_end_in_slashes(backend: Backend, simulator: PaddleSimulator) -> None:
    adapter = await backend.open(address=f"{backend.address}")
    api = PaddleApi(KEY, f"{backend.address}//", live=False, runtime=Runtime())
    with pytest.raises(NotFound):
        await api.get("customers", ADA)
    await api.close()

    assert adapter.mode is Mode.TEST
    assert simulator.calls() == [f"GET /customers/{ADA}"]


@pytest.mark.parametrize("fault", [Fault.key_refused, Fault.forbidden], ids=["bad credentials", "no permission"])
async def test_1_2_bad_credentials_are_403_and_never_told_as_that(
    adapter: PaddleAdapter, simulator: PaddleSimulator, fault: Any
) -> None:
    """Churnkey would take its own token to be wrong."""
    simulator.faults.add(fault(times=None))

    with pytest.raises(Credentials, match="owner has to look at it"):
        await adapter.product(PRO)
    assert len(simulator.calls()) == 1


async def test_1_2_a_key_of_the_other_account_opens_nothing(backend: Backend, account: Account) -> None:
    adapter = await backend.open(api_key=f"{KEY}_revoked")

    with pytest.raises(Credentials):
        await adapter.product(PRO)


async def test_1_2_the_version_is_pinned_and_the_key_sent_as_a_bearer(
    adapter: PaddleAdapter, simulator: PaddleSimulator, subscription: dict[str, Any]
) -> None:
    await adapter.cancel(cancel())

    assert [request.paddle_version for request in simulator.requests] == ["1", "1"]
    assert simulator.written()[0].headers["content-type"] == "application/json"
    assert simulator.requests[0].headers["user-agent"].startswith("churnkey-gateway/")


PERMISSIONS = (
    "customer.read",
    "address.read",
    "price.read",
    "product.read",
    "discount.read",
    "subscription.read",
    "subscription.write",
)


@pytest.mark.parametrize("permission", PERMISSIONS)
async def test_1_2_the_permissions_that_the_page_lists_are_enough_and_each_is_needed(
    adapter: PaddleAdapter, account: Account, subscription: dict[str, Any], permission: str
) -> None:
    # To write includes to read.
    lacking = {permission, "subscription.write"} if permission == "subscription.read" else {permission}
    account.permissions = frozenset(PERMISSIONS) - lacking
    with pytest.raises(Credentials):
        await everything(adapter)
    account.permissions = frozenset(PERMISSIONS)
    await everything(adapter)


async def everything(adapter: PaddleAdapter) -> None:
    """A call of each kind."""
    await adapter.customer(ADA)
    await adapter.customer_by_email("ada@example.com")
    await adapter.customers(10, None)
    await adapter.subscriptions(ADA, 10, None)
    await adapter.prices(10, None)
    await adapter.products(10, None)
    await adapter.coupons(10, None)
    await adapter.change_price(change(DEARER))
    await adapter.apply_coupon(apply(SAVE20))
    await adapter.pause(pause(months(1)))
    await adapter.cancel(cancel())


async def test_1_2_without_products_the_key_need_not_read_them(
    backend: Backend, account: Account, subscription: dict[str, Any]
) -> None:
    account.permissions = frozenset({"price.read", "subscription.read"})
    adapter = await backend.open(controllers={"products": False})

    prices = await adapter.prices(100, None)
    await adapter.subscription(ADA, SUB)
    assert {price.product_id for price in prices.data} == {None}


IDENTIFIERS = {
    "empty": "",
    "a dot": ".",
    "a way up": "../products",
    "a query": f"{ADA}?include=x",
    "in capitals": ADA.upper(),
    "too short": ADA[:-1],
    "too long": f"{ADA}0",
    "of another kind": MONTHLY,
    "digits of another script": f"{ADA[:-1]}٣",
    "a line break": f"{ADA}\n",
    "the name of another endpoint": "preview",
    "one of another provider's": "cus_NffrFeUfNV2Hib",
}


@pytest.mark.parametrize("identifier", IDENTIFIERS.values(), ids=IDENTIFIERS.keys())
async def test_1_3_an_id_that_cannot_be_one_makes_no_call(
    adapter: PaddleAdapter, simulator: PaddleSimulator, identifier: str
) -> None:
    """What Paddle says to one in a path is not documented; in a filter it is a 400."""
    with pytest.raises(NotFound):
        await adapter.customer(identifier)
    with pytest.raises(NotFound):
        await adapter.subscriptions(identifier, 10, None)
    assert simulator.calls() == []


@pytest.mark.parametrize("identifier", ["SUB", "sub_1", ADA], ids=["a word", "too short", "a customer's"])
async def test_1_3_nor_does_one_in_an_action(
    adapter: PaddleAdapter, simulator: PaddleSimulator, identifier: str
) -> None:
    with pytest.raises(NotFound):
        await adapter.cancel(cancel(subscription=identifier))
    assert simulator.calls() == []


@pytest.mark.parametrize("status", [400, 404])
async def test_1_3_whatever_paddle_says_to_an_id_it_is_never_asked_about_one(
    adapter: PaddleAdapter, account: Account, status: Any
) -> None:
    account.malformed_id_status = status

    with pytest.raises(NotFound):
        await adapter.price("pri_1")


async def test_1_5_there_are_no_idempotency_keys_to_rely_on(
    adapter: PaddleAdapter, simulator: PaddleSimulator, subscription: dict[str, Any]
) -> None:
    await adapter.cancel(cancel())

    assert not any("idempotency" in name for name in simulator.written()[0].headers)


async def test_1_6_next_is_filled_on_the_last_page_and_only_has_more_counts(
    adapter: PaddleAdapter, backend: Backend
) -> None:
    async with (
        ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as session,
        session.get(f"{backend.address}/customers") as answer,
    ):
        pagination = (await answer.json())["meta"]["pagination"]

    assert (pagination["has_more"], bool(pagination["next"])) == (False, True)
    assert (await adapter.customers(50, None)).next is None


async def test_1_6_a_walk_meets_every_row_once(adapter: PaddleAdapter, account: Account) -> None:
    for _ in range(7):
        account.add_customer()
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = await adapter.customers(2, cursor)
        seen += [customer.id for customer in page.data]
        cursor = page.next
        if cursor is None:
            break

    assert seen == sorted((customer["id"] for customer in account.customers), reverse=True)


@pytest.mark.parametrize("cursor", ["abc", f"{ADA}x", MONTHLY, "https://example.com/customers?after=x"])
async def test_1_6_a_cursor_of_another_form_makes_no_call(
    adapter: PaddleAdapter, simulator: PaddleSimulator, cursor: str
) -> None:
    """An address of Paddle's is never stored, and never followed."""
    with pytest.raises(Invalid, match="cursor"):
        await adapter.customers(10, cursor)
    assert simulator.calls() == []


async def test_1_6_a_cursor_that_paddle_does_not_know_is_the_callers_mistake(adapter: PaddleAdapter) -> None:
    with pytest.raises(Invalid, match="cursor"):
        await adapter.customers(10, readable("ctm", "gone"))


async def test_1_6_the_total_is_not_asked_for_and_not_believed(
    adapter: PaddleAdapter, simulator: PaddleSimulator
) -> None:
    await adapter.customers(10, None)
    await adapter.customer(GRACE)

    skips = {request.path: request.headers.get("skip-count") for request in simulator.requests}
    assert skips == {"/customers": "true", f"/customers/{GRACE}": None, f"/customers/{GRACE}/addresses": "true"}


async def test_1_7_times_are_sent_in_whole_seconds_of_utc(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, trial: dict[str, Any]
) -> None:
    moment = datetime.fromisoformat("2027-01-31T23:59:59.987654+02:00")
    await adapter.extend_trial(extend(DateDuration(date=moment)))

    assert simulator.written()[0].body["next_billed_at"] == "2027-01-31T21:59:59Z"
    assert simulator.writes() == [PATCH]


async def test_1_7_null_is_sent_and_not_left_out(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    """A body without its nulls would lift nothing, and the cancellation would be refused."""
    account.add_subscription(id=SUB, customer=ADA, prices=[MONTHLY], scheduled="pause")
    await adapter.cancel(cancel())

    assert [(str(request), request.body) for request in simulator.written()] == [
        (PATCH, {"scheduled_change": None}),
        (CANCEL, {"effective_from": "next_billing_period"}),
    ]


async def test_the_modes_are_two_accounts(backend: Backend, account: Account, live: Account) -> None:
    live.add_customer(id=readable("ctm", "lively"), email="live@example.com")
    test, other = await backend.open(Mode.TEST), await backend.open(Mode.LIVE)

    assert (await test.customer(ADA)).id == ADA
    with pytest.raises(NotFound):
        await other.customer(ADA)
    with pytest.raises(NotFound):
        await test.customer(readable("ctm", "lively"))


async def test_a_mode_without_credentials_is_not_opened(backend: Backend) -> None:
    settings = PaddleSettings.model_validate({"modes": {"live": {"api_key": LIVE_KEY}}})
    with pytest.raises(ValueError, match="not configured"):
        async with PaddleAdapter(Mode.TEST, settings, Runtime()):
            pass
