"""Extending a trial (traps 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Conflict, Invalid
from gateway.contract import IntervalUnit, PeriodDuration
from tests.adapters.chargebee.support import READ, UPDATE, days, extend, months, sent, unix, until

if TYPE_CHECKING:
    from adapters.chargebee.adapter import ChargebeeAdapter
    from gateway.contract import ActionDuration
    from simulators.chargebee import ChargebeeSimulator, Site
    from tests.simulators.chargebee.client import MovableClock

Json = dict[str, Any]


async def test_the_form(adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, trial: Json) -> None:
    """`trial_end`; what moves the end of a paid term is another endpoint."""
    await adapter.extend_trial(extend(days(7)))

    assert simulator.calls() == [READ, UPDATE]
    assert sent(simulator) == [(UPDATE, {"trial_end": str(unix("2026-12-05T12:00")), "reactivate": "false"})]
    assert (trial["status"], trial["trial_end"], site.charges) == ("in_trial", unix("2026-12-05T12:00"), [])
    assert [(line["item_price_id"], line["quantity"]) for line in trial["subscription_items"]] == [("pro-month", 3)]


@pytest.mark.parametrize(
    ("duration", "end"),
    [
        pytest.param(days(14), "2026-12-12T12:00", id="days, from the trial's end and not from now"),
        pytest.param(PeriodDuration(amount=1, unit=IntervalUnit.WEEK), "2026-12-05T12:00", id="a week"),
        pytest.param(months(3), "2027-02-28T12:00", id="months, to the month's last day"),
        pytest.param(PeriodDuration(amount=1, unit=IntervalUnit.YEAR), "2027-11-28T12:00", id="a year"),
        pytest.param(until("2027-01-20T06:30"), "2027-01-20T06:30", id="a date"),
    ],
)
@pytest.mark.usefixtures("trial")
async def test_ends(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, duration: ActionDuration, end: str
) -> None:
    await adapter.extend_trial(extend(duration))

    assert sent(simulator)[0][1]["trial_end"] == str(unix(end))


@pytest.mark.usefixtures("trial")
async def test_the_trial_goes_on_and_is_billed_when_it_ends(
    adapter: ChargebeeAdapter, site: Site, clock: MovableClock
) -> None:
    await adapter.extend_trial(extend(days(7)))
    clock.move(days=10)
    during = await adapter.subscription("ada", "sub")
    clock.move(days=5)
    after = await adapter.subscription("ada", "sub")

    assert (during.status.name, after.status.name) == ("trial", "active")
    assert [renewal.at for renewal in site.renewals] == [unix("2026-12-05T12:00")]
    assert site.charges == []


@pytest.mark.usefixtures("trial")
async def test_it_may_be_extended_again_and_again(adapter: ChargebeeAdapter, simulator: ChargebeeSimulator) -> None:
    await adapter.extend_trial(extend(days(7)))
    await adapter.extend_trial(extend(days(7)))

    assert [parameters["trial_end"] for _, parameters in sent(simulator)] == [
        str(unix("2026-12-05T12:00")),
        str(unix("2026-12-12T12:00")),
    ]


@pytest.mark.usefixtures("trial")
async def test_the_same_end_is_not_written(adapter: ChargebeeAdapter, simulator: ChargebeeSimulator) -> None:
    await adapter.extend_trial(extend(until("2026-11-28T12:00")))

    assert simulator.calls() == [READ]


@pytest.mark.parametrize(
    ("duration", "reason"),
    [
        pytest.param(until("2026-11-27T12:00"), "present end", id="shorter"),
        pytest.param(until("2026-11-21T12:00"), "present end", id="now, which would bill at once"),
        pytest.param(until("2020-01-01T00:00"), "present end", id="in the past, which would bill at once"),
        pytest.param(until("1970-01-01T00:00"), "present end", id="at nought, which would take the trial away"),
        pytest.param(until("2042-01-01T00:00"), "5400 days", id="beyond what the provider allows"),
    ],
)
@pytest.mark.usefixtures("trial")
async def test_3_ends_that_are_refused(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, duration: ActionDuration, reason: str
) -> None:
    with pytest.raises(Invalid, match=reason):
        await adapter.extend_trial(extend(duration))
    assert simulator.writes() == []


@pytest.mark.usefixtures("trial")
async def test_the_longest_that_is_allowed_is_taken_by_the_provider(adapter: ChargebeeAdapter, site: Site) -> None:
    await adapter.extend_trial(extend(until("2041-09-03T12:00")))

    assert site.subscriptions.rows["sub"]["trial_end"] == unix("2041-09-03T12:00")


@pytest.mark.parametrize("status", ["active", "non_renewing", "paused", "cancelled", "future"])
async def test_3_a_trial_that_is_none_is_not_begun(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, status: str
) -> None:
    """The old dates stay after a trial, and a cancelled subscription would take the parameter and run again."""
    dates: Json = {} if status == "future" else {"trial_start": 1, "trial_end": unix("2026-12-28T00:00")}
    held = site.add_subscription(id="sub", customer_id="ada", items=["pro-month"], status=status)
    held.update(dates)

    with pytest.raises(Conflict, match=r"not in a trial|paused"):
        await adapter.extend_trial(extend(days(7)))
    assert (simulator.calls(), held["status"]) == ([READ], status)


async def test_a_trial_that_has_not_begun_is_not_extended(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator
) -> None:
    site.add_subscription(
        id="sub", customer_id="ada", items=["pro-month"], status="future", trial_end=unix("2027-01-01T00:00")
    )

    with pytest.raises(Conflict, match="not in a trial"):
        await adapter.extend_trial(extend(days(7)))
    assert simulator.writes() == []


async def test_one_that_is_set_to_end_is_not_extended_beyond_its_end(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, trial: Json
) -> None:
    """Whether the end would move along is not documented."""
    trial["cancelled_at"] = trial["trial_end"]

    with pytest.raises(Conflict, match="set to end on 2026-11-28"):
        await adapter.extend_trial(extend(days(7)))
    assert simulator.writes() == []
