"""Calendar arithmetic of billing periods, on Unix seconds in UTC.

Months and years are counted from the anchor, and a day that a month lacks becomes its last day: an anchor on
31 January renews on 28 February and on 31 March.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime
from functools import lru_cache

_SECONDS = {"day": 86_400, "week": 7 * 86_400}
_MONTHS = {"month": 1, "year": 12}
_SECONDS_IN_A_MONTH = 2_629_746


@lru_cache(4096)
def later(start: int, unit: str, count: int) -> int:
    """`start` plus `count` units (which may be negative). `unit` is day, week, month or year."""
    if unit in _SECONDS:
        return start + count * _SECONDS[unit]
    moment = datetime.fromtimestamp(start, UTC)
    months = moment.year * 12 + moment.month - 1 + count * _MONTHS[unit]
    year, month = divmod(months, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return int(moment.replace(year=year, month=month + 1, day=day).timestamp())


def boundary_after(anchor: int, unit: str, count: int, moment: int) -> int:
    """The first moment after `moment` that lies a whole number of periods of `count` units from `anchor`."""
    return later(anchor, unit, _steps_to(anchor, unit, count, moment) * count)


@lru_cache(4096)
def period_containing(anchor: int, unit: str, count: int, moment: int) -> tuple[int, int]:
    """Start (inclusive) and end (exclusive) of the period around `moment`."""
    steps = _steps_to(anchor, unit, count, moment)
    return later(anchor, unit, (steps - 1) * count), later(anchor, unit, steps * count)


def _steps_to(anchor: int, unit: str, count: int, moment: int) -> int:
    length = _SECONDS.get(unit) or _MONTHS[unit] * _SECONDS_IN_A_MONTH
    steps = (moment - anchor) // (length * count) - 1
    while later(anchor, unit, steps * count) <= moment:
        steps += 1
    return steps
