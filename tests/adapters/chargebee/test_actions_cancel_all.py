"""Cancelling all of a customer's subscriptions (traps 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Conflict, NotFound
from tests.adapters.chargebee.support import (
    API,
    CANCEL,
    DAY,
    LATER,
    NOW,
    cancel,
    cancel_all,
    unix,
)

if TYPE_CHECKING:
    from adapters.chargebee.adapter import ChargebeeAdapter
    from simulators.chargebee import ChargebeeSimulator, Site
    from tests.adapters.chargebee.support import Backend
    from tests.simulators.chargebee.client import MovableClock

Json = dict[str, Any]

AT_TERM_END = (CANCEL, {"cancel_option": "end_of_term"})
AT_ONCE = (CANCEL, {"cancel_option": "immediately"})
TERM_END = unix("2026-12-11T12:00")


async def test_all_of_a_customers_are_cancelled_in_turn(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, clock: MovableClock
) -> None:
    statuses = ("active", "in_trial", "future", "non_renewing", "paused", "cancelled", "transferred")
    for number, status in enumerate(statuses):
        made = clock.seconds - (40 - number) * DAY
        started: Json = {} if status == "future" else {"started_at": made}
        site.add_subscription(
            id=status, customer_id="ada", items=["pro-month"], status=status, created_at=made, **started
        )
    site.add_subscription(id="others", customer_id="grace", items=["pro-month"])
    await adapter.cancel_all(cancel_all(NOW))

    assert simulator.calls() == [
        f"GET {API}/subscriptions",
        *(f"POST {API}/subscriptions/{status}/cancel_for_items" for status in statuses[:5]),
    ]
    assert simulator.requests[0].parameters == {
        "customer_id[is]": "ada",
        "status[not_in]": '["cancelled", "transferred"]',
        "sort_by[asc]": "created_at",
        "limit": "100",
    }
    assert {site.subscriptions.rows[status]["status"] for status in statuses[:6]} == {"cancelled"}
    assert site.subscriptions.rows["others"]["status"] == "active"
    assert site.charges == []


async def test_cancelling_all_is_repeatable(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    for _ in range(2):
        await adapter.cancel_all(cancel_all(LATER))

    assert simulator.writes() == [CANCEL]
    assert (subscription["status"], site.charges) == ("non_renewing", [])


async def test_3_cancelling_all_walks_every_page(adapter: ChargebeeAdapter, site: Site) -> None:
    for _ in range(101):
        site.add_subscription(customer_id="ada", items=["pro-month"])
    await adapter.cancel_all(cancel_all(NOW))

    assert {row["status"] for row in site.subscriptions} == {"cancelled"}


async def test_one_that_an_app_store_manages_does_not_stop_the_others(
    adapter: ChargebeeAdapter, site: Site, subscription: Json
) -> None:
    site.add_subscription(
        id="apple",
        customer_id="ada",
        items=["pro-month"],
        channel="app_store",
        created_at=subscription["created_at"] - 1,
    )

    with pytest.raises(Conflict, match=r"1 of 2 subscriptions are as asked\. It failed for apple\."):
        await adapter.cancel_all(cancel_all(NOW))
    assert subscription["status"] == "cancelled"


async def test_all_of_an_unknown_customer_is_not_found(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator
) -> None:
    with pytest.raises(NotFound):
        await adapter.cancel_all(cancel_all(NOW, customer="nobody"))
    assert simulator.writes() == []


async def test_only_what_is_offered_is_done(backend: Backend, subscription: Json) -> None:
    """Without a word about when, the only way that is switched on is meant."""
    adapter = await backend.open(actions={"cancel": {"schedules": ["immediate"]}})
    await adapter.cancel(cancel(None))

    assert subscription["status"] == "cancelled"
