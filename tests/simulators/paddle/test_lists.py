"""Lists: order, pages, cursors, scopes, filters, what can be included."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from simulators.paddle.identifiers import readable
from tests.simulators.paddle.client import (
    ADDON,
    CUSTOMER,
    DEARER,
    FIVE_OFF,
    MONTHLY,
    PRODUCT,
    SAVE20,
    SUBSCRIPTION,
    TRIAL,
    WELCOME,
    YEARLY,
    sent,
)

if TYPE_CHECKING:
    from simulators.paddle import Account
    from tests.simulators.paddle.client import Api, MovableClock, Reply


@pytest.fixture
def customers(account: Account) -> list[str]:
    """Twelve customers, newest first."""
    made = [account.add_customer(id=readable("ctm", f"b{number:02d}"))["id"] for number in range(11)]
    return [*reversed(made), CUSTOMER]


def cursor(reply: Reply) -> str:
    address: str = reply.pagination["next"]
    return dict(parse_qsl(urlsplit(address).query))["after"]


class TestPages:
    async def test_a_list_is_newest_first_and_fifty_long(self, api: Api, customers: list[str]) -> None:
        reply = await api.get("/customers")

        assert reply.ids == customers
        assert reply.pagination["per_page"] == 50
        assert reply.pagination["has_more"] is False

    async def test_a_page_above_two_hundred_is_lowered_without_a_word(self, api: Api) -> None:
        assert (await api.get("/customers", per_page="1000")).pagination["per_page"] == 200

    async def test_the_next_page_is_named_even_where_there_is_none(self, api: Api) -> None:
        reply = await api.get("/customers")
        beyond = await api.get("/customers", after=cursor(reply))

        assert reply.pagination["has_more"] is False
        assert cursor(reply) == CUSTOMER
        assert (beyond.ids, beyond.pagination["has_more"]) == ([], False)
        assert urlsplit(beyond.pagination["next"]).path == "/customers"

    async def test_cursors_walk_to_the_end(self, api: Api, customers: list[str]) -> None:
        walked: list[str] = []
        reply = await api.get("/customers", per_page="5")
        while reply.pagination["has_more"]:
            walked += reply.ids
            reply = await api.get("/customers", per_page="5", after=cursor(reply))

        assert walked + reply.ids == customers

    @pytest.mark.parametrize(("per_page", "more"), [("11", True), ("12", False), ("13", False)])
    async def test_a_page_that_holds_the_last_one_has_no_more_behind_it(
        self, api: Api, customers: list[str], per_page: str, *, more: bool
    ) -> None:
        assert len(customers) == 12
        assert (await api.get("/customers", per_page=per_page)).pagination["has_more"] is more

    async def test_the_next_address_repeats_the_query(self, api: Api, customers: list[str]) -> None:
        reply = await api.get("/customers", per_page="2", status="active,archived", order_by="id[ASC]")
        asked = dict(parse_qsl(urlsplit(reply.pagination["next"]).query))

        assert asked == {
            "per_page": "2",
            "status": "active,archived",
            "order_by": "id[ASC]",
            "after": customers[-2],
        }

    async def test_the_total_ignores_the_filters(self, api: Api, customers: list[str]) -> None:
        assert (await api.get("/customers", id=CUSTOMER)).pagination["estimated_total"] == len(customers)

    @pytest.mark.parametrize("direction", ["ASC", "DESC"])
    async def test_an_order_holds_across_pages(self, api: Api, customers: list[str], direction: str) -> None:
        order = f"id[{direction}]"
        first = await api.get("/customers", per_page="7", order_by=order)
        second = await api.get("/customers", per_page="7", order_by=order, after=first.ids[-1])

        assert first.ids + second.ids == (customers if direction == "DESC" else customers[::-1])

    @pytest.mark.parametrize(
        ("order", "found"),
        [
            pytest.param("unit_price.amount[ASC]", [ADDON, MONTHLY, DEARER, YEARLY], id="numbers in text"),
            pytest.param("billing_cycle.interval[DESC]", [YEARLY, MONTHLY, DEARER, ADDON], id="a nested word"),
        ],
    )
    async def test_prices_have_other_orders(self, api: Api, order: str, found: list[str]) -> None:
        first = await api.get("/prices", order_by=order, per_page="3")
        second = await api.get("/prices", order_by=order, per_page="3", after=first.ids[-1])

        assert first.ids + second.ids == found

    async def test_a_customers_subscriptions_are_paged_too(self, api: Api, account: Account) -> None:
        made = [account.add_subscription(customer=CUSTOMER, prices=[MONTHLY])["id"] for _ in range(3)]
        first = await api.get("/subscriptions", customer_id=CUSTOMER, per_page="2")
        second = await api.get("/subscriptions", customer_id=CUSTOMER, per_page="2", after=cursor(first))

        assert first.ids + second.ids == made[::-1]
        assert [first.pagination["has_more"], second.pagination["has_more"]] == [True, False]


class TestScopes:
    @pytest.mark.parametrize("collection", ["customers", "products", "prices", "discounts"])
    async def test_archived_ones_are_listed_only_if_asked_for_and_found_by_id(
        self, api: Api, account: Account, collection: str
    ) -> None:
        add: dict[str, Any] = {
            "customers": account.add_customer,
            "products": account.add_product,
            "prices": account.add_price,
            "discounts": account.add_discount,
        }
        made = add[collection](status="archived")["id"]

        assert made not in (await api.get(f"/{collection}")).ids
        assert (await api.get(f"/{collection}", status="archived")).ids == [made]
        assert made in (await api.get(f"/{collection}", status="active,archived")).ids
        assert (await api.get(f"/{collection}/{made}")).data["status"] == "archived"

    async def test_subscriptions_of_every_status_are_listed(self, api: Api, account: Account) -> None:
        statuses = ("active", "trialing", "past_due", "paused", "canceled")
        for status in statuses:
            account.add_subscription(customer=CUSTOMER, prices=[MONTHLY], status=status)

        assert [row["status"] for row in (await api.get("/subscriptions")).data] == list(statuses[::-1])

    @pytest.mark.parametrize(
        ("members", "status"),
        [
            pytest.param({"expires_at": "2026-01-01T00:00:00Z"}, "expired", id="expired"),
            pytest.param({"usage_limit": 3, "times_used": 3}, "used", id="used up"),
        ],
    )
    async def test_finished_discounts_have_statuses_of_their_own(
        self, api: Api, account: Account, members: dict[str, Any], status: str
    ) -> None:
        made = account.add_discount(**members)["id"]

        assert made not in (await api.get("/discounts")).ids
        assert (await api.get("/discounts", status=status)).ids == [made]

    @pytest.mark.parametrize("collection", ["products", "prices"])
    async def test_what_was_made_for_one_transaction_is_listed_only_if_asked_for(
        self, api: Api, account: Account, collection: str
    ) -> None:
        add: dict[str, Any] = {"products": account.add_product, "prices": account.add_price}
        made = add[collection](type="custom")["id"]

        assert made not in (await api.get(f"/{collection}")).ids
        assert (await api.get(f"/{collection}", type="custom")).ids == [made]


class TestFilters:
    @pytest.mark.parametrize(
        ("email", "found"),
        [
            pytest.param("ada@example.com", True, id="exact"),
            pytest.param("nobody@example.com,ada@example.com", True, id="one of several"),
            pytest.param("ADA@example.com", False, id="in another case"),
            pytest.param("ada@example", False, id="a part"),
        ],
    )
    async def test_the_email_is_compared_whole(self, api: Api, email: str, *, found: bool) -> None:
        assert (await api.get("/customers", email=email)).ids == ([CUSTOMER] if found else [])

    async def test_the_email_may_ignore_case_if_the_account_is_told_to(self, api: Api, account: Account) -> None:
        account.email_ignores_case = True

        assert (await api.get("/customers", email="ADA@Example.com")).ids == [CUSTOMER]

    async def test_a_plus_in_an_email_arrives(self, api: Api, account: Account) -> None:
        made = account.add_customer(email="a+b@example.com")["id"]

        assert (await api.get("/customers", email="a+b@example.com")).ids == [made]

    @pytest.mark.parametrize("needle", ["ADA", "example.com", CUSTOMER[:10]])
    async def test_search_looks_into_parts(self, api: Api, needle: str) -> None:
        assert (await api.get("/customers", search=needle)).ids == [CUSTOMER]

    async def test_search_finds_nothing_where_nothing_fits(self, api: Api) -> None:
        assert (await api.get("/customers", search="grace")).ids == []

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            pytest.param({"recurring": "true"}, [YEARLY, MONTHLY, DEARER], id="recurring"),
            pytest.param({"recurring": "false"}, [readable("pri", "once")], id="one-time"),
            pytest.param({"id": f"{YEARLY},{MONTHLY}"}, [YEARLY, MONTHLY], id="ids"),
        ],
    )
    async def test_prices_are_filtered(
        self, api: Api, account: Account, query: dict[str, str], found: list[str]
    ) -> None:
        account.add_price(id=readable("pri", "once"), product=PRODUCT, interval=None)

        assert (await api.get("/prices", product_id=PRODUCT, **query)).ids == found

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            pytest.param({"code": "hello"}, [readable("dsc", "hello")], id="code, in any case"),
            pytest.param({"mode": "custom"}, [readable("dsc", "hello")], id="mode"),
            pytest.param({"id": f"{SAVE20},{FIVE_OFF}"}, [SAVE20, FIVE_OFF], id="ids"),
            pytest.param({}, [WELCOME, SAVE20, readable("dsc", "hello"), FIVE_OFF], id="none"),
        ],
    )
    async def test_discounts_are_filtered(
        self, api: Api, account: Account, query: dict[str, str], found: list[str]
    ) -> None:
        account.add_discount(id=readable("dsc", "hello"), code="HELLO", mode="custom")

        assert (await api.get("/discounts", **query)).ids == found

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            pytest.param({"status": "trialing"}, [TRIAL], id="status"),
            pytest.param({"status": "trialing,active"}, [TRIAL, SUBSCRIPTION], id="statuses"),
            pytest.param({"price_id": MONTHLY}, [TRIAL, SUBSCRIPTION], id="price"),
            pytest.param({"price_id": YEARLY}, [], id="another price"),
            pytest.param({"customer_id": CUSTOMER}, [TRIAL, SUBSCRIPTION], id="customer"),
            pytest.param({"customer_id": readable("ctm", "none")}, [], id="a customer who does not exist"),
            pytest.param({"scheduled_change_action": "cancel"}, [SUBSCRIPTION], id="what is scheduled"),
            pytest.param({"collection_mode": "manual"}, [], id="collection"),
        ],
    )
    async def test_subscriptions_are_filtered(
        self,
        api: Api,
        subscription: dict[str, Any],
        trial: dict[str, Any],
        query: dict[str, str],
        found: list[str],
    ) -> None:
        assert {subscription["status"], trial["status"]} == {"active", "trialing"}
        await api.act("cancel")

        assert (await api.get("/subscriptions", **query)).ids == found

    @pytest.mark.usefixtures("subscription", "trial")
    async def test_subscriptions_are_filtered_by_their_next_bill(self, api: Api, clock: MovableClock) -> None:
        bound = sent(clock() + timedelta(days=12))

        assert (await api.get("/subscriptions", **{"next_billed_at[LT]": bound})).ids == [TRIAL]
        assert (await api.get("/subscriptions", **{"next_billed_at[GTE]": bound})).ids == [SUBSCRIPTION]

    async def test_an_address_belongs_to_its_customer(self, api: Api, account: Account) -> None:
        other = account.add_customer()["id"]
        address = account.add_address(customer=CUSTOMER, city="London")["id"]
        archived = account.add_address(customer=CUSTOMER, status="archived")["id"]

        assert (await api.get(f"/customers/{CUSTOMER}/addresses")).ids == [address]
        assert (await api.get(f"/customers/{CUSTOMER}/addresses", status="archived")).ids == [archived]
        assert (await api.get(f"/customers/{CUSTOMER}/addresses", search="lond")).ids == [address]
        assert (await api.get(f"/customers/{CUSTOMER}/addresses/{address}")).data["city"] == "London"
        assert (await api.get(f"/customers/{other}/addresses")).ids == []
        assert (await api.get(f"/customers/{other}/addresses/{address}")).refusal == (404, "not_found")
        assert (await api.get(f"/customers/{readable('ctm', 'none')}/addresses")).refusal == (404, "not_found")


class TestIncludes:
    async def test_a_price_with_its_product_and_a_product_with_its_prices(self, api: Api) -> None:
        price = await api.get(f"/prices/{MONTHLY}", include="product")
        product = await api.get(f"/products/{PRODUCT}", include="prices")

        assert price.data["product"]["id"] == PRODUCT
        assert [row["id"] for row in product.data["prices"]] == [YEARLY, MONTHLY, DEARER]
        assert "product" not in (await api.get(f"/prices/{MONTHLY}")).data

    async def test_lists_include_as_well(self, api: Api) -> None:
        assert all("product" in row for row in (await api.get("/prices", include="product")).data)
        assert all("prices" in row for row in (await api.get("/products", include="prices")).data)
        assert all("discount_group" in row for row in (await api.get("/discounts", include="discount_group")).data)

    @pytest.mark.usefixtures("subscription")
    async def test_a_subscription_with_what_it_will_be_billed(self, api: Api) -> None:
        wanted = "next_transaction,recurring_transaction_details"
        shown = (await api.get(f"/subscriptions/{SUBSCRIPTION}", include=wanted)).data

        assert shown["next_transaction"]["details"]["totals"]["grand_total"] == "3000"
        assert shown["next_transaction"]["billing_period"]["starts_at"] == shown["next_billed_at"]
        assert shown["recurring_transaction_details"]["line_items"][0]["quantity"] == 3

    @pytest.mark.parametrize(
        ("path", "include", "code"),
        [
            pytest.param("/subscriptions", "next_transaction", "bad_request", id="a list of subscriptions"),
            pytest.param(f"/customers/{CUSTOMER}", "addresses", "bad_request", id="a customer"),
            pytest.param(f"/prices/{MONTHLY}", "prices", "invalid_field", id="what a price does not have"),
        ],
    )
    async def test_what_cannot_be_included_is_refused(self, api: Api, path: str, include: str, code: str) -> None:
        assert (await api.get(path, include=include)).refusal == (400, code)
