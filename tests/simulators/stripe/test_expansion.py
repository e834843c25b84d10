"""`expand`: what is a bare id without it, what is absent without it, and how deep it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from simulators.stripe import Account
    from tests.simulators.stripe.client import Api


@pytest.fixture(autouse=True)
def arranged(account: Account) -> None:
    account.add_coupon(id="ONLY1", percent_off=10.0, applies_to=["prod_1"], currency_options={})
    account.add_price(
        id="price_tiers",
        product="prod_1",
        tiers=[{"up_to": 10, "unit_amount": 100}, {"up_to": None, "unit_amount_decimal": "0.5"}],
        currency_options={"eur": {"tiers": [{"up_to": None, "unit_amount": 90}]}},
    )
    account.add_subscription(id="sub_1", customer="cus_1", prices=["price_1", "price_tiers"], discounts=["SAVE20"])
    account.add_schedule(id="sub_sched_1", subscription="sub_1")
    account.discount_customer(customer="cus_1", coupon="ONLY1")
    account.add_promotion_code(id="promo_1", coupon="SAVE20", code="HELLO")
    item = account.subscriptions.rows["sub_1"]["items"]["data"][0]
    item["id"] = "si_1"
    account.items["si_1"] = item


def at(value: Any, path: str) -> Any:
    """The member at a dotted path, `0` being the first of a list."""
    for name in path.split("."):
        value = value[int(name)] if name.isdecimal() else value[name]
    return value


@pytest.mark.parametrize(
    ("path", "member"),
    [
        pytest.param("/v1/subscriptions/sub_1", "customer", id="customer"),
        pytest.param("/v1/subscriptions/sub_1", "schedule", id="schedule"),
        pytest.param("/v1/subscriptions/sub_1", "discounts.0", id="discounts"),
        pytest.param("/v1/subscriptions/sub_1", "items.data.0.price.product", id="an item's product"),
        pytest.param("/v1/customers/cus_1", "discount.source.coupon", id="the coupon of a customer's discount"),
        pytest.param("/v1/promotion_codes/promo_1", "promotion.coupon", id="the coupon of a promotion code"),
        pytest.param("/v1/subscription_schedules/sub_sched_1", "phases.0.items.0.price", id="a phase's price"),
        pytest.param("/v1/subscription_schedules/sub_sched_1", "subscription", id="a schedule's subscription"),
    ],
)
async def test_references_are_bare_ids_unless_expanded(api: Api, path: str, member: str) -> None:
    assert isinstance(at((await api.get(path)).json, member), str)


@pytest.mark.parametrize(
    ("path", "expand", "member", "kind"),
    [
        pytest.param("subscriptions/sub_1", "customer", "customer", "customer", id="customer"),
        pytest.param("subscriptions/sub_1", "schedule", "schedule", "subscription_schedule", id="schedule"),
        pytest.param(
            "subscriptions/sub_1", "discounts.source.coupon", "discounts.0", "discount", id="objects on the way"
        ),
        pytest.param(
            "subscriptions/sub_1", "discounts.source.coupon", "discounts.0.source.coupon", "coupon", id="coupon"
        ),
        pytest.param(
            "subscriptions/sub_1",
            "items.data.price.product",
            "items.data.0.price.product",
            "product",
            id="an item's product",
        ),
        pytest.param(
            "subscriptions",
            "data.discounts.source.coupon",
            "data.0.discounts.0.source.coupon",
            "coupon",
            id="in a list",
        ),
        pytest.param(
            "customers", "data.discount.source.coupon", "data.0.discount.source.coupon", "coupon", id="of a customer"
        ),
        pytest.param(
            "customers", "data.subscriptions", "data.0.subscriptions.data.0", "subscription", id="subscriptions"
        ),
        pytest.param(
            "subscription_items?subscription=sub_1", "data.price.product", "data.0.price.product", "product", id="items"
        ),
        pytest.param("promotion_codes", "data.promotion.coupon", "data.0.promotion.coupon", "coupon", id="codes"),
        pytest.param(
            "subscription_schedules/sub_sched_1",
            "phases.items.price.product",
            "phases.0.items.0.price.product",
            "product",
            id="phases",
        ),
    ],
)
async def test_a_named_property_comes_as_an_object(api: Api, path: str, expand: str, member: str, kind: str) -> None:
    separator = "&" if "?" in path else "?"
    reply = await api.get(f"/v1/{path}{separator}expand[]={expand}")

    assert reply.status == 200
    assert at(reply.json, member)["object"] == kind


@pytest.mark.parametrize(
    ("path", "holder", "name", "expand"),
    [
        pytest.param("prices/price_tiers", "", "tiers", "tiers", id="tiers"),
        pytest.param("prices/price_tiers", "", "currency_options", "currency_options", id="currencies"),
        pytest.param("coupons/ONLY1", "", "applies_to", "applies_to", id="products of a coupon"),
        pytest.param(
            "subscriptions/sub_1", "items.data.1.price", "tiers", "items.data.price.tiers", id="tiers of an item"
        ),
    ],
)
async def test_hidden_members_are_absent_unless_expanded(
    api: Api, path: str, holder: str, name: str, expand: str
) -> None:
    plain = (await api.get(f"/v1/{path}")).json
    full = (await api.get(f"/v1/{path}", ("expand[0]", expand))).json

    assert name not in (at(plain, holder) if holder else plain)
    assert (at(full, holder) if holder else full)[name]


async def test_tiers_are_served_with_both_amounts_and_an_open_end(api: Api) -> None:
    reply = await api.get("/v1/prices/price_tiers", ("expand[]", "tiers"))

    first, last = reply.json["tiers"]
    assert (first["unit_amount"], first["unit_amount_decimal"], first["up_to"]) == (100, "100", 10)
    assert (last["unit_amount"], last["unit_amount_decimal"], last["up_to"]) == (None, "0.5", None)
    assert reply.json["unit_amount"] is None


async def test_the_tiers_of_another_currency_need_their_own_expansion(api: Api) -> None:
    plain = await api.get("/v1/prices/price_tiers", ("expand[]", "currency_options"))
    full = await api.get("/v1/prices/price_tiers", ("expand[]", "currency_options.eur.tiers"))

    assert "tiers" not in plain.json["currency_options"]["eur"]
    assert full.json["currency_options"]["eur"]["tiers"][0]["unit_amount"] == 90


async def test_five_levels_are_too_deep(api: Api) -> None:
    reply = await api.get("/v1/subscriptions", ("expand[]", "data.items.data.price.tiers"))

    assert reply.status == 400
    assert reply.error["code"] == "property_expansion_max_depth"
    assert reply.error["message"].startswith("You cannot expand more than 4 levels of a property.")


@pytest.mark.parametrize(
    ("path", "expand", "message"),
    [
        pytest.param(
            "customers/cus_1", "metadata", "This property cannot be expanded (metadata).", id="a plain member"
        ),
        pytest.param("customers/cus_1", "data", "This property cannot be expanded (data).", id="data of no list"),
        pytest.param(
            "prices",
            "product",
            "This property cannot be expanded (product). You may want to try expanding 'data.product' instead.",
            id="a list without data",
        ),
        pytest.param(
            "subscriptions/sub_1", "customer.foo", "This property cannot be expanded (foo).", id="below an object"
        ),
    ],
)
async def test_what_cannot_be_expanded_is_refused(api: Api, path: str, expand: str, message: str) -> None:
    reply = await api.get(f"/v1/{path}", ("expand[]", expand))

    assert reply.status == 400
    assert reply.error["message"] == message


async def test_a_write_may_expand_its_answer(api: Api) -> None:
    reply = await api.post("/v1/subscriptions/sub_1", ("metadata[a]", "b"), ("expand[]", "customer"))

    assert reply.json["customer"]["id"] == "cus_1"


async def test_expanding_leaves_the_stored_object_as_it_was(api: Api) -> None:
    await api.get("/v1/subscriptions/sub_1", ("expand[]", "items.data.price.product"))

    reply = await api.get("/v1/subscriptions/sub_1")
    assert at(reply.json, "items.data.0.price.product") == "prod_1"


@pytest.mark.parametrize(
    ("setting", "shown"),
    [
        pytest.param("object", {"id": "SAVE20", "object": "coupon", "deleted": True}, id="as a tombstone"),
        pytest.param("id", "SAVE20", id="as a bare id"),
        pytest.param("null", None, id="as nothing"),
    ],
)
async def test_a_discount_outlives_its_coupon(
    api: Api, account: Account, setting: Literal["object", "id", "null"], shown: Any
) -> None:
    account.deleted_coupon_expands_to = setting
    await api.delete("/v1/coupons/SAVE20")

    reply = await api.get("/v1/subscriptions/sub_1", ("expand[]", "discounts.source.coupon"))

    assert at(reply.json, "discounts.0.source.coupon") == shown


async def test_a_deleted_customer_expands_to_a_tombstone(api: Api, account: Account) -> None:
    account.delete_customer(customer="cus_1")

    reply = await api.get("/v1/subscriptions/sub_1", ("expand[]", "customer"))

    assert reply.json["customer"] == {"id": "cus_1", "object": "customer", "deleted": True}


async def test_a_write_whose_answer_may_not_be_expanded_has_no_effect(api: Api, account: Account) -> None:
    account.restricted = frozenset({"rak_subscription_read", "rak_subscription_write"})
    reply = await api.post("/v1/subscriptions/sub_1", ("metadata[a]", "b"), ("expand[]", "customer"))

    assert reply.status == 403
    assert account.subscriptions.rows["sub_1"]["metadata"] == {}
