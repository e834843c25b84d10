"""Looking customers up by e-mail and by phone (traps 4)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.errors import NotFound
from adapters.phones import phone_spellings
from adapters.stripe.search import any_field_equals

if TYPE_CHECKING:
    from adapters.stripe.adapter import StripeAdapter
    from simulators.stripe import Account, StripeSimulator
    from tests.adapters.stripe.support import Witness

LIST = "GET /v1/customers"
SEARCH = "GET /v1/customers/search"


@pytest.mark.parametrize(
    ("values", "query"),
    [
        pytest.param(["a@b.c"], "email:'a@b.c'", id="one value"),
        pytest.param(["a", "b"], "email:'a' OR email:'b'", id="any of several"),
        pytest.param(["o'hara@x.y"], r"email:'o\'hara@x.y'", id="a quote"),
        pytest.param(["a\\"], r"email:'a\\'", id="a backslash"),
        pytest.param(["\\' OR name:'x"], r"email:'\\\' OR name:\'x'", id="a query in the value"),
    ],
)
def test_values_are_escaped(values: list[str], query: str) -> None:
    assert any_field_equals("email", values) == query


@pytest.mark.parametrize(
    ("phone", "spellings"),
    [
        ("+442079460958", ["+442079460958", "442079460958"]),
        ("+44 20 7946 0958", ["+44 20 7946 0958", "+442079460958", "442079460958"]),
        ("(555) 123-4567", ["(555) 123-4567", "5551234567"]),
    ],
)
def test_phones_are_looked_for_in_their_usual_spellings(phone: str, spellings: list[str]) -> None:
    assert phone_spellings(phone) == spellings


async def test_a_running_customer_is_found_by_the_list_alone(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    account.add_subscription(customer="cus_1", prices=["price_1"])

    assert (await adapter.customer_by_email("ada@example.com")).id == "cus_1"
    assert simulator.calls() == [LIST]
    assert simulator.requests[0].parameters["email"] == "ada@example.com"


async def test_the_search_finds_what_the_lists_case_hides(
    adapter: StripeAdapter, account: Account, simulator: StripeSimulator
) -> None:
    account.add_customer(id="cus_upper", email="Ada@Example.com")
    account.add_subscription(customer="cus_upper", prices=["price_1"])

    assert (await adapter.customer_by_email("ada@example.com")).id == "cus_upper"
    assert simulator.calls() == [LIST, SEARCH]


async def test_of_several_the_newest_wins_when_none_is_running(adapter: StripeAdapter, account: Account) -> None:
    account.add_customer(id="cus_older", email="ada@example.com", created=1)
    account.add_customer(id="cus_newer", email="ada@example.com", created=account.now() + 1)
    account.add_subscription(customer="cus_older", prices=["price_1"], status="canceled")

    assert (await adapter.customer_by_email("ada@example.com")).id == "cus_newer"


@pytest.mark.parametrize("status", ["active", "trialing", "past_due", "unpaid", "paused"])
async def test_of_several_a_running_one_wins(adapter: StripeAdapter, account: Account, status: str) -> None:
    account.add_customer(id="cus_older", email="ada@example.com", created=1)
    account.add_subscription(customer="cus_older", prices=["price_1"], status=status)

    assert (await adapter.customer_by_email("ada@example.com")).id == "cus_older"


async def test_a_loose_match_of_the_search_is_no_match(adapter: StripeAdapter, account: Account) -> None:
    account.add_customer(id="cus_3", email="ada@example.com.evil.test")

    with pytest.raises(NotFound):
        await adapter.customer_by_email("da@example.com")


async def test_a_new_customer_is_found_before_the_search_knows_it(adapter: StripeAdapter, account: Account) -> None:
    account.search_lag = timedelta(hours=1)

    assert (await adapter.customer_by_email("ada@example.com")).id == "cus_1"


async def test_without_search_the_list_still_answers(
    adapter: StripeAdapter, account: Account, witness: Witness
) -> None:
    account.search_available = False

    assert (await adapter.customer_by_email("ada@example.com")).id == "cus_1"
    assert witness.unknown == [("customers.search", "refused")]


async def test_without_search_nobody_is_found_by_phone(adapter: StripeAdapter, account: Account) -> None:
    account.search_available = False

    with pytest.raises(NotFound):
        await adapter.customer_by_phone("+442079460958")


@pytest.mark.parametrize("asked", ["+442079460958", "+44 20 7946 0958", "+44-2079460958"])
async def test_a_phone_is_found_however_it_is_asked_for(
    adapter: StripeAdapter, simulator: StripeSimulator, asked: str
) -> None:
    assert (await adapter.customer_by_phone(asked)).id == "cus_1"
    assert simulator.calls() == [SEARCH]


async def test_a_number_without_its_country_is_not_taken_for_one_with_it(adapter: StripeAdapter) -> None:
    with pytest.raises(NotFound):
        await adapter.customer_by_phone("44-2079460958")


@pytest.mark.parametrize(
    "email",
    [
        "ada+tag@example.com",
        "a&b=c@example.com",
        "zoë@example.com",
        "a#b@example.com",
        "o'hara@example.com",
        "a%2Fb@x.y",
    ],
)
async def test_any_address_travels_whole(adapter: StripeAdapter, account: Account, email: str) -> None:
    account.add_customer(id="cus_3", email=email)

    assert (await adapter.customer_by_email(email)).id == "cus_3"


@pytest.mark.parametrize("email", ["", "ada", "ada@example.com\n", "a" * 320 + "@x.y", "a\x00@x.y"])
async def test_what_is_no_address_is_not_asked_for(
    adapter: StripeAdapter, simulator: StripeSimulator, email: str
) -> None:
    with pytest.raises(NotFound):
        await adapter.customer_by_email(email)
    assert simulator.calls() == []
