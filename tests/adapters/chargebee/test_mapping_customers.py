"""Customers in Churnkey's words (traps 2.5)."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.chargebee import mapping
from adapters.errors import Unmappable
from tests.adapters.chargebee import objects
from tests.adapters.chargebee.objects import wire

LONDON = {
    "line1": "12 St James's Square",
    "line2": "Floor 2",
    "line3": "Room 5",
    "city": "London",
    "state": "Greater London",
    "zip": "SW1Y 4JH",
    "country": "GB",
}
NO_ADDRESS = {"validation_status": "not_validated", "object": "billing_address"}


def test_a_bare_customer_has_an_id_a_date_and_a_currency() -> None:
    assert wire(mapping.customer(objects.customer())) == {
        "id": "ada",
        "currency": "usd",
        "createdAt": "2026-01-01T00:00:00.000Z",
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({"first_name": "Ada", "last_name": "Lovelace"}, ("Ada", "Lovelace"), id="both"),
        pytest.param({"first_name": "Teller"}, ("Teller", None), id="a first name alone"),
        pytest.param({"last_name": "Lovelace"}, ("Lovelace", None), id="a last name alone is the whole name"),
        pytest.param({"first_name": "Ada", "company": "Engines Ltd"}, ("Ada", None), id="a person before a company"),
        pytest.param(
            {"billing_address": {"first_name": "José", "last_name": "O'Neill"}, "company": "Engines Ltd"},
            ("José", "O'Neill"),
            id="the person of the address before the company",
        ),
        pytest.param(
            {"first_name": "Ada", "billing_address": {"first_name": "José", "last_name": "O'Neill"}},
            ("Ada", None),
            id="never half of one person and half of another",
        ),
        pytest.param({"company": "Müller & Söhne GmbH"}, ("Müller & Söhne GmbH", None), id="a company is not split"),
        pytest.param({"billing_address": {"company": "Müller"}}, ("Müller", None), id="a company of the address"),
        pytest.param({"first_name": "", "last_name": "", "company": "Acme"}, ("Acme", None), id="empty names"),
        pytest.param({}, (None, None), id="nobody"),
    ],
)
def test_2_5_names(given: dict[str, Any], expected: tuple[str | None, str | None]) -> None:
    customer = mapping.customer(objects.customer(**given))

    assert (customer.name, customer.last_name) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(None, None, id="none"),
        pytest.param(NO_ADDRESS, None, id="an object without an address in it"),
        pytest.param(
            LONDON,
            [
                {
                    "line1": "12 St James's Square",
                    "line2": "Floor 2, Room 5",
                    "city": "London",
                    "state": "Greater London",
                    "postalCode": "SW1Y 4JH",
                    "country": "GB",
                }
            ],
            id="the third line goes into the second",
        ),
        pytest.param({"line3": "Room 5"}, [{"line2": "Room 5"}], id="a third line alone"),
        pytest.param({"state_code": "CA", "country": "US"}, [{"state": "CA", "country": "US"}], id="a state's code"),
        pytest.param({"state_code": "CA", "state": "California"}, [{"state": "California"}], id="its name before that"),
        pytest.param({"first_name": "José"}, None, id="a name is no address"),
    ],
)
def test_2_5_addresses(given: dict[str, Any] | None, expected: list[dict[str, str]] | None) -> None:
    assert wire(mapping.customer(objects.customer(billing_address=given))).get("addresses") == expected


@pytest.mark.parametrize(
    ("given", "name", "expected"),
    [
        pytest.param({"email": "ada@example.com"}, "email", "ada@example.com", id="e-mail"),
        pytest.param({"email": ""}, "email", None, id="an empty e-mail"),
        pytest.param({"phone": "(555) 123-4567"}, "phone", "(555) 123-4567", id="a phone as it was typed"),
        pytest.param({"preferred_currency_code": "GBP"}, "currency", "gbp", id="currency in small letters"),
        pytest.param({"preferred_currency_code": None}, "currency", None, id="no preferred currency"),
        pytest.param({"created_at": None}, "createdAt", None, id="no date"),
    ],
)
def test_plain_fields(given: dict[str, Any], name: str, expected: object) -> None:
    assert wire(mapping.customer(objects.customer(**given))).get(name) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({}, None, id="none"),
        pytest.param({"meta_data": {}}, None, id="empty"),
        pytest.param({"meta_data": {"tier": "gold"}}, {"tier": "gold"}, id="text as it is"),
        pytest.param(
            {"meta_data": {"seats": {"max": 5}, "tags": ["a", "ü"], "beta": True, "score": 1.5, "none": None}},
            {"seats": '{"max": 5}', "tags": '["a", "ü"]', "beta": "true", "score": "1.5"},
            id="everything else as JSON, and null is nothing",
        ),
        pytest.param(
            {"cf_Sales_Rep": "Charles", "cf_nps": 9, "cf_beta": False, "cf_gone": None},
            {"cf_Sales_Rep": "Charles", "cf_nps": "9", "cf_beta": "false"},
            id="custom fields, their case kept",
        ),
        pytest.param({"meta_data": ["any", "JSON"], "cf_a": "b"}, {"cf_a": "b"}, id="metadata that has no names"),
    ],
)
def test_2_5_metadata_is_flat_text(given: dict[str, Any], expected: object) -> None:
    assert wire(mapping.customer(objects.customer(**given))).get("metadata") == expected


def test_2_5_coupons_hang_on_subscriptions_so_that_a_customer_has_no_discounts() -> None:
    assert mapping.customer(objects.customer(promotional_credits=500)).discounts is None


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        pytest.param({"id": None}, "id: missing", id="no id"),
        pytest.param({"id": ""}, "id: missing", id="an empty id"),
        pytest.param({"created_at": "soon"}, "not a number", id="a time that is none"),
        pytest.param({"created_at": 10**20}, "out of range", id="a time beyond the calendar"),
    ],
)
def test_what_cannot_be_read_is_named_and_not_guessed(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unmappable, match=reason):
        mapping.customer(objects.customer(**given))
