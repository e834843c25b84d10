"""Pausing (traps 3.2): what is sent, when the pause ends, and what it leaves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Conflict, Invalid
from gateway.contract import IntervalUnit, PeriodDuration
from tests.adapters.stripe.support import LATER, NOW, days, form, months, pause, pause_all, unix, until

if TYPE_CHECKING:
    from adapters.stripe.adapter import StripeAdapter
    from gateway.contract import ActionDuration, Schedule
    from simulators.stripe import Account, StripeSimulator
    from tests.adapters.stripe.support import Backend
    from tests.simulators.stripe.client import MovableClock

READ = "GET /v1/subscriptions/sub_1"
UPDATE = "POST /v1/subscriptions/sub_1"


@pytest.fixture
def subscription(account: Account) -> dict[str, Any]:
    """Begun on the 5th; its period ends on 5 December."""
    return account.add_subscription(
        id="sub_1",
        customer="cus_1",
        prices=[("price_1", 3)],
        discounts=["SAVE20"],
        start_date=unix("2026-11-05T00:00"),
        metadata={"crm": "42"},
    )


async def test_the_form(adapter: StripeAdapter, simulator: StripeSimulator, subscription: dict[str, Any]) -> None:
    await adapter.pause(pause(months(2)))

    assert simulator.calls() == [READ, UPDATE]
    assert form(simulator.written()[0]) == {
        "pause_collection[behavior]": "mark_uncollectible",
        "pause_collection[resumes_at]": str(unix("2027-01-21T12:00")),
        "metadata[churnkey_paused_at]": "2026-11-21T12:00:00Z",
        "metadata[churnkey_paused_until]": "2027-01-21T12:00:00Z",
    }
    assert subscription["metadata"]["crm"] == "42"


async def test_a_later_pause_does_not_take_over_the_earlier_ones_beginning(
    adapter: StripeAdapter, subscription: dict[str, Any]
) -> None:
    await adapter.pause(pause(months(2)))
    subscription["pause_collection"] = {"behavior": "void", "resumes_at": unix("2027-06-01T00:00")}

    shown = (await adapter.subscription("cus_1", subscription["id"])).status
    assert shown.name == "paused"
    assert shown.current_period is not None
    assert shown.start == shown.current_period.start


ENDS = [
    pytest.param(months(1), NOW, "2026-12-21T12:00", id="a month from now"),
    pytest.param(days(10), NOW, "2026-12-01T12:00", id="days from now"),
    pytest.param(PeriodDuration(amount=2, unit=IntervalUnit.WEEK), NOW, "2026-12-05T12:00", id="weeks from now"),
    pytest.param(PeriodDuration(amount=1, unit=IntervalUnit.YEAR), NOW, "2027-11-21T12:00", id="a year from now"),
    pytest.param(until("2027-02-10T00:00"), NOW, "2027-02-10T00:00", id="until a date"),
    pytest.param(months(2), LATER, "2027-02-04T23:00", id="from the period's end, an hour before the renewal"),
    pytest.param(months(2), None, "2027-02-04T23:00", id="from the period's end by default"),
    pytest.param(until("2027-02-10T00:00"), LATER, "2027-02-10T00:00", id="a date is a date"),
]


@pytest.mark.usefixtures("subscription")
@pytest.mark.parametrize(("duration", "when", "end"), ENDS)
async def test_ends(
    adapter: StripeAdapter, simulator: StripeSimulator, duration: ActionDuration, when: Schedule | None, end: str
) -> None:
    await adapter.pause(pause(duration, when))

    assert simulator.written()[0].parameters["pause_collection[resumes_at]"] == str(unix(end))


@pytest.mark.parametrize(
    ("when", "billed"),
    [
        pytest.param(NOW, "2027-02-05T00:00", id="from now: two renewals are skipped"),
        pytest.param(LATER, "2027-02-05T00:00", id="from the period's end: the renewal at its end is collected"),
    ],
)
@pytest.mark.usefixtures("subscription")
async def test_nothing_is_collected_until_it_ends_by_itself(
    adapter: StripeAdapter, account: Account, clock: MovableClock, when: Schedule, billed: str
) -> None:
    await adapter.pause(pause(months(2), when))
    paused = await adapter.subscription("cus_1", "sub_1")
    clock.move(days=80)
    resumed = await adapter.subscription("cus_1", "sub_1")

    assert (paused.status.name, resumed.status.name) == ("paused", "active")
    assert [renewal.at for renewal in account.renewals] == [unix(billed)]
    assert account.charges == []


@pytest.mark.parametrize("behavior", ["mark_uncollectible", "void", "keep_as_draft"])
@pytest.mark.usefixtures("subscription")
async def test_what_becomes_of_invoices_is_a_setting(
    backend: Backend, simulator: StripeSimulator, behavior: str
) -> None:
    adapter = await backend.open(actions={"pause": {"behavior": behavior}})
    await adapter.pause(pause(months(1)))

    assert simulator.written()[0].parameters["pause_collection[behavior]"] == behavior


async def test_seats_and_discounts_are_left_alone(
    adapter: StripeAdapter, account: Account, subscription: dict[str, Any]
) -> None:
    before = (list(subscription["discounts"]), [item["quantity"] for item in subscription["items"]["data"]])
    await adapter.pause(pause(months(1)))

    assert before == (subscription["discounts"], [item["quantity"] for item in subscription["items"]["data"]])
    assert account.charges == []


@pytest.mark.usefixtures("subscription")
async def test_the_same_pause_is_not_written_twice(
    adapter: StripeAdapter, simulator: StripeSimulator, clock: MovableClock
) -> None:
    await adapter.pause(pause(months(2)))
    clock.move(seconds=20)
    await adapter.pause(pause(months(2)))

    assert simulator.writes() == [UPDATE]


@pytest.mark.usefixtures("subscription")
async def test_another_end_replaces_the_pause(adapter: StripeAdapter, simulator: StripeSimulator) -> None:
    await adapter.pause(pause(months(2)))
    await adapter.pause(pause(months(3)))
    found = await adapter.subscription("cus_1", "sub_1")

    assert len(simulator.writes()) == 2
    assert found.status.name == "paused"
    assert found.status.end.isoformat() == "2027-02-21T12:00:00+00:00"


@pytest.mark.usefixtures("subscription")
async def test_a_second_pause_after_the_first_acts_anew(
    adapter: StripeAdapter, simulator: StripeSimulator, clock: MovableClock
) -> None:
    """A key derived from the request would be answered from Stripe's record, and nothing would happen."""
    await adapter.pause(pause(until("2026-12-01T00:00")))
    clock.move(days=11)
    await adapter.pause(pause(until("2027-01-01T00:00")))
    keys = {request.idempotency_key for request in simulator.written()}

    assert len(keys) == 2
    assert (await adapter.subscription("cus_1", "sub_1")).status.name == "paused"


