from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulators.chargebee import ChargebeeSimulator, Site
from tests.simulators.chargebee.client import DAY, KEY, LIVE_KEY, Api, MovableClock

if TYPE_CHECKING:
    from pytest_aiohttp import AiohttpClient


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def simulator(clock: MovableClock) -> ChargebeeSimulator:
    return ChargebeeSimulator(clock=clock, accounts={KEY: Site(), LIVE_KEY: Site(name="acme", test=False)})


@pytest.fixture
def site(simulator: ChargebeeSimulator) -> Site:
    """The test site, with one customer, prices of each kind, and three coupons."""
    held = simulator.account(KEY)
    held.add_customer(id="ada", email="ada@example.com", card=True)
    held.add_item_price(id="seats", item_id="pro", item_family_id="cloud", price=1000)
    held.add_item_price(id="more-seats", item_id="pro", price=2000)
    held.add_item_price(id="flat", item_id="basic", pricing_model="flat_fee", price=500)
    held.add_item_price(id="yearly", item_id="pro", price=9000, period_unit="year")
    held.add_item_price(id="support", item_id="help", item_type="addon", pricing_model="flat_fee", price=300)
    held.add_coupon(id="SAVE20", discount_percentage=20.0, period=3, period_unit="month")
    held.add_coupon(id="SAVE5", discount_amount=500, duration_type="forever")
    held.add_coupon(id="ONCE", discount_percentage=50.0)
    return held


@pytest.fixture
async def api(simulator: ChargebeeSimulator, site: Site, aiohttp_client: AiohttpClient) -> Api:
    return Api(await aiohttp_client(simulator.application()))


@pytest.fixture
def subscription(site: Site, clock: MovableClock) -> dict[str, Any]:
    """Three seats, ten days into a term of thirty."""
    return site.add_subscription(id="sub", customer_id="ada", items=[("seats", 3)], started_at=clock.seconds - 10 * DAY)


@pytest.fixture
def trial(site: Site, clock: MovableClock) -> dict[str, Any]:
    """A trial that ends in a week."""
    return site.add_subscription(
        id="sub",
        customer_id="ada",
        items=[("seats", 3)],
        status="in_trial",
        started_at=clock.seconds - 7 * DAY,
        trial_end=clock.seconds + 7 * DAY,
    )
