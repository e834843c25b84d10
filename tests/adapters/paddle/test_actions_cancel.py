"""Cancelling (traps 3.2): what is sent, in which order, and what becomes of a change that was scheduled."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Conflict, NotFound, RateLimited, Unavailable, UnknownOutcome
from simulators.paddle.faults import Fault
from tests.adapters.paddle.support import (
    ADA,
    CANCEL,
    CANCEL_LATER,
    CANCEL_NOW,
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
    at,
    cancel,
    cancel_all,
    sent,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.paddle.adapter import PaddleAdapter
    from gateway.contract import Schedule
    from simulators.paddle import Account, PaddleSimulator
    from tests.adapters.paddle.support import Backend, MovableClock

LIST = "GET /subscriptions"
PAUSED_AGAIN = (PAUSE, {"effective_from": "next_billing_period", "resume_at": "2027-02-01T00:00:00Z"})


def subscribe(account: Account, **members: Any) -> dict[str, Any]:
    return account.add_subscription(
        id=SUB, customer=ADA, prices=[(MONTHLY, 3)], started_at=at("2026-10-11T12:00"), **members
    )


async def test_at_once_nothing_is_charged_or_credited(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, subscription: dict[str, Any]
) -> None:
    await adapter.cancel(cancel(NOW))

    assert simulator.calls() == [READ, CANCEL]
    assert sent(simulator.written()) == [CANCEL_NOW]
    assert subscription["status"] == "canceled"
    assert account.charges == []


@pytest.mark.parametrize("when", [LATER, None], ids=["asked for", "by default"])
async def test_at_the_end_of_the_period(
    adapter: PaddleAdapter,
    account: Account,
    simulator: PaddleSimulator,
    subscription: dict[str, Any],
    clock: MovableClock,
    when: Schedule | None,
) -> None:
    await adapter.cancel(cancel(when))
    written = sent(simulator.written())
    read = await adapter.subscription(ADA, SUB)
    clock.move(days=31)
    after = await adapter.subscription(ADA, SUB)

    assert written == [CANCEL_LATER]
    assert (read.status.name, read.metadata) == ("active", {"cancelAt": "2026-12-11T12:00:00Z"})
    assert after.status.name == "canceled"
    assert (account.charges, account.renewals) == ([], [])


async def test_a_trial_ends_with_the_trial(
    adapter: PaddleAdapter, account: Account, clock: MovableClock, trial: dict[str, Any]
) -> None:
    await adapter.cancel(cancel(LATER))
    still = (await adapter.subscription(ADA, SUB)).status.name
    clock.move(days=15)

    assert (still, trial["status"]) == ("trial", "trialing")
    assert (await adapter.subscription(ADA, SUB)).status.name == "canceled"
    assert account.renewals == []


@pytest.mark.parametrize("status", ["past_due", "paused"])
async def test_without_a_paid_period_there_is_nothing_to_wait_for(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, status: str
) -> None:
    held = subscribe(account, status=status)
    await adapter.cancel(cancel(LATER))

    assert sent(simulator.written()) == [CANCEL_NOW]
    assert (held["status"], account.charges) == ("canceled", [])


async def test_a_pause_with_an_end_to_come_is_no_obstacle(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    held = subscribe(account, status="paused", resume_at=at("2027-02-01T00:00"))
    await adapter.cancel(cancel(LATER))

    assert sent(simulator.written()) == [CANCEL_NOW]
    assert held["status"] == "canceled"


@pytest.mark.parametrize(
    ("members", "when"),
    [
        pytest.param({"status": "canceled"}, NOW, id="ended"),
        pytest.param({"status": "canceled"}, LATER, id="ended, and to end later"),
        pytest.param({"scheduled": "cancel"}, LATER, id="set to end"),
        pytest.param({"scheduled": "cancel", "status": "past_due"}, LATER, id="set to end, and unpaid since"),
    ],
)
async def test_what_is_so_already_is_not_written(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, members: dict[str, Any], when: Schedule
) -> None:
    subscribe(account, **members)
    await adapter.cancel(cancel(when))

    assert simulator.calls() == [READ]


async def test_at_once_over_an_end_that_is_scheduled_needs_nothing_lifted(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    held = subscribe(account, scheduled="cancel")
    await adapter.cancel(cancel(NOW))

    assert sent(simulator.written()) == [CANCEL_NOW]
    assert held["status"] == "canceled"


async def test_a_scheduled_pause_is_lifted_first(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    """Paddle has room for one change, and refuses a second one."""
    held = subscribe(account, scheduled="pause", resume_at=at("2027-02-01T00:00"))
    await adapter.cancel(cancel(LATER))

    assert simulator.calls() == [READ, PATCH, CANCEL]
    assert sent(simulator.written()) == [LIFT, CANCEL_LATER]
    assert held["scheduled_change"]["action"] == "cancel"


@pytest.mark.parametrize(
    ("overrides", "written"),
    [
        pytest.param(frozenset({"cancel", "resume", "pause"}), [CANCEL_NOW], id="not in the way"),
        pytest.param(frozenset({"cancel", "resume"}), [CANCEL_NOW, LIFT, CANCEL_NOW], id="in the way"),
    ],
)
async def test_at_once_a_scheduled_pause_is_lifted_only_if_it_is_in_the_way(
    adapter: PaddleAdapter,
    account: Account,
    simulator: PaddleSimulator,
    overrides: frozenset[str],
    written: list[tuple[str, Any]],
) -> None:
    """Which changes stand in the way of an end at once is not documented."""
    account.immediate_cancel_overrides = overrides
    held = subscribe(account, scheduled="pause")
    await adapter.cancel(cancel(NOW))

    assert sent(simulator.written()) == written
    assert held["status"] == "canceled"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        pytest.param(Fault.refusal("subscription_locked_renewal", path="/cancel$"), Conflict, id="refused"),
        pytest.param(Fault.rate_limited(path="/cancel$", retry_after=None, times=3), RateLimited, id="too many calls"),
    ],
)
async def test_a_pause_that_was_lifted_is_put_back_when_the_cancellation_fails(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, fault: Fault, error: type[Exception]
) -> None:
    """Else the customer, who had asked for a pause, would be charged."""
    held = subscribe(account, scheduled="pause", resume_at=at("2027-02-01T00:00"))
    before = dict(held["scheduled_change"])
    simulator.faults.add(fault)

    with pytest.raises(error):
        await adapter.cancel(cancel(LATER))
    assert sent(simulator.written())[0] == LIFT
    assert sent(simulator.written())[-1] == PAUSED_AGAIN
    assert held["scheduled_change"] == before


async def test_a_pause_that_could_not_be_lifted_is_still_there(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    held = subscribe(account, scheduled="pause", resume_at=at("2027-02-01T00:00"))
    simulator.faults.add(Fault.refusal("subscription_locked_renewal", method="PATCH"))

    with pytest.raises(Conflict):
        await adapter.cancel(cancel(LATER))
    assert simulator.writes() == [PATCH]
    assert held["scheduled_change"]["action"] == "pause"


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(partial(Fault.refusal, "subscription_locked_renewal"), id="refused"),
        pytest.param(partial(Fault.rate_limited, retry_after=None), id="too many calls"),
        pytest.param(Fault.forbidden, id="not allowed"),
    ],
)
async def test_a_pause_that_cannot_be_put_back_is_told_and_an_error_in_the_log(
    adapter: PaddleAdapter,
    account: Account,
    simulator: PaddleSimulator,
    capsys: pytest.CaptureFixture[str],
    make: Callable[..., Fault],
) -> None:
    """The refusal alone would say that nothing was done."""
    held = subscribe(account, scheduled="pause")
    simulator.faults.add(make(path="/cancel$", times=None))
    simulator.faults.add(make(path="/pause$", times=None))

    with pytest.raises(Unavailable, match="could not be set again"):
        await adapter.cancel(cancel(LATER))
    assert held["scheduled_change"] is None
    assert "scheduled change lost" in capsys.readouterr().out


async def test_the_end_of_a_pause_is_lifted_too_where_that_is_in_the_way(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    account.immediate_cancel_overrides = frozenset()
    held = subscribe(account, status="paused", resume_at=at("2027-02-01T00:00"))
    await adapter.cancel(cancel(NOW))

    assert sent(simulator.written()) == [CANCEL_NOW, LIFT, CANCEL_NOW]
    assert held["status"] == "canceled"


async def test_and_put_back_when_the_cancellation_fails(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    """Else the pause would never end."""
    account.immediate_cancel_overrides = frozenset()
    held = subscribe(account, status="paused", resume_at=at("2027-02-01T00:00"))
    before = dict(held["scheduled_change"])
    simulator.faults.add(Fault.refusal("subscription_locked_renewal", path="/cancel$", skip=1))

    with pytest.raises(Conflict, match="half an hour"):
        await adapter.cancel(cancel(NOW))
    assert sent(simulator.written())[-1] == (RESUME, {"effective_from": "2027-02-01T00:00:00Z"})
    assert held["scheduled_change"] == before


async def test_what_cannot_be_looked_at_is_not_put_back_blindly(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """The cancellation may have come through: to pause on top of it would be a guess."""
    held = subscribe(account, scheduled="pause")
    simulator.faults.add(Fault.lost_answer(path="/cancel$"))
    simulator.faults.add(Fault.server_error(method="GET", skip=1, times=None))

    with pytest.raises(UnknownOutcome):
        await adapter.cancel(cancel(LATER))
    assert sent(simulator.written()) == [LIFT, CANCEL_LATER]
    assert held["scheduled_change"]["action"] == "cancel"
    assert "scheduled change may be lost" in capsys.readouterr().out


async def test_a_pause_that_may_have_been_lifted_and_was_not_is_not_told_as_lost(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, capsys: pytest.CaptureFixture[str]
) -> None:
    held = subscribe(account, scheduled="pause")
    before = dict(held["scheduled_change"])
    simulator.faults.add(Fault.refusal("subscription_locked_renewal", method="PATCH"))
    simulator.faults.add(Fault.server_error(method="GET", skip=1, times=None))

    with pytest.raises(Conflict, match="half an hour"):
        await adapter.cancel(cancel(LATER))
    assert held["scheduled_change"] == before
    assert "lost" not in capsys.readouterr().out


async def test_a_change_that_nobody_knows_is_not_lifted(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator
) -> None:
    """It could not be put back."""
    held = subscribe(account, scheduled="pause")
    held["scheduled_change"]["action"] = "transfer"
    before = dict(held["scheduled_change"])

    with pytest.raises(Conflict, match="already scheduled"):
        await adapter.cancel(cancel(LATER))
    assert simulator.writes() == []
    assert held["scheduled_change"] == before


@pytest.mark.parametrize("unpause", [True, False])
async def test_a_pause_ends_with_the_subscription(adapter: PaddleAdapter, account: Account, unpause: bool) -> None:
    held = subscribe(account, status="paused", resume_at=at("2027-02-01T00:00"))
    await adapter.cancel(cancel(LATER, unpause=unpause))

    assert held["status"] == "canceled"


async def test_one_that_ends_in_between_is_canceled_all_the_same(
    adapter: PaddleAdapter, simulator: PaddleSimulator, subscription: dict[str, Any]
) -> None:
    """Paddle refuses to cancel what is canceled."""

    def end(request: object) -> None:
        subscription.update(status="canceled", canceled_at="2026-11-21T12:00:00Z", current_billing_period=None)

    simulator.faults.add(Fault.calling(end, path="/cancel$"))
    await adapter.cancel(cancel(NOW))

    assert simulator.calls() == [READ, CANCEL, READ]


async def test_all_of_a_customers_are_canceled(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, subscription: dict[str, Any]
) -> None:
    mine = [
        account.add_subscription(customer=ADA, prices=[MONTHLY], status=status)
        for status in ("past_due", "paused", "trialing", "canceled")
    ]
    others = account.add_subscription(id=OTHER_SUB, customer=GRACE, prices=[MONTHLY])
    await adapter.cancel_all(cancel_all(NOW))

    assert simulator.calls()[0] == LIST
    assert len(simulator.calls()) == 1 + 4
    assert {held["status"] for held in (subscription, *mine)} == {"canceled"}
    assert others["status"] == "active"
    assert account.charges == []


async def test_what_has_ended_long_ago_and_cannot_be_read_keeps_nothing_from_being_canceled(
    adapter: PaddleAdapter, account: Account, subscription: dict[str, Any]
) -> None:
    ended = account.add_subscription(customer=ADA, prices=[MONTHLY], status="canceled")
    ended["discount"] = "text"
    await adapter.cancel_all(cancel_all(NOW))

    assert subscription["status"] == "canceled"


async def test_canceling_all_of_a_customer_is_repeatable(
    adapter: PaddleAdapter, simulator: PaddleSimulator, subscription: dict[str, Any]
) -> None:
    for _ in range(2):
        await adapter.cancel_all(cancel_all(LATER))

    assert simulator.writes() == [CANCEL]
    assert subscription["scheduled_change"]["action"] == "cancel"


async def test_canceling_all_walks_every_page(adapter: PaddleAdapter, account: Account) -> None:
    for _ in range(201):
        account.add_subscription(customer=ADA, prices=[MONTHLY])
    await adapter.cancel_all(cancel_all(NOW))

    assert {row["status"] for row in account.subscriptions} == {"canceled"}


async def test_one_in_a_state_that_nobody_knows_is_told_and_the_others_are_canceled(
    adapter: PaddleAdapter, account: Account, subscription: dict[str, Any]
) -> None:
    """A list of the known statuses alone would pass over it, and its customer would go on paying."""
    strange = account.add_subscription(id=OTHER_SUB, customer=ADA, prices=[MONTHLY])
    strange["status"] = "inactive"

    with pytest.raises(Conflict, match=rf"1 of 2 subscriptions are as asked. It failed for {OTHER_SUB}\."):
        await adapter.cancel_all(cancel_all(NOW))
    assert subscription["status"] == "canceled"


async def test_all_of_an_unknown_customer_is_not_found(adapter: PaddleAdapter, simulator: PaddleSimulator) -> None:
    with pytest.raises(NotFound):
        await adapter.cancel_all(cancel_all(NOW, customer=NOBODY))
    assert simulator.writes() == []


async def test_only_what_is_offered_is_done(backend: Backend, subscription: dict[str, Any]) -> None:
    """Without a word about when, the only way that is switched on is meant."""
    adapter = await backend.open(actions={"cancel": {"schedules": ["immediate"]}})
    await adapter.cancel(cancel(None))

    assert subscription["status"] == "canceled"
