"""Billing intervals in the contract's words, which are months and years."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from adapters.errors import Unmappable
from gateway.contract import BillingDuration, IntervalUnit

_UNITS: Final[Mapping[object, IntervalUnit]] = {unit.value: unit for unit in IntervalUnit}
_DAYS: Final = {IntervalUnit.DAY: 1, IntervalUnit.WEEK: 7}
_APPROXIMATED: Final = tuple(_DAYS)
_DAYS_IN_A_MONTH: Final = 30.44
_MONTHS_IN_A_YEAR: Final = 12


def interval(unit: object, count: object) -> tuple[IntervalUnit, int]:
    """A provider's unit and count, checked. Raises `Unmappable` for a unit that is not known."""
    try:
        known = _UNITS.get(unit)
    except TypeError:
        known = None
    # Not `isinstance`, for which true and false are numbers.
    if known is None or type(count) is not int or count < 1:
        raise Unmappable("the billing interval is unknown")
    return known, count


def duration(unit: IntervalUnit, count: int, *, exact: bool) -> BillingDuration:
    """The billing cycle. Twelve months are a year; weeks and days become whole months unless they are to be exact."""
    if is_approximated(unit, exact=exact):
        unit, count = IntervalUnit.MONTH, max(1, round(count * _DAYS[unit] / _DAYS_IN_A_MONTH))
    if unit is IntervalUnit.MONTH and count % _MONTHS_IN_A_YEAR == 0:
        return BillingDuration(amount=count // _MONTHS_IN_A_YEAR, unit=IntervalUnit.YEAR)
    return BillingDuration(amount=count, unit=unit)


def is_approximated(unit: object, *, exact: bool) -> bool:
    """Whether the contract's months only stand in for an interval of days or weeks."""
    return not exact and unit in _APPROXIMATED


def in_words(unit: IntervalUnit, count: int) -> str:
    """The interval as it stands in metadata: "1 week", "10 days"."""
    return f"{count} {unit}" + ("s" if count > 1 else "")
