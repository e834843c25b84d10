"""The Retry-After header: whole seconds or an HTTP date, and nothing else is believed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.resilience import retry_after_seconds

NOW: Final = datetime(2026, 3, 15, 12, 0, 0, tzinfo=UTC)

READ: Final[dict[str, float]] = {
    "0": 0.0,
    "1": 1.0,
    " 30 ": 30.0,
    "007": 7.0,
    "999999": 999_999.0,
    "Sun, 15 Mar 2026 12:00:05 GMT": 5.0,
    "Sun, 15 Mar 2026 12:00:00 GMT": 0.0,
    "Sun, 15 Mar 2026 11:59:00 GMT": 0.0,
    "Sunday, 15-Mar-26 12:01:00 GMT": 60.0,
    "Sun, 15 Mar 2026 14:00:05 +0200": 5.0,
    "Sun, 15 Mar 2026 12:00:05 -0000": 5.0,
    "Sun, 15 Mar 2026 12:00:05": 5.0,
}
GARBAGE: Final = [
    "",
    " ",
    "soon",
    "-1",
    "+1",
    "1.5",
    "1e3",
    "1_000",
    "0x10",
    "1000000",
    "9" * 5000,
    "٣",
    "²",
    "nan",
    "inf",
    "Sun, 31 Feb 2026 12:00:00 GMT",
    "Sun, 15 Mar 2026 25:00:00 GMT",
    "Sun, 15 Mar 99999999999999999999 12:00:00 GMT",
    "Sun, 15 Mar 2026 99999999999999999999:00:00 GMT",
    "Sun, 15 Mar 2026 12:00:00 +9999999999",
    "Sun, 15 Mar",
    ",",
    "1, 2",
]


def test_no_header_is_no_wish() -> None:
    assert retry_after_seconds(None, NOW) is None


@pytest.mark.parametrize(("header", "seconds"), READ.items(), ids=READ)
def test_seconds_and_dates_are_read(header: str, seconds: float) -> None:
    assert retry_after_seconds(header, NOW) == seconds


@pytest.mark.parametrize("header", GARBAGE)
def test_garbage_is_no_wish(header: str) -> None:
    assert retry_after_seconds(header, NOW) is None


@given(
    st.one_of(
        st.text(),
        st.lists(
            st.one_of(st.sampled_from(["Sun,", "15", "Mar", "2026", "12:00:00", "GMT", ":"]), st.integers().map(str))
        ).map(" ".join),
    )
)
def test_whatever_is_sent_is_a_wait_or_no_wish_and_never_an_error(header: str) -> None:
    seconds = retry_after_seconds(header, NOW)
    assert seconds is None or 0 <= seconds < float("inf")
