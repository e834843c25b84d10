"""Pausing (traps 3.3, 3.4): from the period's end or at once, and with what else is scheduled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Conflict, Invalid, NotFound
from simulators.paddle.faults import Fault
from tests.adapters.paddle.support import (
    ADA,
    CANCEL_LATER,
    GRACE,
    LATER,
    LIFT,
    MONTHLY,
    NOBODY,
    NOW,
    OTHER_SUB,
    PATCH,
    PAUSE,
    READ,
    RESUME,
    SUB,
    YEARLY,
    at,
    days,
    months,
    pause,
    pause_all,
    sent,
    until,
)

if TYPE_CHECKING:
    from adapters.paddle.adapter import PaddleAdapter
    from gateway.contract import Schedule
    from simulators.paddle import Account, PaddleSimulator
    from tests.adapters.paddle.support import Backend, MovableClock

CONTINUE = {"on_resume": "continue_existing_billing_period"}


def subscribe(account: Account, **members: Any) -> dict[str, Any]:
    """Paid until 2026-12-11T12:00."""
    members = {"prices": [(MONTHLY, 3)], "id": SUB, "customer": ADA, "started_at": at("2026-10-11T12:00"), **members}
    return account.add_subscription(**members)


def pauses(until: str, **members: str) -> tuple[str, dict[str, str]]:
    return PAUSE, {"effective_from": "immediately", "resume_at": until, **members}


def pauses_later(until: str) -> tuple[str, dict[str, str]]:
    return PAUSE, {"effective_from": "next_billing_period", "resume_at": until}


def resumes(until: str, **members: str) -> tuple[str, dict[str, str]]:
    return RESUME, {"effective_from": until, **members}


@pytest.mark.parametrize("when", [LATER, None], ids=["asked for", "by default"])
async def test_from_the_periods_end_a_length_counts_from_there(
    adapter: PaddleAdapter,
    account: Account,
    simulator: PaddleSimulator,
    subscription: dict[str, Any],
    clock: MovableClock,
    when: Schedule | None,
) -> None:
    await adapter.pause(pause(months(2), when))
    calls = simulator.calls()
    written = sent(simulator.written())
    before = await adapter.subscription(ADA, SUB)
    clock.move(days=31)
    during = await adapter.subscription(ADA, SUB)
    clock.move(days=60)
    after = await adapter.subscription(ADA, SUB)

    assert calls == [READ, PAUSE]
    assert written == [pauses_later("2027-02-11T12:00:00Z")]
    assert (before.status.name, during.status.name, after.status.name) == ("active", "paused", "active")
    assert account.charges == []
    assert [renewal.at for renewal in account.renewals] == [int(at("2027-02-11T12:00").timestamp())]


@pytest.mark.parametrize(
    ("duration", "resume_at"),
    [
        pytest.param(months(1), "2026-12-21T12:00:00Z", id="a length"),
        pytest.param(days(45), "2027-01-05T12:00:00Z", id="a length in days"),
        pytest.param(until("2027-03-01T09:30"), "2027-03-01T09:30:00Z", id="a date"),
    ],
)
async def test_at_once(
    adapter: PaddleAdapter,
    account: Account,
    simulator: PaddleSimulator,
    subscription: dict[str, Any],
    duration: Any,
    resume_at: str,
) -> None:
    await adapter.pause(pause(duration, NOW))

    assert simulator.calls() == [READ, PAUSE]
    assert sent(simulator.written()) == [pauses(resume_at)]
    assert subscription["status"] == "paused"
    assert account.charges == []


async def test_a_pause_that_ends_within_what_is_paid_for_goes_on_with_it(
    adapter: PaddleAdapter,
    account: Account,
    simulator: PaddleSimulator,
    subscription: dict[str, Any],
    clock: MovableClock,
) -> None:
    """Unless it is told so, Paddle begins, and charges, a new period."""
    await adapter.pause(pause(days(7), NOW))
    clock.move(days=8)
    resumed = (await adapter.subscription(ADA, SUB)).status.name

    assert sent(simulator.written()) == [pauses("2026-11-28T12:00:00Z", **CONTINUE)]
    assert resumed == "active"
    assert (account.charges, account.renewals) == ([], [])


async def test_what_is_owed_for_is_not_gone_on_with(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    """Paddle refuses to continue a period that is not paid."""
    subscribe(account, status="past_due")
    await adapter.pause(pause(days(7), NOW))

    assert sent(simulator.written()) == [pauses("2026-11-28T12:00:00Z")]


async def test_one_under_way_gets_another_end_in_one_call(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    held = subscribe(account, status="paused", resume_at=at("2027-02-01T00:00"))
    await adapter.pause(pause(until("2027-03-01T00:00"), NOW))

    assert sent(simulator.written()) == [resumes("2027-03-01T00:00:00Z")]
    assert (held["status"], held["scheduled_change"]["action"]) == ("paused", "resume")
    assert account.charges == []


async def test_one_under_way_that_is_to_end_within_what_is_paid_for_goes_on_with_it(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, subscription: dict[str, Any]
) -> None:
    await adapter.pause(pause(months(2), NOW))
    await adapter.pause(pause(days(7), NOW))

    assert sent(simulator.written())[1:] == [resumes("2026-11-28T12:00:00Z", **CONTINUE)]


async def test_a_scheduled_one_gets_another_end_in_one_call(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    held = subscribe(account, scheduled="pause", resume_at=at("2027-02-01T00:00"))
    await adapter.pause(pause(months(4), LATER))

    assert sent(simulator.written()) == [resumes("2027-04-11T12:00:00Z")]
    assert held["status"] == "active"
    assert held["scheduled_change"]["action"] == "pause"
    assert held["scheduled_change"]["resume_at"].startswith("2027-04-11T12:00:00")


async def test_at_once_in_place_of_a_scheduled_one(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    """Also with the same end: what is only scheduled is no pause at once."""
    held = subscribe(account, scheduled="pause", resume_at=at("2027-02-01T00:00"))
    await adapter.pause(pause(until("2027-02-01T00:00"), NOW))

    assert sent(simulator.written()) == [LIFT, pauses("2027-02-01T00:00:00Z")]
    assert held["status"] == "paused"


async def test_at_once_in_place_of_a_scheduled_end(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    """Who takes a pause has changed their mind about the end, and Paddle has no room for both."""
    held = subscribe(account, scheduled="cancel")
    await adapter.pause(pause(months(2), NOW))

    assert sent(simulator.written()) == [LIFT, pauses("2027-01-21T12:00:00Z")]
    assert (held["status"], held["scheduled_change"]["action"]) == ("paused", "resume")


async def test_an_end_that_was_lifted_is_put_back_when_the_pause_fails(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    """Else the customer, who had cancelled, would be charged."""
    held = subscribe(account, scheduled="cancel")
    before = dict(held["scheduled_change"])
    simulator.faults.add(Fault.refusal("subscription_locked_renewal", path="/pause$"))

    with pytest.raises(Conflict):
        await adapter.pause(pause(months(2), NOW))
    assert sent(simulator.written()) == [LIFT, pauses("2027-01-21T12:00:00Z"), CANCEL_LATER]
    assert held["scheduled_change"] == before


async def test_an_end_is_not_put_back_onto_what_was_paused_meanwhile(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would end at once, instead of with its period."""
    held = subscribe(account, scheduled="cancel")

    def pause_it(request: object) -> None:
        held.update(status="paused", paused_at="2026-11-21T12:00:00Z")

    simulator.faults.add(Fault.refusal("subscription_cannot_be_paused", path="/pause$", hook=pause_it))
    with pytest.raises(Conflict):
        await adapter.pause(pause(months(2), NOW))
    assert [request for request, _ in sent(simulator.written())] == [PATCH, PAUSE]
    assert held["status"] == "paused"
    assert "scheduled change lost" in capsys.readouterr().out


