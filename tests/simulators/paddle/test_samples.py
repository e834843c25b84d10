"""The sample data: everything it promises is in it, in both modes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from simulators.paddle import Account, clockwork
from simulators.paddle.demo import PaddleDemo
from simulators.paddle.guards import forbid_locked
from simulators.paddle.samples import LIVE_TOUR, TOUR, fill

if TYPE_CHECKING:
    from simulators.tour import Tour

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TABLES = ("customers", "addresses", "products", "prices", "discounts", "subscriptions")


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

    assert statuses == {"active", "canceled", "past_due", "paused", "trialing"}


@pytest.mark.parametrize(
    ("status", "action", "resumes"),
    [
        pytest.param("active", "cancel", False, id="ends"),
        pytest.param("active", "pause", False, id="pauses"),
        pytest.param("active", "pause", True, id="pauses until a date"),
        pytest.param("trialing", "cancel", False, id="a trial ends"),
        pytest.param("trialing", "pause", False, id="a trial pauses"),
        pytest.param("paused", "resume", False, id="resumes"),
        pytest.param("paused", None, False, id="paused for good"),
    ],
)
def test_everything_that_can_be_scheduled_is_there(
    filled: Account, status: str, action: str | None, *, resumes: bool
) -> None:
    changes = [row["scheduled_change"] or {} for row in filled.subscriptions if row["status"] == status]

    assert any(change.get("action") == action and bool(change.get("resume_at")) == resumes for change in changes)


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param(lambda row: row["collection_mode"] == "manual" and row["billing_details"], id="invoiced"),
        pytest.param(lambda row: len({item["product"]["id"] for item in row["items"]}) > 2, id="several products"),
        pytest.param(lambda row: not all(item["recurring"] for item in row["items"]), id="a one-time item"),
        pytest.param(lambda row: row["discount"] and row["discount"]["starts_at"], id="a discount"),
        pytest.param(lambda row: row["discount"] and not row["discount"]["starts_at"], id="a discount that waits"),
        pytest.param(lambda row: row["discount"] and "type" in row["discount"], id="a discount with a type"),
        pytest.param(lambda row: row["discount"] and "type" not in row["discount"], id="a discount without a type"),
        pytest.param(lambda row: row["status"] == "trialing" and not row["next_billed_at"], id="no bill in a trial"),
        pytest.param(
            lambda row: row["currency_code"] != row["items"][0]["price"]["unit_price"]["currency_code"],
            id="other currency",
        ),
        pytest.param(lambda row: row["items"][0]["price"]["status"] == "archived", id="an archived price"),
        pytest.param(lambda row: row["items"][0]["price"]["type"] == "custom", id="a custom price"),
        pytest.param(lambda row: row["custom_data"], id="custom data"),
        pytest.param(lambda row: row["business_id"], id="a business"),
    ],
)
def test_every_condition_of_a_subscription_is_there(filled: Account, condition: Any) -> None:
    assert any(condition(row) for row in filled.subscriptions)


@pytest.mark.parametrize(
    ("interval", "frequency"),
    [("day", 1), ("week", 1), ("week", 2), ("month", 1), ("month", 3), ("month", 12), ("year", 1), ("year", 2)],
)
def test_every_interval_is_there_and_subscribed_to(filled: Account, interval: str, frequency: int) -> None:
    cycle = {"interval": interval, "frequency": frequency}

    assert any(row["billing_cycle"] == cycle for row in filled.prices)
    assert any(row["billing_cycle"] == cycle for row in filled.subscriptions)


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param(lambda row: row["unit_price"]["amount"] == "0", id="free"),
        pytest.param(lambda row: row["billing_cycle"] is None, id="one-time"),
        pytest.param(lambda row: row["trial_period"] and not row["trial_period"]["unit_price"], id="a free trial"),
        pytest.param(lambda row: row["trial_period"] and row["trial_period"]["unit_price"], id="a paid trial"),
        pytest.param(lambda row: row["quantity"] == {"minimum": 5, "maximum": 50}, id="bounds of quantity"),
        pytest.param(lambda row: row["quantity"] == {"minimum": 1, "maximum": 1}, id="one only"),
        pytest.param(lambda row: len(row["unit_price_overrides"]) > 2, id="by country"),
        pytest.param(lambda row: row["unit_price"]["currency_code"] == "JPY", id="yen"),
        pytest.param(lambda row: row["unit_price"]["currency_code"] == "KRW", id="won"),
        pytest.param(lambda row: row["unit_price"]["currency_code"] == "CLP", id="pesos"),
        pytest.param(lambda row: row["type"] == "custom", id="custom"),
        pytest.param(lambda row: row["status"] == "archived", id="archived"),
        pytest.param(lambda row: row["name"] is None, id="without a name"),
        pytest.param(lambda row: row["custom_data"], id="custom data"),
        pytest.param(lambda row: row["tax_mode"] != "account_setting", id="a tax mode of its own"),
    ],
)
def test_every_shape_of_price_is_there(filled: Account, shape: Any) -> None:
    assert any(shape(row) for row in filled.prices)


@pytest.mark.parametrize("kind", ["percentage", "flat", "flat_per_seat"])
@pytest.mark.parametrize("recur", [True, False])
def test_every_kind_of_discount_is_there(filled: Account, kind: str, *, recur: bool) -> None:
    assert any(row["type"] == kind and row["recur"] is recur for row in filled.discounts)


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(lambda row: row["recur"] and row["maximum_recurring_intervals"] == 1, id="one period"),
        pytest.param(lambda row: row["recur"] and row["maximum_recurring_intervals"] == 3, id="some periods"),
        pytest.param(lambda row: row["recur"] and row["maximum_recurring_intervals"] is None, id="for ever"),
        pytest.param(lambda row: row["status"] == "expired", id="expired"),
        pytest.param(lambda row: row["status"] == "used", id="used"),
        pytest.param(lambda row: row["status"] == "archived", id="archived"),
        pytest.param(lambda row: row["restrict_to"] and row["restrict_to"][0].startswith("pro_"), id="for a product"),
        pytest.param(lambda row: row["restrict_to"] and row["restrict_to"][0].startswith("pri_"), id="for a price"),
        pytest.param(lambda row: row["restrict_to"] == [], id="restricted to nothing"),
        pytest.param(lambda row: row["code"], id="with a code"),
        pytest.param(lambda row: row["code"] is None, id="without a code"),
        pytest.param(lambda row: row["mode"] == "custom", id="custom"),
        pytest.param(lambda row: row["type"] == "percentage" and row["currency_code"], id="a percentage in dollars"),
        pytest.param(lambda row: row["status"] == "active" and row["expires_at"], id="one that will expire"),
    ],
)
def test_every_condition_of_a_discount_is_there(filled: Account, kind: Any) -> None:
    assert any(kind(row) for row in filled.discounts)


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(lambda row: row["name"] is None, id="without a name"),
        pytest.param(lambda row: not row["name"].isascii() if row["name"] else False, id="in another script"),
        pytest.param(lambda row: row["status"] == "archived", id="archived"),
        pytest.param(lambda row: row["marketing_consent"], id="who agreed to mails"),
        pytest.param(lambda row: "+" in row["email"], id="with a plus in the e-mail"),
        pytest.param(lambda row: isinstance(row["custom_data"], dict), id="with custom data"),
        pytest.param(lambda row: isinstance(row["custom_data"], list), id="with custom data that is a list"),
    ],
)
def test_every_kind_of_customer_is_there(filled: Account, kind: Any) -> None:
    assert any(kind(row) for row in filled.customers)


def test_there_are_customers_with_several_addresses_and_with_none(filled: Account) -> None:
    counts = {len(filled.addresses_of.get(row["id"], ())) for row in filled.customers}

    assert {0, 1, 3} <= counts


def test_the_tour_leads_to_what_it_names(filled: Account, shown: Tour) -> None:
    subscriptions = [
        filled.subscriptions.rows[identifier]
        for identifier in (shown.cancel, shown.pause, shown.extend_trial, shown.apply_coupon, shown.change_price)
    ]

    assert filled.customers.rows[shown.customer]["email"] == shown.email
    assert {row["customer_id"] for row in subscriptions} == {shown.customer}
    assert subscriptions[2]["status"] == "trialing"
    assert filled.discounts.rows[shown.coupon]["recur"] is True
    assert filled.prices.rows[shown.target_price]["status"] == "active"
    assert shown.product in filled.products.rows
    assert {shown.cancel_all, shown.pause_all} <= filled.of_customer.keys()


def test_nothing_is_about_to_renew(filled: Account) -> None:
    for row in filled.subscriptions:
        forbid_locked(row, NOW)


def test_the_modes_share_no_id() -> None:
    accounts = Account(clock=lambda: NOW), Account(livemode=True, clock=lambda: NOW)
    for account in accounts:
        fill(account, NOW)
    test, live = ({row for table in TABLES for row in getattr(account, table).rows} for account in accounts)

    assert not test & live


def test_everything_can_be_served_as_json(filled: Account) -> None:
    assert json.dumps([list(getattr(filled, table)) for table in TABLES])


def test_nothing_was_charged(filled: Account) -> None:
    assert (filled.charges, filled.renewals) == ([], [])


def test_the_demo_has_a_key_and_a_tour_for_each_mode_and_customers_to_look_at() -> None:
    demo = PaddleDemo()
    account = Account(clock=lambda: NOW)
    fill(account, NOW)

    assert dict(demo.tours) == {"live": LIVE_TOUR, "test": TOUR}
    assert (demo.keys["live"][:9], demo.keys["test"][:9]) == ("pdl_live_", "pdl_sdbx_")
    assert {customer.id for customer in demo.customers} <= account.customers.rows.keys()
