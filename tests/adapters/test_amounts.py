"""Exact amounts, and how they become whole minor units."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.amounts import exact, rounded
from adapters.errors import Unmappable

LARGEST = 2**53 - 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(None, None, id="nothing stays nothing"),
        pytest.param(0, "0", id="nought is an amount"),
        pytest.param(1999, "1999", id="a whole number"),
        pytest.param("19.99", "19.99", id="a decimal text, exactly"),
        pytest.param("0.000000000001", "0.000000000001", id="however fine"),
        pytest.param(0.1, "0.1", id="a number with a fraction, as it is written"),
        pytest.param(LARGEST, str(LARGEST), id="the largest that a reader holds exactly"),
    ],
)
def test_amounts_are_read_as_they_are(value: Any, expected: str | None) -> None:
    assert exact(value, "price") == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param("", "not a number", id="an empty text"),
        pytest.param("1,50", "not a number", id="a comma"),
        pytest.param("ten", "not a number", id="a word"),
        pytest.param(True, "not a number", id="a boolean"),
        pytest.param([1], "not a number", id="a list"),
        pytest.param({}, "not a number", id="an object"),
        pytest.param("NaN", "out of range", id="not a number, says the number"),
        pytest.param("Infinity", "out of range", id="infinity"),
        pytest.param(float("inf"), "out of range", id="infinity, as a number"),
        pytest.param(-1, "out of range", id="negative"),
        pytest.param(LARGEST + 1, "out of range", id="larger than a reader holds exactly"),
        pytest.param("1e999999", "out of range", id="an exponent"),
    ],
)
def test_what_is_no_amount_is_refused_by_its_name_and_not_by_its_value(value: Any, reason: str) -> None:
    with pytest.raises(Unmappable, match=f"^price: {reason}$"):
        exact(value, "price")


@pytest.mark.parametrize(
    ("amount", "whole"),
    [
        pytest.param(None, None, id="nothing stays nothing"),
        pytest.param("0", 0, id="free is free"),
        pytest.param("0.4", None, id="what rounds to nothing is not free"),
        pytest.param("0.000001", None, id="nor is the least of it"),
        pytest.param("0.5", 1, id="a half goes up"),
        pytest.param("2.5", 3, id="a half goes up, not to the even one"),
        pytest.param("2.49999", 2, id="below a half goes down"),
        pytest.param("1999", 1999, id="whole"),
    ],
)
def test_rounding(amount: str | None, whole: int | None) -> None:
    assert rounded(None if amount is None else Decimal(amount)) == whole


@given(st.decimals(0, LARGEST, allow_nan=False, allow_infinity=False))
def test_rounding_is_never_off_by_more_than_half_a_unit(amount: Decimal) -> None:
    whole = rounded(amount)

    assert whole is None or abs(whole - amount) <= Decimal("0.5")
    assert (whole is None) is (0 < amount < Decimal("0.5"))
