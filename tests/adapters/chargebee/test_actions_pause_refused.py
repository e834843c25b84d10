"""What cannot be paused (traps 3), and a site that has pausing switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Conflict, Invalid, Unsupported
from gateway.contract import Mode
from tests.adapters.chargebee.support import (
    API,
    LATER,
    NOW,
    PAUSE,
    READ,
    days,
    months,
    pause,
    pause_all,
    unix,
    until,
)

if TYPE_CHECKING:
    from adapters.chargebee.adapter import ChargebeeAdapter
    from gateway.contract import ActionDuration, Schedule
    from simulators.chargebee import ChargebeeSimulator, Site
    from tests.adapters.chargebee.support import Backend

Json = dict[str, Any]

TERM_END = unix("2026-12-11T12:00")


async def test_3_a_site_that_has_pausing_switched_off_says_so_once(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    """There is no setting to read: it shows in the first refusal, and is gone from the manifest then."""
    site.pause_enabled = False
    offered = adapter.offered.capabilities.pause
    with pytest.raises(Unsupported, match="not switched on"):
        await adapter.pause(pause(months(1)))
    with pytest.raises(Unsupported, match="switched off"):
        await adapter.pause(pause(months(1)))

    assert simulator.calls() == [READ, PAUSE]
    assert offered is not None
    assert adapter.offered.capabilities.pause is None
    assert '"pause":{"enabled":false' in adapter.features().to_json()
    assert subscription["status"] == "active"


async def test_pausing_that_is_switched_off_leaves_the_other_mode_alone(
    backend: Backend, site: Site, live: Site, subscription: Json
) -> None:
    site.pause_enabled = False
    adapter, other = await backend.open(), await backend.open(Mode.LIVE)
    with pytest.raises(Unsupported):
        await adapter.pause(pause(months(1)))

    assert adapter.offered.capabilities.pause is None
    assert other.offered.capabilities.pause is not None


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        pytest.param({"status": "in_trial"}, "trial cannot be paused", id="a trial"),
        pytest.param({"status": "future"}, "not started", id="not started"),
        pytest.param({"status": "cancelled"}, "has ended", id="ended"),
        pytest.param({"contract_end": unix("2027-08-01T00:00")}, "contract cannot be paused", id="a contract"),
        pytest.param({"channel": "app_store"}, "app store", id="an app store's"),
        pytest.param({"channel": "play_store"}, "app store", id="the other app store's"),
        pytest.param({"decommissioned": True}, "taken out of use", id="decommissioned"),
    ],
)
async def test_3_what_cannot_be_paused_is_refused_before_anything_is_sent(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, members: Json, reason: str
) -> None:
    site.add_subscription(id="sub", customer_id="ada", items=["pro-month"], **members)

    with pytest.raises(Conflict, match=reason):
        await adapter.pause(pause(months(1)))
    assert simulator.calls() == [READ]


async def test_3_one_that_ends_before_the_pause_would_begin(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator
) -> None:
    site.add_subscription(id="sub", customer_id="ada", items=["pro-month"], status="non_renewing")

    with pytest.raises(Conflict, match="ends before"):
        await adapter.pause(pause(months(1), LATER))
    assert simulator.writes() == []


async def test_pausing_does_not_undo_a_cancellation(adapter: ChargebeeAdapter, site: Site) -> None:
    held = site.add_subscription(id="sub", customer_id="ada", items=["pro-month"], status="non_renewing")
    ends = held["cancelled_at"]
    await adapter.pause(pause(days(7), NOW))

    assert (held["status"], held["cancelled_at"]) == ("paused", ends)


async def test_one_that_owes_may_be_paused(adapter: ChargebeeAdapter, subscription: Json) -> None:
    subscription.update(due_invoices_count=1, total_dues=3000)
    await adapter.pause(pause(months(1)))

    assert subscription["status"] == "paused"


@pytest.mark.parametrize(
    ("duration", "when", "reason"),
    [
        pytest.param(until("2026-11-21T12:00"), NOW, "future", id="now"),
        pytest.param(until("2026-01-01T00:00"), NOW, "future", id="in the past"),
        pytest.param(until("2026-12-01T00:00"), LATER, "after it begins", id="before it begins"),
        pytest.param(months(4), NOW, "3 months at most", id="longer than the settings allow"),
    ],
)
@pytest.mark.usefixtures("subscription")
async def test_ends_that_are_refused(
    backend: Backend, simulator: ChargebeeSimulator, duration: ActionDuration, when: Schedule, reason: str
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
@pytest.mark.parametrize("price", ["pro-year", "pro-12-months"])
async def test_3_paid_by_the_year(
    backend: Backend, site: Site, price: str, allowed: bool, asked: bool, works: bool
) -> None:
    """Nothing is given back for the months of a pause, and the billing date stays where it is."""
    site.add_item_price(id="pro-12-months", item_id="pro", period=12)
    held = site.add_subscription(id="sub", customer_id="ada", items=[price])
    adapter = await backend.open(actions={"pause": {"allow_annual": allowed}})
    if works:
        await adapter.pause(pause(months(1), annual=asked))
    else:
        with pytest.raises(Invalid, match="by the year"):
            await adapter.pause(pause(months(1), annual=asked))

    assert (held["status"] == "paused") is works


async def test_all_of_a_customers_are_paused_but_those_that_cannot(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator
) -> None:
    for status in ("active", "in_trial", "future", "paused", "cancelled"):
        site.add_subscription(id=status, customer_id="ada", items=["pro-month"], status=status)
    site.add_subscription(id="yearly", customer_id="ada", items=["pro-year"])
    await adapter.pause_all(pause_all(months(1)))

    assert simulator.calls() == [f"GET {API}/subscriptions", f"POST {API}/subscriptions/active/pause"]
    assert simulator.requests[0].parameters["status[not_in]"] == '["cancelled", "transferred", "future"]'


async def test_all_are_yearly_and_none_is_paused(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator
) -> None:
    site.add_subscription(customer_id="ada", items=["pro-year"])

    with pytest.raises(Invalid, match="by the year"):
        await adapter.pause_all(pause_all(months(1)))
    assert simulator.writes() == []


async def test_there_is_none_to_pause(adapter: ChargebeeAdapter, simulator: ChargebeeSimulator) -> None:
    await adapter.pause_all(pause_all(months(1)))

    assert simulator.calls() == [f"GET {API}/subscriptions", f"GET {API}/customers/ada"]
