from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from simulators.paddle import Account, PaddleSimulator
from tests.simulators.paddle.client import (
    ADDON,
    CUSTOMER,
    DEARER,
    FIVE_OFF,
    KEY,
    LIVE_KEY,
    MONTHLY,
    PRODUCT,
    SAVE20,
    SUBSCRIPTION,
    TRIAL,
    WELCOME,
    YEARLY,
    Api,
    MovableClock,
)

if TYPE_CHECKING:
    from pytest_aiohttp import AiohttpClient


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def simulator(clock: MovableClock) -> PaddleSimulator:
    return PaddleSimulator(clock=clock, accounts={KEY: Account(), LIVE_KEY: Account(livemode=True)})


@pytest.fixture
def account(simulator: PaddleSimulator) -> Account:
    """The test account, with one customer, four prices and three discounts."""
    held = simulator.account(KEY)
    held.add_customer(id=CUSTOMER, email="ada@example.com")
    held.add_product(id=PRODUCT)
    held.add_price(id=MONTHLY, product=PRODUCT, amount=1000)
    held.add_price(id=DEARER, product=PRODUCT, amount=2000)
    held.add_price(id=YEARLY, product=PRODUCT, amount=9000, interval="year")
    held.add_price(id=ADDON, amount=300)
    held.add_discount(id=SAVE20, amount="20", maximum_recurring_intervals=3)
    held.add_discount(id=FIVE_OFF, type="flat", amount="500")
    held.add_discount(id=WELCOME, amount="25", recur=False)
    return held


@pytest.fixture
async def api(simulator: PaddleSimulator, account: Account, aiohttp_client: AiohttpClient) -> Api:
    return Api(await aiohttp_client(simulator.application()))


@pytest.fixture
def subscription(account: Account, clock: MovableClock) -> dict[str, Any]:
    """Three seats of the monthly price, fifteen days into a period of thirty."""
    return account.add_subscription(
        id=SUBSCRIPTION, customer=CUSTOMER, prices=[(MONTHLY, 3)], started_at=clock() - timedelta(days=15)
    )


@pytest.fixture
def trial(account: Account, clock: MovableClock) -> dict[str, Any]:
    """Two seats of the monthly price, in a trial that ends in ten days."""
    return account.add_subscription(
        id=TRIAL,
        customer=CUSTOMER,
        prices=[(MONTHLY, 2)],
        status="trialing",
        started_at=clock() - timedelta(days=4),
        trial_ends_at=clock() + timedelta(days=10),
    )
