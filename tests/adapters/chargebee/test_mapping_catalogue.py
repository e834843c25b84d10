"""Coupons, products and families in Churnkey's words (traps 2.4 and 2.6)."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.chargebee import mapping
from adapters.chargebee.options import MappingOptions
from adapters.errors import Unmappable
from tests.adapters.chargebee import objects
from tests.adapters.chargebee.objects import wire
from tests.adapters.chargebee.support import unix

PLAIN = MappingOptions()
FIVE_DOLLARS = {"discount_type": "fixed_amount", "discount_percentage": None, "currency_code": "USD"}


def test_a_coupon_as_it_stands_in_the_list() -> None:
    source = objects.coupon(name="20 % off", redemptions=7, max_redemptions=100, valid_till=unix("2027-01-01T00:00"))

    assert wire(mapping.coupon(source)) == {
        "id": "SAVE20",
        "code": "SAVE20",
        "name": "20 % off",
        "duration": {"type": "once"},
        "value": {"type": "percentage", "percent": 20},
        "redemptions": {"max": 100, "current": 7},
        "expiresAt": "2027-01-01T00:00:00.000Z",
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({"duration_type": "one_time"}, {"type": "once"}, id="one_time"),
        pytest.param({"duration_type": "forever"}, {"type": "forever"}, id="forever"),
        pytest.param(
            {"duration_type": "limited_period", "period": 3, "period_unit": "month"},
            {"type": "recurring", "amount": 3, "unit": "month"},
            id="months",
        ),
        pytest.param(
            {"duration_type": "limited_period", "period": 2, "period_unit": "year"},
            {"type": "recurring", "amount": 2, "unit": "year"},
            id="years",
        ),
        pytest.param(
            {"duration_type": "limited_period", "duration_month": 6},
            {"type": "recurring", "amount": 6, "unit": "month"},
            id="months of a coupon from before lengths had a unit",
        ),
        pytest.param(
            {"duration_type": "limited_period", "duration_month": 24, "period": 2, "period_unit": "year"},
            {"type": "recurring", "amount": 2, "unit": "year"},
            id="the newer way of saying it comes first",
        ),
    ],
)
def test_2_6_lengths_of_coupons(given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert wire(mapping.coupon(objects.coupon(**given)))["duration"] == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({"discount_percentage": 12.5}, {"type": "percentage", "percent": 12.5}, id="a fraction"),
        pytest.param({"discount_percentage": 100}, {"type": "percentage", "percent": 100}, id="all of it"),
        pytest.param({**FIVE_DOLLARS, "discount_amount": 500}, {"type": "fixed", "currency": "usd", "flat": 500},
                     id="an amount"),
        pytest.param({**FIVE_DOLLARS, "discount_amount": 500, "currency_code": "JPY"},
                     {"type": "fixed", "currency": "jpy", "flat": 500}, id="yen as they are"),
        pytest.param({**FIVE_DOLLARS, "discount_amount": 150, "currency_code": "KWD"},
                     {"type": "fixed", "currency": "kwd", "flat": 1500}, id="dinars are hundredths there"),
    ],
)  # fmt: skip
def test_2_6_values_of_coupons(given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert wire(mapping.coupon(objects.coupon(**given)))["value"] == expected


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        pytest.param({"discount_type": "offer_quantity", "discount_quantity": 1}, "free units", id="free units"),
        pytest.param({"discount_type": "cashback"}, "discount_type: unknown", id="a kind nobody knows"),
        pytest.param({"discount_percentage": None}, "discount_percentage: missing", id="no percentage"),
        pytest.param({"discount_percentage": "20"}, "discount_percentage", id="a percentage that is text"),
        pytest.param(FIVE_DOLLARS, "discount_amount: missing", id="no amount"),
        pytest.param({**FIVE_DOLLARS, "discount_amount": 500, "currency_code": None}, "discount_type",
                     id="an amount of no currency"),
        pytest.param({"duration_type": "limited_period", "period": 10, "period_unit": "day"}, "months and years",
                     id="days"),
        pytest.param({"duration_type": "limited_period", "period": 2, "period_unit": "week"}, "months and years",
                     id="weeks"),
        pytest.param({"duration_type": "limited_period"}, "months and years", id="a length that is not given"),
        pytest.param({"duration_type": "sometimes"}, "duration_type: unknown", id="a length nobody knows"),
    ],
)  # fmt: skip
def test_2_6_coupons_that_the_contract_has_no_words_for(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unmappable, match=reason):
        mapping.coupon(objects.coupon(**given))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({"name": "Public", "invoice_name": "On the invoice"}, "Public", id="the name"),
        pytest.param({"name": None, "invoice_name": "On the invoice"}, "On the invoice", id="else that of invoices"),
        pytest.param({"name": None}, None, id="none"),
    ],
)
def test_names_of_coupons(given: dict[str, Any], expected: str | None) -> None:
    assert mapping.coupon(objects.coupon(**given)).name == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({"redemptions": None}, None, id="not counted"),
        pytest.param({"redemptions": 0}, {"current": 0}, id="without a limit"),
        pytest.param({"redemptions": 3, "max_redemptions": 3}, {"max": 3, "current": 3}, id="used up"),
    ],
)
def test_redemptions(given: dict[str, Any], expected: object) -> None:
    assert wire(mapping.coupon(objects.coupon(**given))).get("redemptions") == expected


def test_on_a_subscription_a_coupon_of_some_days_lasts_for_ever_as_its_discount_has_the_end() -> None:
    source = objects.coupon(duration_type="limited_period", period=10, period_unit="day")

    assert wire(mapping.running_coupon(source))["duration"] == {"type": "forever"}


@pytest.mark.parametrize(
    ("given", "usable"),
    [
        ({"status": "active"}, True),
        ({"status": "expired"}, False),
        ({"status": "archived"}, False),
        ({"status": "deleted"}, False),
        ({"status": "future"}, False),
        ({"status": "active", "deleted": True}, False),
        ({"status": None}, False),
    ],
    ids=lambda given: str(given),
)
def test_2_6_only_an_active_coupon_can_be_used(given: dict[str, Any], usable: bool) -> None:
    assert mapping.is_active(objects.coupon(**given)) is usable


def test_a_product_as_it_stands_in_the_list() -> None:
    source = objects.item(
        name="pro-internal", external_name="Pro", description="For teams", unit="seat", item_family_id="cloud"
    )

    assert wire(mapping.product(source, PLAIN)) == {
        "id": "pro",
        "type": "family",
        "familyId": "cloud",
        "name": "Pro",
        "description": "For teams",
        "unitLabel": "seat",
    }


@pytest.mark.parametrize(
    ("given", "options", "expected"),
    [
        pytest.param({}, PLAIN, ("family", "ungrouped"), id="a product of no family, which is optional there"),
        pytest.param({"item_family_id": "cloud"}, PLAIN, ("family", "cloud"), id="of a family"),
        pytest.param({"item_family_id": "cloud"}, MappingOptions(families=False), ("standalone", None),
                     id="families are switched off"),
    ],
)  # fmt: skip
def test_2_4_families_of_products(
    given: dict[str, Any], options: MappingOptions, expected: tuple[str, str | None]
) -> None:
    product = mapping.product(objects.item(**given), options)

    assert (product.type.value, product.family_id) == expected


def test_a_product_without_a_public_name_has_its_internal_one() -> None:
    assert mapping.product(objects.item(name="pro-internal"), PLAIN).name == "pro-internal"


def test_a_family() -> None:
    source = objects.item_family(name="Cloud", description="<p>All of it</p>")

    assert wire(mapping.family(source)) == {"id": "cloud", "name": "Cloud", "description": "All of it"}


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        pytest.param(None, None, id="none"),
        pytest.param("For teams", "For teams", id="plain"),
        pytest.param("<p>For <b>teams</b></p>\n<ul><li>fast</li></ul>", "For teams fast", id="tags"),
        pytest.param("R&amp;D &lt;3&nbsp;", "R&D <3", id="entities"),
        pytest.param("<p>one</p><p>two</p>", "one two", id="paragraphs do not grow together"),
        pytest.param("<img src=x onerror=alert(1)>", None, id="nothing but markup"),
    ],
)
def test_2_3_descriptions_are_shown_without_their_markup(markup: str | None, text: str | None) -> None:
    assert mapping.plain_text(markup) == text


@pytest.mark.parametrize("name", ["id", "name"])
def test_a_product_or_a_family_without_its_own_words_is_refused(name: str) -> None:
    absent: dict[str, Any] = {name: None}

    with pytest.raises(Unmappable, match=f"{name}: missing"):
        mapping.product(objects.item(**absent), PLAIN)
    with pytest.raises(Unmappable, match=f"{name}: missing"):
        mapping.family(objects.item_family(**absent))
