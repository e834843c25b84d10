"""Changing a price at the end of the period, by a schedule (traps 3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Conflict
from simulators.stripe import Fault
from tests.adapters.stripe.support import LATER, NOW, change, form, unix

if TYPE_CHECKING:
    from adapters.stripe.adapter import StripeAdapter
    from simulators.stripe import Account, StripeSimulator
    from tests.simulators.stripe.client import MovableClock

PRICE = "GET /v1/prices/price_2"
READ = "GET /v1/subscriptions/sub_1"
CREATE = "POST /v1/subscription_schedules"


def subscribe(account: Account, *prices: str | tuple[str, int], **members: Any) -> dict[str, Any]:
    chosen = list(prices or [("price_1", 3)])
    return account.add_subscription(id="sub_1", customer="cus_1", prices=chosen, discounts=["SAVE20"], **members)


def held_items(subscription: dict[str, Any]) -> list[tuple[str, int | None]]:
    return [(item["price"]["id"], item.get("quantity")) for item in subscription["items"]["data"]]


async def test_the_forms_of_a_change_at_the_periods_end(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    held = subscribe(account)
    (discount,) = held["discounts"]
    await adapter.change_price(change("price_2", LATER))
    made = held["schedule"]
    first, second = simulator.written()

    assert simulator.calls() == [PRICE, READ, CREATE, f"{CREATE}/{made}"]
    assert form(first) == {"from_subscription": "sub_1"}
    assert form(second) == {
        "end_behavior": "release",
        "proration_behavior": "none",
        "phases[0][start_date]": str(unix("2026-11-21T12:00")),
        "phases[0][end_date]": str(unix("2026-12-21T12:00")),
        "phases[0][items][0][price]": "price_1",
        "phases[0][items][0][quantity]": "3",
        "phases[0][discounts][0][discount]": discount,
        "phases[0][currency]": "usd",
        "phases[0][proration_behavior]": "create_prorations",
        "phases[0][automatic_tax][enabled]": "false",
        "phases[1][items][0][price]": "price_2",
        "phases[1][items][0][quantity]": "3",
        "phases[1][discounts][0][discount]": discount,
        "phases[1][currency]": "usd",
        "phases[1][proration_behavior]": "none",
        "phases[1][automatic_tax][enabled]": "false",
        "phases[1][duration][interval]": "month",
        "phases[1][duration][interval_count]": "1",
    }
    assert account.charges == []


async def test_it_really_happens_and_the_schedule_then_lets_go(
    adapter: StripeAdapter, account: Account, clock: MovableClock
) -> None:
    held = subscribe(account)
    discounts = list(held["discounts"])
    await adapter.change_price(change("price_2", LATER))
    made = account.schedules.rows[held["schedule"]]
    before = held_items(held)
    clock.move(days=31)
    changed = await adapter.subscription("cus_1", "sub_1")
    kept = list(held["discounts"])
    clock.move(days=31)
    after = await adapter.subscription("cus_1", "sub_1")

    assert before == [("price_1", 3)]
    assert [(item.price.id, item.quantity) for item in changed.items] == [("price_2", 3)]
    assert [(item.price.id, item.quantity) for item in after.items] == [("price_2", 3)]
    assert (made["status"], held["schedule"], kept) == ("released", None, discounts)
    assert [renewal.amount for renewal in account.renewals] == [4800, 4800]
    assert account.charges == []


async def test_a_yearly_price_begins_with_the_next_period(
    adapter: StripeAdapter, account: Account, clock: MovableClock
) -> None:
    """At once Stripe would bill the year immediately, whatever is said about proration."""
    held = subscribe(account)
    await adapter.change_price(change("price_year", LATER))
    clock.move(days=31)
    found = await adapter.subscription("cus_1", "sub_1")

    assert held_items(held) == [("price_year", 3)]
    assert found.status.current_period is not None
    assert found.status.current_period.end.isoformat() == "2027-12-21T12:00:00+00:00"
    assert account.charges == []


async def test_a_trial_is_kept_to_its_end(adapter: StripeAdapter, account: Account, clock: MovableClock) -> None:
    held = subscribe(account, status="trialing")
    await adapter.change_price(change("price_2", LATER))
    during = held["status"]
    clock.move(days=15)
    after = await adapter.subscription("cus_1", "sub_1")

    assert (during, after.status.name) == ("trialing", "active")
    assert held_items(held) == [("price_2", 3)]
    assert [renewal.amount for renewal in account.renewals] == [4800]
    assert account.charges == []


async def test_the_schedule_that_is_there_is_used(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    """A second one would be refused, and releasing the first would lose its terms."""
    subscribe(account)
    account.add_schedule(id="sub_sched_1", subscription="sub_1")
    await adapter.change_price(change("price_2", LATER))

    assert simulator.writes() == [f"{CREATE}/sub_sched_1"]


async def test_the_same_change_is_not_planned_twice(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    subscribe(account)
    for _ in range(2):
        await adapter.change_price(change("price_2", LATER))

    assert len(simulator.writes()) == 2
    assert len(account.schedules) == 1


@pytest.mark.parametrize("when", [NOW, LATER], ids=["at once", "later"])
async def test_another_planned_change_is_not_dropped(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator, when: Any
) -> None:
    subscribe(account)
    await adapter.change_price(change("price_2", LATER))
    simulator.clear()

    with pytest.raises(Conflict, match="the price price_2 from 2026-12-21"):
        await adapter.change_price(change("price_year", when))
    assert simulator.writes() == []


async def test_keeping_the_price_is_not_so_already_while_another_is_planned(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    subscribe(account)
    await adapter.change_price(change("price_2", LATER))

    with pytest.raises(Conflict, match="the price price_2 from 2026-12-21"):
        await adapter.change_price(change("price_1", NOW))
    assert len(simulator.writes()) == 2


async def test_items_that_do_not_end_together_have_no_end_of_period(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    account.add_price(id="price_extra_year", product="prod_2", unit_amount=3000, interval="year")
    subscribe(account, "price_1", "price_extra_year")

    with pytest.raises(Conflict, match="no period in common"):
        await adapter.change_price(change("price_2", LATER))
    assert simulator.writes() == []


async def test_one_that_is_set_to_end_has_no_next_period(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    """A schedule made from it would end in the cancellation, or undo it."""
    subscribe(account, cancel_at_period_end=True)

    with pytest.raises(Conflict, match="set to end"):
        await adapter.change_price(change("price_2", LATER))
    assert simulator.writes() == []


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        pytest.param(Fault.declined(path="sub_sched_"), Conflict, id="declined"),
        pytest.param(Fault.error(400, None, "no", path="sub_sched_"), Exception, id="refused"),
        pytest.param(Fault.rate_limited(path="sub_sched_", times=3), Exception, id="too many requests"),
    ],
)
async def test_when_the_second_call_is_refused_the_schedule_is_released(
    adapter: StripeAdapter,
    account: Account,
    simulator: StripeSimulator,
    fault: Fault,
    error: type[Exception],
) -> None:
    held = subscribe(account)
    simulator.faults.add(fault)
    with pytest.raises(error):
        await adapter.change_price(change("price_2", LATER))

    assert simulator.writes()[-1].endswith("/release")
    assert held["schedule"] is None
    assert [row["status"] for row in account.schedules] == ["released"]
    assert held_items(held) == [("price_1", 3)]
