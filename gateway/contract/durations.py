"""The duration of a pause or of a trial extension, in every shape it may arrive in.

That there are two kinds, ``period`` and ``date``, is proven. The names inside are printed nowhere, so the
shapes that Churnkey's other models make likely are all read; whatever says two things at once is refused.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from gateway.contract.actions import (
    FIRST_YEAR,
    LAST_YEAR,
    LONGEST_PERIOD,
    ActionDuration,
    DateDuration,
    PeriodDuration,
)
from gateway.contract.errors import RequestError
from gateway.contract.fields import Fields, fold
from gateway.contract.vocabulary import DurationKind, IntervalUnit

_DATE_SPELLINGS: Final = ("value", "end", "until", "endDate", "at")
_AMOUNT_SPELLINGS: Final = ("intervalCount", "count", "value")
_PLURALS: Final = {f"{unit}s": unit for unit in IntervalUnit}
_UNITS: Final = {unit.value: unit for unit in IntervalUnit} | _PLURALS
_PERIOD_NAMES: Final = ("amount", "unit", "interval", "period", *_AMOUNT_SPELLINGS, *_PLURALS)

_EXPECTED_DURATION: Final = "expected an amount with a unit, or a date"
_EXPECTED_DATE: Final = f"expected an ISO 8601 date from {FIRST_YEAR} to {LAST_YEAR}"

_WHOLE_NUMBER: Final = re.compile(r"[1-9][0-9]{0,3}")
_ISO_DATE: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_YEARS: Final = range(FIRST_YEAR, LAST_YEAR + 1)


def read_duration(name: str, value: object) -> ActionDuration:
    """Return the duration in ``value``, the field ``name``.

    Read are: ``{type: "date", date}``; ``{date}``; ``{type: "date"}`` with value, end, until, endDate or at;
    ``{type: "period", amount, unit}``; ``{amount, unit}``; the latter two inside ``period``; interval,
    intervalCount, count and value for amount or unit; ``{days|weeks|months|years: n}``; a bare ISO date.

    Raises:
        RequestError: it is none of these, it says two different things, or it is outside the bounds of
            ``read_amount``, ``LONGEST_PERIOD`` and ``read_date``.
    """
    if isinstance(value, str):
        return DateDuration(date=read_date(name, value))
    if not isinstance(value, dict):
        raise RequestError(name, _EXPECTED_DURATION)
    fields = Fields.of(value, name)
    match fields.optional("type", _read_kind):
        case DurationKind.DATE:
            if fields.gives("amount", "unit", "period", *_PLURALS):
                raise RequestError(name, "a date cannot be combined with an amount")
            return DateDuration(date=fields.required("date", read_date, *_DATE_SPELLINGS))
        case DurationKind.PERIOD:
            if fields.gives("date"):
                raise RequestError(name, "an amount cannot be combined with a date")
            return _read_period(name, fields)
        case None:
            return _read_untyped(name, fields)


def _read_untyped(name: str, fields: Fields) -> ActionDuration:
    if not fields.gives("date"):
        return _read_period(name, fields)
    if fields.gives(*_PERIOD_NAMES):
        raise RequestError(name, "an amount cannot be combined with a date")
    return DateDuration(date=fields.required("date", read_date))


def _read_period(name: str, fields: Fields) -> PeriodDuration:
    nested = fields.optional("period", _read_nested_period)
    readings = {period for period in (*_flat_periods(name, fields), nested) if period is not None}
    if not readings:
        raise RequestError(name, _EXPECTED_DURATION)
    if len(readings) > 1:
        raise RequestError(name, "given more than once, with different values")
    return readings.pop()


def _read_nested_period(name: str, value: object) -> PeriodDuration:
    periods = set(_flat_periods(name, Fields.of(value, name)))
    if len(periods) != 1:
        raise RequestError(name, "expected one amount with a unit")
    return periods.pop()


def _flat_periods(name: str, fields: Fields) -> list[PeriodDuration]:
    periods = [
        _period(name, amount, unit)
        for plural, unit in _PLURALS.items()
        if (amount := fields.optional(plural, read_amount)) is not None
    ]
    # Providers use "interval" for the unit, and it is as natural a word for the amount: its value tells.
    interval = fields.optional("interval", _read_interval)
    amount_spellings = (*_AMOUNT_SPELLINGS, "interval") if isinstance(interval, int) else _AMOUNT_SPELLINGS
    unit_spellings = ("interval",) if isinstance(interval, IntervalUnit) else ()
    amount = fields.optional("amount", read_amount, *amount_spellings)
    unit = fields.optional("unit", _read_unit, *unit_spellings)
    if amount is not None and unit is not None:
        periods.append(_period(name, amount, unit))
    elif amount is not None or unit is not None:
        raise RequestError(name, "expected both an amount and a unit")
    return periods


def _period(name: str, amount: int, unit: IntervalUnit) -> PeriodDuration:
    if amount > LONGEST_PERIOD[unit]:
        raise RequestError(name, "expected ten years at most")
    return PeriodDuration(amount=amount, unit=unit)


def _read_kind(name: str, value: object) -> DurationKind:
    kinds = {kind.value: kind for kind in DurationKind}
    kind = kinds.get(fold(value)) if isinstance(value, str) else None
    if kind is None:
        raise RequestError(name, "expected period or date")
    return kind


def _read_unit(name: str, value: object) -> IntervalUnit:
    unit = _UNITS.get(fold(value)) if isinstance(value, str) else None
    if unit is None:
        raise RequestError(name, "expected day, week, month or year")
    return unit


def _read_interval(name: str, value: object) -> IntervalUnit | int:
    if isinstance(value, str) and fold(value) in _UNITS:
        return _read_unit(name, value)
    return read_amount(name, value)


def read_amount(name: str, value: object) -> int:
    """Return a whole number from 1; ``3``, ``3.0`` and ``"3"`` are all three.

    Raises:
        RequestError: it is anything else, ``true`` included.
    """
    if isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    raise RequestError(name, "expected a whole number from 1")


def read_date(name: str, value: object) -> datetime:
    """Return an ISO 8601 date or date-time as UTC.

    Without a zone it is taken as UTC, and a date alone as its midnight: a customer who picks a date in
    Churnkey's calendar picks a day, not an hour. A number is refused, since seconds and milliseconds cannot
    be told apart safely.

    Raises:
        RequestError: it is no such text, no moment of the calendar, or not in the years 1970 to 2200.
    """
    if not isinstance(value, str) or _ISO_DATE.fullmatch(value) is None:
        raise RequestError(name, _EXPECTED_DATE)
    try:
        moment = datetime.fromisoformat(value.upper())
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise RequestError(name, _EXPECTED_DATE) from None
    if moment.year not in _YEARS:
        raise RequestError(name, _EXPECTED_DATE)
    return moment
