"""Customers, products, prices, coupons and new subscriptions: what is stored, and the shape in which it is served."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from simulators.stripe import Account
    from tests.simulators.stripe.client import Api, MovableClock

DAY = 86_400

# Members of the public fixtures of Stripe's OpenAPI description, without those that only expansion shows.
SHAPES = {
    "customers/cus_1": (
        "address balance created currency default_source delinquent description discount email id "
        "invoice_prefix invoice_settings livemode metadata name next_invoice_sequence object phone "
        "preferred_locales shipping tax_exempt test_clock"
    ),
    "prices/price_1": (
        "active billing_scheme created currency custom_unit_amount id livemode lookup_key metadata "
        "nickname object product recurring tax_behavior tiers_mode transform_quantity type unit_amount "
        "unit_amount_decimal"
    ),
    "products/prod_1": (
        "active created default_price description id images livemode marketing_features metadata name "
        "object package_dimensions shippable statement_descriptor tax_code type unit_label updated url"
    ),
    "coupons/SAVE20": (
        "amount_off created currency duration duration_in_months id livemode max_redemptions metadata "
        "name object percent_off redeem_by times_redeemed valid"
    ),
    "promotion_codes/promo_1": (
        "active code created customer customer_account expires_at id livemode max_redemptions metadata "
        "object promotion restrictions times_redeemed"
    ),
    "subscriptions/sub_1": (
        "application application_fee_percent automatic_tax billing_cycle_anchor "
        "billing_cycle_anchor_config billing_mode billing_schedules billing_thresholds cancel_at "
        "cancel_at_period_end canceled_at cancellation_details collection_method created currency "
        "customer customer_account days_until_due default_payment_method default_source default_tax_rates "
        "description discounts ended_at id invoice_settings items latest_invoice livemode "
        "managed_payments metadata next_pending_invoice_item_invoice object on_behalf_of pause_collection "
        "payment_settings pending_invoice_item_interval pending_setup_intent pending_update schedule "
        "start_date status test_clock transfer_data trial_end trial_settings trial_start"
    ),
    "subscription_items/si_1": (
        "billing_thresholds created current_period_end current_period_start discounts id metadata object "
        "plan price quantity subscription tax_rates"
    ),
    "subscription_schedules/sub_sched_1": (
        "application billing_mode canceled_at completed_at created current_phase customer "
        "customer_account default_settings end_behavior id livemode metadata object phases released_at "
        "released_subscription status subscription test_clock"
    ),
}
DISCOUNT = (
    "checkout_session customer customer_account end id invoice invoice_item object promotion_code source start "
    "subscription subscription_item"
)
PHASE = (
    "add_invoice_items application_fee_percent automatic_tax billing_cycle_anchor billing_thresholds "
    "collection_method currency default_payment_method default_tax_rates description discounts end_date "
    "invoice_settings items metadata on_behalf_of proration_behavior start_date transfer_data trial_end"
)
PHASE_ITEM = "billing_thresholds discounts metadata plan price quantity tax_rates"
# Members that came with the endive versions, after the public fixtures.
ENDIVE = {
    "customers/cus_1": {"business_name", "customer_account", "individual_name"},
    "subscriptions/sub_1": {"status_details"},
    "subscription_items/si_1": {"current_trial"},
    "subscription_schedules/sub_sched_1": {"pause_schedules"},
}


@pytest.mark.parametrize("path", SHAPES)
async def test_an_object_has_every_member(api: Api, account: Account, path: str) -> None:
    subscription = account.add_subscription(id="sub_1", customer="cus_1", prices=["price_1"])
    subscription["items"]["data"][0]["id"] = "si_1"
    account.items["si_1"] = subscription["items"]["data"][0]
    account.add_schedule(id="sub_sched_1", subscription="sub_1")
    account.add_promotion_code(id="promo_1", coupon="SAVE20", code="HELLO")

    served = (await api.get(f"/v1/{path}")).json

    assert set(served) == {*SHAPES[path].split(), *ENDIVE.get(path, ())}


async def test_a_discount_has_every_member(api: Api, account: Account) -> None:
    account.add_subscription(id="sub_1", customer="cus_1", prices=["price_1"], discounts=["SAVE20"])
    served = (await api.get("/v1/subscriptions/sub_1", ("expand[]", "discounts"))).json

    assert set(served["discounts"][0]) == {*DISCOUNT.split()}


async def test_a_phase_has_every_member(api: Api, account: Account) -> None:
    account.add_subscription(id="sub_1", customer="cus_1", prices=["price_1"])
    account.add_schedule(id="sub_sched_1", subscription="sub_1")
    (phase,) = (await api.get("/v1/subscription_schedules/sub_sched_1")).json["phases"]

    assert set(phase) == {*PHASE.split()}
    assert set(phase["items"][0]) == {*PHASE_ITEM.split()}


async def test_periods_are_on_the_items_only(api: Api, account: Account) -> None:
    account.add_subscription(id="sub_1", customer="cus_1", prices=["price_1"])
    served = (await api.get("/v1/subscriptions/sub_1")).json

    assert "current_period_end" not in served
    assert served["items"]["data"][0]["current_period_end"] > served["items"]["data"][0]["current_period_start"]


async def test_a_customer_is_made_changed_and_deleted(api: Api, account: Account) -> None:
    made = await api.post("/v1/customers", ("email", "a+b@example.com"), ("address[city]", "Köln"))
    path = f"/v1/customers/{made.json['id']}"
    changed = await api.post(
        path, ("name", "Ada"), ("address", ""), ("shipping[name]", "A"), ("shipping[address][city]", "B")
    )
    account.add_subscription(id="sub_1", customer=made.json["id"], prices=["price_1"])
    deleted = await api.delete(path)

    assert made.json["address"] == {
        "city": "Köln",
        "country": None,
        "line1": None,
        "line2": None,
        "postal_code": None,
        "state": None,
    }
    assert (changed.json["name"], changed.json["email"]) == ("Ada", "a+b@example.com")
    assert (changed.json["address"], changed.json["shipping"]["address"]["city"]) == (None, "B")
    assert deleted.json == {"id": made.json["id"], "object": "customer", "deleted": True}
    assert (await api.get("/v1/subscriptions/sub_1")).json["status"] == "canceled"


async def test_a_deleted_customer_is_still_answered(api: Api) -> None:
    await api.delete("/v1/customers/cus_1")
    again = await api.get("/v1/customers/cus_1")

    assert (again.status, again.json) == (200, {"id": "cus_1", "object": "customer", "deleted": True})
    assert (await api.post("/v1/customers/cus_1", ("name", "x"))).status == 404


@pytest.mark.parametrize("name", ["coupon", "discounts", "promotion_code", "discount"])
async def test_no_parameter_puts_a_coupon_on_a_customer(api: Api, name: str) -> None:
    assert (await api.post("/v1/customers/cus_1", (name, "SAVE20"))).error["code"] == "parameter_unknown"


async def test_a_customers_discount_is_inline_with_a_bare_coupon(api: Api, account: Account) -> None:
    account.discount_customer(customer="cus_1", coupon="SAVE20")
    discount = (await api.get("/v1/customers/cus_1")).json["discount"]

    assert (discount["object"], discount["customer"]) == ("discount", "cus_1")
    assert discount["source"] == {"coupon": "SAVE20", "type": "coupon"}


async def test_products_and_prices_are_made_and_archived(api: Api, account: Account) -> None:
    product = await api.post("/v1/products", ("id", "prod_new"), ("name", "New"), ("unit_label", "seat"))
    price = await api.post(
        "/v1/prices",
        ("product", "prod_new"),
        ("currency", "usd"),
        ("recurring[interval]", "month"),
        ("recurring[interval_count]", "3"),
        ("unit_amount_decimal", "12.50"),
    )
    account.add_subscription(id="sub_1", customer="cus_1", prices=[price.json["id"]])
    await api.post(f"/v1/prices/{price.json['id']}", ("active", "false"), ("nickname", "old"))
    await api.post("/v1/products/prod_new", ("active", "false"))
    item = (await api.get("/v1/subscriptions/sub_1")).json["items"]["data"][0]

    assert product.json["unit_label"] == "seat"
    assert (price.json["unit_amount"], price.json["unit_amount_decimal"]) == (None, "12.5")
    assert price.json["recurring"]["interval_count"] == 3
    assert (item["price"]["active"], item["plan"]["active"], item["price"]["nickname"]) == (False, False, "old")
    assert (await api.get("/v1/products/prod_new")).json["active"] is False


@pytest.mark.parametrize(
    "pairs",
    [
        pytest.param([], id="no amount"),
        pytest.param([("unit_amount", "1"), ("unit_amount_decimal", "1")], id="two amounts"),
        pytest.param([("billing_scheme", "tiered"), ("tiers_mode", "volume")], id="tiers are missing"),
        pytest.param(
            [
                ("billing_scheme", "tiered"),
                ("tiers_mode", "volume"),
                ("tiers[0][up_to]", "5"),
                ("tiers[0][unit_amount]", "1"),
            ],
            id="the last tier ends",
        ),
        pytest.param([("unit_amount", "1"), ("recurring[interval]", "fortnight")], id="an unknown interval"),
    ],
)
async def test_a_price_that_makes_no_sense_is_refused(api: Api, pairs: list[tuple[str, str]]) -> None:
    reply = await api.post("/v1/prices", ("product", "prod_1"), ("currency", "usd"), *pairs)

    assert reply.status == 400


async def test_a_coupon_is_made_renamed_and_deleted(api: Api) -> None:
    made = await api.post(
        "/v1/coupons", ("id", "NEW"), ("percent_off", "12.5"), ("duration", "repeating"), ("duration_in_months", "2")
    )
    renamed = await api.post("/v1/coupons/NEW", ("name", "New"))
    twice = await api.post("/v1/coupons", ("id", "NEW"), ("percent_off", "1"))
    deleted = await api.delete("/v1/coupons/NEW")

    assert (made.json["percent_off"], made.json["valid"]) == (12.5, True)
    assert renamed.json["name"] == "New"
    assert twice.error["code"] == "resource_already_exists"
    assert deleted.json == {"id": "NEW", "object": "coupon", "deleted": True}
    assert (await api.get("/v1/coupons/NEW")).status == 404


async def test_a_new_subscription_is_billed_at_once(api: Api, account: Account, clock: MovableClock) -> None:
    reply = await api.post(
        "/v1/subscriptions",
        ("customer", "cus_1"),
        ("items[0][price]", "price_1"),
        ("items[0][quantity]", "2"),
        ("discounts[0][coupon]", "SAVE20"),
    )

    assert (reply.json["status"], reply.json["start_date"]) == ("active", clock.seconds)
    assert reply.json["billing_mode"]["type"] == "flexible"
    assert [(charge.reason, charge.amount) for charge in account.charges] == [("subscription_create", 1600)]
    assert (await api.get("/v1/customers/cus_1")).json["currency"] == "usd"


async def test_a_new_subscription_may_start_with_a_trial(api: Api, account: Account, clock: MovableClock) -> None:
    reply = await api.post(
        "/v1/subscriptions", ("customer", "cus_1"), ("items[0][price]", "price_1"), ("trial_period_days", "7")
    )

    assert (reply.json["status"], reply.json["trial_end"]) == ("trialing", clock.seconds + 7 * DAY)
    assert account.charges == []


async def test_ids_are_the_same_in_every_run(account: Account) -> None:
    assert account.add_customer()["id"].startswith("cus_1SimTest")


async def test_a_helper_refuses_a_member_that_does_not_exist(account: Account) -> None:
    with pytest.raises(TypeError, match="a customer has no mail"):
        account.add_customer(mail="a@example.com")
