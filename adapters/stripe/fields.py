"""Reading single fields of Stripe's objects."""

from __future__ import annotations


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
