"""What of a subscription the contract has no words for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from adapters.errors import Unmappable
from adapters.stripe import details
from adapters.stripe.models import read
from adapters.stripe.subscriptions import Context
from gateway.contract import BillingDuration, IntervalUnit, SubscriptionDetail
from tests.adapters.stripe import objects, strategies
from tests.adapters.stripe.objects import MOMENT, item, price, recurring, written
from tests.adapters.stripe.support import at, unix
from tests.adapters.stripe.test_mapping_properties import contexts

if TYPE_CHECKING:
    from adapters.stripe.adapter import StripeAdapter
    from simulators.stripe import Account

WEEK = BillingDuration(amount=1, unit=IntervalUnit.WEEK)
MONTH = BillingDuration(amount=1, unit=IntervalUnit.MONTH)


def detail(source: dict[str, Any]) -> SubscriptionDetail:
    return details.detail(read(source), MOMENT)


def test_weeks_are_weeks_and_each_price_keeps_its_own_rhythm() -> None:
    weekly = price(id="price_w", recurring=recurring("week"))

    found = detail(objects.subscription(item(weekly), item(price(id="price_m"))))

    assert (found.duration, found.price_durations) == (WEEK, {"price_w": WEEK, "price_m": MONTH})


OPENLY = {"behavior": "void", "resumes_at": None}
UNTIL = {"behavior": "void", "resumes_at": unix("2027-02-01T00:00")}
PAUSES = [
    pytest.param({}, False, id="not paused"),
    pytest.param({"pause_collection": UNTIL}, False, id="collection paused until a date"),
    pytest.param({"pause_collection": OPENLY}, True, id="collection paused without an end"),
    pytest.param({"status": "paused"}, True, id="a trial that ended without a way to pay"),
]


@pytest.mark.parametrize(("members", "expected"), PAUSES)
def test_a_pause_without_an_end(members: dict[str, Any], expected: bool) -> None:
    assert detail(objects.subscription(**members)).is_pause_open is expected


ENDS = [
    pytest.param({}, None, id="nothing scheduled"),
    pytest.param({"cancel_at": unix("2026-12-24T00:00")}, at("2026-12-24T00:00"), id="on a date"),
    pytest.param({"cancel_at_period_end": True}, at("2026-12-01T00:00"), id="with the period"),
    pytest.param({"cancel_at": unix("2026-12-24T00:00"), "status": "canceled"}, None, id="ended already"),
]


@pytest.mark.parametrize(("members", "expected"), ENDS)
def test_the_end_that_is_scheduled(members: dict[str, Any], expected: object) -> None:
    assert detail(objects.subscription(**members)).ends_at == expected


@given(strategies.subscriptions, contexts)
def test_what_can_be_expressed_has_a_detail_that_says_the_same(source: dict[str, Any], context: Context) -> None:
    try:
        expressed = written(source, context)
    except Unmappable:
        return

    found = detail(source)

    assert ("cancelAt" in (expressed.metadata or {})) == (found.ends_at is not None)
    assert found.has_started


async def test_all_of_a_customers_subscriptions_come_with_their_details(
    adapter: StripeAdapter, account: Account
) -> None:
    account.add_price(id="price_w", product="prod_1", unit_amount=500, interval="week")
    account.add_subscription(id="sub_weekly", customer="cus_1", prices=["price_w"])
    account.add_subscription(id="sub_paused", customer="cus_1", prices=["price_1"], pause_collection=OPENLY)

    found = {one.id: one.detail for one in await adapter.all_subscriptions("cus_1")}

    assert {name: (told.duration, told.is_pause_open) for name, told in found.items() if told} == {
        "sub_weekly": (WEEK, False),
        "sub_paused": (MONTH, True),
    }
