"""Moments as they are written on the wire: ``YYYY-MM-DDTHH:mm:ss.sssZ``, always UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS_A_DAY: Final = 86_400
_DATE_LENGTH: Final = 11
_DAYS_REMEMBERED: Final = 4096

# The calendar has to be asked for a date, the time of day only has to be looked up.
_MINUTES: Final = tuple(f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(60))
_SECONDS: Final = tuple(f":{second:02}.000Z" for second in range(60))


def moment_text(moment: datetime) -> str:
    """The wire form of an aware UTC datetime; what is finer than a millisecond is cut off."""
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"


def unix_text(seconds: float) -> str:
    """The wire form of a Unix time. Raises `OverflowError` outside the years 1 to 9999.

    A list has five moments for each subscription; ``datetime.isoformat`` would be a quarter of what a row costs.
    """
    if type(seconds) is not int:
        return moment_text(_EPOCH + timedelta(seconds=seconds))
    second = seconds % _SECONDS_A_DAY
    return f"{_date(seconds // _SECONDS_A_DAY)}{_MINUTES[second // 60]}{_SECONDS[second % 60]}"


@lru_cache(_DAYS_REMEMBERED)
def _date(day: int) -> str:
    return (_EPOCH + timedelta(days=day)).isoformat()[:_DATE_LENGTH]
