"""The traps of writing that are no subject of the `test_actions_*` modules (traps 3 and 5), and a write's cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Conflict, Invalid
from simulators.stripe import Fault
from tests.adapters.stripe.support import (
    LATER,
    NOW,
    apply,
    cancel,
    cancel_all,
    change,
    days,
    extend,
    form,
    months,
    pause,
    pause_all,
    unix,
)

if TYPE_CHECKING:
    from adapters.stripe.adapter import StripeAdapter
    from simulators.stripe import Account, StripeSimulator
    from simulators.stripe.recording import RecordedRequest
    from tests.simulators.stripe.client import MovableClock

READ = "GET /v1/subscriptions/sub_1"
UPDATE = "POST /v1/subscriptions/sub_1"


def subscribe(account: Account, *prices: str | tuple[str, int], **members: Any) -> dict[str, Any]:
    return account.add_subscription(id="sub_1", customer="cus_1", prices=list(prices or [("price_1", 3)]), **members)


COSTS: list[Any] = [
    pytest.param(lambda adapter: adapter.cancel(cancel(NOW)), 1, id="cancel at once"),
    pytest.param(lambda adapter: adapter.cancel(cancel(LATER)), 1, id="cancel later"),
    pytest.param(lambda adapter: adapter.pause(pause(months(1))), 1, id="pause"),
    pytest.param(lambda adapter: adapter.extend_trial(extend(days(7))), 1, id="extend trial"),
    pytest.param(lambda adapter: adapter.apply_coupon(apply("SAVE20")), 1, id="apply coupon"),
    pytest.param(lambda adapter: adapter.change_price(change("price_2", NOW)), 1, id="change price"),
    pytest.param(lambda adapter: adapter.change_price(change("price_2", LATER)), 2, id="change price later"),
]


UNBEGUN: list[Any] = [
    pytest.param(lambda adapter, **who: adapter.pause(pause(months(1), **who)), id="pause"),
    pytest.param(lambda adapter, **who: adapter.extend_trial(extend(days(7), **who)), id="extend trial"),
    pytest.param(lambda adapter, **who: adapter.apply_coupon(apply("SAVE20", **who)), id="apply coupon"),
    pytest.param(lambda adapter, **who: adapter.change_price(change("price_2", NOW, **who)), id="change price"),
]


@pytest.mark.parametrize(("act", "writes"), COSTS)
async def test_the_cost_of_writes(
    act: Any, writes: int, adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    """One look at the subscription, and the writes that are needed; the prices are known from the list."""
    subscribe(account, status="trialing")
    await adapter.prices(100, None)
    simulator.clear()
    await act(adapter)

    assert simulator.calls()[0] == READ
    assert len(simulator.calls()) == 1 + writes
    assert len(simulator.writes()) == writes


@pytest.mark.parametrize(
    ("act", "reads"),
    [
        pytest.param(lambda adapter: adapter.pause_all(pause_all(months(1))), 1, id="pause all"),
        pytest.param(lambda adapter: adapter.cancel_all(cancel_all(NOW)), 2, id="cancel all, and what is yet to begin"),
    ],
)
async def test_the_cost_of_writes_to_all(
    act: Any, reads: int, adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    for _ in range(3):
        account.add_subscription(customer="cus_1", prices=["price_1"])
    await act(adapter)

    assert (len(simulator.calls()), len(simulator.writes())) == (reads + 3, 3)


async def test_3_1_one_subscription_of_a_customer_is_written_after_the_other(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    """Stripe locks by customer: side by side they would fail with lock_timeout."""
    under_way, most = 0, 0

    def begins(request: RecordedRequest) -> None:
        nonlocal under_way, most
        under_way = sum(one.status is None for one in simulator.written())
        most = max(most, under_way)

    for _ in range(4):
        account.add_subscription(customer="cus_1", prices=["price_1"])
    simulator.faults.add(Fault(method="DELETE", hook=begins, times=None))
    await adapter.cancel_all(cancel_all(NOW))

    assert most == 1


async def test_3_1_a_schedule_that_is_released_in_between_is_in_nobodys_way(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    """Stripe refuses to release it a second time."""
    held = subscribe(account)
    schedule = account.add_schedule(id="sub_sched_1", subscription="sub_1")

    def release(request: RecordedRequest) -> None:
        schedule.update(status="released", subscription=None, current_phase=None)
        held["schedule"] = None

    simulator.faults.add(Fault.calling(release, path="/release$"))
    await adapter.cancel(cancel(LATER))

    assert held["cancel_at_period_end"]


async def test_3_1_nothing_personal_goes_into_the_address_of_a_delete(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    subscribe(account)
    await adapter.cancel(cancel(NOW))

    assert [name for name, _ in simulator.written()[0].query] == ["invoice_now", "prorate"]


@pytest.mark.parametrize("act", UNBEGUN)
async def test_3_1_one_that_has_not_begun_can_only_be_canceled(
    act: Any, adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    """It is a schedule without a subscription, and named by the schedule's id."""
    begins = unix("2027-01-01T00:00")
    plan = {"start_date": begins, "items": [{"price": "price_1"}]}
    schedule = account.add_schedule(id="sub_sched_1", customer="cus_1", phases=[plan])

    with pytest.raises(Conflict):
        await act(adapter, subscription="sub_sched_1")
    assert simulator.writes() == []
    await adapter.cancel(cancel(LATER, subscription="sub_sched_1"))
    assert schedule["status"] == "canceled"


