"""Reading single fields of Stripe's objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from adapters.errors import Unmappable


def required_text(source: Mapping[str, Any], field: str) -> str:
    """A text that must be there. Raises `Unmappable`, naming the field."""
    value = source.get(field)
    if not isinstance(value, str) or not value:
        raise Unmappable(f"{field}: missing")
    return value


def missing(field: str) -> NoReturn:
    """Raises `Unmappable` for a part that is required and not there."""
    raise Unmappable(f"{field}: missing")


def reference(value: object) -> str | None:
    """The id behind a field that holds an id, or the object when it was expanded."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        identifier = value.get("id")
        return identifier if isinstance(identifier, str) else None
    return None


def is_deleted(value: object) -> bool:
    """Whether an object is what Stripe answers for a deleted one: its id and little else."""
    return isinstance(value, dict) and value.get("deleted") is True
