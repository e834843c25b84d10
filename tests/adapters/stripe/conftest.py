from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from simulators.stripe import Account, StripeSimulator
from tests.adapters.stripe.support import Backend, Witness
from tests.simulators.stripe.client import KEY, LIVE_KEY, MovableClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from adapters.stripe.adapter import StripeAdapter


@pytest.fixture
def clock() -> MovableClock:
    """Stands still at 2026-11-21T12:00Z until it is moved; the adapter and the simulator both go by it."""
    return MovableClock()


@pytest.fixture
def simulator(clock: MovableClock) -> StripeSimulator:
    accounts = {KEY: Account(), LIVE_KEY: Account(id="acct_1SimulatedLive1", livemode=True)}
    return StripeSimulator(clock=clock, accounts=accounts)


@pytest.fixture
def live(simulator: StripeSimulator) -> Account:
    """The live account, empty."""
    return simulator.account(LIVE_KEY)


@pytest.fixture
def account(simulator: StripeSimulator) -> Account:
    """The test account: two customers, some prices and coupons, no subscription."""
    held = simulator.account(KEY)
    held.add_customer(id="cus_1", name="Ada Lovelace", email="ada@example.com", phone="+442079460958")
    held.add_customer(id="cus_2", name="Grace Hopper", email="grace@example.com")
    held.add_product(id="prod_1", name="Pro")
    held.add_product(id="prod_2", name="Extra")
    held.add_price(id="price_1", product="prod_1", unit_amount=1000)
    held.add_price(id="price_2", product="prod_1", unit_amount=2000)
    held.add_price(id="price_year", product="prod_1", unit_amount=9000, interval="year")
    held.add_price(id="price_extra", product="prod_2", unit_amount=300)
    held.add_price(id="price_metered", product="prod_1", unit_amount=5, usage_type="metered")
    held.add_price(id="price_euro", product="prod_1", unit_amount=900, currency="eur")
    held.add_coupon(id="SAVE20", percent_off=20.0, duration="repeating", duration_in_months=3)
    held.add_coupon(id="SAVE5", amount_off=500, currency="usd", duration="forever")
    return held


@pytest.fixture
def witness() -> Witness:
    return Witness()


@pytest.fixture
async def address(simulator: StripeSimulator) -> AsyncIterator[str]:
    """Where the simulator is served. Like Stripe, it carries a request out even when the client is gone."""
    runner = web.AppRunner(simulator.application(), shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}"
    await runner.cleanup()


@pytest.fixture
async def backend(address: str, clock: MovableClock, witness: Witness) -> AsyncIterator[Backend]:
    async with AsyncExitStack() as opened:
        yield Backend(address, clock, witness, opened)


@pytest.fixture
async def adapter(backend: Backend, account: Account) -> StripeAdapter:
    """The adapter of the test mode, all settings left to their defaults."""
    return await backend.open()
