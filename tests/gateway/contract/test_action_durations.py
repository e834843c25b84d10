"""Every shape in which the duration of a pause or of a trial extension is read, and those that are not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gateway.contract import (
    ActionDuration,
    DateDuration,
    ExtendTrialRequest,
    IntervalUnit,
    PeriodDuration,
    RequestError,
    Target,
    parse_action,
)

DAY, WEEK, MONTH, YEAR = IntervalUnit.DAY, IntervalUnit.WEEK, IntervalUnit.MONTH, IntervalUnit.YEAR
MARCH = "2027-03-01T00:00:00Z"


def read(duration: object) -> ActionDuration:
    body = {"customerId": "cus_1", "subscriptionId": "sub_1", "duration": duration}
    request = parse_action(Target.SUBSCRIPTION_EXTEND_TRIAL, body)
    assert isinstance(request, ExtendTrialRequest)
    return request.duration


@pytest.mark.parametrize(
    "duration",
    [
        {"type": "date", "date": MARCH},
        {"type": "DATE", "date": MARCH},
        {"date": MARCH},
        {"Date": MARCH},
        {"date": MARCH, "amount": None, "unit": None},
        {"type": "date", "value": MARCH},
        {"type": "date", "end": MARCH},
        {"type": "date", "until": MARCH},
        {"type": "date", "endDate": MARCH},
        {"type": "date", "end_date": MARCH},
        {"type": "date", "at": MARCH},
        {"type": "date", "date": MARCH, "end": "2027-03-01"},
        MARCH,
        "2027-03-01",
        "2027-03-01T00:00",
        "2027-03-01T00:00:00",
        "2027-03-01 00:00:00",
        "2027-03-01T00:00:00.000Z",
        "2027-03-01T00:00:00,000Z",
        "2027-03-01T00:00:00.000000000Z",
        "2027-03-01t00:00:00z",
        "2027-03-01T01:00:00+01:00",
        "2027-03-01T01:00:00+0100",
        "2027-02-28T19:00:00-05:00",
    ],
)
def test_a_date_is_read_in_any_shape(duration: object) -> None:
    assert read(duration) == DateDuration(date=datetime(2027, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "duration",
    [
        {"type": "period", "amount": 3, "unit": "month"},
        {"type": "Period", "amount": 3, "unit": "month"},
        {"type": "period", "amount": 3, "unit": "month", "date": None},
        {"amount": 3, "unit": "month"},
        {"amount": 3, "unit": "months"},
        {"amount": 3, "unit": "MONTH"},
        {"amount": 3, "unit": "Months"},
        {"amount": "3", "unit": "month"},
        {"amount": 3.0, "unit": "month"},
        {"type": "period", "period": {"amount": 3, "unit": "month"}},
        {"period": {"amount": 3, "unit": "MONTHS"}},
        {"period": {"interval": "month", "intervalCount": 3}},
        {"period": {"months": 3}},
        {"period": {"months": 3}, "amount": 3, "unit": "month"},
        {"interval": "month", "intervalCount": 3},
        {"interval": "MONTH", "interval_count": 3},
        {"interval": "month", "count": 3},
        {"interval": "month", "value": 3},
        {"interval": "month", "amount": 3},
        {"interval": 3, "unit": "month"},
        {"interval": "3", "unit": "months"},
        {"type": "period", "value": 3, "unit": "month"},
        {"count": 3, "unit": "month"},
        {"amount": 3, "count": "3", "unit": "month", "interval": "months"},
        {"months": 3},
        {"Months": "3"},
        {"type": "period", "months": 3},
    ],
)
def test_a_period_is_read_in_any_shape(duration: object) -> None:
    assert read(duration) == PeriodDuration(amount=3, unit=MONTH)


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        ({"amount": 14, "unit": "day"}, PeriodDuration(amount=14, unit=DAY)),
        ({"days": 14}, PeriodDuration(amount=14, unit=DAY)),
        ({"amount": 2, "unit": "weeks"}, PeriodDuration(amount=2, unit=WEEK)),
        ({"weeks": 2}, PeriodDuration(amount=2, unit=WEEK)),
        ({"amount": 1, "unit": "year"}, PeriodDuration(amount=1, unit=YEAR)),
        ({"years": 1}, PeriodDuration(amount=1, unit=YEAR)),
        ({"days": 3650}, PeriodDuration(amount=3650, unit=DAY)),
        ({"weeks": 521}, PeriodDuration(amount=521, unit=WEEK)),
        ({"months": 120}, PeriodDuration(amount=120, unit=MONTH)),
        ({"years": 10}, PeriodDuration(amount=10, unit=YEAR)),
        ("1970-01-01", DateDuration(date=datetime(1970, 1, 1, tzinfo=UTC))),
        ("2200-12-31T23:59:59Z", DateDuration(date=datetime(2200, 12, 31, 23, 59, 59, tzinfo=UTC))),
        ("2028-02-29", DateDuration(date=datetime(2028, 2, 29, tzinfo=UTC))),
    ],
)
def test_every_unit_is_read_up_to_its_bounds(duration: object, expected: ActionDuration) -> None:
    assert read(duration) == expected


@pytest.mark.parametrize(
    "duration",
    [
        pytest.param(None, id="nothing"),
        pytest.param(3, id="a number"),
        pytest.param(True, id="a boolean"),
        pytest.param([], id="a list"),
        pytest.param({}, id="an empty object"),
        pytest.param({"type": "period"}, id="a kind alone"),
        pytest.param({"type": "date"}, id="the kind date alone"),
        pytest.param({"type": "forever"}, id="an unknown kind"),
        pytest.param({"type": 1, "amount": 1, "unit": "month"}, id="a kind that is a number"),
        pytest.param({"amount": 3}, id="an amount without a unit"),
        pytest.param({"unit": "month"}, id="a unit without an amount"),
        pytest.param({"interval": "month"}, id="an interval alone"),
        pytest.param({"interval": 3}, id="an interval that is a number alone"),
        pytest.param({"until": MARCH}, id="a date's synonym without the kind"),
        pytest.param({"until": 3, "unit": "month"}, id="a date's synonym for an amount"),
        pytest.param({"amount": 1, "unit": "quarter"}, id="an unknown unit"),
        pytest.param({"amount": 1, "unit": 1}, id="a unit that is a number"),
        pytest.param({"amount": 1, "unit": "wee\N{KELVIN SIGN}"}, id="a unit beyond ASCII"),
        pytest.param({"days": 0}, id="zero"),
        pytest.param({"days": -1}, id="negative"),
        pytest.param({"days": 1.5}, id="a fraction"),
        pytest.param({"days": True}, id="true for an amount"),
        pytest.param({"days": float("inf")}, id="infinity"),
        pytest.param({"days": float("nan")}, id="not a number"),
        pytest.param({"days": "1e2"}, id="an exponent"),
        pytest.param({"days": " 1"}, id="a space before the amount"),
        pytest.param({"days": "01"}, id="a leading zero"),
        pytest.param({"days": "\N{FULLWIDTH DIGIT ONE}"}, id="a full-width digit"),
        pytest.param({"days": "9" * 5000}, id="five thousand digits"),
        pytest.param({"days": 10**5000}, id="a number of five thousand digits"),
        pytest.param({"days": [1]}, id="a list for an amount"),
        pytest.param({"days": 3651}, id="more days than ten years"),
        pytest.param({"weeks": 522}, id="more weeks than ten years"),
        pytest.param({"months": 121}, id="more months than ten years"),
        pytest.param({"years": 11}, id="more than ten years"),
        pytest.param({"months": 1, "days": 15}, id="two units"),
        pytest.param({"weeks": 2, "days": 14}, id="two units that are equally long"),
        pytest.param({"amount": 1, "count": 2, "unit": "month"}, id="two amounts"),
        pytest.param({"amount": 1, "unit": "month", "interval": "year"}, id="two units for one amount"),
        pytest.param({"amount": 1, "unit": "month", "months": 2}, id="two periods"),
        pytest.param({"period": {"months": 1}, "months": 2}, id="a period inside and another outside"),
        pytest.param({"period": {"period": {"months": 1}}}, id="a period too deep"),
        pytest.param({"period": "month", "amount": 1}, id="a period that is a word"),
        pytest.param({"period": {}}, id="an empty period"),
        pytest.param({"amount": 1, "unit": "month", "date": MARCH}, id="a period and a date"),
        pytest.param({"months": 1, "date": MARCH}, id="months and a date"),
        pytest.param({"type": "period", "amount": 1, "unit": "month", "date": MARCH}, id="a period with a date"),
        pytest.param({"type": "date", "date": MARCH, "months": 1}, id="a date with months"),
        pytest.param({"type": "date", "date": MARCH, "amount": 1, "unit": "day"}, id="a date with an amount"),
        pytest.param({"type": "date", "date": MARCH, "until": "2027-04-01"}, id="two dates"),
        pytest.param({"type": "date", "amount": 1, "unit": "month"}, id="a period called a date"),
        pytest.param({"type": "period", "date": MARCH}, id="a date called a period"),
        pytest.param({"date": 1803859200}, id="seconds"),
        pytest.param({"date": 1803859200000}, id="milliseconds"),
        pytest.param({"date": "1803859200"}, id="seconds as text"),
        pytest.param("", id="empty text"),
        pytest.param("3 months", id="words"),
        pytest.param("P3M", id="an ISO duration"),
        pytest.param("20270301", id="a date without hyphens"),
        pytest.param("2027-W09-1", id="a week date"),
        pytest.param("2027-03", id="a month"),
        pytest.param("2027-3-1", id="single digits"),
        pytest.param("2027-02-29", id="a day that does not exist"),
        pytest.param("2027-03-01T24:00:00Z", id="an hour that does not exist"),
        pytest.param("2027-03-01T00:00:60Z", id="a leap second"),
        pytest.param("2027-03-01T00:00:00+24:00", id="an offset that does not exist"),
        pytest.param("2027-03-01T00:00:00[UTC]", id="a named zone"),
        pytest.param("2027-03-01 ", id="a space after the date"),
        pytest.param("2027-03-01\n", id="a newline after the date"),
        pytest.param("２０２７-03-01", id="full-width digits in a date"),
        pytest.param("1969-12-31", id="before 1970"),
        pytest.param("1970-01-01T00:00:00+01:00", id="before 1970 in UTC"),
        pytest.param("2201-01-01", id="after 2200"),
        pytest.param("2200-12-31T23:59:59-01:00", id="after 2200 in UTC"),
        pytest.param("0001-01-01T00:00:00+14:00", id="before the calendar in UTC"),
        pytest.param("9999-12-31T23:59:59-14:00", id="after the calendar in UTC"),
        pytest.param("0000-01-01", id="year zero"),
    ],
)
def test_what_is_no_duration_or_says_two_things_is_refused(duration: object) -> None:
    with pytest.raises(RequestError) as caught:
        read(duration)
    assert caught.value.field.split(".")[0] == "duration"
