"""Discounts as coupons in Churnkey's words, and which of them may be offered (traps 2.5)."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.errors import Unmappable
from adapters.paddle import mapping
from adapters.paddle.models import Discount, read
from tests.adapters.paddle.objects import MOMENT, discount, wire
from tests.adapters.paddle.support import SAVE20


def test_the_worked_example() -> None:
    source = discount(
        description="20% off for three periods",
        code="SAVE20",
        maximum_recurring_intervals=3,
        usage_limit=100,
        times_used=7,
        expires_at="2027-01-01T10:00:00.5Z",
    )

    assert wire(mapping.coupon(read(Discount, source))) == {
        "id": SAVE20,
        "name": "20% off for three periods",
        "code": "SAVE20",
        "duration": {"type": "cycle-amount", "cycles": 3},
        "value": {"type": "percentage", "percent": 20},
        "redemptions": {"max": 100, "current": 7},
        "expiresAt": "2027-01-01T10:00:00.500Z",
    }


VALUES: list[Any] = [
    pytest.param({"amount": "10"}, {"type": "percentage", "percent": 10}, id="percent"),
    pytest.param({"amount": "12.5"}, {"type": "percentage", "percent": 12.5}, id="percent with a fraction"),
    pytest.param({"amount": "0.01"}, {"type": "percentage", "percent": 0.01}, id="the least"),
    pytest.param(
        {"amount": "15", "currency_code": "USD"}, {"type": "percentage", "percent": 15}, id="percent with a currency"
    ),
    pytest.param(
        {"type": "flat", "amount": "500", "currency_code": "EUR"},
        {"type": "fixed", "currency": "eur", "flat": 500},
        id="an amount",
    ),
    pytest.param(
        {"type": "flat_per_seat", "amount": "200", "currency_code": "USD"},
        {"type": "fixed", "currency": "usd", "unit": 200},
        id="an amount for each seat",
    ),
    pytest.param(
        {"type": "flat", "amount": "500", "currency_code": "JPY"},
        {"type": "fixed", "currency": "jpy", "flat": 500},
        id="an amount in whole yen",
    ),
]


@pytest.mark.parametrize(("members", "value"), VALUES)
def test_values(members: dict[str, Any], value: dict[str, Any]) -> None:
    assert wire(mapping.coupon(read(Discount, discount(**members))))["value"] == value


@pytest.mark.parametrize(
    ("recur", "periods", "duration"),
    [
        pytest.param(False, None, {"type": "once"}, id="once"),
        pytest.param(True, None, {"type": "forever"}, id="for ever"),
        pytest.param(True, 12, {"type": "cycle-amount", "cycles": 12}, id="billing periods, not months"),
    ],
)
def test_durations(recur: bool, periods: int | None, duration: dict[str, Any]) -> None:
    source = discount(recur=recur, maximum_recurring_intervals=periods)
    assert wire(mapping.coupon(read(Discount, source)))["duration"] == duration


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"type": "bogof"}, id="a type nobody knows"),
        pytest.param({"type": "flat", "amount": "5.00", "currency_code": "USD"}, id="no minor units"),
        pytest.param({"type": "flat", "amount": "500"}, id="no currency"),
        pytest.param({"amount": "a lot"}, id="no number"),
        pytest.param({"amount": "sNaN"}, id="nothing that is a number"),
        pytest.param({"amount": None}, id="no amount"),
    ],
)
def test_what_cannot_be_told_is_never_guessed(members: dict[str, Any]) -> None:
    source = read(Discount, discount(**members))
    with pytest.raises(Unmappable):
        mapping.coupon(source)


@pytest.mark.parametrize("field", ["code", "usage_limit", "expires_at", "times_used", "description", "custom_data"])
def test_what_is_missing_is_left_out(field: str) -> None:
    source = discount()
    del source[field]
    shown = wire(mapping.coupon(read(Discount, source)))

    assert shown["id"] == SAVE20
    assert None not in shown.values()


OFFERED: list[Any] = [
    pytest.param({}, True, id="one for ever"),
    pytest.param({"maximum_recurring_intervals": 1}, True, id="one for one period"),
    pytest.param({"restrict_to": ["pro_01"]}, True, id="restricted"),
    pytest.param({"enabled_for_checkout": False}, True, id="not for checkouts"),
    pytest.param({"usage_limit": 10, "times_used": 9}, True, id="with a use left"),
    pytest.param({"expires_at": "2026-11-21T12:00:01Z"}, True, id="for another second"),
    pytest.param({"status": "seasonal"}, True, id="a status nobody knows"),
    pytest.param({"recur": False}, False, id="for a first payment only"),
    pytest.param({"mode": "custom"}, False, id="made for one transaction"),
    pytest.param({"status": "archived"}, False, id="archived"),
    pytest.param({"status": "expired"}, False, id="expired"),
    pytest.param({"expires_at": "2026-11-21T12:00:00Z"}, False, id="expired this moment"),
    pytest.param({"expires_at": "2025-01-01 10:00:00"}, False, id="expired at a time without a zone"),
    pytest.param({"status": "used"}, False, id="used up"),
    pytest.param({"usage_limit": 10, "times_used": 10}, False, id="used up by its count"),
]


@pytest.mark.parametrize(("members", "offered"), OFFERED)
def test_which_are_offered(members: dict[str, Any], offered: bool) -> None:
    assert mapping.is_listed_coupon(read(Discount, discount(**members)), MOMENT) is offered
