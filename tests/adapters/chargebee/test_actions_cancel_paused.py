"""Cancelling what is paused or going to be (traps 3): lifted first where that is asked for, never billed for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Conflict, RateLimited, Unavailable
from simulators.chargebee import Fault
from tests.adapters.chargebee.support import (
    CANCEL,
    DAY,
    LATER,
    NOW,
    PAUSE,
    RESUME,
    UNSCHEDULE_PAUSE,
    cancel,
    sent,
    unix,
)
from tests.support.log import recorded_log

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.chargebee.adapter import ChargebeeAdapter
    from simulators.chargebee import ChargebeeSimulator, Site
    from tests.simulators.chargebee.client import MovableClock

Json = dict[str, Any]

AT_TERM_END = (CANCEL, {"cancel_option": "end_of_term"})
AT_ONCE = (CANCEL, {"cancel_option": "immediately"})
LIFTED = (
    RESUME,
    {
        "resume_option": "immediately",
        "charges_handling": "add_to_unbilled_charges",
        "unpaid_invoices_handling": "no_action",
    },
)
TERM_END = unix("2026-12-11T12:00")


@pytest.fixture
def paused(site: Site, clock: MovableClock) -> Json:
    """Paused since the 19th, until 10 January; its term ends on 11 December."""
    return site.add_subscription(
        id="sub",
        customer_id="ada",
        items=[("pro-month", 3)],
        status="paused",
        started_at=clock.seconds - 10 * DAY,
        pause_date=clock.seconds - 2 * DAY,
        resume_date=unix("2027-01-10T00:00"),
    )


async def test_3_what_is_paused_ends_at_once_where_it_cannot_end_with_its_term(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, paused: Json
) -> None:
    await adapter.cancel(cancel(LATER))

    assert sent(simulator) == [AT_TERM_END, AT_ONCE]
    assert (paused["status"], site.charges) == ("cancelled", [])


async def test_with_which_error_it_is_refused_to_end_with_its_term_does_not_matter(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, paused: Json
) -> None:
    """That is not documented either, and the customer wants to leave."""
    simulator.faults.add(Fault.error(400, "param_wrong_value", "no", path="cancel_for_items"))
    await adapter.cancel(cancel(LATER))

    assert (sent(simulator), paused["status"]) == ([AT_TERM_END, AT_ONCE], "cancelled")


async def test_what_is_paused_beyond_its_term_ends_at_once(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, clock: MovableClock, paused: Json
) -> None:
    clock.move(days=25)
    await adapter.cancel(cancel(LATER))

    assert sent(simulator) == [AT_ONCE]
    assert site.charges == []


async def test_a_pause_is_lifted_before_the_end_is_set_if_that_is_asked_for(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, paused: Json
) -> None:
    """The term is paid for and runs still: resuming costs nothing."""
    await adapter.cancel(cancel(LATER, unpause=True))

    assert sent(simulator) == [LIFTED, AT_TERM_END]
    assert (paused["status"], paused["cancelled_at"], site.charges) == ("non_renewing", TERM_END, [])


async def test_lifting_a_pause_collects_nothing_that_was_owed_before(
    adapter: ChargebeeAdapter, site: Site, paused: Json
) -> None:
    """Whether a resumption collects unpaid invoices is the site's own setting, unless the request says it."""
    site.collects_dues_on_resumption = True
    paused.update(due_invoices_count=1, total_dues=3000)
    await adapter.cancel(cancel(LATER, unpause=True))

    assert (paused["status"], paused["total_dues"], site.charges) == ("non_renewing", 3000, [])


async def test_unpausing_never_bills_a_new_term(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, clock: MovableClock, paused: Json
) -> None:
    """Once the term is up, resuming would charge for the next one."""
    clock.move(days=25)
    await adapter.cancel(cancel(LATER, unpause=True))

    assert sent(simulator) == [AT_ONCE]
    assert (paused["status"], site.charges) == ("cancelled", [])


