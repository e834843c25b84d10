"""Describing a body that was not understood, without what it says."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

_LONGEST: Final = 500
_DEEPEST: Final = 3
_MOST_KEYS: Final = 20

# A name of a field looks like this. What does not, such as an e-mail address used as a key, may be personal.
_FIELD_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")


def describe_shape(body: object) -> str:
    """Return the names and JSON types in ``body``, for the log, in at most 500 characters.

    No value appears, nor a key that does not look like a field name; depth and number of keys are bounded.
    ``{"duration": {"amount": 3}}`` becomes ``{duration: {amount: number}}``.
    """
    description = _describe(body, 0)
    return description if len(description) <= _LONGEST else description[: _LONGEST - 3] + "..."


def _describe(value: object, depth: int) -> str:
    match value:
        case dict():
            return _describe_object(value, depth)
        case list():
            return _describe_array(value, depth)
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case _:
            return "unknown"


def _describe_object(entries: dict[object, object], depth: int) -> str:
    if depth >= _DEEPEST:
        return "{...}"
    parts = [f"{_name(key)}: {_describe(value, depth + 1)}" for key, value in islice(entries.items(), _MOST_KEYS)]
    if len(entries) > _MOST_KEYS:
        parts.append("...")
    return "{" + ", ".join(parts) + "}"


def _describe_array(elements: list[object], depth: int) -> str:
    if depth >= _DEEPEST:
        return "[...]"
    return f"[{_describe(elements[0], depth + 1)}]" if elements else "[]"


def _name(key: object) -> str:
    return key if isinstance(key, str) and _FIELD_NAME.fullmatch(key) else "?"
