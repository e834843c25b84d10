"""The sample data: everything it promises is in it, in both modes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from simulators.stripe import Account, clockwork
from simulators.stripe.samples import LIVE_TOUR, TOUR, fill

if TYPE_CHECKING:
    from simulators.tour import Tour

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(params=[pytest.param(False, id="test"), pytest.param(True, id="live")])
def filled(request: pytest.FixtureRequest) -> Account:
    account = Account(livemode=request.param, clock=lambda: NOW)
    fill(account, NOW)
    clockwork.advance(account, account.now())
    return account


@pytest.fixture
def shown(filled: Account) -> Tour:
    return LIVE_TOUR if filled.livemode else TOUR


def test_every_status_is_there(filled: Account) -> None:
    statuses = {subscription["status"] for subscription in filled.subscriptions}

    assert statuses == {
        "active",
        "canceled",
        "incomplete",
        "incomplete_expired",
        "past_due",
        "paused",
        "trialing",
        "unpaid",
    }


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param(lambda row: row["pause_collection"] and row["pause_collection"]["resumes_at"], id="paused until"),
        pytest.param(lambda row: row["pause_collection"] and not row["pause_collection"]["resumes_at"], id="paused"),
        pytest.param(lambda row: row["cancel_at_period_end"], id="ends with its period"),
        pytest.param(lambda row: row["cancel_at"] and not row["cancel_at_period_end"], id="ends on a date"),
        pytest.param(lambda row: row["schedule"], id="managed by a schedule"),
        pytest.param(lambda row: row["billing_mode"]["type"] == "classic", id="classic billing"),
        pytest.param(lambda row: len(row["items"]["data"]) > 1, id="several items"),
        pytest.param(lambda row: len(row["discounts"]) > 1, id="several discounts"),
        pytest.param(lambda row: row["currency"] != row["items"]["data"][0]["price"]["currency"], id="other currency"),
    ],
)
def test_every_condition_of_a_subscription_is_there(filled: Account, condition: Any) -> None:
    assert any(condition(row) for row in filled.subscriptions)


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param(lambda row: row["unit_amount"] == 0, id="free"),
        pytest.param(lambda row: row["transform_quantity"], id="package"),
        pytest.param(lambda row: row["unit_amount"] is None and row["unit_amount_decimal"], id="sub-cent"),
        pytest.param(lambda row: row["tiers_mode"] == "graduated", id="graduated"),
        pytest.param(lambda row: row["tiers_mode"] == "volume", id="volume"),
        pytest.param(lambda row: row["recurring"] and row["recurring"]["usage_type"] == "metered", id="metered"),
        pytest.param(lambda row: row["custom_unit_amount"], id="pay what you want"),
        pytest.param(lambda row: row["recurring"] and row["recurring"]["interval"] == "week", id="weekly"),
        pytest.param(lambda row: row["recurring"] and row["recurring"]["interval"] == "day", id="daily"),
        pytest.param(lambda row: row["recurring"] and row["recurring"]["interval_count"] == 3, id="quarterly"),
        pytest.param(lambda row: row["recurring"] and row["recurring"]["interval_count"] == 12, id="12 months"),
        pytest.param(lambda row: row["recurring"] and row["recurring"]["interval"] == "year", id="yearly"),
        pytest.param(lambda row: row["type"] == "one_time", id="one-time"),
        pytest.param(lambda row: row["currency"] == "jpy", id="zero-decimal"),
        pytest.param(lambda row: not row["active"], id="archived"),
    ],
)
def test_every_shape_of_price_is_there(filled: Account, shape: Any) -> None:
    assert any(shape(row) for row in filled.prices)


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(lambda row: row["percent_off"], id="percentage"),
        pytest.param(lambda row: row["amount_off"], id="amount"),
        pytest.param(lambda row: row["duration"] == "once", id="once"),
        pytest.param(lambda row: row["duration"] == "repeating", id="repeating"),
        pytest.param(lambda row: row["duration"] == "forever", id="forever"),
        pytest.param(lambda row: not row["valid"] and row["redeem_by"], id="expired"),
        pytest.param(lambda row: not row["valid"] and row["max_redemptions"], id="spent"),
    ],
)
def test_every_kind_of_coupon_is_there(filled: Account, kind: Any) -> None:
    assert any(kind(row) for row in filled.coupons)


def test_the_tour_leads_to_what_it_names(filled: Account, shown: Tour) -> None:
    customer = filled.customers.rows[shown.customer]
    subscriptions = [
        filled.subscriptions.rows[identifier]
        for identifier in (shown.cancel, shown.pause, shown.extend_trial, shown.apply_coupon, shown.change_price)
    ]

    assert (customer["email"], customer["phone"]) == (shown.email, shown.phone)
    assert {row["customer"] for row in subscriptions} == {shown.customer}
    assert subscriptions[2]["status"] == "trialing"
    assert filled.coupons.rows[shown.coupon]["valid"] is True
    assert filled.prices.rows[shown.target_price]["active"] is True


def test_the_modes_share_no_id() -> None:
    accounts = Account(clock=lambda: NOW), Account(livemode=True, clock=lambda: NOW)
    for account in accounts:
        fill(account, NOW)
    tables = ("customers", "products", "prices", "coupons", "promotion_codes", "subscriptions", "schedules")
    test, live = ({row for table in tables for row in getattr(account, table).rows} for account in accounts)

    assert not test & live


def test_everything_can_be_served_as_json(filled: Account) -> None:
    assert json.dumps([list(filled.subscriptions), list(filled.schedules), list(filled.customers)])


def test_nothing_was_charged(filled: Account) -> None:
    assert (filled.charges, filled.renewals) == ([], [])
