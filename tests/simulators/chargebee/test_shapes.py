"""The members of each object: those that are always there, and none that Chargebee's own package does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_type_hints

import pytest
from chargebee.models.coupon.responses import CouponResponse
from chargebee.models.customer.responses import CustomerResponse
from chargebee.models.item.responses import ItemResponse
from chargebee.models.item_family.responses import ItemFamilyResponse
from chargebee.models.item_price.responses import ItemPriceResponse
from chargebee.models.subscription.responses import SubscriptionItemResponse, SubscriptionResponse

from simulators.chargebee import shapes
from simulators.chargebee.samples import fill

if TYPE_CHECKING:
    from simulators.chargebee import Site
    from tests.simulators.chargebee.client import Api, MovableClock

# Of Product Catalog 1.0, which these objects do not have here.
FIRST_CATALOG = {
    "plan_id",
    "plan_quantity",
    "plan_unit_price",
    "plan_quantity_in_decimal",
    "plan_unit_price_in_decimal",
    "plan_amount",
    "plan_free_quantity",
    "plan_free_quantity_in_decimal",
    "plan_amount_in_decimal",
    "addons",
    "charged_event_based_addons",
}


def members(response: type[Any]) -> set[str]:
    """The members of a class of the package."""
    return set(response.__dataclass_fields__) - {"raw_data"}


@pytest.mark.parametrize(
    ("known", "response"),
    [
        pytest.param(shapes.CUSTOMER, CustomerResponse, id="customer"),
        pytest.param(shapes.ITEM_FAMILY, ItemFamilyResponse, id="item family"),
        pytest.param(shapes.ITEM, ItemResponse, id="item"),
        pytest.param(shapes.ITEM_PRICE, ItemPriceResponse, id="item price"),
        pytest.param(shapes.COUPON, CouponResponse, id="coupon"),
        pytest.param(shapes.SUBSCRIPTION, SubscriptionResponse, id="subscription"),
    ],
)
def test_an_object_can_have_the_members_that_the_package_knows(known: frozenset[str], response: type[Any]) -> None:
    assert known - {"object"} == members(response) - FIRST_CATALOG


def test_items_and_applied_coupons_have_members_that_the_package_knows(site: Site, clock: MovableClock) -> None:
    fill(site, clock.moment)
    kinds = get_type_hints(SubscriptionResponse)
    known = {
        "subscription_items": members(SubscriptionItemResponse),
        "item_tiers": members(kinds["item_tiers"].__args__[0]),
        "coupons": members(kinds["coupons"].__args__[0]),
    }

    for row in site.subscriptions:
        for name, allowed in known.items():
            for part in row.get(name, ()):
                assert part.keys() - {"object"} <= allowed


SUBSCRIPTION = {
    "id",
    "customer_id",
    "created_at",
    "updated_at",
    "has_scheduled_changes",
    "channel",
    "resource_version",
    "deleted",
    "object",
    "currency_code",
    "due_invoices_count",
    "has_scheduled_advance_invoices",
    "override_relationship",
    "create_pending_invoices",
    "auto_close_invoices",
    "subscription_items",
    "billing_period",
    "billing_period_unit",
    "status",
    "mrr",
}
TERM = {"started_at", "activated_at", "current_term_start", "current_term_end"}


@pytest.mark.parametrize(
    ("status", "members", "more"),
    [
        pytest.param("future", {}, {"start_date", "next_billing_at"}, id="future"),
        pytest.param("in_trial", {}, {"started_at", "trial_start", "trial_end", "next_billing_at"}, id="in trial"),
        pytest.param(
            "in_trial",
            {"cancelled_at": 1_900_000_000},
            {"started_at", "trial_start", "trial_end", "cancelled_at"},
            id="in a trial that ends it",
        ),
        pytest.param("active", {}, {*TERM, "next_billing_at"}, id="active"),
        pytest.param(
            "non_renewing",
            {},
            {*TERM, "cancelled_at", "cancel_schedule_created_at", "remaining_billing_cycles"},
            id="non-renewing",
        ),
        pytest.param("paused", {}, {*TERM, "pause_date"}, id="paused for good"),
        pytest.param(
            "paused",
            {"resume_date": 1_900_000_000},
            {*TERM, "pause_date", "resume_date", "next_billing_at"},
            id="paused until",
        ),
        pytest.param("cancelled", {}, {*TERM, "cancelled_at"}, id="cancelled"),
        pytest.param("cancelled", {"started_at": None}, {"cancelled_at"}, id="cancelled before it started"),
    ],
)
async def test_the_status_says_which_dates_a_subscription_has(
    api: Api, site: Site, status: str, members: dict[str, Any], more: set[str]
) -> None:
    site.add_subscription(id="s", customer_id="ada", items=["seats"], status=status, **members)
    reply = await api.get("/subscriptions/s")

    assert reply.subscription.keys() == SUBSCRIPTION | more
    assert reply.json.keys() == {"subscription", "customer", "card"}


async def test_a_list_entry_has_what_a_retrieval_has(api: Api, site: Site) -> None:
    site.add_customer(id="no_card")
    site.add_subscription(id="s", customer_id="no_card", items=["seats"])
    listed = (await api.get("/subscriptions")).json["list"]

    assert listed == [(await api.get("/subscriptions/s")).json]
    assert listed[0].keys() == {"subscription", "customer"}


async def test_a_customer_has_only_what_it_was_given(api: Api, site: Site) -> None:
    site.add_customer(
        id="c",
        billing_address={"city": "Köln"},
        preferred_currency_code=None,
        cf_nps=9,
        meta_data={"seats": {"max": 5}},
    )
    customer = (await api.get("/customers/c")).json["customer"]

    assert customer.keys() == {
        "id",
        "auto_collection",
        "net_term_days",
        "allow_direct_debit",
        "created_at",
        "taxability",
        "updated_at",
        "pii_cleared",
        "channel",
        "resource_version",
        "deleted",
        "object",
        "card_status",
        "promotional_credits",
        "refundable_credits",
        "excess_payments",
        "unbilled_charges",
        "billing_address",
        "cf_nps",
        "meta_data",
    }
    assert customer["billing_address"] == {
        "city": "Köln",
        "validation_status": "not_validated",
        "object": "billing_address",
    }


async def test_an_item_price_has_no_price_where_it_has_tiers(api: Api, site: Site) -> None:
    site.add_item_price(id="t", item_id="pro", tiers=[{"starting_unit": 1, "price": 10}])
    price = (await api.get("/item_prices/t")).json["item_price"]

    assert price["tiers"] == [{"starting_unit": 1, "price": 10, "object": "tier"}]
    assert "price" not in price
    assert (price["item_id"], price["period"], price["period_unit"]) == ("pro", 1, "month")


async def test_a_charge_has_no_period_and_an_item_perhaps_no_family(api: Api, site: Site) -> None:
    site.add_item_price(id="c", item_id="setup", item_type="charge")
    price = (await api.get("/item_prices/c")).json["item_price"]
    item = (await api.get("/items/setup")).json["item"]

    assert not {"period", "period_unit", "item_family_id"} & price.keys()
    assert not {"item_family_id", "created_at"} & item.keys()
    assert item["type"] == "charge"


async def test_items_bring_the_family_of_their_prices(api: Api, site: Site) -> None:
    site.add_item(id="i", item_family_id="f")
    site.add_item_price(id="p", item_id="i")

    assert (await api.get("/item_prices/p")).json["item_price"]["item_family_id"] == "f"
    assert (await api.get("/item_families/f")).json["item_family"]["name"] == "f"


@pytest.mark.parametrize(
    ("members", "kind", "value"),
    [
        pytest.param({"discount_percentage": 12.5}, "percentage", {"discount_percentage": 12.5}, id="percentage"),
        pytest.param(
            {"discount_amount": 500}, "fixed_amount", {"discount_amount": 500, "currency_code": "USD"}, id="amount"
        ),
        pytest.param({"discount_quantity": 1}, "offer_quantity", {"discount_quantity": 1}, id="quantity"),
    ],
)
async def test_the_value_of_a_coupon_is_one_of_three(
    api: Api, site: Site, members: dict[str, Any], kind: str, value: dict[str, Any]
) -> None:
    site.add_coupon(id="C", **members)
    coupon = (await api.get("/coupons/C")).json["coupon"]
    values = {"discount_percentage", "discount_amount", "discount_quantity", "currency_code"}

    assert coupon["discount_type"] == kind
    assert {name: coupon[name] for name in values & coupon.keys()} == value


def test_a_member_that_there_is_not_cannot_be_arranged(site: Site) -> None:
    with pytest.raises(TypeError, match="a subscription has no plan_id"):
        site.add_subscription(customer_id="ada", items=["seats"], plan_id="x")


@pytest.mark.parametrize("shows", [pytest.param(True, id="shown"), pytest.param(False, id="hidden")])
async def test_a_deleted_object_is_answered_as_the_site_says(api: Api, site: Site, shows: bool) -> None:
    site.shows_deleted = shows
    site.add_customer(id="gone", deleted=True)
    reply = await api.get("/customers/gone")

    assert reply.json["customer"]["deleted"] is True if shows else reply.code == (404, "resource_not_found")
    assert (await api.post("/customers/gone", ("phone", "1"))).code == (404, "resource_not_found")
