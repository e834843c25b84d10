"""What is not embedded in a subscription: fetched together, and remembered (traps 4)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import pytest

from gateway.contract import ListedSubscription, Mode, Subscription
from tests.adapters.chargebee.support import API

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.chargebee.adapter import ChargebeeAdapter
    from simulators.chargebee import ChargebeeSimulator, Site
    from tests.adapters.chargebee.support import Backend

Json = dict[str, Any]


def product_of(listed: ListedSubscription) -> str | None:
    """The product of a listed subscription's first item."""
    assert isinstance(listed, Subscription)
    return listed.items[0].price.product_id


async def test_4_a_page_of_subscriptions_takes_one_call_for_all_its_prices_and_one_for_all_its_coupons(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator
) -> None:
    for number in range(100):
        price = f"price {number}"
        site.add_item_price(id=price, item_id="pro")
        site.add_subscription(customer_id="ada", items=[price], coupons=["SAVE20" if number % 2 else "SAVE5"])
    page = await adapter.subscriptions("ada", 100, None)

    assert len(page.data) == 100
    assert [product_of(one) for one in page.data] == ["pro"] * 100
    assert all(one.discounts for one in page.data)
    assert sorted(simulator.calls()) == [
        f"GET {API}/coupons",
        f"GET {API}/item_prices",
        f"GET {API}/subscriptions",
    ]
    simulator.clear()
    await adapter.subscriptions("ada", 100, None)
    assert simulator.calls() == [f"GET {API}/subscriptions"]


async def test_4_ids_in_a_filter_are_json_whatever_they_are_made_of(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator
) -> None:
    """The package writes a list as Python does, which is no JSON as soon as a text has an apostrophe in it."""
    odd = 'O\'Neill "Größe" & + #1'
    site.add_item_price(id=odd, item_id="pro")
    site.add_subscription(id="sub", customer_id="ada", items=[(odd, 1)])
    found = await adapter.subscription("ada", "sub")
    asked = simulator.requests[-1].parameters

    assert found.items[0].price.name == odd
    assert asked == {"id[in]": json.dumps([odd], ensure_ascii=False), "limit": "100"}


@pytest.mark.parametrize("letter", ["x", "ü", "☀", " ", '"'])
async def test_4_an_address_with_many_long_ids_stays_below_eight_kilobytes(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, letter: str
) -> None:
    """As they are written there: a letter may take nine characters. Every id is asked for, and none twice."""
    ids = [f"{number:02d}{letter * 97}." for number in range(100)]
    for price in ids:
        site.add_item_price(id=price, item_id="pro")
        site.add_subscription(customer_id="ada", items=[price])
    page = await adapter.subscriptions("ada", 100, None)
    asked = [request.parameters["id[in]"] for request in simulator.requests[1:]]

    assert [product_of(one) for one in page.data] == ["pro"] * 100
    assert sorted(price for part in asked for price in json.loads(part)) == sorted(ids)
    assert all(len(quote_plus(part)) < 8000 for part in asked)


@pytest.mark.parametrize("status", ["archived", "deleted"])
async def test_what_somebody_pays_may_be_archived_or_gone(
    adapter: ChargebeeAdapter, site: Site, subscription: Json, status: str
) -> None:
    site.item_prices.rows["pro-month"]["status"] = status
    price = (await adapter.subscription("ada", "sub")).items[0].price

    assert (price.id, price.amount.model) == ("pro-month", "fixed")


async def test_4_a_subscription_outlives_its_price_and_its_coupon(
    adapter: ChargebeeAdapter, site: Site, subscription: Json
) -> None:
    subscription["coupons"] = [{"coupon_id": "NEVER", "applied_count": 1, "object": "coupon"}]
    subscription["subscription_items"][0]["item_price_id"] = "gone"
    found = await adapter.subscription("ada", "sub")

    assert (found.items[0].price.id, found.items[0].quantity, found.discounts) == ("gone", 3, None)


@pytest.mark.parametrize(
    ("read", "calls"),
    [
        pytest.param(lambda adapter: adapter.customer("ada"), ["customers/ada"], id="customer"),
        pytest.param(lambda adapter: adapter.customers(10, None), ["customers"], id="customers"),
        pytest.param(lambda adapter: adapter.customer_by_email("ada@example.com"), ["customers"], id="by e-mail"),
        pytest.param(lambda adapter: adapter.customer_by_phone("+442079460958"), ["customers", "customers"],
                     id="by phone, in each spelling"),
        pytest.param(lambda adapter: adapter.subscription("ada", "sub"), ["subscriptions/sub", "item_prices"],
                     id="subscription"),
        pytest.param(lambda adapter: adapter.price("pro-month"), ["item_prices/pro-month"], id="price"),
        pytest.param(lambda adapter: adapter.product("pro"), ["items/pro"], id="product"),
        pytest.param(lambda adapter: adapter.family("cloud"), ["item_families/cloud"], id="family"),
        pytest.param(lambda adapter: adapter.coupon("SAVE20"), ["coupons/SAVE20"], id="coupon"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("subscription")
async def test_4_the_cost_of_reads(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, read: Callable[..., Any], calls: list[str]
) -> None:
    await read(adapter)

    assert simulator.calls() == [f"GET {API}/{call}" for call in calls]


async def test_listed_prices_and_coupons_are_remembered(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    subscription["coupons"] = [{"coupon_id": "SAVE20", "applied_count": 1, "object": "coupon"}]
    await adapter.prices(100, None)
    await adapter.coupons(100, None)
    simulator.clear()
    await adapter.subscription("ada", "sub")

    assert simulator.calls() == [f"GET {API}/subscriptions/sub"]


async def test_5_two_modes_remember_apart(
    backend: Backend, site: Site, live: Site, simulator: ChargebeeSimulator
) -> None:
    live.add_item_price(id="pro-month", item_id="pro", price=7700)
    adapters = [await backend.open(mode) for mode in (Mode.TEST, Mode.LIVE)]
    amounts = [json.loads((await one.price("pro-month")).to_json())["amount"]["unit"] for one in adapters]

    assert amounts == [1000, 7700]
    assert [request.account for request in simulator.requests] == ["acme-test", "acme"]
