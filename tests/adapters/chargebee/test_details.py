"""What of a subscription the contract has no words for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from pydantic import ValidationError

from adapters.chargebee.details import detail
from adapters.chargebee.subscriptions import Context, subscription
from adapters.errors import Unmappable
from gateway.contract import BillingDuration, IntervalUnit
from tests.adapters.chargebee import objects, strategies
from tests.adapters.chargebee.objects import MOMENT, companions, item_price, line
from tests.adapters.chargebee.support import at, unix
from tests.adapters.chargebee.test_mapping_properties import contexts

if TYPE_CHECKING:
    from adapters.chargebee.adapter import ChargebeeAdapter
    from simulators.chargebee import Site

TWO_WEEKS = BillingDuration(amount=2, unit=IntervalUnit.WEEK)
MONTH = BillingDuration(amount=1, unit=IntervalUnit.MONTH)
KNOWN = companions()


def test_weeks_are_weeks_and_each_price_keeps_its_own_rhythm() -> None:
    known = companions(item_price(id="plan-w", period=2, period_unit="week"), item_price(id="addon-m"))
    source = objects.subscription(
        line("plan-w"),
        line("addon-m", item_type="addon"),
        line("deleted", item_type="addon"),
        billing_period=2,
        billing_period_unit="week",
    )

    found = detail(source, known, MOMENT)

    assert found.duration == TWO_WEEKS
    assert found.price_durations == {"plan-w": TWO_WEEKS, "addon-m": MONTH, "deleted": TWO_WEEKS}


PAUSED = {"status": "paused", "pause_date": unix("2026-11-10T00:00")}
PAUSES = [
    pytest.param({}, False, id="not paused"),
    pytest.param(PAUSED, True, id="paused without an end"),
    pytest.param({**PAUSED, "resume_date": unix("2027-02-01T00:00")}, False, id="paused until a date"),
    pytest.param({**PAUSED, "cancelled_at": unix("2027-02-01T00:00")}, False, id="paused until it ends for good"),
]


@pytest.mark.parametrize(("members", "expected"), PAUSES)
def test_a_pause_without_an_end(members: dict[str, Any], expected: bool) -> None:
    assert detail(objects.subscription(**members), KNOWN, MOMENT).is_pause_open is expected


@pytest.mark.parametrize(
    ("status", "expected"), [("future", False), ("in_trial", True), ("active", True), ("cancelled", True)]
)
def test_only_what_is_to_come_has_not_started(status: str, expected: bool) -> None:
    assert detail(objects.subscription(status=status), KNOWN, MOMENT).has_started is expected


ENDING = unix("2026-12-01T00:00")
ENDS = [
    pytest.param({}, None, id="nothing scheduled"),
    pytest.param({"status": "non_renewing", "cancelled_at": ENDING}, at("2026-12-01T00:00"), id="set to end"),
    pytest.param({"status": "cancelled", "cancelled_at": ENDING}, None, id="ended already"),
]


@pytest.mark.parametrize(("members", "expected"), ENDS)
def test_the_end_that_is_scheduled(members: dict[str, Any], expected: object) -> None:
    assert detail(objects.subscription(**members), KNOWN, MOMENT).ends_at == expected


@given(strategies.subscriptions, contexts)
def test_what_can_be_expressed_has_a_detail_that_says_the_same(source: dict[str, Any], context: Context) -> None:
    try:
        expressed = subscription(source, context)
    except (Unmappable, ValidationError):
        return

    found = detail(source, context.companions, context.now)

    assert ("cancelAt" in (expressed.metadata or {})) == (found.ends_at is not None)
    assert {item.price.id for item in expressed.items} <= found.price_durations.keys()


async def test_all_of_a_customers_subscriptions_come_with_their_details(adapter: ChargebeeAdapter, site: Site) -> None:
    site.add_item_price(id="pro-fortnight", item_id="pro", price=500, period=2, period_unit="week")
    site.add_subscription(id="fortnightly", customer_id="ada", items=["pro-fortnight"])
    site.add_subscription(id="future", customer_id="ada", items=["pro-month"], status="future")
    site.add_subscription(id="paused", customer_id="ada", items=["pro-month"], status="paused")

    found = {one.id: one.detail for one in await adapter.all_subscriptions("ada")}

    assert {name: (told.duration, told.has_started, told.is_pause_open) for name, told in found.items() if told} == {
        "fortnightly": (TWO_WEEKS, True, False),
        "future": (MONTH, False, False),
        "paused": (MONTH, True, True),
    }
