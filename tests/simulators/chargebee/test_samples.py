"""The sample data: everything it promises is in it, in both modes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from simulators.chargebee import Site, clockwork
from simulators.chargebee.demo import ChargebeeDemo
from simulators.chargebee.samples import LIVE_TOUR, TOUR, fill

if TYPE_CHECKING:
    from simulators.tour import Tour

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MOMENT = int(NOW.timestamp())


@pytest.fixture(params=[pytest.param(True, id="test"), pytest.param(False, id="live")])
def filled(request: pytest.FixtureRequest) -> Site:
    site = Site(test=request.param, clock=lambda: NOW)
    fill(site, NOW)
    clockwork.advance(site, site.now())
    return site


@pytest.fixture
def shown(filled: Site) -> Tour:
    return TOUR if filled.test else LIVE_TOUR


def test_every_status_is_there(filled: Site) -> None:
    assert {row["status"] for row in filled.subscriptions} == {
        "future",
        "in_trial",
        "active",
        "non_renewing",
        "paused",
        "cancelled",
        "transferred",
    }


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param(lambda row: row["status"] == "future" and "trial_end" in row, id="future with a trial"),
        pytest.param(lambda row: row["status"] == "future" and "trial_end" not in row, id="future without"),
        pytest.param(lambda row: row["status"] == "in_trial" and "cancelled_at" in row, id="a trial that ends"),
        pytest.param(lambda row: row["status"] == "active" and "pause_date" in row, id="a scheduled pause"),
        pytest.param(lambda row: row["status"] == "active" and "trial_end" in row, id="after a trial"),
        pytest.param(lambda row: row["status"] == "paused" and "resume_date" in row, id="paused until"),
        pytest.param(lambda row: row["status"] == "paused" and "resume_date" not in row, id="paused for good"),
        pytest.param(
            lambda row: row["status"] == "cancelled" and "started_at" not in row, id="cancelled before it started"
        ),
        pytest.param(lambda row: row["due_invoices_count"] > 1, id="debts"),
        pytest.param(lambda row: row["due_invoices_count"] == 1 and row["auto_collection"] == "off", id="offline"),
        pytest.param(lambda row: "contract_term" in row, id="a contract"),
        pytest.param(lambda row: row["has_scheduled_changes"], id="a scheduled change"),
        pytest.param(lambda row: row["channel"] == "app_store", id="of an app store"),
        pytest.param(lambda row: row.get("decommissioned"), id="decommissioned"),
        pytest.param(lambda row: row["deleted"], id="deleted"),
        pytest.param(lambda row: len(row.get("coupons", ())) > 1, id="several coupons"),
        pytest.param(lambda row: row.get("meta_data") and "cf_region" in row, id="custom fields"),
        pytest.param(lambda row: row["subscription_items"][0].get("unit_price") == 1900, id="a price of its own"),
        pytest.param(
            lambda row: any(tier["price"] == 700 for tier in row.get("item_tiers", ())), id="tiers of its own"
        ),
        pytest.param(
            lambda row: [item["item_type"] for item in row["subscription_items"]] == ["plan", "plan"], id="two plans"
        ),
        pytest.param(
            lambda row: [item["item_type"] for item in row["subscription_items"]] == ["plan", "addon"], id="an addon"
        ),
    ],
)
def test_every_condition_of_a_subscription_is_there(filled: Site, condition: Any) -> None:
    assert any(condition(row) for row in filled.subscriptions)


@pytest.mark.parametrize(
    "shape",
    [
        *(
            pytest.param(lambda row, model=model: row["pricing_model"] == model, id=model)
            for model in ("flat_fee", "per_unit", "tiered", "volume", "stairstep")
        ),
        *(
            pytest.param(lambda row, rhythm=rhythm: (row.get("period"), row.get("period_unit")) == rhythm, id=name)
            for name, rhythm in {
                "daily": (1, "day"),
                "weekly": (1, "week"),
                "monthly": (1, "month"),
                "quarterly": (3, "month"),
                "12 months": (12, "month"),
                "yearly": (1, "year"),
                "without a period": (None, None),
            }.items()
        ),
        pytest.param(lambda row: row.get("price") == 0, id="free"),
        pytest.param(lambda row: "price_in_decimal" in row, id="decimal"),
        pytest.param(lambda row: row["free_quantity"] > 0, id="free quantity"),
        pytest.param(lambda row: row["currency_code"] == "JPY", id="zero-decimal"),
        pytest.param(lambda row: row["currency_code"] == "KWD", id="three-decimal"),
        pytest.param(
            lambda row: any(tier.get("pricing_type") == "package" for tier in row.get("tiers", ())), id="packages"
        ),
        pytest.param(lambda row: row["status"] == "archived", id="archived"),
        pytest.param(lambda row: row["status"] == "deleted", id="deleted"),
        pytest.param(lambda row: row["item_type"] == "addon", id="addon"),
        pytest.param(lambda row: row["item_type"] == "charge", id="charge"),
        pytest.param(lambda row: "item_family_id" not in row, id="without a family"),
    ],
)
def test_every_shape_of_price_is_there(filled: Site, shape: Any) -> None:
    assert any(shape(row) for row in filled.item_prices)


@pytest.mark.parametrize(
    "kind",
    [
        *(
            pytest.param(lambda row, kind=kind: row["discount_type"] == kind, id=kind)
            for kind in ("percentage", "fixed_amount", "offer_quantity")
        ),
        *(
            pytest.param(lambda row, kind=kind: row["duration_type"] == kind, id=kind)
            for kind in ("one_time", "forever", "limited_period")
        ),
        *(
            pytest.param(lambda row, unit=unit: row.get("period_unit") == unit, id=unit)
            for unit in ("week", "month", "year")
        ),
        *(
            pytest.param(lambda row, status=status: row["status"] == status, id=status)
            for status in ("active", "expired", "archived", "future")
        ),
        pytest.param(lambda row: "duration_month" in row and "period" not in row, id="months of the older kind"),
        pytest.param(lambda row: row["status"] == "expired" and "max_redemptions" in row, id="used up"),
        pytest.param(lambda row: row["apply_on"] == "each_specified_item", id="for some items"),
        pytest.param(lambda row: "#" in row["id"] and " " in row["id"], id="an id to be escaped"),
        pytest.param(lambda row: "/" in row["id"], id="an id that no path can hold"),
    ],
)
def test_every_kind_of_coupon_is_there(filled: Site, kind: Any) -> None:
    assert any(kind(row) for row in filled.coupons)


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(lambda row: not {"first_name", "last_name", "company", "email"} & row.keys(), id="bare"),
        pytest.param(lambda row: "company" in row and "last_name" not in row, id="a company"),
        pytest.param(lambda row: not row.get("first_name", "a").isascii(), id="unicode"),
        pytest.param(
            lambda row: "first_name" in row.get("billing_address", ()) and "first_name" not in row, id="by address"
        ),
        pytest.param(
            lambda row: any(isinstance(value, dict) for value in row.get("meta_data", {}).values()), id="nested"
        ),
        pytest.param(lambda row: "cf_nps" in row, id="custom fields"),
        pytest.param(lambda row: row["deleted"], id="deleted"),
        pytest.param(lambda row: row["auto_collection"] == "off", id="pays offline"),
    ],
)
def test_every_kind_of_customer_is_there(filled: Site, who: Any) -> None:
    assert any(who(row) for row in filled.customers)


def test_emails_are_shared_in_the_same_case_and_in_another(filled: Site) -> None:
    emails = [row["email"] for row in filled.customers if "email" in row]

    assert len(emails) - len(set(emails)) == 1
    assert len(set(emails)) - len({email.lower() for email in emails}) == 1


def test_the_tour_leads_to_what_it_names(filled: Site, shown: Tour) -> None:
    customer = filled.customers.rows[shown.customer]
    cancel, pause, trial, coupon, change = (
        filled.subscriptions.rows[identifier]
        for identifier in (shown.cancel, shown.pause, shown.extend_trial, shown.apply_coupon, shown.change_price)
    )
    target = filled.item_prices.rows[shown.target_price]

    assert (customer["email"], customer["phone"]) == (shown.email, shown.phone)
    assert {row["customer_id"] for row in (cancel, pause, trial, coupon, change)} == {shown.customer}
    assert (cancel["status"], pause["status"], trial["status"]) == ("active", "active", "in_trial")
    assert filled.coupons.rows[shown.coupon]["status"] == "active"
    assert (target["status"], target["currency_code"]) == ("active", change["currency_code"])
    assert shown.product in filled.items.rows
    assert shown.family in filled.item_families.rows
    for identifier in (shown.cancel_all, shown.pause_all):
        assert [row["status"] for row in filled.of_customer[identifier]] == ["active", "active"]


def test_the_modes_share_no_id() -> None:
    sites = Site(clock=lambda: NOW), Site(name="acme", test=False, clock=lambda: NOW)
    for site in sites:
        fill(site, NOW)
    shelves = ("customers", "item_families", "items", "item_prices", "coupons", "subscriptions")
    test, live = ({row for shelf in shelves for row in getattr(site, shelf).rows} for site in sites)

    assert not test & live


def test_no_member_is_null_and_none_is_a_fraction_but_percentages(filled: Site) -> None:
    shelves = (filled.customers, filled.item_families, filled.items, filled.item_prices, filled.subscriptions)

    def parts(value: Any) -> list[Any]:
        if isinstance(value, dict):
            return [part for member in value.values() for part in parts(member)]
        if isinstance(value, list):
            return [part for member in value for part in parts(member)]
        return [value]

    for shelf in shelves:
        assert not any(part is None or isinstance(part, float) for row in shelf for part in parts(row))
    assert json.dumps(list(filled.coupons))


def test_dates_lie_where_the_status_has_them(filled: Site) -> None:
    for row in filled.subscriptions:
        if row["status"] in ("active", "non_renewing"):
            assert row["current_term_start"] <= MOMENT < row["current_term_end"]
        if row["status"] == "in_trial":
            assert row["trial_start"] <= MOMENT < row["trial_end"]
        if row["status"] == "future":
            assert row["start_date"] > MOMENT


def test_nothing_was_charged(filled: Site) -> None:
    assert (filled.charges, filled.unbilled, filled.renewals) == ([], [], [])


def test_the_demo_has_a_site_for_each_mode() -> None:
    demo = ChargebeeDemo()

    assert demo.keys.keys() == demo.tours.keys() == {"live", "test"}
    assert demo.keys["live"] != demo.keys["test"]
    assert demo.tours["test"] == TOUR
    assert {customer.id for customer in demo.customers} <= set(filled_ids())


def filled_ids() -> set[str]:
    site = Site(clock=lambda: NOW)
    fill(site, NOW)
    return set(site.customers.rows)
