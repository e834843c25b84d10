"""Calendar arithmetic of billing periods, on Unix seconds in UTC.

Months and years are counted from the anchor, and a day that a month lacks becomes its last day: an anchor on
31 January renews on 28 February and on 31 March
(https://docs.stripe.com/billing/subscriptions/billing-cycle).
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.types import Json

_SECONDS = {"day": 86_400, "week": 7 * 86_400}
_MONTHS = {"month": 1, "year": 12}
_SECONDS_IN_A_MONTH = 2_629_746


def later(start: int, interval: str, count: int) -> int:
    """`start` plus `count` intervals (which may be negative). `interval` is day, week, month or year."""
    if interval in _SECONDS:
        return start + count * _SECONDS[interval]
    moment = datetime.fromtimestamp(start, UTC)
    months = moment.year * 12 + moment.month - 1 + count * _MONTHS[interval]
    year, month = divmod(months, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return int(moment.replace(year=year, month=month + 1, day=day).timestamp())


def boundary_after(anchor: int, interval: str, count: int, moment: int) -> int:
    """The first moment after `moment` that lies a whole number of `count` intervals from `anchor`."""
    return later(anchor, interval, _steps_to(anchor, interval, count, moment) * count)


def period_containing(anchor: int, interval: str, count: int, moment: int) -> tuple[int, int]:
    """Start (inclusive) and end (exclusive) of the period around `moment`."""
    steps = _steps_to(anchor, interval, count, moment)
    return later(anchor, interval, (steps - 1) * count), later(anchor, interval, steps * count)


def _steps_to(anchor: int, interval: str, count: int, moment: int) -> int:
    length = _SECONDS.get(interval) or _MONTHS[interval] * _SECONDS_IN_A_MONTH
    steps = (moment - anchor) // (length * count) - 1
    while later(anchor, interval, steps * count) <= moment:
        steps += 1
    return steps


def interval_of(price: Json) -> tuple[str, int]:
    """The interval and its count of a recurring price."""
    recurring = price["recurring"]
    return recurring["interval"], recurring["interval_count"]
