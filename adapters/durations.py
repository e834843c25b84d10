"""Calendar arithmetic in UTC. Months and years are clamped to the month's last day, the time of day is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dateutil.relativedelta import relativedelta

from gateway.contract import ActionDuration, DateDuration, DurationKind, IntervalUnit

if TYPE_CHECKING:
    from datetime import datetime

_A_YEAR: Final = {IntervalUnit.DAY: 360, IntervalUnit.WEEK: 52, IntervalUnit.MONTH: 12, IntervalUnit.YEAR: 1}
"""How many of each unit are a year, at least. An interval is one of its unit or more."""


def kind_of(duration: ActionDuration) -> DurationKind:
    """Whether a duration is a length or a date."""
    return DurationKind.DATE if isinstance(duration, DateDuration) else DurationKind.PERIOD


def end_of(duration: ActionDuration, start: datetime) -> datetime:
    """The date itself, or `start` plus the length: 31 January and a month is the last of February."""
    if isinstance(duration, DateDuration):
        return duration.date
    amount = duration.amount
    match duration.unit:
        case IntervalUnit.DAY:
            return start + relativedelta(days=amount)
        case IntervalUnit.WEEK:
            return start + relativedelta(weeks=amount)
        case IntervalUnit.MONTH:
            return start + relativedelta(months=amount)
        case IntervalUnit.YEAR:
            return start + relativedelta(years=amount)


def is_annual(unit: IntervalUnit, amount: int) -> bool:
    """Whether a billing interval is a year or longer, in whichever unit it is given."""
    return amount >= _A_YEAR[unit]
