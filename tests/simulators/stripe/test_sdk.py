"""The official SDK against the simulator: what it sends is understood, what it gets it can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest
import stripe

from simulators.stripe import Fault
from tests.simulators.stripe.client import KEY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pytest_aiohttp import AiohttpServer

    from simulators.stripe import Account, StripeSimulator
    from tests.simulators.stripe.client import MovableClock


@pytest.fixture
async def client(
    simulator: StripeSimulator, account: Account, aiohttp_server: AiohttpServer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[stripe.StripeClient]:
    monkeypatch.setattr(stripe, "enable_telemetry", False)
    account.add_subscription(id="sub_1", customer="cus_1", prices=[("price_1", 3)])
    server = await aiohttp_server(simulator.application())
    async with aiohttp.ClientSession() as session:
        yield stripe.StripeClient(
            KEY,
            base_addresses={"api": str(server.make_url("")).rstrip("/")},
            http_client=stripe.AIOHTTPClient(session=session),
        )


async def test_a_subscription_is_read_with_what_it_refers_to(
    client: stripe.StripeClient, simulator: StripeSimulator
) -> None:
    subscription = await client.v1.subscriptions.retrieve_async(
        "sub_1", {"expand": ["customer", "items.data.price.product"]}
    )

    assert isinstance(subscription.customer, stripe.Customer)
    assert isinstance(subscription["items"].data[0].price.product, stripe.Product)
    assert simulator.requests[0].stripe_version == "2026-10-28.endive"


async def test_a_list_pages_by_itself(client: stripe.StripeClient, account: Account) -> None:
    made = {account.add_subscription(customer="cus_1", prices=["price_1"])["id"] for _ in range(5)} | {"sub_1"}
    page = await client.v1.subscriptions.list_async({"customer": "cus_1", "limit": 2})

    assert {subscription.id async for subscription in page.auto_paging_iter()} == made


async def test_writes_arrive_as_they_were_meant(
    client: stripe.StripeClient, simulator: StripeSimulator, clock: MovableClock
) -> None:
    item = (await client.v1.subscriptions.retrieve_async("sub_1"))["items"].data[0]
    subscription = await client.v1.subscriptions.update_async(
        "sub_1",
        {
            "items": [{"id": item.id, "price": "price_2", "quantity": 3}],
            "discounts": [{"coupon": "SAVE20"}],
            "pause_collection": {"behavior": "void", "resumes_at": clock.seconds + 86_400},
            "proration_behavior": "none",
            "metadata": {"why": "test"},
        },
    )
    cleared = await client.v1.subscriptions.update_async("sub_1", {"pause_collection": "", "discounts": ""})

    assert (subscription["items"].data[0].price.id, subscription["items"].data[0].quantity) == ("price_2", 3)
    assert (cleared.pause_collection, cleared.discounts) == (None, [])
    assert simulator.written()[0].idempotency_key is not None


async def test_a_cancellation_sends_its_details_in_the_query(
    client: stripe.StripeClient, simulator: StripeSimulator
) -> None:
    canceled = await client.v1.subscriptions.cancel_async(
        "sub_1", {"invoice_now": False, "prorate": False, "cancellation_details": {"comment": "bye"}}
    )

    assert canceled.status == "canceled"
    assert ("cancellation_details[comment]", "bye") in simulator.requests[0].query


async def test_a_price_change_at_the_period_end_takes_two_calls(client: stripe.StripeClient) -> None:
    schedule = await client.v1.subscription_schedules.create_async({"from_subscription": "sub_1"})
    (phase,) = schedule.phases
    changed = await client.v1.subscription_schedules.update_async(
        schedule.id,
        {
            "end_behavior": "release",
            "phases": [
                {
                    "start_date": phase.start_date,
                    "end_date": phase.end_date,
                    "items": [{"price": "price_1", "quantity": 3}],
                },
                {"items": [{"price": "price_2", "quantity": 3}], "duration": {"interval": "month"}},
            ],
        },
    )

    assert [phase["items"][0].price for phase in changed.phases] == ["price_1", "price_2"]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        pytest.param(Fault.rate_limited(), stripe.RateLimitError, id="429"),
        pytest.param(Fault.declined(), stripe.CardError, id="402"),
        pytest.param(Fault.forbidden(), stripe.PermissionError, id="403"),
        pytest.param(Fault.server_error(), stripe.APIError, id="500"),
        pytest.param(Fault.html(), stripe.APIError, id="HTML"),
        pytest.param(Fault.dropped(), stripe.APIConnectionError, id="a dropped connection"),
    ],
)
async def test_faults_become_the_sdks_errors(
    client: stripe.StripeClient, simulator: StripeSimulator, fault: Fault, expected: type[Exception]
) -> None:
    simulator.faults.add(fault)

    with pytest.raises(expected):
        await client.v1.subscriptions.update_async("sub_1", {"metadata": {"a": "b"}})


async def test_an_error_carries_its_code_and_parameter(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await client.v1.subscriptions.update_async("sub_1", {"discounts": [{"coupon": "NONE"}]})

    assert (caught.value.code, caught.value.param) == ("resource_missing", "discounts[0][coupon]")
    assert caught.value.request_id is not None


async def test_tiers_are_read_as_decimals(client: stripe.StripeClient, account: Account) -> None:
    account.add_price(id="price_t", product="prod_1", tiers=[{"up_to": None, "unit_amount_decimal": "0.5"}])
    price = await client.v1.prices.retrieve_async("price_t", {"expand": ["tiers"]})

    assert price.tiers is not None
    assert str(price.tiers[0].unit_amount_decimal) == "0.5"