async def test_from_the_periods_end_nothing_is_left_to_pause_when_it_ends_there(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    subscribe(account, scheduled="cancel")

    with pytest.raises(Conflict, match="ends before the pause"):
        await adapter.pause(pause(months(2), LATER))
    assert simulator.writes() == []


async def test_a_trial_is_paused_at_its_end(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, trial: dict[str, Any], clock: MovableClock
) -> None:
    await adapter.pause(pause(months(1), LATER))
    written = sent(simulator.written())
    clock.move(days=15)

    assert written == [pauses_later("2027-01-05T12:00:00Z")]
    assert (await adapter.subscription(ADA, SUB)).status.name == "paused"
    assert account.renewals == []


@pytest.mark.usefixtures("trial")
async def test_a_trial_cannot_be_paused_at_once(adapter: PaddleAdapter, simulator: PaddleSimulator) -> None:
    with pytest.raises(Conflict, match="when it ends"):
        await adapter.pause(pause(months(1), NOW))
    assert simulator.writes() == []


async def test_a_trial_without_a_card_cannot_be_paused(adapter: PaddleAdapter, account: Account) -> None:
    subscribe(account, status="trialing", payment_method=False)

    with pytest.raises(Conflict, match="without a payment method"):
        await adapter.pause(pause(months(1), LATER))


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"status": "paused"}, id="that runs"),
        pytest.param({"scheduled": "pause"}, id="that is scheduled"),
    ],
)
@pytest.mark.parametrize("when", [NOW, LATER])
async def test_a_pause_without_an_end_is_not_shortened(
    adapter: PaddleAdapter,
    account: Account,
    simulator: PaddleSimulator,
    members: dict[str, Any],
    when: Schedule,
) -> None:
    subscribe(account, **members)

    with pytest.raises(Conflict, match="without an end"):
        await adapter.pause(pause(months(1), when))
    assert simulator.writes() == []