async def test_3_2_a_true_pause_is_not_mixed_with_one_of_collection(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    subscribe(account, status="paused")

    with pytest.raises(Conflict, match="paused in a way"):
        await adapter.pause(pause(months(1)))
    assert simulator.writes() == []


async def test_3_2_metadata_is_merged_and_not_replaced(adapter: StripeAdapter, account: Account) -> None:
    held = subscribe(account, metadata={"crm": "42", "churnkey_paused_at": "2020-01-01T00:00:00Z"})
    await adapter.pause(pause(months(1)))

    assert held["metadata"] == {
        "crm": "42",
        "churnkey_paused_at": "2026-11-21T12:00:00Z",
        "churnkey_paused_until": "2026-12-21T12:00:00Z",
    }


async def test_3_5_without_the_items_id_the_price_would_be_added(adapter: StripeAdapter, account: Account) -> None:
    held = subscribe(account, ("price_1", 3), ("price_extra", 2))
    await adapter.change_price(change("price_2"))

    assert [(item["price"]["id"], item["quantity"]) for item in held["items"]["data"]] == [
        ("price_2", 3),
        ("price_extra", 2),
    ]


@pytest.mark.parametrize(
    ("prices", "amount"),
    [
        pytest.param(("price_1", "price_year"), 9000, id="another interval"),
        pytest.param(("price_free", "price_2"), 2000, id="from free to paid"),
    ],
)
async def test_3_5_what_stripe_bills_at_once_whatever_is_said_is_only_done_when_it_is_asked_for_now(
    adapter: StripeAdapter, account: Account, prices: tuple[str, str], amount: int
) -> None:
    account.add_price(id="price_free", product="prod_1", unit_amount=0)
    subscribe(account, prices[0])
    await adapter.change_price(change(prices[1], NOW, prorate=False))
    at_once = [charge.amount for charge in account.charges]
    account.charges.clear()
    account.add_subscription(id="sub_2", customer="cus_1", prices=[prices[0]])
    await adapter.change_price(change(prices[1], LATER, prorate=False, subscription="sub_2"))

    assert (at_once, account.charges) == ([amount], [])


async def test_3_5_classic_billing_has_one_interval(adapter: StripeAdapter, account: Account) -> None:
    held = subscribe(account, ("price_1", 3), "price_extra", billing_mode="classic")

    with pytest.raises(Invalid):
        await adapter.change_price(change("price_year", NOW))
    assert [item["price"]["id"] for item in held["items"]["data"]] == ["price_1", "price_extra"]
    assert account.charges == []


async def test_3_6_a_schedule_that_is_attached_in_between_is_not_touched(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    held = subscribe(account)

    def attach(request: RecordedRequest) -> None:
        account.add_schedule(id="sub_sched_theirs", subscription="sub_1")

    simulator.faults.add(Fault.calling(attach, path="/subscription_schedules$", method="POST"))
    with pytest.raises(Invalid):
        await adapter.change_price(change("price_2", LATER))

    assert (held["schedule"], len(account.schedules)) == ("sub_sched_theirs", 1)
    assert len(account.schedules.rows["sub_sched_theirs"]["phases"]) == 1


async def test_3_6_a_later_cancellation_drops_the_planned_price(
    adapter: StripeAdapter, account: Account, clock: MovableClock
) -> None:
    """The schedule must be released for it, as Churnkey's own integration does; the subscription ends anyway."""
    held = subscribe(account)
    await adapter.change_price(change("price_2", LATER))
    await adapter.cancel(cancel(LATER))
    clock.move(days=31)
    ended = await adapter.subscription("cus_1", "sub_1")

    assert ended.status.name == "canceled"
    assert held["items"]["data"][0]["price"]["id"] == "price_1"
    assert (account.charges, account.renewals) == ([], [])


async def test_3_6_a_planned_price_survives_a_pause(
    adapter: StripeAdapter, account: Account, clock: MovableClock
) -> None:
    held = subscribe(account)
    await adapter.change_price(change("price_2", LATER))
    await adapter.pause(pause(months(3)))
    clock.move(days=31)
    await adapter.subscription("cus_1", "sub_1")

    assert held["items"]["data"][0]["price"]["id"] == "price_2"
    assert held["pause_collection"] is not None


async def test_3_6_the_terms_of_the_schedule_survive_the_change(adapter: StripeAdapter, account: Account) -> None:
    """What an update of a schedule does not repeat is unset."""
    subscribe(account)
    begins, ends = unix("2026-11-21T12:00"), unix("2026-12-21T12:00")
    kept: dict[str, Any] = {
        "metadata": {"plan": "gold"},
        "description": "terms",
        "collection_method": "charge_automatically",
        "default_payment_method": "pm_1",
    }
    phase = {"start_date": begins, "end_date": ends, "items": [{"price": "price_1", "quantity": 3}], **kept}
    schedule = account.add_schedule(id="sub_sched_1", subscription="sub_1", phases=[phase])
    await adapter.change_price(change("price_2", LATER))

    assert [{name: one[name] for name in kept} for one in schedule["phases"]] == [kept, kept]


async def test_3_7_a_decline_is_told_without_stripes_words(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    subscribe(account)
    simulator.faults.add(Fault.declined(method="POST"))

    with pytest.raises(Conflict, match=r"^The payment was declined, so nothing was changed\.$"):
        await adapter.change_price(change("price_2"))


async def test_5_the_same_request_a_day_later_acts_again(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator, clock: MovableClock
) -> None:
    """Stripe keeps keys for at least a day; one made from the request would be answered from the record."""
    held = subscribe(account)
    await adapter.apply_coupon(apply("SAVE20"))
    held["discounts"].clear()
    clock.move(hours=1)
    await adapter.apply_coupon(apply("SAVE20"))
    first, second = simulator.written()

    assert form(first) == form(second)
    assert first.idempotency_key != second.idempotency_key
    assert len(held["discounts"]) == 1
