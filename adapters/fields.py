"""Reading single fields of providers' objects: what they hold, or why they cannot be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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


def text_if_any(source: Mapping[str, Any], field: str) -> str | None:
    """A text that may be missing. Raises `Unmappable` for anything else: what depends on it would go by a guess."""
    value = source.get(field)
    if value is not None and not isinstance(value, str):
        raise Unmappable(f"{field}: not a text")
    return value


def flag_if_any(source: Mapping[str, Any], field: str) -> bool | None:
    """True or false, or missing. Raises `Unmappable` for anything else."""
    value = source.get(field)
    if value is not None and not isinstance(value, bool):
        raise Unmappable(f"{field}: neither true nor false")
    return value


def whole_if_any(source: Mapping[str, Any], field: str) -> int | None:
    """A whole number that may be missing. Raises `Unmappable` for anything else."""
    value = source.get(field)
    if value is not None and type(value) is not int:
        raise Unmappable(f"{field}: not a whole number")
    return value


def object_if_any(source: Mapping[str, Any], field: str) -> Mapping[str, Any] | None:
    """An object that may be missing. Raises `Unmappable` for anything else."""
    return an_object(source.get(field), field)


def an_object(value: Any, field: str) -> Mapping[str, Any] | None:
    """What is in a field: an object, or nothing. Raises `Unmappable` for anything else."""
    if value is not None and not isinstance(value, dict):
        raise Unmappable(f"{field}: not an object")
    found: Mapping[str, Any] | None = value
    return found


def list_if_any(source: Mapping[str, Any], field: str) -> list[Any]:
    """A list; an empty one where it is missing. Raises `Unmappable` for anything else."""
    value = source.get(field)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Unmappable(f"{field}: not a list")
    return value


def objects_if_any(source: Mapping[str, Any], field: str) -> list[Mapping[str, Any]]:
    """A list of objects; an empty one where it is missing. Raises `Unmappable` for anything else."""
    found = list_if_any(source, field)
    if not all(isinstance(one, dict) for one in found):
        raise Unmappable(f"{field}: not all are objects")
    return found


def by_id(rows: Iterable[Any]) -> dict[str, dict[str, Any]]:
    """Those rows of a list by their ids that are objects and have one. The others are nobody's: whoever expresses the
    list leaves them out."""
    found = ((row.get("id"), row) for row in rows if isinstance(row, dict))
    return {identifier: row for identifier, row in found if isinstance(identifier, str) and identifier}


def last_id(rows: Sequence[Any]) -> str:
    """The id of the last row of a page that has one, from which the list goes on: what is after it comes once more.

    Raises `Unmappable` where no row has any.
    """
    for row in reversed(rows):
        identifier = row.get("id") if isinstance(row, dict) else getattr(row, "id", None)
        if isinstance(identifier, str) and identifier:
            return identifier
    return missing("id")


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
