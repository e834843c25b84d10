"""Calendar arithmetic in UTC. Months and years are clamped to the month's last day, the time of day is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dateutil.relativedelta import relativedelta

from gateway.contract import ActionDuration, DateDuration, DurationKind, IntervalUnit

if TYPE_CHECKING:
    from datetime import datetime

_MONTHS_IN_A_YEAR: Final = 12
_DAYS_IN_A_YEAR: Final = 360
_WEEKS_IN_A_YEAR: Final = 52


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
    match unit:
        case IntervalUnit.DAY:
            return amount >= _DAYS_IN_A_YEAR
        case IntervalUnit.WEEK:
            return amount >= _WEEKS_IN_A_YEAR
        case IntervalUnit.MONTH:
            return amount >= _MONTHS_IN_A_YEAR
        case IntervalUnit.YEAR:
            return True
