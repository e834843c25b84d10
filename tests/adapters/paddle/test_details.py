"""What of a subscription the contract has no words for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from pydantic import ValidationError

from adapters.errors import Unmappable
from adapters.paddle import details, models
from adapters.paddle.models import read
from adapters.paddle.subscriptions import Context
from adapters.paddle.subscriptions import subscription as mapped
from gateway.contract import BillingDuration, IntervalUnit, SubscriptionDetail
from simulators.paddle.shapes import scheduled_change
from tests.adapters.paddle import strategies
from tests.adapters.paddle.objects import ENDS, LATER, cycle, item, price, subscription
from tests.adapters.paddle.support import ADA, MONTHLY, OTHER_SUB, SUB, WEEKLY, at
from tests.adapters.paddle.test_mapping_properties import contexts

if TYPE_CHECKING:
    from adapters.paddle.adapter import PaddleAdapter
    from simulators.paddle import Account

MONTH = BillingDuration(amount=1, unit=IntervalUnit.MONTH)
WEEK = BillingDuration(amount=1, unit=IntervalUnit.WEEK)
TEN_DAYS = BillingDuration(amount=10, unit=IntervalUnit.DAY)


def detail(*items: Any, **members: Any) -> SubscriptionDetail:
    return details.detail(read(models.Subscription, subscription(*items, **members)))


def test_days_are_days() -> None:
    found = detail(item(price(id="pri_01d", billing_cycle=cycle("day", 10))), billing_cycle=cycle("day", 10))

    assert (found.duration, found.price_durations) == (TEN_DAYS, {"pri_01d": TEN_DAYS})


PAUSES = [
    pytest.param({}, False, id="not paused"),
    pytest.param({"status": "paused"}, True, id="paused without an end"),
    pytest.param(
        {"status": "paused", "scheduled_change": scheduled_change("resume", LATER)}, False, id="paused until a date"
    ),
    pytest.param({"scheduled_change": scheduled_change("pause", ENDS)}, False, id="a pause that is to come"),
]


@pytest.mark.parametrize(("members", "expected"), PAUSES)
def test_a_pause_without_an_end(members: dict[str, Any], expected: bool) -> None:
    assert detail(**members).is_pause_open is expected


SCHEDULED = [
    pytest.param(None, None, id="nothing scheduled"),
    pytest.param(scheduled_change("cancel", ENDS), at("2026-12-01T00:00"), id="set to end"),
    pytest.param(scheduled_change("pause", ENDS), None, id="set to pause"),
]


@pytest.mark.parametrize(("change", "expected"), SCHEDULED)
def test_the_end_that_is_scheduled(change: object, expected: object) -> None:
    assert detail(scheduled_change=change).ends_at == expected


@given(strategies.subscriptions, contexts)
def test_what_can_be_expressed_has_a_detail_that_says_the_same(source: dict[str, Any], context: Context) -> None:
    try:
        found = read(models.Subscription, source)
        expressed = mapped(found, context)
    except (Unmappable, ValidationError):
        return

    told = details.detail(found)

    assert ("cancelAt" in (expressed.metadata or {})) == (told.ends_at is not None)
    assert {one.price.id for one in expressed.items} <= told.price_durations.keys()
    assert told.has_started


async def test_all_of_a_customers_subscriptions_come_with_their_details(
    adapter: PaddleAdapter, account: Account
) -> None:
    account.add_subscription(id=SUB, customer=ADA, prices=[WEEKLY])
    account.add_subscription(id=OTHER_SUB, customer=ADA, prices=[MONTHLY], status="paused")

    found = {one.id: one.detail for one in await adapter.all_subscriptions(ADA)}

    assert {name: (told.duration, told.is_pause_open) for name, told in found.items() if told} == {
        SUB: (WEEK, False),
        OTHER_SUB: (MONTH, True),
    }
