"""The traps of reading, one test each (traps 1.6, 1.7, 2 and 4), and what a read costs.

What an object becomes is in the `test_mapping_*` modules, e-mails and phones are in `test_search`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pytest

from adapters.errors import Invalid, NotFound, Unreadable, Unsupported
from gateway.contract import WrittenSubscription
from tests.adapters.stripe.support import unix

if TYPE_CHECKING:
    from adapters.stripe.adapter import StripeAdapter
    from gateway.contract import Subscription
    from simulators.stripe import Account, StripeSimulator
    from tests.adapters.stripe.support import Backend

TIERS = [{"up_to": 10, "unit_amount": 100}, {"up_to": None, "unit_amount": 80}]


@pytest.fixture
def rich(account: Account) -> Account:
    """A subscription with all that a list of subscriptions cannot carry: names, tiers, the coupon of an item."""
    account.add_price(id="price_tiers", product="prod_2", tiers=TIERS)
    held = account.add_subscription(
        id="sub_1", customer="cus_1", prices=[("price_1", 3), ("price_tiers", 5)], discounts=["SAVE20", "SAVE5"]
    )
    held["items"]["data"][1]["discounts"] = [held["discounts"].pop()]
    return account


async def models(adapter: StripeAdapter) -> list[Subscription]:
    """The customer's subscriptions as they are listed, each read as the contract's model."""
    listed = (await adapter.subscriptions("cus_1", 10, None)).data
    return [row.model() for row in listed if isinstance(row, WrittenSubscription)]


async def everything(adapter: StripeAdapter) -> None:
    """Every kind of read, once."""
    await adapter.customer("cus_1")
    await adapter.customers(10, None)
    await adapter.subscription("cus_1", "sub_1")
    await adapter.subscriptions("cus_1", 10, None)
    await adapter.price("price_1")
    await adapter.prices(10, None)
    await adapter.coupon("SAVE20")
    await adapter.coupons(10, None)
    await adapter.product("prod_1")
    await adapter.products(10, None)


async def test_1_7_no_path_is_deeper_than_four_levels(
    adapter: StripeAdapter, rich: Account, simulator: StripeSimulator
) -> None:
    await everything(adapter)
    paths = [value for request in simulator.requests for name, value in request.query if name.startswith("expand[")]

    assert {request.status for request in simulator.requests} == {200}
    assert max(path.count(".") for path in paths) == 3


async def test_1_7_a_list_shows_what_cannot_be_expanded_in_it(adapter: StripeAdapter, rich: Account) -> None:
    one = await adapter.subscription("cus_1", "sub_1")
    (listed,) = await models(adapter)

    assert listed == one
    assert [item.price.name for item in listed.items] == ["Pro", "Extra"]
    assert [item.price.amount.model for item in listed.items] == ["fixed", "tiered"]
    assert [discount.coupon.id for discount in listed.discounts or ()] == ["SAVE20", "SAVE5"]


async def test_the_cost_of_reads(adapter: StripeAdapter, rich: Account, simulator: StripeSimulator) -> None:
    """Cold: the list, and what it cannot carry. Warm: the list alone; and never anything for a customer but itself."""
    costs = []
    for _ in range(2):
        simulator.clear()
        await adapter.subscriptions("cus_1", 100, None)
        costs.append(simulator.calls())
    simulator.clear()
    await adapter.customer("cus_1")

    assert sorted(costs[0]) == sorted(
        ["GET /v1/subscriptions", "GET /v1/products", "GET /v1/prices/price_tiers", "GET /v1/coupons/SAVE5"]
    )
    assert costs[1] == ["GET /v1/subscriptions"]
    assert simulator.calls() == ["GET /v1/customers/cus_1"]


async def test_1_7_a_hundred_products_are_one_call(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    for number in range(100):
        price = account.add_price(id=f"price_of_{number}", product=f"prod_of_{number}", unit_amount=1)
        account.add_subscription(customer="cus_1", prices=[price["id"]])
    await adapter.subscriptions("cus_1", 100, None)

    assert simulator.calls() == ["GET /v1/subscriptions", "GET /v1/products"]


@pytest.mark.parametrize("identifier", ["gold/monthly", "gold monthly", "gold/eur", "a" * 200])
async def test_1_7_the_id_of_an_old_plan_may_be_anything(
    adapter: StripeAdapter, account: Account, identifier: str
) -> None:
    account.add_price(id=identifier, product="prod_1", tiers=TIERS)
    account.add_subscription(customer="cus_1", prices=[identifier])
    (listed,) = await models(adapter)

    assert [item.price.id for item in listed.items] == [identifier]


async def test_1_7_items_beyond_the_first_page_are_fetched(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    account.items_in_list_answers = account.items_in_single_answers = 2
    prices = [
        account.add_price(id=f"price_of_{number}", product="prod_1", unit_amount=1)["id"] for number in range(105)
    ]
    account.add_subscription(id="sub_1", customer="cus_1", prices=prices)
    one = await adapter.subscription("cus_1", "sub_1")
    (listed,) = await models(adapter)

    assert [item.price.id for item in one.items] == [item.price.id for item in listed.items] == prices
    assert simulator.calls().count("GET /v1/subscription_items") == 4


@pytest.mark.parametrize("shape", ["object", "id", "null"])
async def test_1_7_a_discount_outlives_its_coupon(
    adapter: StripeAdapter, rich: Account, shape: Literal["object", "id", "null"]
) -> None:
    """What then stands in the coupon's place is not documented; no form of it may spoil the subscription."""
    rich.deleted_coupon_expands_to = shape
    for coupon in ("SAVE20", "SAVE5"):
        rich.delete_coupon(coupon=coupon)
    (listed,) = await models(adapter)

    assert (listed.id, listed.discounts) == ("sub_1", None)
    assert (await adapter.subscription("cus_1", "sub_1")).discounts is None


