"""Times on the wire: RFC 3339 in UTC with a fraction of any length, and sometimes with none."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_FRACTION_DIGITS = (3, 6, 0, 1, 9)


@lru_cache(4096)
def written(moment: datetime) -> str:
    """A moment as Paddle serves it.

    Paddle's own examples have one, three, six and nine digits after the second, and none. Here the length goes by
    the day, so that one moment is always the same text, and an object holds several lengths.
    """
    moment = moment.astimezone(UTC)
    fraction = f"{moment.microsecond:06d}000"
    digits = max(_FRACTION_DIGITS[moment.toordinal() % len(_FRACTION_DIGITS)], len(fraction.rstrip("0")))
    second = moment.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{second}.{fraction[:digits]}Z" if digits else f"{second}Z"


def read(text: str) -> datetime:
    """A moment from the wire; what is finer than a microsecond is cut off.

    Raises:
        ValueError: the text is no RFC 3339 time with an offset.
    """
    if not _RFC_3339.fullmatch(text):
        raise ValueError("not an RFC 3339 time")
    return datetime.fromisoformat(text.upper()).astimezone(UTC)