async def test_at_once_no_pause_needs_to_be_lifted(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, paused: Json
) -> None:
    await adapter.cancel(cancel(NOW, unpause=True))

    assert sent(simulator) == [AT_ONCE]


async def test_a_scheduled_pause_is_taken_back_if_that_is_asked_for(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    subscription.update(pause_date=TERM_END, resume_date=unix("2027-01-11T12:00"))
    await adapter.cancel(cancel(LATER, unpause=True))

    assert sent(simulator) == [(UNSCHEDULE_PAUSE, {}), AT_TERM_END]
    assert "pause_date" not in subscription


async def test_lifting_the_pause_is_still_to_be_done_when_the_end_is_set(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, paused: Json
) -> None:
    paused["cancelled_at"] = TERM_END
    await adapter.cancel(cancel(LATER, unpause=True))

    assert sent(simulator) == [LIFTED, AT_TERM_END]


async def test_a_lifted_pause_is_put_back_where_the_end_is_refused(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, paused: Json
) -> None:
    """It would be billed otherwise, for nothing that anybody asked for."""
    until = paused["resume_date"]
    simulator.faults.add(Fault.error(409, "invalid_state_for_request", "no", path="cancel_for_items"))

    with pytest.raises(Conflict):
        await adapter.cancel(cancel(LATER, unpause=True))
    assert [call for call, _ in sent(simulator)] == [RESUME, CANCEL, PAUSE]
    kept = {"pause_option": "immediately", "resume_date": str(until), "unbilled_charges_handling": "no_action"}
    assert sent(simulator)[-1][1] == kept
    assert (paused["status"], paused["resume_date"], site.charges) == ("paused", until, [])


async def test_an_unscheduled_pause_is_put_back_where_the_end_is_refused(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    dates = {"pause_date": TERM_END, "resume_date": unix("2027-01-11T12:00")}
    subscription.update(dates)
    simulator.faults.add(Fault.error(409, "invalid_state_for_request", "no", path="cancel_for_items"))

    with pytest.raises(Conflict):
        await adapter.cancel(cancel(LATER, unpause=True))
    assert [call for call, _ in sent(simulator)] == [UNSCHEDULE_PAUSE, CANCEL, PAUSE]
    assert {name: subscription[name] for name in dates} == dates


NOT_CARRIED_OUT = [
    pytest.param(Fault.rate_limited, RateLimited, id="too many requests"),
    pytest.param(Fault.lock_timeout, RateLimited, id="locked by another request"),
    pytest.param(lambda **where: Fault.unavailable("site_not_ready", **where), Unavailable, id="not ready"),
]


@pytest.mark.parametrize(("make", "error"), NOT_CARRIED_OUT)
async def test_a_lifted_pause_is_put_back_where_the_end_could_not_be_set_just_now(
    adapter: ChargebeeAdapter,
    simulator: ChargebeeSimulator,
    paused: Json,
    make: Callable[..., Fault],
    error: type[Exception],
) -> None:
    """Whoever asked sees a failure and may never ask again; what was paused must not be billed for that."""
    until = paused["resume_date"]
    simulator.faults.add(make(path="cancel_for_items$", times=None))

    with pytest.raises(error):
        await adapter.cancel(cancel(LATER, unpause=True))
    assert (paused["status"], paused["resume_date"]) == ("paused", until)


async def test_a_pause_that_cannot_be_put_back_is_the_owners_to_know(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, paused: Json
) -> None:
    simulator.faults.add(Fault.error(409, "invalid_state_for_request", "no", path="cancel_for_items"))
    simulator.faults.add(Fault.error(409, "invalid_state_for_request", "no", path="/pause$"))

    with recorded_log() as log, pytest.raises(Conflict):
        await adapter.cancel(cancel(LATER, unpause=True))
    (event,) = log.events("a pause that was lifted could not be put back")
    assert (event["level"], event["customer_id"], event["subscription_id"]) == ("error", "ada", "sub")
    assert paused["status"] == "active"
