"""Lists: order, limits, cursors, filters; and search."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from simulators.stripe import Account
    from tests.simulators.stripe.client import Api, MovableClock


@pytest.fixture
def customers(account: Account, clock: MovableClock) -> list[str]:
    """Twelve customers of one second each, newest first."""
    for number in range(2, 14):
        account.add_customer(id=f"cus_{number}", created=clock.seconds - 100 + number)
    account.customers.rows["cus_1"]["created"] = clock.seconds - 1000
    return [f"cus_{number}" for number in range(13, 0, -1)]


async def test_a_list_is_newest_first_and_ten_long(api: Api, customers: list[str]) -> None:
    reply = await api.get("/v1/customers")

    assert reply.ids == customers[:10]
    assert reply.json["has_more"] is True
    assert reply.json["url"] == "/v1/customers"
    assert reply.json["object"] == "list"


async def test_objects_of_one_second_are_listed_latest_first(api: Api, account: Account) -> None:
    for identifier in ("cus_a", "cus_b"):
        account.add_customer(id=identifier)

    assert (await api.get("/v1/customers")).ids == ["cus_b", "cus_a", "cus_1"]


async def test_cursors_walk_forward_to_the_end(api: Api, customers: list[str]) -> None:
    walked: list[str] = []
    cursor: tuple[tuple[str, str], ...] = ()
    while True:
        reply = await api.get("/v1/customers", ("limit", "5"), *cursor)
        walked += reply.ids
        if not reply.json["has_more"]:
            break
        cursor = (("starting_after", walked[-1]),)

    assert walked == customers


async def test_a_cursor_walks_backward(api: Api, customers: list[str]) -> None:
    reply = await api.get("/v1/customers", ("limit", "3"), ("ending_before", customers[5]))

    assert reply.ids == customers[2:5]
    assert reply.json["has_more"] is True


@pytest.mark.parametrize("limit", ["0", "101", "-1", "ten", "1e1", ""])
async def test_a_limit_outside_one_to_a_hundred_is_refused(api: Api, limit: str) -> None:
    reply = await api.get("/v1/customers", ("limit", limit))

    assert reply.status == 400
    assert reply.error["param"] == "limit"
    assert reply.error["code"] in ("parameter_invalid_integer", "parameter_invalid_empty")


@pytest.mark.parametrize("cursor", ["starting_after", "ending_before"])
async def test_a_cursor_must_exist(api: Api, cursor: str) -> None:
    reply = await api.get("/v1/customers", (cursor, "cus_none"))

    assert reply.status == 400
    assert (reply.error["code"], reply.error["param"]) == ("resource_missing", cursor)


async def test_one_cursor_at_a_time(api: Api) -> None:
    reply = await api.get("/v1/customers", ("starting_after", "cus_1"), ("ending_before", "cus_1"))

    assert reply.error["code"] == "parameters_exclusive"


async def test_the_email_filter_is_exact_and_knows_case(api: Api, account: Account) -> None:
    account.add_customer(id="cus_upper", email="Ada@Example.com")

    assert (await api.get("/v1/customers", ("email", "ada@example.com"))).ids == ["cus_1"]
    assert (await api.get("/v1/customers", ("email", "ADA@example.com"))).ids == []


async def test_customers_on_a_test_clock_are_left_out(api: Api, account: Account) -> None:
    account.add_customer(id="cus_clock", test_clock="clock_1")

    assert (await api.get("/v1/customers")).ids == ["cus_1"]
    assert (await api.get("/v1/customers", ("test_clock", "clock_1"))).ids == ["cus_clock"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("active=true", ["price_eur", "price_once", "price_year", "price_2", "price_1"], id="active"),
        pytest.param("active=false", ["price_old"], id="inactive"),
        pytest.param("type=one_time", ["price_once"], id="one-time"),
        pytest.param("currency=eur", ["price_eur"], id="currency"),
        pytest.param("product=prod_other", ["price_eur"], id="product"),
        pytest.param("recurring[interval]=year", ["price_year"], id="interval"),
        pytest.param("lookup_keys[]=old&lookup_keys[]=none", ["price_old"], id="lookup keys"),
        pytest.param("created[gt]=0&active=false", ["price_old"], id="created after"),
        pytest.param("created[lt]=1", [], id="created before"),
    ],
)
async def test_prices_are_filtered(api: Api, account: Account, query: str, found: list[str]) -> None:
    account.add_price(id="price_old", product="prod_1", unit_amount=1, active=False, lookup_key="old")
    account.add_price(id="price_once", product="prod_1", unit_amount=1, interval=None)
    account.add_price(id="price_eur", product="prod_other", unit_amount=1, currency="eur")

    assert (await api.get(f"/v1/prices?{query}")).ids == found


async def test_products_are_found_by_ids_but_not_from_a_cursor(api: Api) -> None:
    found = await api.get("/v1/products?ids[]=prod_1&ids[]=prod_none")
    refused = await api.get("/v1/products?ids[]=prod_1&starting_after=prod_1")

    assert found.ids == ["prod_1"]
    assert refused.status == 400


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("code=hello", ["promo_hello"], id="code, in any case"),
        pytest.param("coupon=SAVE5", ["promo_five"], id="coupon"),
        pytest.param("active=false", ["promo_five"], id="inactive"),
        pytest.param("customer=cus_1", ["promo_hello"], id="customer"),
    ],
)
async def test_promotion_codes_are_filtered(api: Api, account: Account, query: str, found: list[str]) -> None:
    account.add_promotion_code(id="promo_hello", coupon="SAVE20", code="HELLO", customer="cus_1")
    account.add_promotion_code(id="promo_five", coupon="SAVE5", code="FIVE", active=False)

    assert (await api.get(f"/v1/promotion_codes?{query}")).ids == found


@pytest.fixture
def subscriptions(account: Account, clock: MovableClock) -> None:
    account.add_customer(id="cus_2")
    statuses = ("active", "canceled", "trialing", "incomplete_expired", "paused")
    for offset, status in enumerate(statuses):
        account.add_subscription(
            id=f"sub_{status}",
            customer="cus_1",
            prices=["price_1"],
            status=status,
            created=clock.seconds - 3600 + offset,
        )
    account.add_subscription(id="sub_other", customer="cus_2", prices=["price_2"])


@pytest.mark.usefixtures("subscriptions")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("customer=cus_1", ["sub_paused", "sub_trialing", "sub_active"], id="the ended are left out"),
        pytest.param(
            "customer=cus_1&status=all",
            ["sub_paused", "sub_incomplete_expired", "sub_trialing", "sub_canceled", "sub_active"],
            id="all",
        ),
        pytest.param("status=ended", ["sub_incomplete_expired", "sub_canceled"], id="ended"),
        pytest.param("status=trialing", ["sub_trialing"], id="one status"),
        pytest.param("price=price_2", ["sub_other"], id="price"),
        pytest.param(
            "customer=cus_1&limit=1&starting_after=sub_paused", ["sub_trialing"], id="a page of one customer's"
        ),
        pytest.param("customer=cus_1&ending_before=sub_active&limit=1", ["sub_trialing"], id="backward"),
    ],
)
async def test_subscriptions_are_filtered(api: Api, query: str, found: list[str]) -> None:
    assert (await api.get(f"/v1/subscriptions?{query}")).ids == found


async def test_subscriptions_on_a_test_clock_need_their_customer_or_clock(api: Api, account: Account) -> None:
    account.add_customer(id="cus_clock", test_clock="clock_1")
    account.add_subscription(id="sub_clock", customer="cus_clock", prices=["price_1"])

    assert (await api.get("/v1/subscriptions")).ids == []
    assert (await api.get("/v1/subscriptions", ("customer", "cus_clock"))).ids == ["sub_clock"]
    assert (await api.get("/v1/subscriptions", ("test_clock", "clock_1"))).ids == ["sub_clock"]


async def test_subscriptions_of_an_unknown_customer_are_refused(api: Api) -> None:
    reply = await api.get("/v1/subscriptions?customer=cus_none")

    assert reply.status == 400
    assert (reply.error["code"], reply.error["param"]) == ("resource_missing", "customer")


async def test_a_subscription_embeds_its_first_items_and_lists_the_rest(api: Api, account: Account) -> None:
    prices = [account.add_price(product="prod_1", unit_amount=1)["id"] for _ in range(4)]
    account.items_in_list_answers, account.items_in_single_answers = 2, 3
    subscription = account.add_subscription(id="sub_1", customer="cus_1", prices=prices)
    items = [item["id"] for item in subscription["items"]["data"]]

    listed = (await api.get("/v1/subscriptions")).json["data"][0]["items"]
    single = (await api.get("/v1/subscriptions/sub_1")).json["items"]
    first = await api.get("/v1/subscription_items", ("subscription", "sub_1"), ("limit", "3"))
    rest = await api.get("/v1/subscription_items", ("subscription", "sub_1"), ("starting_after", first.ids[-1]))

    assert (len(listed["data"]), listed["has_more"]) == (2, True)
    assert (len(single["data"]), single["has_more"]) == (3, True)
    assert single["url"] == "/v1/subscription_items?subscription=sub_1"
    assert (first.ids, first.json["has_more"]) == (items[:3], True)
    assert (rest.ids, rest.json["has_more"]) == (items[3:], False)
    assert (await api.get(f"/v1/subscription_items/{items[0]}")).json["id"] == items[0]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("email:'ada@example.com'", ["cus_upper", "cus_1"], id="e-mail, in any case"),
        pytest.param("phone:'+1555'", ["cus_upper"], id="phone"),
        pytest.param('name:"O\'Neill"', ["cus_upper"], id="double quotes"),
        pytest.param("name:'O\\'Neill'", ["cus_upper"], id="an escaped quote"),
        pytest.param("metadata['crm']:'42'", ["cus_upper"], id="metadata"),
        pytest.param("email~'example' AND phone:'+1555'", ["cus_upper"], id="and"),
        pytest.param("phone:'+1555' OR email:'ada@example.com'", ["cus_upper", "cus_1"], id="or"),
        pytest.param("-phone:'+1555'", ["cus_1"], id="not"),
        pytest.param("email:'nobody@example.com'", [], id="nobody"),
    ],
)
async def test_search_finds_customers(api: Api, account: Account, query: str, found: list[str]) -> None:
    account.add_customer(id="cus_upper", email="Ada@Example.com", phone="+1555", name="O'Neill", metadata={"crm": "42"})

    reply = await api.get("/v1/customers/search", ("query", query))

    assert reply.json["object"] == "search_result"
    assert reply.ids == found


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("email:'a' AND phone:'b' OR name:'c'", id="and with or"),
        pytest.param("email='a'", id="another operator"),
        pytest.param("email:a", id="no quotes"),
        pytest.param("shoe_size:'42'", id="an unknown field"),
        pytest.param("email:'a' phone:'b'", id="no joint"),
        pytest.param("email:'a' AND", id="half a query"),
    ],
)
async def test_search_refuses_what_it_cannot_read(api: Api, query: str) -> None:
    assert (await api.get("/v1/customers/search", ("query", query))).status == 400


async def test_search_pages_by_its_own_token(api: Api, account: Account) -> None:
    account.add_customer(id="cus_2", email="ada@example.com")
    query = ("query", "email:'ada@example.com'")

    first = await api.get("/v1/customers/search", query, ("limit", "1"))
    second = await api.get("/v1/customers/search", query, ("page", first.json["next_page"]))
    refused = await api.get("/v1/customers/search", query, ("starting_after", "cus_2"))

    assert (first.ids, first.json["has_more"]) == (["cus_2"], True)
    assert (second.ids, second.json["has_more"], second.json["next_page"]) == (["cus_1"], False, None)
    assert refused.error["code"] == "parameter_unknown"


async def test_search_lags_behind(api: Api, account: Account, clock: MovableClock) -> None:
    account.search_lag = timedelta(minutes=1)
    query = ("query", "email:'ada@example.com'")

    early = await api.get("/v1/customers/search", query)
    clock.move(minutes=2)

    assert early.ids == []
    assert (await api.get("/v1/customers/search", query)).ids == ["cus_1"]


async def test_search_can_be_unavailable(api: Api, account: Account) -> None:
    account.search_available = False

    assert (await api.get("/v1/customers/search", ("query", "email:'a'"))).status == 400