async def test_2_1_the_discount_of_a_customer_comes_with_its_coupon(adapter: StripeAdapter, account: Account) -> None:
    account.discount_customer(customer="cus_1", coupon="SAVE20")
    listed = await adapter.customers(10, None)

    assert [one.coupon.id for one in (await adapter.customer("cus_1")).discounts or ()] == ["SAVE20"]
    assert [one.coupon.id for row in listed.data for one in row.discounts or ()] == ["SAVE20"]


async def test_2_2_prices_without_a_billing_cycle_are_none(adapter: StripeAdapter, account: Account) -> None:
    account.add_price(id="price_once", interval=None, unit_amount=100)
    account.add_price(id="price_week", interval="week", unit_amount=100)
    account.add_price(id="price_old", unit_amount=100, active=False)
    account.add_price(id="price_wish", custom_unit_amount={"maximum": None, "minimum": 100, "preset": None})
    listed = {price.id for price in (await adapter.prices(100, None)).data}

    assert listed == {"price_1", "price_2", "price_year", "price_extra", "price_metered", "price_euro"}
    assert (await adapter.price("price_old")).id == "price_old"
    with pytest.raises(NotFound):
        await adapter.price("price_once")


@pytest.mark.parametrize("kind", ["fixed", "tiered"])
async def test_2_2_a_subscription_in_another_currency_shows_that_ones_amount(
    adapter: StripeAdapter, account: Account, kind: str
) -> None:
    tiers = {"tiers": TIERS} if kind == "tiered" else {"unit_amount": 1000}
    euro: dict[str, Any] = {"tiers": [{"up_to": None, "unit_amount": 70}]} if kind == "tiered" else {"unit_amount": 900}
    account.add_price(id="price_multi", product="prod_1", currency_options={"eur": euro}, **tiers)
    account.add_subscription(id="sub_1", customer="cus_1", prices=["price_multi"], currency="eur")
    (listed,) = await models(adapter)

    for found in (listed, await adapter.subscription("cus_1", "sub_1")):
        amount = found.items[0].price.amount
        assert amount.currency == "eur"
        assert amount.tiers[0].unit == 70 if amount.model == "tiered" else amount.unit == 900


@pytest.mark.parametrize(
    ("members", "listed"),
    [
        pytest.param({"unit_amount_decimal": "0.35"}, False, id="it rounds to nothing"),
        pytest.param({"unit_amount_decimal": "0.5"}, True, id="it rounds up"),
        pytest.param({"unit_amount": 0}, True, id="it is free"),
        pytest.param({"tiers": [{"up_to": None, "unit_amount_decimal": "0.35"}]}, True, id="in tiers"),
    ],
)
async def test_2_2_a_price_whose_amount_cannot_be_shown_is_answered_but_not_listed(
    adapter: StripeAdapter, account: Account, members: dict[str, Any], listed: bool
) -> None:
    account.add_price(id="price_fine", product="prod_1", **members)

    assert (await adapter.price("price_fine")).id == "price_fine"
    assert ("price_fine" in {one.id for one in (await adapter.prices(100, None)).data}) is listed


async def test_2_3_families_are_a_convention_and_off_by_default(
    backend: Backend, adapter: StripeAdapter, account: Account
) -> None:
    account.products.rows["prod_1"]["metadata"] = {"line": "Core"}
    grouped = await backend.open(controllers={"families": {"enabled": True, "metadata_key": "line"}})

    with pytest.raises(Unsupported):
        await adapter.families(10, None)
    assert [(one.id, one.name) for one in (await grouped.families(10, None)).data] == [
        ("core", "Core"),
        ("ungrouped", "Ungrouped"),
    ]
    assert (await grouped.family("core")).name == "Core"
    assert (await grouped.product("prod_1")).family_id == "core"


