"""Extending a trial (traps 3.5): the same call gives time away where no trial is running."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Conflict, Invalid, Unavailable
from simulators.paddle.faults import Fault
from tests.adapters.paddle.support import (
    ADA,
    CANCEL_LATER,
    LIFT,
    MONTHLY,
    PATCH,
    PAUSE,
    READ,
    SUB,
    at,
    days,
    extend,
    months,
    sent,
    until,
)

if TYPE_CHECKING:
    from adapters.paddle.adapter import PaddleAdapter
    from simulators.paddle import Account, PaddleSimulator
    from tests.adapters.paddle.support import MovableClock


def moves(until: str) -> tuple[str, dict[str, str]]:
    return PATCH, {"next_billed_at": until, "proration_billing_mode": "do_not_bill"}


def subscribe(account: Account, **members: Any) -> dict[str, Any]:
    return account.add_subscription(id=SUB, customer=ADA, prices=[(MONTHLY, 3)], **members)


@pytest.mark.parametrize(
    ("duration", "end"),
    [
        pytest.param(days(14), "2026-12-19T12:00:00Z", id="a length counts from the trial's end"),
        pytest.param(months(1), "2027-01-05T12:00:00Z", id="a length in months"),
        pytest.param(until("2027-01-31T23:59"), "2027-01-31T23:59:00Z", id="a date is the new end"),
    ],
)
async def test_the_trial_ends_later_and_nothing_is_billed(
    adapter: PaddleAdapter,
    account: Account,
    simulator: PaddleSimulator,
    trial: dict[str, Any],
    duration: Any,
    end: str,
) -> None:
    await adapter.extend_trial(extend(duration))
    read = await adapter.subscription(ADA, SUB)

    assert simulator.calls()[:2] == [READ, PATCH]
    assert sent(simulator.written()) == [moves(end)]
    assert read.status.name == "trial"
    assert read.status.trial.end == at(end[:16])
    assert (trial["status"], account.charges) == ("trialing", [])


async def test_a_trial_may_be_extended_again(
    adapter: PaddleAdapter, simulator: PaddleSimulator, trial: dict[str, Any]
) -> None:
    for _ in range(2):
        await adapter.extend_trial(extend(days(7)))

    assert sent(simulator.written()) == [moves("2026-12-12T12:00:00Z"), moves("2026-12-19T12:00:00Z")]


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({}, id="active"),
        pytest.param({"status": "past_due"}, id="past due"),
        pytest.param({"status": "paused"}, id="paused"),
        pytest.param({"status": "canceled"}, id="canceled"),
        pytest.param({"scheduled": "cancel"}, id="active until its end"),
    ],
)
async def test_outside_a_trial_it_would_give_time_away(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, members: dict[str, Any]
) -> None:
    held = subscribe(account, **members)
    # Items keep their trial's dates when it is over.
    held["items"][0]["trial_dates"] = {"starts_at": "2026-11-01T00:00:00Z", "ends_at": "2026-12-15T00:00:00Z"}

    with pytest.raises(Conflict, match="not in a trial"):
        await adapter.extend_trial(extend(days(14)))
    assert simulator.writes() == []


@pytest.mark.usefixtures("trial")
@pytest.mark.parametrize("date", ["2026-11-01T00:00", "2026-11-21T12:00", "2026-12-05T11:59"])
async def test_a_trial_is_never_shortened(adapter: PaddleAdapter, simulator: PaddleSimulator, date: str) -> None:
    with pytest.raises(Invalid, match="duration"):
        await adapter.extend_trial(extend(until(date)))
    assert simulator.writes() == []


async def test_an_end_that_is_scheduled_moves_along(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, clock: MovableClock
) -> None:
    """It is lifted, as Paddle moves no billing date under a scheduled change, and set again for the new end."""
    held = subscribe(account, status="trialing", scheduled="cancel")
    await adapter.extend_trial(extend(days(14)))
    written = sent(simulator.written())
    shown = await adapter.subscription(ADA, SUB)
    clock.move(days=29)
    ended = await adapter.subscription(ADA, SUB)

    assert written == [LIFT, moves("2026-12-19T12:00:00Z"), CANCEL_LATER]
    assert (shown.status.name, shown.metadata) == ("trial", {"cancelAt": "2026-12-19T12:00:00Z"})
    assert (ended.status.name, held["status"]) == ("canceled", "canceled")
    assert (account.charges, account.renewals) == ([], [])


async def test_the_length_counts_from_the_trials_end_with_a_pause_scheduled_too(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    """`next_billed_at` is then the day on which the pause ends."""
    held = subscribe(account, status="trialing", scheduled="pause", resume_at=at("2027-03-01T00:00"))
    await adapter.extend_trial(extend(days(14)))

    assert sent(simulator.written()) == [
        LIFT,
        moves("2026-12-19T12:00:00Z"),
        (PAUSE, {"effective_from": "next_billing_period", "resume_at": "2027-03-01T00:00:00Z"}),
    ]
    assert held["scheduled_change"]["action"] == "pause"


async def test_a_pause_that_would_be_over_before_it_begins_is_not_lost(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    """It could not be set again for the new end."""
    held = subscribe(account, status="trialing", scheduled="pause", resume_at=at("2026-12-10T00:00"))
    before = dict(held["scheduled_change"])

    with pytest.raises(Conflict, match="pause is scheduled"):
        await adapter.extend_trial(extend(days(14)))
    assert simulator.writes() == []
    assert held["scheduled_change"] == before


async def test_what_was_scheduled_is_put_back_when_the_extension_fails(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    held = subscribe(account, status="trialing", scheduled="cancel")
    before = dict(held["scheduled_change"])
    simulator.faults.add(Fault.refusal("subscription_next_billed_at_too_soon", method="PATCH", skip=1))

    with pytest.raises(Conflict, match="half an hour"):
        await adapter.extend_trial(extend(days(14)))
    assert sent(simulator.written())[-1] == CANCEL_LATER
    assert held["scheduled_change"] == before


async def test_an_end_that_cannot_be_set_again_is_no_success(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """The customer had cancelled, and would be charged."""
    subscribe(account, status="trialing", scheduled="cancel")
    simulator.faults.add(Fault.refusal("subscription_locked_renewal", path="/cancel$"))

    with pytest.raises(Unavailable, match="could not be set again"):
        await adapter.extend_trial(extend(days(14)))
    assert "scheduled change lost" in capsys.readouterr().out
