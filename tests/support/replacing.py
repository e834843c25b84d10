"""One object like another but for some members: `copy.replace`, for Pythons before 3.13."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def replace(one: T, **changes: object) -> T:
    """A dataclass or a struct like this one, with these members in place of its own."""
    if isinstance(one, msgspec.Struct):
        return msgspec.structs.replace(one, **changes)
    made: Any = one
    changed: T = dataclasses.replace(made, **changes)
    return changed
