from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from simulators.chargebee import ChargebeeSimulator, Site
from tests.adapters.chargebee.support import DAY, Backend
from tests.simulators.chargebee.client import KEY, LIVE_KEY, MovableClock
from tests.support.recording_observer import RecordingObserver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from typing import Any

    from adapters.chargebee.adapter import ChargebeeAdapter


@pytest.fixture
def clock() -> MovableClock:
    """Stands still at 2026-11-21T12:00Z until it is moved; the adapter and the simulator both go by it."""
    return MovableClock()


@pytest.fixture
def simulator(clock: MovableClock) -> ChargebeeSimulator:
    return ChargebeeSimulator(clock=clock, accounts={KEY: Site(), LIVE_KEY: Site(name="acme", test=False)})


@pytest.fixture
def live(simulator: ChargebeeSimulator) -> Site:
    """The live site, empty."""
    return simulator.account(LIVE_KEY)


@pytest.fixture
def site(simulator: ChargebeeSimulator) -> Site:
    """The test site: two customers, some prices and coupons, no subscription."""
    held = simulator.account(KEY)
    held.add_customer(
        id="ada", first_name="Ada", last_name="Lovelace", email="ada@example.com", phone="+442079460958", card=True
    )
    held.add_customer(id="grace", first_name="Grace", last_name="Hopper", email="grace@example.com")
    held.add_item(id="pro", external_name="Pro", item_family_id="cloud")
    held.add_item_price(id="pro-month", item_id="pro", price=1000)
    held.add_item_price(id="pro-more", item_id="pro", price=2000)
    held.add_item_price(id="pro-year", item_id="pro", price=9000, period_unit="year")
    held.add_item_price(id="pro-euro", item_id="pro", price=900, currency_code="EUR")
    held.add_item_price(id="basic-flat", item_id="basic", pricing_model="flat_fee", price=500)
    held.add_item_price(id="help-month", item_id="help", item_type="addon", pricing_model="flat_fee", price=300)
    held.add_item_price(id="calls-month", item_id="calls", item_type="addon", price=10)
    held.add_coupon(id="SAVE20", discount_percentage=20.0, period=3, period_unit="month")
    held.add_coupon(id="SAVE5", discount_amount=500, duration_type="forever")
    return held


@pytest.fixture
def subscription(site: Site, clock: MovableClock) -> dict[str, Any]:
    """Three seats; its term ends on 11 December at noon."""
    return site.add_subscription(
        id="sub", customer_id="ada", items=[("pro-month", 3)], started_at=clock.seconds - 10 * DAY
    )


@pytest.fixture
def trial(site: Site, clock: MovableClock) -> dict[str, Any]:
    """Three seats in a trial that ends on 28 November at noon."""
    return site.add_subscription(
        id="sub",
        customer_id="ada",
        items=[("pro-month", 3)],
        status="in_trial",
        started_at=clock.seconds - 7 * DAY,
        trial_end=clock.seconds + 7 * DAY,
    )


@pytest.fixture
def subscribe(site: Site, clock: MovableClock) -> Callable[..., dict[str, Any]]:
    """Three seats, ten days into a term of thirty, unless told otherwise."""

    def make(*items: Any, **members: Any) -> dict[str, Any]:
        given = {"started_at": clock.seconds - 10 * DAY, **members}
        return site.add_subscription(id="sub", customer_id="ada", items=items or [("pro-month", 3)], **given)

    return make


@pytest.fixture
def witness() -> RecordingObserver:
    return RecordingObserver()


@pytest.fixture
async def address(simulator: ChargebeeSimulator) -> AsyncIterator[str]:
    """Where the simulator is served. It carries a request out even when the client is gone."""
    runner = web.AppRunner(simulator.application(), shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}"
    await runner.cleanup()


@pytest.fixture
async def backend(address: str, clock: MovableClock, witness: RecordingObserver) -> AsyncIterator[Backend]:
    async with AsyncExitStack() as opened:
        yield Backend(address, clock, witness, opened)


@pytest.fixture
async def adapter(backend: Backend, site: Site) -> ChargebeeAdapter:
    """The adapter of the test mode, all settings left to their defaults."""
    return await backend.open()
