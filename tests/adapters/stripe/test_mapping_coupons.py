"""Coupons, products and families in Churnkey's words (traps 2.3 and 2.5)."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.errors import Unmappable
from adapters.stripe import mapping
from adapters.stripe.options import MappingOptions
from tests.adapters.stripe import objects
from tests.adapters.stripe.objects import wire
from tests.adapters.stripe.support import unix


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param({"duration": "once"}, {"type": "once"}, id="once"),
        pytest.param({"duration": "forever"}, {"type": "forever"}, id="forever"),
        pytest.param({"duration": "forever", "duration_in_months": 3}, {"type": "forever"}, id="the word decides"),
        pytest.param(
            {"duration": "repeating", "duration_in_months": 3},
            {"type": "recurring", "amount": 3, "unit": "month"},
            id="repeating counts months, not invoices",
        ),
    ],
)
def test_durations(members: dict[str, Any], expected: dict[str, Any]) -> None:
    assert wire(mapping.coupon(objects.coupon(**members)))["duration"] == expected


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"duration": "variable"}, id="a word nobody knows"),
        pytest.param({"duration": "repeating", "duration_in_months": None}, id="repeating without months"),
        pytest.param({"percent_off": None}, id="neither percentage nor amount"),
        pytest.param({"percent_off": None, "amount_off": 500}, id="an amount without its currency"),
    ],
)
def test_what_cannot_be_told_is_not_guessed(members: dict[str, Any]) -> None:
    with pytest.raises(Unmappable):
        mapping.coupon(objects.coupon(**members))


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param({"percent_off": 20.0}, {"type": "percentage", "percent": 20}, id="a percentage"),
        pytest.param({"percent_off": 12.5}, {"type": "percentage", "percent": 12.5}, id="with a fraction"),
        pytest.param(
            {"percent_off": None, "amount_off": 500, "currency": "usd"},
            {"type": "fixed", "currency": "usd", "flat": 500},
            id="an amount is off the invoice, not off each unit",
        ),
    ],
)
def test_values(members: dict[str, Any], expected: dict[str, Any]) -> None:
    assert wire(mapping.coupon(objects.coupon(**members)))["value"] == expected


@pytest.mark.parametrize(
    ("members", "name", "expected"),
    [
        pytest.param({"name": "Twenty off"}, "name", "Twenty off", id="name"),
        pytest.param({"name": None}, "name", None, id="without a name"),
        pytest.param({"redeem_by": unix("2027-01-01T00:00")}, "expiresAt", "2027-01-01T00:00:00.000Z", id="expiry"),
        pytest.param(
            {"max_redemptions": 50, "times_redeemed": 7}, "redemptions", {"max": 50, "current": 7}, id="limited"
        ),
        pytest.param({"times_redeemed": 0}, "redemptions", {"current": 0}, id="unlimited"),
        pytest.param({}, "code", None, id="its id is no code for customers"),
    ],
)
def test_other_fields(members: dict[str, Any], name: str, expected: object) -> None:
    assert wire(mapping.coupon(objects.coupon(**members))).get(name) == expected


def test_a_product_stands_alone_where_families_are_off() -> None:
    source = objects.product(description="For teams", unit_label="seat", metadata={"family": "Core"})

    assert wire(mapping.product(source, MappingOptions())) == {
        "id": "prod_1",
        "type": "standalone",
        "name": "Pro",
        "description": "For teams",
        "unitLabel": "seat",
    }


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        pytest.param({"family": "Core Plans"}, ("core-plans", "Core Plans"), id="by the metadata"),
        pytest.param({"family": "  core plans "}, ("core-plans", "core plans"), id="regardless of case and spaces"),
        pytest.param({"family": "a/b"}, ("a-b", "a/b"), id="an id that fits into a path"),
        pytest.param({"family": ".."}, ("ungrouped", "Ungrouped"), id="nothing is left for an id"),
        pytest.param({}, ("ungrouped", "Ungrouped"), id="a product that names none"),
        pytest.param(None, ("ungrouped", "Ungrouped"), id="no metadata"),
    ],
)
def test_families_by_convention(metadata: dict[str, str] | None, expected: tuple[str, str]) -> None:
    options = MappingOptions(family_key="family")
    source = objects.product(metadata=metadata)
    family = mapping.family(source, options)

    assert family is not None
    assert (family.id, family.name) == expected
    assert wire(mapping.product(source, options))["familyId"] == expected[0]