async def test_2_3_an_archived_product_is_still_answered_but_not_listed(
    adapter: StripeAdapter, account: Account
) -> None:
    account.add_product(id="prod_old", active=False)

    assert (await adapter.product("prod_old")).id == "prod_old"
    assert "prod_old" not in {one.id for one in (await adapter.products(100, None)).data}


async def test_2_4_the_list_shows_the_ended_ones_too_and_nothing_that_has_not_begun(
    adapter: StripeAdapter, account: Account
) -> None:
    for number, status in enumerate(("canceled", "active", "incomplete_expired")):
        account.add_subscription(id=f"sub_{number}", customer="cus_1", prices=["price_1"], status=status)
    account.add_schedule(
        customer="cus_1", phases=[{"start_date": unix("2027-01-01T00:00"), "items": [{"price": "price_1"}]}]
    )
    listed = (await adapter.subscriptions("cus_1", 10, None)).data

    assert [(one.id, one.status.name) for one in listed] == [
        ("sub_2", "canceled"),
        ("sub_1", "active"),
        ("sub_0", "canceled"),
    ]


async def test_2_4_a_subscription_is_only_shown_to_its_customer(adapter: StripeAdapter, account: Account) -> None:
    """Stripe answers any subscription of the account, whoever asks."""
    account.add_subscription(id="sub_1", customer="cus_1", prices=["price_1"])

    with pytest.raises(NotFound, match=r"^Not found\.$"):
        await adapter.subscription("cus_2", "sub_1")


async def test_2_4_what_cannot_be_told_is_an_error_of_its_own_when_it_is_asked_for_alone(
    adapter: StripeAdapter, account: Account
) -> None:
    account.add_subscription(id="sub_1", customer="cus_1", prices=["price_1"])["status"] = "hibernating"

    with pytest.raises(Unreadable):
        await adapter.subscription("cus_1", "sub_1")


async def test_2_5_and_4_next_follows_stripes_more_and_not_the_number_of_rows(
    adapter: StripeAdapter, account: Account
) -> None:
    """Coupons cannot be filtered by validity there, so a page may be empty with more behind it."""
    for number in range(4):
        account.add_coupon(id=f"OVER{number}", redeem_by=account.now() - 1, created=account.now() + 10)
    first = await adapter.coupons(4, None)
    second = await adapter.coupons(4, first.next)

    assert (first.data, first.next) == ((), "OVER0")
    assert {one.id for one in second.data} == {"SAVE20", "SAVE5"}
    assert second.next is None
    assert (await adapter.coupon("OVER0")).id == "OVER0"


@pytest.mark.parametrize("limit", [1, 2, 5, 100])
async def test_4_every_page_is_walked_once(adapter: StripeAdapter, account: Account, limit: int) -> None:
    made = {account.add_customer()["id"] for _ in range(5)} | {"cus_1", "cus_2"}
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = await adapter.customers(limit, cursor)
        seen.extend(one.id for one in page.data)
        cursor = page.next
        if cursor is None:
            break

    assert len(seen) == len(set(seen))
    assert set(seen) == made


LISTS: list[Any] = [
    pytest.param(lambda adapter, cursor: adapter.customers(10, cursor), id="customers"),
    pytest.param(lambda adapter, cursor: adapter.subscriptions("cus_1", 10, cursor), id="subscriptions"),
    pytest.param(lambda adapter, cursor: adapter.prices(10, cursor), id="prices"),
    pytest.param(lambda adapter, cursor: adapter.products(10, cursor), id="products"),
    pytest.param(lambda adapter, cursor: adapter.coupons(10, cursor), id="coupons"),
]


@pytest.mark.parametrize("read", LISTS)
async def test_4_a_cursor_of_another_list_is_the_callers_mistake(adapter: StripeAdapter, read: Any) -> None:
    with pytest.raises(Invalid, match="cursor"):
        await read(adapter, "other_1")


async def test_4_subscriptions_of_an_unknown_customer_are_not_found(adapter: StripeAdapter) -> None:
    with pytest.raises(NotFound, match="no such customer"):
        await adapter.subscriptions("cus_never", 10, None)


async def test_4_what_is_asked_for_in_lists(adapter: StripeAdapter, simulator: StripeSimulator) -> None:
    await adapter.prices(7, None)
    await adapter.products(7, None)
    asked = [
        {name: value for name, value in request.query if not name.startswith("expand[")}
        for request in simulator.requests
    ]

    assert asked == [{"active": "true", "type": "recurring", "limit": "7"}, {"active": "true", "limit": "7"}]
