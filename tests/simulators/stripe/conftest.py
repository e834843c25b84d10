from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulators.stripe import Account, StripeSimulator
from tests.simulators.stripe.client import KEY, LIVE_KEY, Api, MovableClock

if TYPE_CHECKING:
    from pytest_aiohttp import AiohttpClient


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def simulator(clock: MovableClock) -> StripeSimulator:
    accounts = {KEY: Account(), LIVE_KEY: Account(id="acct_1SimulatedLive1", livemode=True)}
    return StripeSimulator(clock=clock, accounts=accounts)


@pytest.fixture
def account(simulator: StripeSimulator) -> Account:
    """The test account, with one customer, three prices and two coupons."""
    held = simulator.account(KEY)
    held.add_customer(id="cus_1", email="ada@example.com")
    held.add_product(id="prod_1")
    held.add_price(id="price_1", product="prod_1", unit_amount=1000)
    held.add_price(id="price_2", product="prod_1", unit_amount=2000)
    held.add_price(id="price_year", product="prod_1", unit_amount=9000, interval="year")
    held.add_coupon(id="SAVE20", percent_off=20.0, duration="repeating", duration_in_months=3)
    held.add_coupon(id="SAVE5", amount_off=500, currency="usd", duration="forever")
    return held


@pytest.fixture
async def api(simulator: StripeSimulator, account: Account, aiohttp_client: AiohttpClient) -> Api:
    return Api(await aiohttp_client(simulator.application()))


@pytest.fixture
def subscription(account: Account, clock: MovableClock) -> dict[str, Any]:
    """Three seats of the monthly price, ten days into the period."""
    made = account.add_subscription(
        id="sub_1", customer="cus_1", prices=[("price_1", 3)], start_date=clock.seconds - 10 * 86_400
    )
    made["items"]["data"][0]["id"] = "si_1"
    account.items["si_1"] = made["items"]["data"][0]
    return made


@pytest.fixture
def wide_catalogue(account: Account) -> None:
    """Prices and coupons of the kinds that a subscription in US dollars may refuse."""
    account.add_price(id="price_metered", product="prod_1", unit_amount=1, usage_type="metered")
    account.add_price(id="price_once", product="prod_1", unit_amount=1, interval=None)
    account.add_price(id="price_off", product="prod_1", unit_amount=1, active=False)
    account.add_price(id="price_eur", product="prod_1", unit_amount=1, currency="eur")
    account.add_price(id="price_free", product="prod_1", unit_amount=0)
    account.add_coupon(id="GONE", percent_off=10.0, redeem_by=1)
    account.add_coupon(id="EUROS", amount_off=100, currency="eur")