@pytest.mark.parametrize("when", [NOW, LATER])
async def test_what_is_so_already_is_not_written(
    adapter: PaddleAdapter, simulator: PaddleSimulator, subscription: dict[str, Any], when: Schedule
) -> None:
    for _ in range(2):
        await adapter.pause(pause(months(1), when))

    assert simulator.writes() == [PAUSE]


@pytest.mark.parametrize(
    "prices",
    [pytest.param([YEARLY], id="a year"), pytest.param(["twelve months"], id="twelve months")],
)
async def test_what_is_paid_by_the_year_is_paused_only_where_that_is_allowed(
    backend: Backend, account: Account, simulator: PaddleSimulator, prices: list[str]
) -> None:
    if prices == ["twelve months"]:
        prices = [account.add_price(interval="month", frequency=12)["id"]]
    subscribe(account, prices=prices)
    strict = await backend.open()
    lenient = await backend.open(actions={"pause": {"allow_annual": True}})

    with pytest.raises(Invalid, match="year"):
        await strict.pause(pause(months(1), annual=True))
    assert simulator.writes() == []
    await lenient.pause(pause(months(1), annual=True))
    assert simulator.writes() == [PAUSE]


async def test_pausing_all_leaves_alone_what_is_cancelled_unpaid_in_trial_or_not_theirs(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, subscription: dict[str, Any]
) -> None:
    """Above all a subscription that is set to end is not brought back: nobody asked for that by pausing all."""
    ending = account.add_subscription(id=OTHER_SUB, customer=ADA, prices=[MONTHLY], scheduled="cancel")
    others = account.add_subscription(customer=GRACE, prices=[MONTHLY])
    left = [account.add_subscription(customer=ADA, prices=[MONTHLY], status=one) for one in ("past_due", "trialing")]
    await adapter.pause_all(pause_all(months(1), NOW))

    assert simulator.writes() == [PAUSE]
    assert subscription["status"] == "paused"
    assert (ending["status"], ending["scheduled_change"]["action"]) == ("active", "cancel")
    assert [held["status"] for held in (others, *left)] == ["active", "past_due", "trialing"]


async def test_pausing_all_from_the_period_passes_over_what_has_none(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, subscription: dict[str, Any]
) -> None:
    """One that is paused already would make every request for all of them fail."""
    paused = account.add_subscription(
        id=OTHER_SUB, customer=ADA, prices=[MONTHLY], status="paused", resume_at=at("2027-06-01T00:00")
    )
    before = dict(paused["scheduled_change"])
    await adapter.pause_all(pause_all(months(1), LATER))

    assert simulator.writes() == [PAUSE]
    assert paused["scheduled_change"] == before
    assert subscription["scheduled_change"]["action"] == "pause"


async def test_pausing_all_of_an_unknown_customer_is_not_found(adapter: PaddleAdapter) -> None:
    with pytest.raises(NotFound):
        await adapter.pause_all(pause_all(months(1), customer=NOBODY))


async def test_only_with_the_period_where_the_owner_wants_it_so(
    backend: Backend, simulator: PaddleSimulator, subscription: dict[str, Any]
) -> None:
    adapter = await backend.open(actions={"pause": {"start_dates": ["end-of-period"]}})

    with pytest.raises(Exception, match="not offered"):
        await adapter.pause(pause(months(1), NOW))
    assert simulator.calls() == []
    await adapter.pause(pause(months(1), None))
    assert subscription["scheduled_change"]["action"] == "pause"
    assert PATCH not in simulator.writes()
