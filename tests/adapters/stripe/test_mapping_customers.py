"""Customers in Churnkey's words (traps 2.1 and the discount's coupon of 1.7)."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.errors import Unmappable
from adapters.stripe import mapping
from tests.adapters.stripe import objects
from tests.adapters.stripe.objects import wire
from tests.adapters.stripe.support import unix

LONDON = {"line1": "12 St James's Square", "city": "London", "postal_code": "SW1Y 4JH", "country": "GB"}
LONDON_WIRE = {"line1": "12 St James's Square", "city": "London", "postalCode": "SW1Y 4JH", "country": "GB"}
OAKLAND = {"line1": "1 Main St", "line2": "Apt 4", "city": "Oakland", "state": "CA", "country": "US"}
EMPTY = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def test_a_bare_customer_has_an_id_and_a_date() -> None:
    assert wire(mapping.customer(objects.customer())) == {"id": "cus_1", "createdAt": "2026-01-01T00:00:00.000Z"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({"name": "Ada Lovelace"}, ("Ada", "Lovelace"), id="split at the first space"),
        pytest.param({"name": "Ludwig van Beethoven"}, ("Ludwig", "van Beethoven"), id="the rest is the last name"),
        pytest.param({"name": "  Ada \t  Lovelace "}, ("Ada", "Lovelace"), id="runs of white space"),
        pytest.param({"name": "Plato"}, ("Plato", None), id="one word"),
        pytest.param({"name": "   "}, (None, None), id="nothing but spaces"),
        pytest.param({"name": ""}, (None, None), id="empty"),
        pytest.param({"name": "Analytical Engines Ltd", "business_name": "Analytical Engines Ltd"},
                     ("Analytical Engines Ltd", None), id="a business is not split"),
        pytest.param({"business_name": "Acme Inc"}, ("Acme Inc", None), id="a business without name"),
        pytest.param({"name": "Acme Inc", "business_name": "Acme Inc", "individual_name": "Grace Hopper"},
                     ("Grace", "Hopper"), id="the person of a business"),
        pytest.param({"name": "Billing Contact", "individual_name": "Grace Hopper"},
                     ("Grace", "Hopper"), id="the person before the name"),
        pytest.param({"name": "山田 太郎"}, ("山田", "太郎"), id="any script"),
    ],
)  # fmt: skip
def test_names(given: dict[str, Any], expected: tuple[str | None, str | None]) -> None:
    customer = mapping.customer(objects.customer(**given))

    assert (customer.name, customer.last_name) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({}, None, id="none"),
        pytest.param({"address": LONDON}, [LONDON_WIRE], id="the billing address"),
        pytest.param({"address": EMPTY}, None, id="all parts null"),
        pytest.param({"address": EMPTY, "shipping": {"address": OAKLAND}}, [OAKLAND], id="only the shipping address"),
        pytest.param({"address": LONDON, "shipping": {"address": OAKLAND}}, [LONDON_WIRE, OAKLAND], id="billing first"),
        pytest.param(
            {"address": LONDON, "shipping": {"address": {**EMPTY, **LONDON}}}, [LONDON_WIRE], id="twice the same"
        ),
        pytest.param({"address": LONDON, "shipping": {}}, [LONDON_WIRE], id="shipping is an empty object"),
        pytest.param({"address": LONDON, "shipping": {"address": None}}, [LONDON_WIRE], id="shipping without address"),
        pytest.param({"address": {**EMPTY, "country": "GB"}}, [{"country": "GB"}], id="a country alone"),
    ],
)
def test_addresses(given: dict[str, Any], expected: list[dict[str, str]] | None) -> None:
    assert wire(mapping.customer(objects.customer(**given))).get("addresses") == expected


@pytest.mark.parametrize(
    ("given", "name", "expected"),
    [
        pytest.param({"email": "ada@example.com"}, "email", "ada@example.com", id="e-mail"),
        pytest.param({"email": ""}, "email", None, id="an empty e-mail"),
        pytest.param({"phone": "+44 20 7946 0958"}, "phone", "+44 20 7946 0958", id="a phone as it was typed"),
        pytest.param({"currency": "gbp"}, "currency", "gbp", id="currency"),
        pytest.param({"currency": None}, "currency", None, id="no currency before the first bill"),
        pytest.param({"metadata": {"crm": "42"}}, "metadata", {"crm": "42"}, id="metadata"),
        pytest.param({"metadata": {}}, "metadata", None, id="empty metadata"),
        pytest.param({"metadata": None}, "metadata", None, id="no metadata"),
    ],
)
def test_plain_fields(given: dict[str, Any], name: str, expected: object) -> None:
    assert wire(mapping.customer(objects.customer(**given))).get(name) == expected


def test_the_discount_of_a_customer_shows_its_coupon_in_full() -> None:
    held = objects.discount(objects.coupon(name="20% off"), end=unix("2027-01-01T00:00"))
    customer = wire(mapping.customer(objects.customer(discount=held)))

    assert customer["discounts"] == [
        {
            "coupon": {
                "id": "SAVE20",
                "name": "20% off",
                "duration": {"type": "once"},
                "value": {"type": "percentage", "percent": 20},
                "redemptions": {"current": 0},
            },
            "start": "2026-01-01T00:00:00.000Z",
            "end": "2027-01-01T00:00:00.000Z",
        }
    ]


@pytest.mark.parametrize(
    "coupon",
    [
        pytest.param(None, id="null"),
        pytest.param("SAVE20", id="an id alone"),
        pytest.param({"id": "SAVE20", "object": "coupon", "deleted": True}, id="a deleted object"),
    ],
)
def test_a_discount_whose_coupon_is_gone_is_left_out(coupon: object) -> None:
    assert mapping.customer(objects.customer(discount=objects.discount(coupon))).discounts is None


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param("soon", "not a number", id="text"),
        pytest.param(True, "not a number", id="a boolean"),
        pytest.param(10**20, "out of range", id="beyond the calendar"),
    ],
)
def test_a_time_that_is_none_is_named_and_not_guessed(value: object, reason: str) -> None:
    with pytest.raises(Unmappable, match=reason):
        mapping.moment(value)
