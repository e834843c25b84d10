"""Calendar arithmetic of billing periods, in UTC.

Months and years are counted from the anchor, and a day that a month lacks becomes its last day: an anchor on
31 January renews on 28 February and on 31 March.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta

if TYPE_CHECKING:
    from datetime import datetime

    from simulators.types import Json

_LENGTHS = {
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=30.436875),
    "year": timedelta(days=365.2425),
}


def later(start: datetime, cycle: Json, cycles: int = 1) -> datetime:
    """`start` plus so many cycles, which may be negative. A cycle is Paddle's `{"interval", "frequency"}`."""
    return _later(start, cycle["interval"], cycle["frequency"] * cycles)


@lru_cache(4096)
def _later(start: datetime, interval: str, count: int) -> datetime:
    match interval:
        case "day":
            return start + timedelta(days=count)
        case "week":
            return start + timedelta(weeks=count)
        case "month":
            return start + relativedelta(months=count)
        case _:
            return start + relativedelta(years=count)


def boundary_after(anchor: datetime, cycle: Json, moment: datetime) -> datetime:
    """The first moment after `moment` that lies a whole number of cycles from `anchor`."""
    return later(anchor, cycle, _cycles_to(anchor, cycle, moment))


def period_containing(anchor: datetime, cycle: Json, moment: datetime) -> tuple[datetime, datetime]:
    """Start (inclusive) and end (exclusive) of the period around `moment`."""
    cycles = _cycles_to(anchor, cycle, moment)
    return later(anchor, cycle, cycles - 1), later(anchor, cycle, cycles)


def _cycles_to(anchor: datetime, cycle: Json, moment: datetime) -> int:
    frequency: int = cycle["frequency"]
    cycles = (moment - anchor) // (_LENGTHS[cycle["interval"]] * frequency) - 1
    while later(anchor, cycle, cycles) <= moment:
        cycles += 1
    return cycles
