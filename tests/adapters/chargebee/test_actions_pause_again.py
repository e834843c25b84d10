"""Pausing what is paused already, or is going to be (traps 3): the end moves, and nothing is lost on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Conflict, Invalid, RateLimited
from simulators.chargebee import Fault
from tests.adapters.chargebee.support import (
    DAY,
    LATER,
    NOW,
    PAUSE,
    READ,
    RESUME,
    UNSCHEDULE_PAUSE,
    months,
    pause,
    sent,
    unix,
    until,
)

if TYPE_CHECKING:
    from adapters.chargebee.adapter import ChargebeeAdapter
    from gateway.contract import Schedule
    from simulators.chargebee import ChargebeeSimulator, Site
    from tests.simulators.chargebee.client import MovableClock

Json = dict[str, Any]

TERM_END = unix("2026-12-11T12:00")


def resumes(text: str) -> str:
    return str(unix(text))


@pytest.fixture
def paused(site: Site, clock: MovableClock) -> Json:
    return site.add_subscription(
        id="sub",
        customer_id="ada",
        items=[("pro-month", 3)],
        status="paused",
        started_at=clock.seconds - 10 * DAY,
        pause_date=clock.seconds - 2 * DAY,
        resume_date=unix("2027-01-10T00:00"),
    )


@pytest.mark.parametrize("when", [NOW, LATER], ids=["from now", "from the term's end"])
async def test_3_a_pause_under_way_gets_its_new_end_as_a_scheduled_resumption(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, paused: Json, when: Schedule
) -> None:
    await adapter.pause(pause(until("2027-02-10T00:00"), when))

    assert sent(simulator) == [(RESUME, {"resume_option": "specific_date", "resume_date": resumes("2027-02-10T00:00")})]
    assert (paused["status"], paused["resume_date"], site.charges) == ("paused", unix("2027-02-10T00:00"), [])


async def test_the_same_end_is_not_written(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, paused: Json
) -> None:
    await adapter.pause(pause(until("2027-01-10T00:00")))

    assert simulator.calls() == [READ]


async def test_a_pause_without_an_end_is_not_given_one(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, paused: Json
) -> None:
    del paused["resume_date"]

    with pytest.raises(Conflict, match="without an end already"):
        await adapter.pause(pause(months(1)))
    assert simulator.writes() == []


@pytest.fixture
def scheduled(subscription: Json) -> Json:
    """Its pause begins with the end of the term, and ends on 11 January."""
    subscription.update(pause_date=TERM_END, resume_date=unix("2027-01-11T12:00"))
    return subscription


async def test_3_a_scheduled_pause_is_replaced(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, scheduled: Json
) -> None:
    await adapter.pause(pause(months(2), LATER))

    assert simulator.calls() == [READ, UNSCHEDULE_PAUSE, PAUSE]
    assert sent(simulator) == [
        (UNSCHEDULE_PAUSE, {}),
        (PAUSE, {"pause_option": "end_of_term", "resume_date": resumes("2027-02-11T12:00")}),
    ]
    assert (scheduled["pause_date"], scheduled["resume_date"]) == (TERM_END, unix("2027-02-11T12:00"))
    assert site.charges == []


REFUSALS = [
    pytest.param(Fault.error(400, "param_wrong_value", "no", path="/pause$"), Invalid, id="refused"),
    pytest.param(Fault.error(409, "invalid_state_for_request", "no", path="/pause$"), Conflict, id="in no such state"),
]


@pytest.mark.parametrize(("refusal", "error"), REFUSALS)
async def test_a_scheduled_pause_is_put_back_where_the_other_one_is_refused(
    adapter: ChargebeeAdapter,
    simulator: ChargebeeSimulator,
    scheduled: Json,
    refusal: Fault,
    error: type[Exception],
) -> None:
    dates = {name: scheduled[name] for name in ("pause_date", "resume_date")}
    simulator.faults.add(refusal)

    with pytest.raises(error):
        await adapter.pause(pause(months(2), LATER))
    assert sent(simulator)[-1] == (
        PAUSE,
        {"pause_option": "specific_date", "pause_date": str(TERM_END), "resume_date": resumes("2027-01-11T12:00")},
    )
    assert {name: scheduled[name] for name in dates} == dates


async def test_the_first_refusal_is_told_also_where_the_old_pause_cannot_be_put_back(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, scheduled: Json
) -> None:
    simulator.faults.add(Fault.error(400, "param_wrong_value", "no", path="/pause$"))
    simulator.faults.add(Fault.error(409, "invalid_state_for_request", "no", path="/pause$"))

    with pytest.raises(Invalid):
        await adapter.pause(pause(months(2), LATER))


async def test_a_scheduled_pause_is_put_back_where_there_are_too_many_requests_for_the_other_one(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, scheduled: Json
) -> None:
    dates = {name: scheduled[name] for name in ("pause_date", "resume_date")}
    simulator.faults.add(Fault.rate_limited(path="/pause$", times=3))

    with pytest.raises(RateLimited):
        await adapter.pause(pause(months(2), LATER))
    assert [call for call, _ in sent(simulator)] == [UNSCHEDULE_PAUSE, *[PAUSE] * 4]
    assert {name: scheduled[name] for name in dates} == dates


async def test_where_too_many_requests_let_nothing_be_put_back_the_same_request_can_be_repeated(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, scheduled: Json
) -> None:
    """It finds no pause in its way."""
    simulator.faults.add(Fault.rate_limited(path="/pause$", times=None))
    with pytest.raises(RateLimited):
        await adapter.pause(pause(months(2), LATER))
    simulator.faults.clear()
    await adapter.pause(pause(months(2), LATER))

    assert scheduled["resume_date"] == unix("2027-02-11T12:00")


async def test_a_scheduled_pause_that_is_the_same_is_not_written(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, scheduled: Json
) -> None:
    await adapter.pause(pause(months(1), LATER))

    assert simulator.calls() == [READ]


async def test_5_a_second_pause_after_the_first_acts_anew(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, clock: MovableClock, subscription: Json
) -> None:
    """A key derived from the request would be answered from the site's record for half an hour, and nothing done."""
    await adapter.pause(pause(until("2027-01-01T00:00")))
    subscription.update(status="active")
    del subscription["pause_date"], subscription["resume_date"]
    clock.move(minutes=1)
    await adapter.pause(pause(until("2027-01-01T00:00")))
    keys = {request.idempotency_key for request in simulator.written()}

    assert (len(keys), simulator.writes()) == (2, [PAUSE, PAUSE])
    assert subscription["status"] == "paused"
