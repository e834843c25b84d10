"""What every action refuses: what is not the customer's, what is of another account, what the key may not do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Conflict, Credentials, NotFound
from simulators.paddle.faults import Fault
from tests.adapters.paddle.support import (
    ADA,
    DEARER,
    GRACE,
    LATER,
    MONTHLY,
    OTHER_SUB,
    READ,
    SAVE20,
    SUB,
    apply,
    at,
    cancel,
    change,
    days,
    extend,
    months,
    pause,
)

if TYPE_CHECKING:
    from adapters.paddle.adapter import PaddleAdapter
    from simulators.paddle import Account, PaddleSimulator
    from tests.adapters.paddle.support import Backend, MovableClock

Act = Callable[..., Awaitable[None]]

ACTIONS: dict[str, Any] = {
    "cancel": lambda adapter, **who: adapter.cancel(cancel(LATER, **who)),
    "pause": lambda adapter, **who: adapter.pause(pause(months(1), LATER, **who)),
    "extend trial": lambda adapter, **who: adapter.extend_trial(extend(days(7), **who)),
    "apply coupon": lambda adapter, **who: adapter.apply_coupon(apply(SAVE20, **who)),
    "change price": lambda adapter, **who: adapter.change_price(change(DEARER, **who)),
}
every_action = pytest.mark.parametrize("act", ACTIONS.values(), ids=ACTIONS.keys())
OF_THE_ACTIVE = {name: act for name, act in ACTIONS.items() if name != "extend trial"}


@every_action
async def test_another_customers_subscription_is_not_found(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, act: Act
) -> None:
    account.add_subscription(id=OTHER_SUB, customer=GRACE, prices=[MONTHLY], status="trialing")

    with pytest.raises(NotFound):
        await act(adapter, subscription=OTHER_SUB)
    assert simulator.writes() == []


@every_action
async def test_one_that_nobody_has_is_not_found(adapter: PaddleAdapter, simulator: PaddleSimulator, act: Act) -> None:
    with pytest.raises(NotFound):
        await act(adapter)
    assert simulator.writes() == []


@every_action
async def test_one_of_the_other_account_is_not_found(
    adapter: PaddleAdapter, live: Account, simulator: PaddleSimulator, act: Act
) -> None:
    live.add_customer(id=ADA)
    live.add_price(id=MONTHLY)
    live.add_subscription(id=SUB, customer=ADA, prices=[MONTHLY])

    with pytest.raises(NotFound):
        await act(adapter)
    assert simulator.writes() == []


@every_action
async def test_in_a_state_that_nobody_knows_nothing_is_done(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, act: Act
) -> None:
    account.add_subscription(id=SUB, customer=ADA, prices=[MONTHLY])["status"] = "inactive"

    with pytest.raises(Conflict):
        await act(adapter)
    assert simulator.writes() == []


@pytest.mark.parametrize("act", OF_THE_ACTIVE.values(), ids=OF_THE_ACTIVE.keys())
async def test_in_the_last_half_hour_before_a_renewal_paddle_refuses_everything(
    adapter: PaddleAdapter, account: Account, clock: MovableClock, act: Act
) -> None:
    """The renewal lock: what is asked for then can be asked for again after it."""
    account.add_subscription(id=SUB, customer=ADA, prices=[MONTHLY], started_at=at("2026-10-21T12:15"))
    with pytest.raises(Conflict, match=r"renews within half an hour\. Try again after that"):
        await act(adapter)
    clock.move(minutes=45)

    await act(adapter)


@pytest.mark.usefixtures("subscription")
@pytest.mark.parametrize("act", OF_THE_ACTIVE.values(), ids=OF_THE_ACTIVE.keys())
async def test_a_key_without_the_right_is_the_owners_matter(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, act: Act
) -> None:
    account.permissions = frozenset({"subscription.read", "price.read", "discount.read", "product.read"})

    with pytest.raises(Credentials, match="owner has to look at it"):
        await act(adapter)
    assert len(simulator.writes()) == 1


@pytest.mark.parametrize("act", ACTIONS.values(), ids=ACTIONS.keys())
async def test_nothing_is_written_in_a_dry_run(
    backend: Backend, account: Account, simulator: PaddleSimulator, act: Act
) -> None:
    status = "trialing" if act is ACTIONS["extend trial"] else "active"
    account.add_subscription(id=SUB, customer=ADA, prices=[MONTHLY], status=status)
    adapter = await backend.open(dry_run=True)
    await act(adapter)

    assert simulator.writes() == []
    assert simulator.calls()[-1] == READ


async def test_nothing_of_a_customers_is_in_the_log(
    adapter: PaddleAdapter, simulator: PaddleSimulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither what Paddle says, nor what was looked for."""
    simulator.faults.add(Fault.error(400, "bad_request", "ada@example.com is no customer", times=None))

    with pytest.raises(NotFound):
        await adapter.customer_by_email("ada@example.com")
    written = capsys.readouterr()
    assert "ada@example.com" not in written.out + written.err
