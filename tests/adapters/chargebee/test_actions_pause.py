"""Pausing (traps 3): what is sent, when a pause begins and when it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from gateway.contract import IntervalUnit, PeriodDuration
from tests.adapters.chargebee.support import (
    LATER,
    NOW,
    PAUSE,
    READ,
    days,
    months,
    pause,
    sent,
    unix,
    until,
)

if TYPE_CHECKING:
    from adapters.chargebee.adapter import ChargebeeAdapter
    from gateway.contract import ActionDuration, Schedule
    from simulators.chargebee import ChargebeeSimulator, Site
    from tests.adapters.chargebee.support import Backend
    from tests.simulators.chargebee.client import MovableClock

Json = dict[str, Any]

TERM_END = unix("2026-12-11T12:00")


def resumes(text: str) -> str:
    return str(unix(text))


AT_ONCE: Final = {"pause_option": "immediately", "unbilled_charges_handling": "no_action"}
"""What is not billed yet is not billed for it, whatever the site's own setting says."""


async def test_from_now(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    await adapter.pause(pause(months(2)))

    assert simulator.calls() == [READ, PAUSE]
    assert sent(simulator) == [(PAUSE, AT_ONCE | {"resume_date": resumes("2027-01-21T12:00")})]
    assert (subscription["status"], site.charges) == ("paused", [])


async def test_from_the_end_of_the_term(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, clock: MovableClock, subscription: Json
) -> None:
    """Its status stays the same until then: only the date tells."""
    await adapter.pause(pause(months(2), LATER))
    writes, status = sent(simulator), subscription["status"]
    before = await adapter.subscription("ada", "sub")
    clock.move(days=21)
    after = await adapter.subscription("ada", "sub")

    assert writes == [(PAUSE, {"pause_option": "end_of_term", "resume_date": resumes("2027-02-11T12:00")})]
    assert (status, before.status.name, before.metadata) == ("active", "active", {"pauseAt": "2026-12-11T12:00:00Z"})
    assert after.status.name == "paused"
    assert site.renewals == []


ENDS = [
    pytest.param(months(1), NOW, "2026-12-21T12:00", id="a month from now"),
    pytest.param(days(10), NOW, "2026-12-01T12:00", id="days from now"),
    pytest.param(PeriodDuration(amount=2, unit=IntervalUnit.WEEK), NOW, "2026-12-05T12:00", id="weeks from now"),
    pytest.param(PeriodDuration(amount=1, unit=IntervalUnit.YEAR), NOW, "2027-11-21T12:00", id="a year from now"),
    pytest.param(until("2027-02-10T00:00"), NOW, "2027-02-10T00:00", id="until a date"),
    pytest.param(months(2), LATER, "2027-02-11T12:00", id="from the term's end"),
    pytest.param(months(2), None, "2027-02-11T12:00", id="from the term's end by default"),
    pytest.param(until("2027-02-10T00:00"), LATER, "2027-02-10T00:00", id="a date is a date"),
]


@pytest.mark.usefixtures("subscription")
@pytest.mark.parametrize(("duration", "when", "end"), ENDS)
async def test_ends(
    adapter: ChargebeeAdapter,
    simulator: ChargebeeSimulator,
    duration: ActionDuration,
    when: Schedule | None,
    end: str,
) -> None:
    await adapter.pause(pause(duration, when))

    assert sent(simulator)[0][1]["resume_date"] == resumes(end)


@pytest.mark.parametrize("when", [NOW, LATER], ids=["from now", "from the term's end"])
@pytest.mark.usefixtures("subscription")
async def test_nothing_is_collected_until_it_ends_by_itself(
    adapter: ChargebeeAdapter, site: Site, clock: MovableClock, when: Schedule
) -> None:
    await adapter.pause(pause(until("2027-01-20T00:00"), when))
    clock.move(days=80)

    assert (await adapter.subscription("ada", "sub")).status.name == "active"
    assert site.renewals[0].at == unix("2027-01-20T00:00")
    assert site.charges == []


SETTINGS = {"unbilled_charges_handling": "invoice", "invoice_dunning_handling": "stop"}


@pytest.mark.parametrize(("when", "said"), [(NOW, SETTINGS), (LATER, {})], ids=["from now", "from the term's end"])
async def test_what_becomes_of_open_charges_is_said_only_if_the_settings_do(
    backend: Backend, simulator: ChargebeeSimulator, subscription: Json, when: Schedule, said: Json
) -> None:
    """It counts for a pause that begins at once."""
    adapter = await backend.open(actions={"pause": SETTINGS})
    await adapter.pause(pause(until("2027-01-20T00:00"), when))
    parameters = sent(simulator)[0][1]

    assert {name: value for name, value in parameters.items() if name in SETTINGS} == said
