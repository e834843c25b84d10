"""Extending a trial (traps 3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Conflict, Invalid
from gateway.contract import IntervalUnit, PeriodDuration
from tests.adapters.stripe.support import days, extend, form, months, unix, until

if TYPE_CHECKING:
    from adapters.stripe.adapter import StripeAdapter
    from gateway.contract import ActionDuration
    from simulators.stripe import Account, StripeSimulator
    from tests.simulators.stripe.client import MovableClock

READ = "GET /v1/subscriptions/sub_1"
UPDATE = "POST /v1/subscriptions/sub_1"
END = "2026-12-31T00:00"


@pytest.fixture
def subscription(account: Account) -> dict[str, Any]:
    return account.add_subscription(
        id="sub_1",
        customer="cus_1",
        prices=[("price_1", 3)],
        discounts=["SAVE20"],
        status="trialing",
        trial_end=unix(END),
    )


async def test_the_form(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator, subscription: dict[str, Any]
) -> None:
    discounts = list(subscription["discounts"])
    await adapter.extend_trial(extend(days(7)))

    assert simulator.calls() == [READ, UPDATE]
    assert form(simulator.written()[0]) == {
        "trial_end": str(unix("2027-01-07T00:00")),
        "proration_behavior": "none",
    }
    assert (subscription["discounts"], subscription["items"]["data"][0]["quantity"]) == (discounts, 3)
    assert account.charges == []


@pytest.mark.parametrize(
    ("duration", "end"),
    [
        pytest.param(days(14), "2027-01-14T00:00", id="days, from the trial's end and not from now"),
        pytest.param(PeriodDuration(amount=1, unit=IntervalUnit.WEEK), "2027-01-07T00:00", id="a week"),
        pytest.param(months(2), "2027-02-28T00:00", id="months, to the month's last day"),
        pytest.param(PeriodDuration(amount=1, unit=IntervalUnit.YEAR), "2027-12-31T00:00", id="a year"),
        pytest.param(until("2027-01-20T06:30"), "2027-01-20T06:30", id="a date"),
    ],
)
@pytest.mark.usefixtures("subscription")
async def test_ends(adapter: StripeAdapter, simulator: StripeSimulator, duration: ActionDuration, end: str) -> None:
    await adapter.extend_trial(extend(duration))

    assert simulator.written()[0].parameters["trial_end"] == str(unix(end))


@pytest.mark.usefixtures("subscription")
async def test_the_trial_goes_on_and_is_billed_when_it_ends(
    adapter: StripeAdapter, account: Account, clock: MovableClock
) -> None:
    await adapter.extend_trial(extend(days(7)))
    clock.move(days=45)
    during = await adapter.subscription("cus_1", "sub_1")
    clock.move(days=3)
    after = await adapter.subscription("cus_1", "sub_1")

    assert (during.status.name, after.status.name) == ("trial", "active")
    assert [renewal.at for renewal in account.renewals] == [unix("2027-01-07T00:00")]
    assert account.charges == []


@pytest.mark.parametrize("status", ["active", "past_due", "paused", "canceled"])
async def test_outside_a_trial_stripe_would_start_a_new_one(
    adapter: StripeAdapter, simulator: StripeSimulator, subscription: dict[str, Any], status: str
) -> None:
    subscription["status"] = status

    with pytest.raises(Conflict, match="not in a trial"):
        await adapter.extend_trial(extend(days(7)))
    assert simulator.calls() == [READ]


@pytest.mark.parametrize(
    ("duration", "reason"),
    [
        pytest.param(until("2026-12-30T00:00"), "after the trial's present end", id="before the present end"),
        pytest.param(until("2026-01-01T00:00"), "after the trial's present end", id="in the past"),
        pytest.param(until("2028-11-20T12:00:01"), "730 days", id="more than 730 days from now"),
        pytest.param(days(691), "730 days", id="a length that leads there"),
    ],
)
@pytest.mark.usefixtures("subscription")
async def test_ends_that_are_refused(
    adapter: StripeAdapter, simulator: StripeSimulator, duration: ActionDuration, reason: str
) -> None:
    with pytest.raises(Invalid, match=reason):
        await adapter.extend_trial(extend(duration))
    assert simulator.calls() == [READ]


@pytest.mark.usefixtures("subscription")
async def test_730_days_are_still_allowed(adapter: StripeAdapter, simulator: StripeSimulator) -> None:
    await adapter.extend_trial(extend(until("2028-11-20T12:00")))

    assert simulator.writes() == [UPDATE]


@pytest.mark.usefixtures("subscription")
async def test_the_same_date_is_not_written_twice(adapter: StripeAdapter, simulator: StripeSimulator) -> None:
    for _ in range(2):
        await adapter.extend_trial(extend(until("2027-01-20T00:00")))

    assert simulator.calls() == [READ, UPDATE, READ]


async def test_a_cancellation_at_the_trials_end_moves_along(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    held = account.add_subscription(
        id="sub_1", customer="cus_1", prices=["price_1"], status="trialing", cancel_at_period_end=True
    )
    await adapter.extend_trial(extend(days(7)))

    assert held["cancel_at"] == held["trial_end"]
    assert len(simulator.writes()) == 1


async def test_a_date_on_which_it_ends_before_the_new_end_stands_in_the_way(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    account.add_subscription(
        id="sub_1", customer="cus_1", prices=["price_1"], status="trialing", cancel_at=unix("2026-12-05T12:00")
    )

    with pytest.raises(Conflict, match="set to end on 2026-12-05"):
        await adapter.extend_trial(extend(days(7)))
    assert simulator.writes() == []


@pytest.mark.usefixtures("subscription")
async def test_later_phases_of_a_schedule_would_contradict_it(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    phases = [
        {"start_date": unix("2026-11-21T12:00"), "end_date": unix(END), "items": [{"price": "price_1", "quantity": 3}]},
        {"start_date": unix(END), "items": [{"price": "price_2", "quantity": 3}]},
    ]
    account.add_schedule(subscription="sub_1", phases=phases)

    with pytest.raises(Conflict, match="the price price_2 from 2026-12-31"):
        await adapter.extend_trial(extend(days(7)))
    assert simulator.writes() == []
