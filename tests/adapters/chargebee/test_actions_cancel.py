"""Cancelling (traps 3): what is sent, when it takes effect, whose money it moves."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Conflict, UnknownOutcome
from simulators.chargebee import Fault
from tests.adapters.chargebee.support import (
    CANCEL,
    DAY,
    LATER,
    NOW,
    PLANNED,
    READ,
    cancel,
    sent,
    unix,
)

if TYPE_CHECKING:
    from adapters.chargebee.adapter import ChargebeeAdapter
    from gateway.contract import Schedule
    from simulators.chargebee import ChargebeeSimulator, RecordedRequest, Site
    from tests.adapters.chargebee.support import Backend
    from tests.simulators.chargebee.client import MovableClock

Json = dict[str, Any]

AT_TERM_END = (CANCEL, {"cancel_option": "end_of_term"})
AT_ONCE = (CANCEL, {"cancel_option": "immediately"})
TERM_END = unix("2026-12-11T12:00")


async def test_at_once(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    await adapter.cancel(cancel(NOW))

    assert simulator.calls() == [READ, CANCEL]
    assert sent(simulator) == [AT_ONCE]
    assert (subscription["status"], site.charges, site.unbilled) == ("cancelled", [], [])


@pytest.mark.parametrize(("when", "expected"), [(NOW, AT_ONCE), (LATER, AT_TERM_END)], ids=["at once", "with the term"])
async def test_what_runs_without_a_term_that_is_told_is_cancelled_as_asked(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, subscription: Json, when: Schedule, expected: Any
) -> None:
    """Chargebee knows when its term ends. To end it at once for want of a date would take what is paid for."""
    subscription["current_term_end"] = None
    with suppress(UnknownOutcome):
        await adapter.cancel(cancel(when))

    assert sent(simulator)[0] == expected


@pytest.mark.parametrize("when", [LATER, None], ids=["asked for", "by default"])
async def test_with_the_term(
    adapter: ChargebeeAdapter,
    site: Site,
    simulator: ChargebeeSimulator,
    clock: MovableClock,
    subscription: Json,
    when: Schedule | None,
) -> None:
    await adapter.cancel(cancel(when))
    read = await adapter.subscription("ada", "sub")
    writes = sent(simulator)
    status = subscription["status"]
    clock.move(days=31)
    after = await adapter.subscription("ada", "sub")

    assert writes == [AT_TERM_END]
    assert (read.status.name, read.metadata) == ("active", {"cancelAt": "2026-12-11T12:00:00Z"})
    assert (status, after.status.name) == ("non_renewing", "canceled")
    assert (site.charges, site.renewals) == ([], [])


async def test_3_a_trial_ends_with_the_trial(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, clock: MovableClock, trial: Json
) -> None:
    """Its status stays the same: only the date tells."""
    await adapter.cancel(cancel(LATER))
    writes, status, end = sent(simulator), trial["status"], trial["cancelled_at"]
    clock.move(days=8)

    assert writes == [AT_TERM_END]
    assert (status, end) == ("in_trial", unix("2026-11-28T12:00"))
    assert (await adapter.subscription("ada", "sub")).status.name == "canceled"
    assert site.renewals == []


@pytest.mark.parametrize("when", [NOW, LATER])
async def test_what_has_not_started_has_no_term_to_wait_for(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, when: Schedule
) -> None:
    held = site.add_subscription(id="sub", customer_id="ada", items=["pro-month"], status="future")
    await adapter.cancel(cancel(when))

    assert sent(simulator) == [AT_ONCE]
    assert (held["status"], site.charges) == ("cancelled", [])


@pytest.mark.parametrize(
    ("members", "when"),
    [
        pytest.param({"status": "cancelled"}, NOW, id="ended"),
        pytest.param({"status": "cancelled"}, LATER, id="ended, and to end later"),
        pytest.param({"status": "non_renewing"}, LATER, id="set to end with the term"),
        pytest.param({"status": "non_renewing", "cancelled_at": unix("2026-12-01T00:00")}, LATER, id="before that"),
        pytest.param({"status": "in_trial", "trial_end": TERM_END, "cancelled_at": TERM_END}, LATER,
                     id="set to end with the trial"),
    ],
)  # fmt: skip
async def test_what_is_so_already_is_not_written(
    adapter: ChargebeeAdapter,
    site: Site,
    simulator: ChargebeeSimulator,
    clock: MovableClock,
    members: Json,
    when: Schedule,
) -> None:
    site.add_subscription(
        id="sub", customer_id="ada", items=["pro-month"], started_at=clock.seconds - 10 * DAY, **members
    )
    await adapter.cancel(cancel(when))

    assert simulator.calls() == [READ]


async def test_a_later_end_is_moved_to_the_end_of_the_term(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    subscription.update(status="non_renewing", cancelled_at=unix("2027-06-11T12:00"))
    site.touch(subscription)
    await adapter.cancel(cancel(LATER))

    assert sent(simulator) == [AT_TERM_END]
    assert (subscription["cancelled_at"], site.charges) == (TERM_END, [])


MONEY = {
    "credit_option_for_current_term_charges": "prorate",
    "unbilled_charges_option": "invoice",
    "account_receivables_handling": "write_off",
    "refundable_credits_handling": "schedule_refund",
}


async def test_3_what_becomes_of_the_money_is_said_only_if_the_settings_do(
    backend: Backend, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    adapter = await backend.open(actions={"cancel": MONEY})
    await adapter.cancel(cancel(NOW))

    assert sent(simulator) == [(CANCEL, {"cancel_option": "immediately", **MONEY})]


@pytest.mark.parametrize("name", MONEY)
async def test_each_of_the_settings_is_said_by_itself(
    backend: Backend, simulator: ChargebeeSimulator, subscription: Json, name: str
) -> None:
    adapter = await backend.open(actions={"cancel": {name: MONEY[name]}})
    await adapter.cancel(cancel(NOW))

    assert sent(simulator) == [(CANCEL, {"cancel_option": "immediately", name: MONEY[name]})]


async def test_with_the_term_nothing_is_said_of_the_money(
    backend: Backend, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    """The options count for an immediate cancellation."""
    adapter = await backend.open(actions={"cancel": MONEY})
    await adapter.cancel(cancel(LATER))

    assert sent(simulator) == [AT_TERM_END]


@pytest.mark.parametrize("when", [NOW, LATER], ids=["at once", "later"])
async def test_3_a_reason_is_given_where_the_settings_have_one(
    backend: Backend, site: Site, simulator: ChargebeeSimulator, subscription: Json, when: Schedule
) -> None:
    site.cancel_reason_required = True
    adapter = await backend.open(actions={"cancel": {"cancel_reason_code": "Other"}})
    await adapter.cancel(cancel(when))

    assert sent(simulator)[0][1]["cancel_reason_code"] == "Other"
    assert subscription["cancel_reason_code"] == "Other"


@pytest.mark.parametrize(
    ("when", "option", "status", "end"),
    [
        pytest.param(NOW, "terminate_immediately", "cancelled", unix("2026-11-21T12:00"), id="at once"),
        pytest.param(LATER, "end_of_contract_term", "non_renewing", unix("2027-08-01T00:00"), id="with the contract"),
    ],
)
async def test_3_under_a_contract_it_is_the_contract_that_ends(
    adapter: ChargebeeAdapter,
    site: Site,
    simulator: ChargebeeSimulator,
    when: Schedule,
    option: str,
    status: str,
    end: int,
) -> None:
    """The usual option does not count there, and the term's end is not the contract's."""
    held = site.add_subscription(
        id="sub", customer_id="ada", items=["pro-month"], contract_end=unix("2027-08-01T00:00")
    )
    await adapter.cancel(cancel(when))
    await adapter.cancel(cancel(when))

    assert sent(simulator) == [(CANCEL, {"contract_term_cancel_option": option})]
    assert (held["status"], held["cancelled_at"], site.charges) == (status, end, [])


async def test_a_scheduled_change_does_not_stand_in_the_way(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    site.schedule_change(subscription_id="sub", items=[("pro-more", 3)])
    await adapter.cancel(cancel(LATER))

    assert simulator.calls() == [READ, PLANNED, CANCEL]
    assert subscription["status"] == "non_renewing"


@pytest.mark.parametrize("when", [NOW, LATER], ids=["at once", "later"])
async def test_one_that_ends_in_between_is_cancelled_all_the_same(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, subscription: Json, when: Schedule
) -> None:
    def end(request: RecordedRequest) -> None:
        subscription.update(status="cancelled", cancelled_at=subscription["created_at"])

    simulator.faults.add(Fault.calling(end, path="cancel_for_items"))
    await adapter.cancel(cancel(when))

    assert simulator.calls() == [READ, CANCEL, READ]


async def test_a_refusal_of_one_that_runs_is_told(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    simulator.faults.add(Fault.error(409, "invalid_state_for_request", "no", path="cancel_for_items"))

    with pytest.raises(Conflict):
        await adapter.cancel(cancel(LATER))
    assert simulator.writes() == [CANCEL]
    assert subscription["status"] == "active"
