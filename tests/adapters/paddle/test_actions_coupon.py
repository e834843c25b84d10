"""Applying a coupon (traps 3.6): one discount a subscription, from the next bill on, and only one that recurs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Conflict, Invalid, NotFound, Unreadable, Unsupported
from tests.adapters.paddle.support import (
    ADA,
    EXTRA,
    FIRST_ONLY,
    MONTHLY,
    PATCH,
    READ,
    SAVE5,
    SAVE20,
    SUB,
    UNKNOWN,
    apply,
    at,
    sent,
)

if TYPE_CHECKING:
    from adapters.paddle.adapter import PaddleAdapter
    from simulators.paddle import Account, PaddleSimulator
    from tests.adapters.paddle.support import Backend, MovableClock

DISCOUNT = f"GET /discounts/{SAVE20}"


def puts(discount: str) -> tuple[str, dict[str, Any]]:
    return PATCH, {"discount": {"id": discount, "effective_from": "next_billing_period"}}


def subscribe(account: Account, **members: Any) -> dict[str, Any]:
    return account.add_subscription(id=SUB, customer=ADA, prices=[(MONTHLY, 3)], **members)


async def test_it_counts_from_the_next_bill_on(
    adapter: PaddleAdapter,
    account: Account,
    simulator: PaddleSimulator,
    subscription: dict[str, Any],
    clock: MovableClock,
) -> None:
    """At once it would also lower what is charged and credited in the running period."""
    await adapter.apply_coupon(apply(SAVE20))
    calls = simulator.calls()
    written = sent(simulator.written())
    clock.move(days=31)
    await adapter.subscription(ADA, SUB)

    assert calls == [READ, DISCOUNT, PATCH]
    assert written == [puts(SAVE20)]
    assert account.charges == []
    assert [renewal.amount for renewal in account.renewals] == [2400]


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"status": "trialing"}, id="in a trial"),
        pytest.param({"scheduled": "cancel"}, id="set to end"),
        pytest.param({"scheduled": "pause"}, id="set to pause"),
    ],
)
async def test_what_is_scheduled_stays(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, members: dict[str, Any]
) -> None:
    held = subscribe(account, **members)
    before = held["scheduled_change"]
    await adapter.apply_coupon(apply(SAVE20))

    assert sent(simulator.written()) == [puts(SAVE20)]
    assert held["discount"]["id"] == SAVE20
    assert held["scheduled_change"] == before


async def test_it_takes_the_place_of_the_one_that_is_there(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    held = subscribe(account, discount=SAVE5)
    await adapter.apply_coupon(apply(SAVE20))

    assert sent(simulator.written()) == [puts(SAVE20)]
    assert held["discount"]["id"] == SAVE20


@pytest.mark.parametrize("waits", [False, True], ids=["that runs", "that waits for the next bill"])
async def test_the_one_that_is_there_is_not_begun_anew(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, waits: bool
) -> None:
    """Put on a second time, its periods would count from the beginning."""
    subscribe(account, discount=SAVE20, discount_waits=waits)
    await adapter.apply_coupon(apply(SAVE20))

    assert simulator.calls() == [READ]


async def test_the_one_that_was_there_and_is_over_is_put_on_again(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    held = subscribe(account, discount=SAVE20, started_at=at("2026-01-01T00:00"))
    held["discount"] |= {"starts_at": "2026-01-01T00:00:00Z", "ends_at": "2026-04-01T00:00:00Z"}
    await adapter.apply_coupon(apply(SAVE20))

    assert sent(simulator.written()) == [puts(SAVE20)]


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"status": "archived"}, id="archived"),
        pytest.param({"expires_at": at("2026-11-01T00:00")}, id="expired"),
        pytest.param({"usage_limit": 5, "times_used": 5}, id="used up"),
    ],
)
async def test_one_that_nobody_is_to_have_any_more_is_refused(
    adapter: PaddleAdapter,
    account: Account,
    simulator: PaddleSimulator,
    subscription: dict[str, Any],
    members: dict[str, Any],
) -> None:
    """Paddle itself would still take one that has expired."""
    spent = account.add_discount(recur=True, **members)["id"]

    with pytest.raises(Invalid, match="no longer"):
        await adapter.apply_coupon(apply(spent))
    assert simulator.writes() == []


async def test_one_whose_end_cannot_be_read_is_told_before_anything_is_sent(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, subscription: dict[str, Any]
) -> None:
    """Not as a change that may have been made."""
    account.discounts.rows[SAVE20]["expires_at"] = "in spring"

    with pytest.raises(Unreadable):
        await adapter.apply_coupon(apply(SAVE20))
    assert simulator.writes() == []


async def test_one_for_a_first_payment_is_refused_unasked(
    adapter: PaddleAdapter, simulator: PaddleSimulator, subscription: dict[str, Any]
) -> None:
    with pytest.raises(Invalid, match="first payment"):
        await adapter.apply_coupon(apply(FIRST_ONLY))
    assert simulator.writes() == []


@pytest.mark.parametrize(
    ("members", "message"),
    [
        pytest.param({"type": "flat", "amount": "500", "currency_code": "EUR"}, "currency", id="another currency"),
        pytest.param({"restrict_to": [EXTRA]}, "cannot be used", id="restricted to another product"),
    ],
)
async def test_what_does_not_fit_paddle_refuses(
    adapter: PaddleAdapter, account: Account, subscription: dict[str, Any], members: dict[str, Any], message: str
) -> None:
    unfit = account.add_discount(recur=True, **members)["id"]

    with pytest.raises(Invalid, match=message):
        await adapter.apply_coupon(apply(unfit))
    assert subscription["discount"] is None


@pytest.mark.parametrize(("status", "message"), [("paused", "paused"), ("past_due", "payment"), ("canceled", "ended")])
async def test_the_state_forbids_it(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, status: str, message: str
) -> None:
    subscribe(account, status=status)

    with pytest.raises(Conflict, match=message):
        await adapter.apply_coupon(apply(SAVE20))
    assert simulator.writes() == []


@pytest.mark.parametrize("coupon", [f"dsc_{UNKNOWN}", "SAVE20", MONTHLY], ids=["unknown", "a code", "a price"])
async def test_one_that_nobody_knows_is_not_found(
    adapter: PaddleAdapter, simulator: PaddleSimulator, subscription: dict[str, Any], coupon: str
) -> None:
    with pytest.raises(NotFound):
        await adapter.apply_coupon(apply(coupon))
    assert simulator.writes() == []


async def test_there_is_no_room_for_a_second_one(backend: Backend, simulator: PaddleSimulator) -> None:
    adapter = await backend.open(actions={"apply_coupon": {"mode": "stack"}})

    with pytest.raises(Unsupported, match="billing provider cannot"):
        await adapter.apply_coupon(apply(SAVE20))
    assert simulator.calls() == []
