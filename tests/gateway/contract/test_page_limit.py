"""The ``limit`` of a list request."""

from __future__ import annotations

import pytest

from gateway.contract import RequestError, parse_limit


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (None, 100),
        ("1", 1),
        ("10", 10),
        ("010", 10),
        ("99", 99),
        ("100", 100),
        ("101", 100),
        ("9999999999", 100),
    ],
)
def test_a_limit_is_at_most_a_hundred_and_a_hundred_by_default(raw: str | None, expected: int) -> None:
    assert parse_limit(raw) == expected


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("", id="empty"),
        pytest.param("0", id="zero"),
        pytest.param("000", id="zeros"),
        pytest.param("-1", id="negative"),
        pytest.param("+5", id="signed"),
        pytest.param(" 5", id="leading space"),
        pytest.param("5\n", id="trailing newline"),
        pytest.param("1e2", id="exponent"),
        pytest.param("0x1", id="hexadecimal"),
        pytest.param("1_0", id="underscore"),
        pytest.param("1.0", id="fraction"),
        pytest.param("ten", id="word"),
        pytest.param("１０", id="full-width digits"),
        pytest.param("٣", id="arabic digit"),
        pytest.param("²", id="superscript"),
        pytest.param("9" * 5000, id="five thousand digits"),
    ],
)
def test_a_limit_that_is_not_a_whole_number_from_one_is_refused(raw: str) -> None:
    with pytest.raises(RequestError) as caught:
        parse_limit(raw)
    assert caught.value.field == "limit"
    assert caught.value.message == "limit: expected a whole number from 1"
