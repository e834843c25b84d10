"""Reading single fields of providers' objects: what they hold, or why they cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, NoReturn

from dateutil.relativedelta import relativedelta

from adapters.errors import Unmappable

_OPEN_ENDED: Final = relativedelta(years=10)


def required_text(source: Mapping[str, Any], field: str) -> str:
    """A text that must be there. Raises `Unmappable`, naming the field."""
    value = source.get(field)
    if not isinstance(value, str) or not value:
        raise Unmappable(f"{field}: missing")
    return value


def missing(field: str) -> NoReturn:
    """Raises `Unmappable` for a part that is required and not there."""
    raise Unmappable(f"{field}: missing")


def optional_text(source: Mapping[str, Any], *fields: str) -> str | None:
    """The first of these fields that holds a text that is not empty."""
    for field in fields:
        value = source.get(field)
        if isinstance(value, str) and value:
            return value
    return None


def unix_moment(value: object) -> datetime | None:
    """Unix seconds as aware UTC. Raises `Unmappable` for what is no time."""
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Unmappable("a time is not a number")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        raise Unmappable("a time is out of range") from None


def required_moment(source: Mapping[str, Any], field: str) -> datetime:
    """A time in Unix seconds that must be there. Raises `Unmappable`."""
    found = unix_moment(source.get(field))
    if found is None:
        raise Unmappable(f"{field}: missing")
    return found


def http_moment(header: str | None) -> datetime | None:
    """The time in a `Date` header, in UTC; None for anything else."""
    try:
        found = parsedate_to_datetime(header or "")
    except (ValueError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def open_end(start: datetime) -> datetime:
    """The end that is shown for a pause without one: the contract wants a date. Raises `Unmappable`."""
    try:
        return start + _OPEN_ENDED
    except (ValueError, OverflowError):
        raise Unmappable("a time is out of range") from None


def as_text(moment: datetime) -> str:
    """A moment as it stands in metadata: ISO 8601 in UTC, in whole seconds."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
