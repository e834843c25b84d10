"""What time brings: renewals over months, starts, debts, and that it is applied once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.simulators.chargebee.client import DAY

if TYPE_CHECKING:
    from simulators.chargebee import Site
    from tests.simulators.chargebee.client import Api, MovableClock


async def test_terms_are_counted_from_the_first_day(api: Api, site: Site, clock: MovableClock) -> None:
    clock.moment = datetime(2027, 1, 31, tzinfo=UTC)
    site.add_subscription(id="sub", customer_id="ada", items=["seats"])
    clock.move(days=100)
    row = (await api.get("/subscriptions/sub")).subscription

    assert [datetime.fromtimestamp(charge.at, UTC).date().isoformat() for charge in site.renewals] == [
        "2027-02-28",
        "2027-03-31",
        "2027-04-30",
    ]
    assert datetime.fromtimestamp(row["current_term_end"], UTC).date().isoformat() == "2027-05-31"
    assert row["next_billing_at"] == row["current_term_end"]


async def test_a_term_arranged_by_hand_is_counted_from(api: Api, site: Site, clock: MovableClock) -> None:
    start, end = clock.seconds - 4 * DAY, clock.seconds + 3 * DAY
    site.add_item_price(id="weekly", item_id="pro", period_unit="week")
    site.add_subscription(id="sub", customer_id="ada", items=["weekly"], current_term_start=start, current_term_end=end)
    clock.move(days=4)

    assert (await api.get("/subscriptions/sub")).subscription["current_term_end"] == end + 7 * DAY


async def test_the_last_of_a_number_of_terms_does_not_renew(api: Api, site: Site, clock: MovableClock) -> None:
    site.add_subscription(id="sub", customer_id="ada", items=["seats"], remaining_billing_cycles=2)
    seen = []
    for _ in range(3):
        clock.move(days=31)
        row = (await api.get("/subscriptions/sub")).subscription
        seen.append((row["status"], row.get("remaining_billing_cycles")))

    assert seen == [("active", 1), ("non_renewing", 0), ("cancelled", None)]
    assert len(site.renewals) == 2


async def test_a_future_subscription_starts_and_is_billed(api: Api, site: Site, clock: MovableClock) -> None:
    start = clock.seconds + 5 * DAY
    site.add_subscription(id="sub", customer_id="ada", items=["seats"], status="future", start_date=start)
    clock.move(days=6)
    row = (await api.get("/subscriptions/sub")).subscription

    assert (row["status"], row["started_at"], row["activated_at"]) == ("active", start, start)
    assert [(charge.reason, charge.at) for charge in site.renewals] == [("start", start)]


async def test_a_future_subscription_with_a_trial_starts_with_that(api: Api, site: Site, clock: MovableClock) -> None:
    start = clock.seconds + 5 * DAY
    site.add_subscription(
        id="sub", customer_id="ada", items=["seats"], status="future", start_date=start, trial_end=start + 9 * DAY
    )
    clock.move(days=6)
    row = (await api.get("/subscriptions/sub")).subscription

    assert (row["status"], row["trial_start"], site.renewals) == ("in_trial", start, [])


@pytest.mark.parametrize(
    ("members", "days"),
    [
        pytest.param({"period_unit": "day"}, 1, id="daily"),
        pytest.param({"period_unit": "week"}, 7, id="weekly"),
        pytest.param({"period": 3}, 92, id="quarterly"),
        pytest.param({"period": 12}, 365, id="12 months"),
        pytest.param({"period_unit": "year"}, 365, id="yearly"),
    ],
)
async def test_a_term_is_as_long_as_the_price_says(
    api: Api, site: Site, clock: MovableClock, members: dict[str, int], days: int
) -> None:
    site.add_item_price(id="p", item_id="pro", **members)
    site.add_subscription(id="sub", customer_id="ada", items=["p"])
    row = (await api.get("/subscriptions/sub")).subscription

    assert row["current_term_end"] - clock.seconds == days * DAY


async def test_what_cannot_be_collected_becomes_a_debt(api: Api, site: Site, clock: MovableClock) -> None:
    site.add_subscription(id="sub", customer_id="ada", items=["seats"])
    site.declining.add("ada")
    clock.move(days=65)
    row = (await api.get("/subscriptions/sub")).subscription

    assert (row["status"], row["due_invoices_count"], row["total_dues"]) == ("active", 2, 2000)
    assert row["due_since"] == site.renewals[0].at


@pytest.mark.usefixtures("subscription")
async def test_time_is_applied_once(api: Api, site: Site, clock: MovableClock) -> None:
    clock.move(days=21)
    for _ in range(3):
        await api.get("/subscriptions")

    assert len(site.renewals) == 1


async def test_a_date_changed_by_hand_counts_after_a_touch(api: Api, site: Site, clock: MovableClock) -> None:
    row = site.add_subscription(id="sub", customer_id="ada", items=["seats"], status="paused")
    await api.get("/subscriptions")
    row["resume_date"] = clock.seconds
    site.touch()

    assert (await api.get("/subscriptions/sub")).subscription["status"] == "active"


@pytest.mark.usefixtures("subscription")
async def test_time_moves_the_version(api: Api, clock: MovableClock, site: Site) -> None:
    before = (await api.get("/subscriptions/sub")).subscription
    clock.move(days=21)
    after = (await api.get("/subscriptions/sub")).subscription

    assert after["updated_at"] == site.renewals[0].at > before["updated_at"]
    assert after["resource_version"] > before["resource_version"]
