"""Reading single fields of Stripe's objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.errors import Unmappable


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


def items_of(subscription: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """A subscription's items, from the page that comes with it. Raises `Unmappable` for what is no such page."""
    page = subscription.get("items")
    items = page.get("data") if isinstance(page, dict) else None
    if type(items) is list:
        return items
    if page is None:
        return ()
    raise Unmappable("items: not a list")
