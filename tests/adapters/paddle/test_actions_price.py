"""Changing a price (traps 3.7): the whole list of items, what is billed for it, and what Paddle cannot do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Conflict, Invalid, NotFound, Unreadable, Unsupported
from simulators.paddle.faults import Fault
from tests.adapters.paddle.support import (
    ADA,
    DEARER,
    EXTRA,
    LATER,
    MONTHLY,
    ONCE,
    PATCH,
    PRO,
    READ,
    SEATS,
    SUB,
    UNKNOWN,
    YEARLY,
    at,
    change,
    sent,
)

if TYPE_CHECKING:
    from adapters.paddle.adapter import PaddleAdapter
    from simulators.paddle import Account, PaddleSimulator
    from tests.adapters.paddle.support import Witness

PRICE = f"GET /prices/{DEARER}"


def subscribe(account: Account, *prices: tuple[str, int], **members: Any) -> dict[str, Any]:
    return account.add_subscription(
        id=SUB, customer=ADA, prices=list(prices or [(MONTHLY, 3)]), started_at=at("2026-10-11T12:00"), **members
    )


def puts(mode: str, *items: tuple[str, int]) -> tuple[str, dict[str, Any]]:
    return PATCH, {
        "items": [{"price_id": price, "quantity": quantity} for price, quantity in items],
        "proration_billing_mode": mode,
        "on_payment_failure": "prevent_change",
    }


def items(held: dict[str, Any]) -> list[tuple[str, int]]:
    return [(item["price"]["id"], item["quantity"]) for item in held["items"]]


async def test_without_proration_the_new_price_counts_from_the_next_bill_on(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, subscription: dict[str, Any]
) -> None:
    await adapter.change_price(change(DEARER, prorate=False))

    assert simulator.calls() == [PRICE, READ, PATCH]
    assert sent(simulator.written()) == [puts("do_not_bill", (DEARER, 3))]
    assert items(subscription) == [(DEARER, 3)]
    assert account.charges == []


@pytest.mark.parametrize("prorate", [True, None], ids=["asked for", "not said"])
async def test_with_proration_the_difference_is_on_the_next_bill(
    adapter: PaddleAdapter,
    account: Account,
    simulator: PaddleSimulator,
    subscription: dict[str, Any],
    prorate: bool | None,
) -> None:
    await adapter.change_price(change(DEARER, prorate=prorate))

    assert sent(simulator.written()) == [puts("prorated_next_billing_period", (DEARER, 3))]
    assert account.charges == []
    assert 0 < account.terms[SUB].deferred < 3000


@pytest.mark.parametrize(
    ("prorate", "mode"), [(True, "prorated_immediately"), (False, "full_immediately")], ids=["prorated", "in full"]
)
async def test_another_rhythm_begins_a_new_period(
    adapter: PaddleAdapter,
    account: Account,
    simulator: PaddleSimulator,
    subscription: dict[str, Any],
    prorate: bool,
    mode: str,
) -> None:
    """Not billed it might be a year for nothing: what Paddle makes of that is not documented."""
    await adapter.change_price(change(YEARLY, prorate=prorate))

    assert sent(simulator.written()) == [puts(mode, (YEARLY, 3))]
    assert subscription["billing_cycle"] == {"interval": "year", "frequency": 1}
    assert len(account.charges) == 1


async def test_the_other_items_are_sent_along_with_their_quantities(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    """What is left out of the list is removed."""
    held = subscribe(account, (MONTHLY, 3), (SEATS, 7))
    await adapter.change_price(change(DEARER))

    assert sent(simulator.written()) == [puts("do_not_bill", (DEARER, 3), (SEATS, 7))]
    assert items(held) == [(DEARER, 3), (SEATS, 7)]


async def test_what_was_bought_once_along_with_it_is_not_bought_again(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    subscribe(account, (MONTHLY, 3), (ONCE, 1))
    await adapter.change_price(change(DEARER))

    assert sent(simulator.written()) == [puts("do_not_bill", (DEARER, 3))]


@pytest.mark.parametrize(
    ("prices", "price", "error"),
    [
        pytest.param([(MONTHLY, 1), (SEATS, 2)], "nothing of theirs", Conflict, id="none of its product"),
        pytest.param([(MONTHLY, 1), (SEATS, 2)], SEATS, None, id="the item that has it"),
        pytest.param([(MONTHLY, 1), (SEATS, 2)], YEARLY, Invalid, id="in another rhythm than the other item"),
    ],
)
async def test_of_several_items(
    adapter: PaddleAdapter,
    account: Account,
    simulator: PaddleSimulator,
    prices: list[tuple[str, int]],
    price: str,
    error: type[Exception] | None,
) -> None:
    held = subscribe(account, *prices)
    price = account.add_price()["id"] if price == "nothing of theirs" else price
    if error is None:
        await adapter.change_price(change(price))
    else:
        with pytest.raises(error):
            await adapter.change_price(change(price))

    assert simulator.writes() == []
    assert items(held) == prices


async def test_a_price_that_another_item_has_is_refused(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    third = account.add_price(product=EXTRA)["id"]
    subscribe(account, (MONTHLY, 1), (SEATS, 2), (third, 1))

    with pytest.raises(Conflict):
        await adapter.change_price(change(SEATS))
    assert simulator.writes() == []


async def test_a_quantity_that_the_price_does_not_allow_is_refused_unasked(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, subscription: dict[str, Any]
) -> None:
    single = account.add_price(product=PRO, quantity=(1, 2))["id"]

    with pytest.raises(Invalid, match="quantity"):
        await adapter.change_price(change(single))
    assert simulator.writes() == []


@pytest.mark.parametrize("scheduled", ["cancel", "pause"])
async def test_proration_that_could_only_be_charged_at_once_is_refused(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, scheduled: Any
) -> None:
    """There is no next bill for the difference to be on."""
    subscribe(account, scheduled=scheduled)

    with pytest.raises(Conflict, match="set to end or pause"):
        await adapter.change_price(change(DEARER, prorate=True))
    assert simulator.writes() == []


@pytest.mark.parametrize("prorate", [True, False, None])
@pytest.mark.parametrize("scheduled", ["cancel", "pause"])
async def test_another_rhythm_is_refused_while_an_end_or_a_pause_is_scheduled(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, scheduled: Any, prorate: bool | None
) -> None:
    """A year would be charged for at once. Whether what is scheduled moves to its end is not documented."""
    subscribe(account, scheduled=scheduled)

    with pytest.raises(Conflict, match="set to end or pause"):
        await adapter.change_price(change(YEARLY, prorate=prorate))
    assert simulator.writes() == []
    assert account.charges == []


@pytest.mark.parametrize("scheduled", ["cancel", "pause"])
async def test_what_is_scheduled_stays(adapter: PaddleAdapter, account: Account, scheduled: Any) -> None:
    held = subscribe(account, scheduled=scheduled)
    before = dict(held["scheduled_change"])
    await adapter.change_price(change(DEARER, prorate=False))

    assert items(held) == [(DEARER, 3)]
    assert held["scheduled_change"] == before


@pytest.mark.parametrize("prorate", [True, False])
async def test_while_it_is_paused_nothing_can_be_billed(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, prorate: bool
) -> None:
    held = subscribe(account, status="paused")
    await adapter.change_price(change(DEARER, prorate=prorate))

    assert sent(simulator.written()) == [puts("do_not_bill", (DEARER, 3))]
    assert items(held) == [(DEARER, 3)]
    assert account.charges == []


@pytest.mark.parametrize(
    ("status", "price", "message"),
    [
        pytest.param("trialing", DEARER, "trial", id="in a trial"),
        pytest.param("past_due", DEARER, "payment", id="past due"),
        pytest.param("canceled", DEARER, "ended", id="canceled"),
        pytest.param("paused", YEARLY, "rhythm", id="paused, and to another rhythm"),
    ],
)
async def test_the_state_forbids_it(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, status: str, price: str, message: str
) -> None:
    subscribe(account, status=status)

    with pytest.raises(Conflict, match=message):
        await adapter.change_price(change(price))
    assert simulator.writes() == []


@pytest.mark.parametrize(
    ("price", "error"),
    [
        pytest.param(f"pri_{UNKNOWN}", NotFound, id="unknown"),
        pytest.param(PRO, NotFound, id="a product"),
        pytest.param(ONCE, NotFound, id="charged once"),
        pytest.param("archived", Invalid, id="archived"),
    ],
)
async def test_a_price_that_does_not_do_is_refused(
    adapter: PaddleAdapter,
    account: Account,
    simulator: PaddleSimulator,
    subscription: dict[str, Any],
    price: str,
    error: type[Exception],
) -> None:
    price = account.add_price(product=PRO, status="archived")["id"] if price == "archived" else price

    with pytest.raises(error):
        await adapter.change_price(change(price))
    assert simulator.writes() == []


@pytest.mark.parametrize("holder", ["price", "subscription"])
async def test_a_rhythm_that_nobody_knows_is_told_before_anything_is_sent(
    adapter: PaddleAdapter,
    account: Account,
    simulator: PaddleSimulator,
    subscription: dict[str, Any],
    witness: Witness,
    holder: str,
) -> None:
    """Not as a change that may have been made."""
    held = subscription if holder == "subscription" else account.prices.rows[DEARER]
    held["billing_cycle"] = {"interval": "fortnight", "frequency": 1}

    with pytest.raises(Unreadable):
        await adapter.change_price(change(DEARER))
    assert simulator.writes() == []
    assert [(controller, reason) for controller, _, reason in witness.rows] == [
        ("prices", "the billing interval is unknown")
    ]


async def test_a_price_in_another_currency_is_converted_by_paddle(
    adapter: PaddleAdapter, account: Account, subscription: dict[str, Any]
) -> None:
    euro = account.add_price(product=PRO, amount=900, currency="EUR")["id"]
    await adapter.change_price(change(euro))

    assert items(subscription) == [(euro, 3)]


async def test_with_the_period_it_is_not_offered(adapter: PaddleAdapter, simulator: PaddleSimulator) -> None:
    """Items change at once in every mode of billing."""
    with pytest.raises(Unsupported, match="scheduledAt"):
        await adapter.change_price(change(DEARER, LATER))
    assert simulator.calls() == []


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("subscription_payment_declined", "declined"),
        ("subscription_update_transaction_balance_less_than_charge_limit", "too small"),
        ("subscription_immediate_charge_hour_limit_exceeded", "too often"),
    ],
)
async def test_a_charge_that_is_not_made_changes_nothing_and_is_not_tried_again(
    adapter: PaddleAdapter,
    account: Account,
    simulator: PaddleSimulator,
    subscription: dict[str, Any],
    code: str,
    message: str,
) -> None:
    """Nor is it done in another way of billing than was asked for."""
    simulator.faults.add(Fault.refusal(code, method="PATCH"))

    with pytest.raises(Conflict, match=message):
        await adapter.change_price(change(DEARER, prorate=True))
    assert simulator.writes() == [PATCH]
    assert items(subscription) == [(MONTHLY, 3)]
    assert account.charges == []


async def test_a_declined_payment_leaves_everything_as_it_was(
    adapter: PaddleAdapter, account: Account, subscription: dict[str, Any]
) -> None:
    account.declining.add(ADA)

    with pytest.raises(Conflict, match="declined"):
        await adapter.change_price(change(YEARLY, prorate=True))
    assert (subscription["status"], items(subscription)) == ("active", [(MONTHLY, 3)])
