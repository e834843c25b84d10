"""Billing intervals in the contract's words, which are months and years."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.errors import Unmappable
from adapters.intervals import duration, in_words, interval, is_approximated
from gateway.contract import IntervalUnit

DAY, WEEK, MONTH, YEAR = IntervalUnit.DAY, IntervalUnit.WEEK, IntervalUnit.MONTH, IntervalUnit.YEAR


@pytest.mark.parametrize(("unit", "known"), [("day", DAY), ("week", WEEK), ("month", MONTH), ("year", YEAR)])
def test_units(unit: str, known: IntervalUnit) -> None:
    assert interval(unit, 3) == (known, 3)


@pytest.mark.parametrize(
    ("unit", "count"),
    [("decade", 1), ("Month", 1), (None, 1), (7, 1), ("month", 0), ("month", -1), ("month", None), ("month", "1"),
     ("month", True), ("month", 1.5)],
)  # fmt: skip
def test_an_interval_that_nobody_knows_is_refused(unit: Any, count: Any) -> None:
    with pytest.raises(Unmappable, match="interval is unknown"):
        interval(unit, count)


@pytest.mark.parametrize(
    ("unit", "count", "nearest", "exact"),
    [
        pytest.param(MONTH, 1, (1, MONTH), (1, MONTH), id="a month"),
        pytest.param(MONTH, 12, (1, YEAR), (1, YEAR), id="twelve months are a year, which is what Churnkey looks for"),
        pytest.param(MONTH, 24, (2, YEAR), (2, YEAR), id="so are twice twelve"),
        pytest.param(MONTH, 18, (18, MONTH), (18, MONTH), id="but not eighteen"),
        pytest.param(YEAR, 1, (1, YEAR), (1, YEAR), id="a year"),
        pytest.param(DAY, 1, (1, MONTH), (1, DAY), id="a day is no less than a month"),
        pytest.param(WEEK, 2, (1, MONTH), (2, WEEK), id="two weeks"),
        pytest.param(WEEK, 13, (3, MONTH), (13, WEEK), id="a quarter in weeks"),
        pytest.param(WEEK, 52, (1, YEAR), (52, WEEK), id="a year in weeks"),
        pytest.param(DAY, 365, (1, YEAR), (365, DAY), id="a year in days"),
    ],
)
def test_durations(
    unit: IntervalUnit, count: int, nearest: tuple[int, IntervalUnit], exact: tuple[int, IntervalUnit]
) -> None:
    shown = [duration(unit, count, exact=choice) for choice in (False, True)]

    assert [(one.amount, one.unit) for one in shown] == [nearest, exact]


@pytest.mark.parametrize(("unit", "approximated"), [(DAY, True), (WEEK, True), (MONTH, False), (YEAR, False)])
def test_what_months_only_stand_in_for(unit: IntervalUnit, approximated: bool) -> None:
    assert is_approximated(unit, exact=False) is approximated
    assert not is_approximated(unit, exact=True)


@pytest.mark.parametrize(("unit", "count", "words"), [(WEEK, 1, "1 week"), (DAY, 10, "10 days")])
def test_words(unit: IntervalUnit, count: int, words: str) -> None:
    assert in_words(unit, count) == words
