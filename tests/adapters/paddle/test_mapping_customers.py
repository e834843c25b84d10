"""Customers, addresses and products in Churnkey's words (traps 2.1 to 2.3)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Unmappable
from adapters.paddle import mapping
from adapters.paddle.models import Address, Customer, Product, read
from tests.adapters.paddle.objects import address, customer, product, wire
from tests.adapters.paddle.support import ADA, PRO

if TYPE_CHECKING:
    from collections.abc import Mapping


def test_the_worked_example() -> None:
    source = customer(name="Ada Lovelace", custom_data={"crm": "42", "seats": 3})
    home = address(first_line="12 St James's Square", city="London", postal_code="SW1Y 4JH")

    assert wire(mapping.customer(read(Customer, source), [read(Address, home)])) == {
        "id": ADA,
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "addresses": [{"country": "GB", "city": "London", "postalCode": "SW1Y 4JH", "line1": "12 St James's Square"}],
        "metadata": {"crm": "42", "seats": "3"},
        "createdAt": "2026-01-01T00:00:00.300Z",
    }


@pytest.mark.parametrize("name", ["Grace Brewster Murray Hopper", "Müller & Söhne GmbH", "山田 太郎", "Teller"])
def test_a_name_is_one_text_that_is_not_split(name: str) -> None:
    shown = wire(mapping.customer(read(Customer, customer(name=name))))
    assert shown["name"] == name
    assert "lastName" not in shown


@pytest.mark.parametrize("field", ["name", "email", "created_at", "custom_data"])
@pytest.mark.parametrize("how", ["null", "missing"])
def test_what_is_not_there_is_left_out(field: str, how: str) -> None:
    source = customer(name="Ada", custom_data={"crm": "42"})
    source[field] = None
    if how == "missing":
        del source[field]
    ours = {"created_at": "createdAt", "custom_data": "metadata"}.get(field, field)

    assert ours not in wire(mapping.customer(read(Customer, source)))


def test_an_archived_customer_is_one_too() -> None:
    assert mapping.customer(read(Customer, customer(status="archived"))).id == ADA


def test_what_a_later_version_adds_is_passed_over() -> None:
    odd, usual = read(Customer, customer(loyalty={"tier": 1}, status="dormant")), read(Customer, customer())
    assert wire(mapping.customer(odd)) == wire(mapping.customer(usual))


DATA: list[Any] = [
    pytest.param({"a": "b"}, {"a": "b"}, id="text"),
    pytest.param({"n": 1, "f": 1.5, "t": True}, {"n": "1", "f": "1.5", "t": "true"}, id="numbers and switches"),
    pytest.param({"o": {"é": [1, None]}}, {"o": '{"é":[1,null]}'}, id="nested"),
    pytest.param({"n": None}, {}, id="nothing"),
    pytest.param({}, {}, id="empty"),
    pytest.param(None, {}, id="null"),
    pytest.param(["a", "b"], {}, id="a list"),
    pytest.param("text", {}, id="a text"),
]


@pytest.mark.parametrize(("data", "shown"), DATA)
def test_custom_data_becomes_text_to_text(data: Any, shown: Mapping[str, str]) -> None:
    assert mapping.metadata(read(Customer, customer(custom_data=data))) == shown


def test_all_members_of_an_address_have_their_place() -> None:
    whole = address(
        first_line="1 Main St",
        second_line="Apt 4",
        city="Oakland",
        region="CA",
        postal_code="94607",
        country_code="US",
    )
    (shown,) = mapping.customer(read(Customer, customer()), [read(Address, whole)]).addresses or ()

    assert wire(shown) == {
        "line1": "1 Main St",
        "line2": "Apt 4",
        "city": "Oakland",
        "state": "CA",
        "postalCode": "94607",
        "country": "US",
    }


@pytest.mark.parametrize(
    ("addresses", "countries"),
    [
        pytest.param([], None, id="none"),
        pytest.param([address()], ["GB"], id="nothing but the country"),
        pytest.param([address(country_code="DE"), address()], ["DE", "GB"], id="in the order of the list"),
        pytest.param([address(), address(id="add_02")], ["GB"], id="the same twice, as checkouts make them"),
        pytest.param([address(country_code=None)], None, id="an empty one"),
    ],
)
def test_addresses(addresses: list[Any], countries: list[str] | None) -> None:
    shown = mapping.customer(read(Customer, customer()), [read(Address, one) for one in addresses]).addresses
    assert (shown and [one.country for one in shown]) == countries


TIMES = [
    ("2026-11-21T12:00:00Z", 0),
    ("2026-11-21T12:00:00.3Z", 300_000),
    ("2026-11-21T12:00:00.048Z", 48_000),
    ("2026-11-21T12:00:00.000000Z", 0),
    ("2026-11-21T12:00:00.123456789Z", 123_456),
    ("2026-11-21T14:00:00.5+02:00", 500_000),
    ("2026-11-21 12:00:00", 0),
]


@pytest.mark.parametrize(("text", "microsecond"), TIMES, ids=[text for text, _ in TIMES])
def test_times_have_any_number_of_digits(text: str, microsecond: int) -> None:
    assert mapping.moment(text) == datetime(2026, 11, 21, 12, 0, 0, microsecond, tzinfo=UTC)


@pytest.mark.parametrize(
    "value", ["", "soon", 1_800_000_000, True, {}, "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00"]
)
def test_what_is_no_time_is_never_guessed(value: object) -> None:
    with pytest.raises(Unmappable):
        mapping.moment(value)


def test_a_product() -> None:
    assert wire(mapping.product(read(Product, product(description="For teams.")))) == {
        "id": PRO,
        "type": "standalone",
        "name": "Pro",
        "description": "For teams.",
    }


def test_a_product_that_is_archived_or_of_a_kind_nobody_knows_is_one_too() -> None:
    assert mapping.product(read(Product, product(status="archived", type="bundle"))).name == "Pro"
