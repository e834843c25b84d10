"""Calendar arithmetic: ends are clamped to the month, and a year is a year in whichever unit it is given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.durations import end_of, is_annual, kind_of
from gateway.contract import LONGEST_PERIOD, DateDuration, DurationKind, IntervalUnit, PeriodDuration

DAY, WEEK, MONTH, YEAR = IntervalUnit.DAY, IntervalUnit.WEEK, IntervalUnit.MONTH, IntervalUnit.YEAR

moments = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is given beside
periods = st.sampled_from(IntervalUnit).flatmap(
    lambda unit: st.builds(PeriodDuration, amount=st.integers(1, LONGEST_PERIOD[unit]), unit=st.just(unit))
)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "end"),
    [
        pytest.param("2026-01-31", 1, MONTH, "2026-02-28", id="the last of January and a month"),
        pytest.param("2028-01-31", 1, MONTH, "2028-02-29", id="in a leap year"),
        pytest.param("2026-01-31", 2, MONTH, "2026-03-31", id="two months at once are not clamped in between"),
        pytest.param("2026-08-31", 1, MONTH, "2026-09-30", id="into a month of thirty days"),
        pytest.param("2026-02-28", 1, MONTH, "2026-03-28", id="the end of February is not the end of March"),
        pytest.param("2026-12-31", 1, MONTH, "2027-01-31", id="over the turn of the year"),
        pytest.param("2028-02-29", 1, YEAR, "2029-02-28", id="a leap day and a year"),
        pytest.param("2028-02-29", 4, YEAR, "2032-02-29", id="a leap day and four years"),
        pytest.param("2026-03-28", 1, DAY, "2026-03-29", id="a day"),
        pytest.param("2026-12-28", 1, WEEK, "2027-01-04", id="a week"),
        pytest.param("2026-03-15", 12, MONTH, "2027-03-15", id="twelve months"),
    ],
)
def test_a_length_is_added_by_the_calendar(start: str, amount: int, unit: IntervalUnit, end: str) -> None:
    begins, ends = (datetime.fromisoformat(f"{day}T18:30:15+00:00") for day in (start, end))
    assert end_of(PeriodDuration(amount=amount, unit=unit), begins) == ends


@given(periods, moments)
def test_a_length_always_ends_after_its_start_at_the_same_time_of_day(period: PeriodDuration, start: datetime) -> None:
    end = end_of(period, start)
    assert end > start
    assert end.timetz() == start.timetz()


@given(st.sampled_from(IntervalUnit), st.integers(1, 9), moments)
def test_a_longer_length_ends_later(unit: IntervalUnit, amount: int, start: datetime) -> None:
    shorter, longer = (PeriodDuration(amount=count, unit=unit) for count in (amount, amount + 1))
    assert end_of(shorter, start) < end_of(longer, start)


@given(st.integers(1, 9), moments)
def test_a_week_is_seven_days(amount: int, start: datetime) -> None:
    assert end_of(PeriodDuration(amount=amount, unit=WEEK), start) == start + timedelta(days=7 * amount)


@given(moments, moments)
def test_a_date_is_the_end_whatever_the_start(date: datetime, start: datetime) -> None:
    assert end_of(DateDuration(date=date), start) == date


def test_the_kind_of_a_duration_is_told() -> None:
    assert kind_of(PeriodDuration(amount=1, unit=DAY)) is DurationKind.PERIOD
    assert kind_of(DateDuration(date=datetime(2026, 3, 1, tzinfo=UTC))) is DurationKind.DATE


@pytest.mark.parametrize(
    ("unit", "amount", "annual"),
    [
        (YEAR, 1, True),
        (YEAR, 3, True),
        (MONTH, 12, True),
        (MONTH, 24, True),
        (MONTH, 11, False),
        (MONTH, 6, False),
        (MONTH, 1, False),
        (WEEK, 52, True),
        (WEEK, 51, False),
        (DAY, 366, True),
        (DAY, 365, True),
        (DAY, 360, True),
        (DAY, 359, False),
    ],
)
def test_a_year_is_recognised_in_every_unit(unit: IntervalUnit, amount: int, annual: bool) -> None:
    assert is_annual(unit, amount) is annual
