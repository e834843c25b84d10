"""Cancelling (traps 3.1): what is sent, in which order, and what becomes of the subscription."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Conflict, NotFound
from simulators.stripe import Fault
from tests.adapters.stripe.support import LATER, NOW, cancel, cancel_all, form, unix

if TYPE_CHECKING:
    from adapters.stripe.adapter import StripeAdapter
    from gateway.contract import Schedule
    from simulators.stripe import Account, StripeSimulator
    from simulators.stripe.recording import RecordedRequest
    from tests.adapters.stripe.support import Backend
    from tests.simulators.stripe.client import MovableClock

READ = "GET /v1/subscriptions/sub_1"
UPDATE = "POST /v1/subscriptions/sub_1"
DELETE = "DELETE /v1/subscriptions/sub_1"
RELEASE = "POST /v1/subscription_schedules/sub_sched_1/release"
AT_PERIOD_END = {"cancel_at_period_end": "true"}
PLANNED = [
    {"start_date": unix("2026-11-21T12:00"), "items": [{"price": "price_1", "quantity": 3}]},
    {"start_date": unix("2026-12-21T12:00"), "items": [{"price": "price_2", "quantity": 3}]},
]


@pytest.fixture
def subscription(account: Account) -> dict[str, Any]:
    return account.add_subscription(id="sub_1", customer="cus_1", prices=[("price_1", 3)], discounts=["SAVE20"])


async def test_at_once_neither_invoices_nor_credits(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator, subscription: dict[str, Any]
) -> None:
    await adapter.cancel(cancel(NOW))

    assert simulator.calls() == [READ, DELETE]
    assert form(simulator.written()[0]) == {"invoice_now": "false", "prorate": "false"}
    assert subscription["status"] == "canceled"
    assert account.charges == []


@pytest.mark.parametrize("when", [LATER, None], ids=["asked for", "by default"])
async def test_at_the_end_of_the_period(
    adapter: StripeAdapter,
    account: Account,
    simulator: StripeSimulator,
    subscription: dict[str, Any],
    clock: MovableClock,
    when: Schedule | None,
) -> None:
    await adapter.cancel(cancel(when))
    sent = simulator.written()
    read = await adapter.subscription("cus_1", "sub_1")
    clock.move(days=31)
    after = await adapter.subscription("cus_1", "sub_1")

    assert [(str(request), form(request)) for request in sent] == [(UPDATE, AT_PERIOD_END)]
    assert (read.status.name, read.metadata) == ("active", {"cancelAt": "2026-12-21T12:00:00Z"})
    assert after.status.name == "canceled"
    assert (account.charges, account.renewals) == ([], [])
    assert subscription["ended_at"] == unix("2026-12-21T12:00")


async def test_a_trial_ends_with_the_trial(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator, clock: MovableClock
) -> None:
    account.add_subscription(id="sub_1", customer="cus_1", prices=["price_1"], status="trialing")
    await adapter.cancel(cancel(LATER))
    sent = form(simulator.written()[0])
    clock.move(days=15)

    assert sent == AT_PERIOD_END
    assert (await adapter.subscription("cus_1", "sub_1")).status.name == "canceled"
    assert account.renewals == []


@pytest.mark.parametrize("status", ["past_due", "unpaid", "incomplete", "paused"])
async def test_without_a_paid_period_there_is_nothing_to_wait_for(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator, status: str
) -> None:
    held = account.add_subscription(id="sub_1", customer="cus_1", prices=["price_1"], status=status)
    await adapter.cancel(cancel(LATER))

    assert simulator.writes() == [DELETE]
    assert (held["status"], account.charges) == ("canceled", [])


@pytest.mark.parametrize(
    ("members", "when"),
    [
        pytest.param({"status": "canceled"}, NOW, id="ended"),
        pytest.param({"status": "canceled"}, LATER, id="ended, and to end later"),
        pytest.param({"status": "incomplete_expired"}, NOW, id="never begun"),
        pytest.param({"cancel_at_period_end": True}, LATER, id="set to end by the flag"),
        pytest.param({"cancel_at": unix("2026-12-21T12:00")}, LATER, id="set to end by the date"),
        pytest.param({"cancel_at": unix("2026-12-01T00:00")}, LATER, id="set to end before that"),
    ],
)
async def test_what_is_so_already_is_not_written(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator, members: dict[str, Any], when: Schedule
) -> None:
    account.add_subscription(id="sub_1", customer="cus_1", prices=["price_1"], **members)
    await adapter.cancel(cancel(when))

    assert simulator.calls() == [READ]


async def test_a_later_date_is_moved_to_the_end_of_the_period(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    held = account.add_subscription(
        id="sub_1", customer="cus_1", prices=["price_1"], cancel_at=unix("2027-06-01T00:00")
    )
    await adapter.cancel(cancel(LATER))

    assert form(simulator.written()[0]) == {
        "cancel_at": str(unix("2026-12-21T12:00")),
        "proration_behavior": "none",
    }
    assert (held["cancel_at"], account.charges) == (unix("2026-12-21T12:00"), [])


async def test_items_of_mixed_intervals_end_with_the_first_of_them(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    held = account.add_subscription(id="sub_1", customer="cus_1", prices=["price_year", "price_1"])
    await adapter.cancel(cancel(LATER))

    assert form(simulator.written()[0]) == AT_PERIOD_END
    assert held["cancel_at"] == unix("2026-12-21T12:00")


@pytest.mark.parametrize(
    ("when", "last", "status"), [(NOW, DELETE, "canceled"), (LATER, UPDATE, "active")], ids=["at once", "later"]
)
async def test_a_schedule_is_released_first(
    adapter: StripeAdapter,
    account: Account,
    simulator: StripeSimulator,
    subscription: dict[str, Any],
    when: Schedule,
    last: str,
    status: str,
) -> None:
    account.add_schedule(id="sub_sched_1", subscription="sub_1", phases=PLANNED)
    await adapter.cancel(cancel(when))

    assert simulator.calls() == [READ, RELEASE, last]
    assert account.schedules.rows["sub_sched_1"]["status"] == "released"
    assert (subscription["status"], subscription["schedule"], account.charges) == (status, None, [])


async def test_what_the_schedule_would_have_ended_still_ends_when_the_next_call_fails(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator, subscription: dict[str, Any]
) -> None:
    """Released, a schedule takes the date on which it ends the subscription along, unless it is told not to."""
    account.add_schedule(id="sub_sched_1", subscription="sub_1", phases=PLANNED, end_behavior="cancel")
    subscription["cancel_at"] = unix("2027-01-21T12:00")
    simulator.faults.add(Fault.declined(path="/subscriptions/sub_1$", method="POST", times=None))

    with pytest.raises(Conflict):
        await adapter.cancel(cancel(LATER))
    assert (subscription["schedule"], subscription["cancel_at"]) == (None, unix("2027-01-21T12:00"))


async def test_a_schedule_that_is_over_is_left_alone(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator, subscription: dict[str, Any]
) -> None:
    account.add_schedule(id="sub_sched_1", subscription="sub_1")
    account.schedules.rows["sub_sched_1"]["status"] = "released"
    await adapter.cancel(cancel(NOW))

    assert simulator.writes() == [DELETE]
    assert subscription["status"] == "canceled"


PAUSED = {"behavior": "mark_uncollectible", "resumes_at": unix("2027-03-01T00:00")}


@pytest.mark.parametrize(
    ("unpause", "sent", "pause"),
    [(True, {**AT_PERIOD_END, "pause_collection": ""}, None), (False, AT_PERIOD_END, PAUSED)],
    ids=["lifted in the same call", "left as it is"],
)
async def test_a_pause_is_lifted_if_that_is_asked_for(
    adapter: StripeAdapter,
    account: Account,
    simulator: StripeSimulator,
    unpause: bool,
    sent: dict[str, str],
    pause: dict[str, Any] | None,
) -> None:
    held = account.add_subscription(id="sub_1", customer="cus_1", prices=["price_1"], pause_collection=PAUSED)
    await adapter.cancel(cancel(LATER, unpause=unpause))

    assert [form(request) for request in simulator.written()] == [sent]
    assert held["pause_collection"] == pause


async def test_lifting_the_pause_is_still_to_be_done_when_the_end_is_set(
    adapter: StripeAdapter, account: Account
) -> None:
    held = account.add_subscription(
        id="sub_1", customer="cus_1", prices=["price_1"], pause_collection=PAUSED, cancel_at_period_end=True
    )
    await adapter.cancel(cancel(LATER, unpause=True))

    assert held["pause_collection"] is None


async def test_one_that_ends_in_between_is_canceled_all_the_same(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator, subscription: dict[str, Any]
) -> None:
    """Stripe answers 404 to the DELETE of a canceled subscription, which can still be read."""

    def end(request: RecordedRequest) -> None:
        subscription.update(status="canceled", ended_at=account.now())

    simulator.faults.add(Fault.calling(end, method="DELETE"))
    await adapter.cancel(cancel(NOW))

    assert simulator.calls() == [READ, DELETE, READ]


async def test_all_of_a_customers_are_canceled_the_upcoming_ones_too(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator, subscription: dict[str, Any]
) -> None:
    account.add_subscription(id="sub_2", customer="cus_1", prices=["price_1"], status="past_due")
    account.add_subscription(id="sub_3", customer="cus_1", prices=["price_1"], status="canceled")
    account.add_subscription(id="sub_4", customer="cus_2", prices=["price_1"])
    account.add_schedule(id="sub_sched_1", customer="cus_1", phases=[PLANNED[1]])
    await adapter.cancel_all(cancel_all(NOW))

    assert simulator.calls() == [
        "GET /v1/subscriptions",
        "GET /v1/subscription_schedules",
        "DELETE /v1/subscriptions/sub_2",
        "DELETE /v1/subscriptions/sub_1",
        "POST /v1/subscription_schedules/sub_sched_1/cancel",
    ]
    assert form(simulator.written()[-1]) == {"invoice_now": "false", "prorate": "false"}
    assert subscription["status"] == "canceled"
    assert account.subscriptions.rows["sub_4"]["status"] == "active"
    assert account.charges == []


async def test_canceling_all_of_a_customer_is_repeatable(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator, subscription: dict[str, Any]
) -> None:
    for _ in range(2):
        await adapter.cancel_all(cancel_all(LATER))

    assert simulator.writes() == [UPDATE]
    assert subscription["cancel_at_period_end"]
    assert account.charges == []


async def test_canceling_all_walks_every_page(adapter: StripeAdapter, account: Account) -> None:
    for number in range(101):
        account.add_subscription(customer="cus_1", prices=["price_1"], created=account.now() - number)
    await adapter.cancel_all(cancel_all(NOW))

    assert {row["status"] for row in account.subscriptions} == {"canceled"}


async def test_all_of_an_unknown_customer_is_not_found(adapter: StripeAdapter, simulator: StripeSimulator) -> None:
    with pytest.raises(NotFound, match="no such customer"):
        await adapter.cancel_all(cancel_all(NOW, customer="cus_never"))
    assert simulator.writes() == []


async def test_only_what_is_offered_is_done(backend: Backend, account: Account, subscription: dict[str, Any]) -> None:
    """Without a word about when, the only way that is switched on is meant."""
    adapter = await backend.open(actions={"cancel": {"schedules": ["immediate"]}})
    await adapter.cancel(cancel(None))

    assert subscription["status"] == "canceled"
