"""Moments as they are written on the wire: ``YYYY-MM-DDTHH:mm:ss.sssZ``, always UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY: Final = _EPOCH.toordinal()
_MINUTES_A_DAY: Final = 1440
_DAYS_REMEMBERED: Final = 4096

# The calendar has to be asked for a date, the time of day only has to be looked up: to be formatted by
# ``datetime.isoformat`` takes three times as long.
_MINUTES: Final = tuple(f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(60))
_SECONDS: Final = tuple(f":{second:02}" for second in range(60))
_WHOLE_SECONDS: Final = tuple(f":{second:02}.000Z" for second in range(60))
_MILLISECONDS: Final = tuple(f".{millisecond:03}Z" for millisecond in range(1000))


def moment_text(moment: datetime) -> str:
    """The wire form of an aware UTC datetime; what is finer than a millisecond is cut off."""
    day, minute = _date(moment.toordinal() - _EPOCH_DAY), _MINUTES[moment.hour * 60 + moment.minute]
    return f"{day}{minute}{_SECONDS[moment.second]}{_MILLISECONDS[moment.microsecond // 1000]}"


def unix_text(seconds: float) -> str:
    """The wire form of a Unix time. Raises `OverflowError` outside the years 1 to 9999.

    A list has five moments for each subscription; ``datetime.isoformat`` would be a quarter of what a row costs.
    """
    if type(seconds) is not int:
        return moment_text(_EPOCH + timedelta(seconds=seconds))
    # Minutes first: these are small enough to be computed with fast.
    minutes = seconds // 60
    day = _date(minutes // _MINUTES_A_DAY)
    return f"{day}{_MINUTES[minutes % _MINUTES_A_DAY]}{_WHOLE_SECONDS[seconds % 60]}"


@lru_cache(_DAYS_REMEMBERED)
def _date(days: int) -> str:
    try:
        return f"{date.fromordinal(_EPOCH_DAY + days).isoformat()}T"
    except ValueError:
        raise OverflowError("outside the years 1 to 9999") from None
