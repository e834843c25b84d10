from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from simulators.paddle import Account, PaddleSimulator
from tests.adapters.paddle.support import (
    ADA,
    DEARER,
    EXTRA,
    FIRST_ONLY,
    GRACE,
    KEY,
    LIVE_KEY,
    MONTHLY,
    ONCE,
    PRO,
    SAVE5,
    SAVE20,
    SEATS,
    SUB,
    WEEKLY,
    YEARLY,
    Backend,
    MovableClock,
    Witness,
    at,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from adapters.paddle.adapter import PaddleAdapter


@pytest.fixture
def clock() -> MovableClock:
    """Stands still at 2026-11-21T12:00Z until it is moved; the adapter and the simulator both go by it."""
    return MovableClock()


@pytest.fixture
def simulator(clock: MovableClock) -> PaddleSimulator:
    accounts = {KEY: Account(), LIVE_KEY: Account(livemode=True)}
    return PaddleSimulator(clock=clock, accounts=accounts)


@pytest.fixture
def live(simulator: PaddleSimulator) -> Account:
    """The live account, empty."""
    return simulator.account(LIVE_KEY)


@pytest.fixture
def account(simulator: PaddleSimulator) -> Account:
    """The sandbox account: two customers, some prices and discounts, no subscription."""
    held = simulator.account(KEY)
    held.add_customer(id=ADA, name="Ada Lovelace", email="ada@example.com")
    held.add_customer(id=GRACE, name="Grace Hopper", email="grace@example.com")
    held.add_product(id=PRO, name="Pro")
    held.add_product(id=EXTRA, name="Extra")
    held.add_price(id=MONTHLY, product=PRO, amount=1000)
    held.add_price(id=DEARER, product=PRO, amount=2000)
    held.add_price(id=YEARLY, product=PRO, amount=9000, interval="year")
    held.add_price(id=WEEKLY, product=PRO, amount=300, interval="week")
    held.add_price(id=SEATS, product=EXTRA, amount=300)
    held.add_price(id=ONCE, product=EXTRA, amount=5000, interval=None)
    held.add_discount(id=SAVE20, amount="20", recur=True, maximum_recurring_intervals=3)
    held.add_discount(id=SAVE5, type="flat", amount="500", currency_code="USD", recur=True)
    held.add_discount(id=FIRST_ONLY, amount="10", recur=False)
    return held


@pytest.fixture
def subscription(account: Account) -> dict[str, Any]:
    """Ada's: three of 10 dollars a month, paid until 2026-12-11."""
    return account.add_subscription(id=SUB, customer=ADA, prices=[(MONTHLY, 3)], started_at=at("2026-10-11T12:00"))


@pytest.fixture
def trial(account: Account) -> dict[str, Any]:
    """Ada's, in a trial until 2026-12-05."""
    return account.add_subscription(id=SUB, customer=ADA, prices=[(MONTHLY, 3)], status="trialing")


@pytest.fixture
def witness() -> Witness:
    return Witness()


@pytest.fixture
async def address(simulator: PaddleSimulator) -> AsyncIterator[str]:
    """Where the simulator is served. Like Paddle, it carries a request out even when the client is gone."""
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
async def adapter(backend: Backend, account: Account) -> PaddleAdapter:
    """The adapter of the test mode, all settings left to their defaults."""
    return await backend.open()