@pytest.mark.parametrize(
    ("duration", "when", "reason"),
    [
        pytest.param(until("2026-11-21T12:00"), NOW, "future", id="now"),
        pytest.param(until("2026-01-01T00:00"), NOW, "future", id="in the past"),
        pytest.param(until("2026-12-01T00:00"), LATER, "after it begins", id="before it begins"),
        pytest.param(months(4), NOW, "3 months at most", id="longer than the settings allow"),
        pytest.param(until("2027-06-01T00:00"), NOW, "3 months at most", id="until a date beyond that"),
    ],
)
@pytest.mark.usefixtures("subscription")
async def test_ends_that_are_refused(
    backend: Backend, simulator: StripeSimulator, duration: ActionDuration, when: Schedule, reason: str
) -> None:
    adapter = await backend.open(actions={"pause": {"max_months": 3}})

    with pytest.raises(Invalid, match=reason):
        await adapter.pause(pause(duration, when))
    assert simulator.writes() == []


@pytest.mark.parametrize(
    ("allowed", "asked", "works"),
    [(True, True, True), (True, False, False), (False, True, False)],
    ids=["allowed and asked for", "not asked for", "not allowed"],
)
@pytest.mark.parametrize("prices", [["price_year"], ["price_1", "price_year"]], ids=["yearly", "one yearly item"])
async def test_paid_by_the_year(
    backend: Backend, account: Account, prices: list[str], allowed: bool, asked: bool, works: bool
) -> None:
    held = account.add_subscription(id="sub_1", customer="cus_1", prices=prices)
    adapter = await backend.open(actions={"pause": {"allow_annual": allowed}})
    if works:
        await adapter.pause(pause(months(1), annual=asked))
    else:
        with pytest.raises(Invalid, match="by the year"):
            await adapter.pause(pause(months(1), annual=asked))

    assert (held["pause_collection"] is not None) is works


async def test_one_that_ends_before_the_pause_would_begin(adapter: StripeAdapter, account: Account) -> None:
    account.add_subscription(id="sub_1", customer="cus_1", prices=["price_1"], cancel_at_period_end=True)

    with pytest.raises(Conflict, match="ends before"):
        await adapter.pause(pause(months(1), LATER))


async def test_a_pause_without_an_end_is_not_given_one(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    open_ended = {"behavior": "void", "resumes_at": None}
    account.add_subscription(id="sub_1", customer="cus_1", prices=["price_1"], pause_collection=open_ended)

    with pytest.raises(Conflict, match="without an end already"):
        await adapter.pause(pause(months(1)))
    assert simulator.writes() == []


async def test_pausing_does_not_undo_a_cancellation(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    held = account.add_subscription(id="sub_1", customer="cus_1", prices=["price_1"], cancel_at_period_end=True)
    await adapter.pause(pause(months(1), NOW))

    assert (held["cancel_at_period_end"], held["pause_collection"] is not None) == (True, True)


async def test_a_schedule_stays_in_charge(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator, subscription: dict[str, Any]
) -> None:
    """Phases change on time during a pause, so the schedule need not be released."""
    account.add_schedule(id="sub_sched_1", subscription="sub_1")
    await adapter.pause(pause(months(1)))

    assert simulator.calls() == [READ, UPDATE]
    assert subscription["schedule"] == "sub_sched_1"


async def test_all_of_a_customers_are_paused_but_the_yearly_ones(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    for number, (price, status) in enumerate(
        [("price_1", "active"), ("price_year", "active"), ("price_1", "past_due"), ("price_1", "incomplete")]
    ):
        account.add_subscription(id=f"sub_{number}", customer="cus_1", prices=[price], status=status)
    await adapter.pause_all(pause_all(months(1)))

    assert simulator.calls() == ["GET /v1/subscriptions", "POST /v1/subscriptions/sub_0"]


async def test_all_are_yearly_and_none_is_paused(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    account.add_subscription(customer="cus_1", prices=["price_year"])

    with pytest.raises(Invalid, match="by the year"):
        await adapter.pause_all(pause_all(months(1)))
    assert simulator.writes() == []


async def test_there_is_none_to_pause(adapter: StripeAdapter, simulator: StripeSimulator) -> None:
    await adapter.pause_all(pause_all(months(1)))

    assert simulator.calls() == ["GET /v1/subscriptions", "GET /v1/customers/cus_1"]
