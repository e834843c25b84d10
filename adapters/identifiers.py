"""Ids are hostile input: what is not a plain id never gets near a provider's path."""

from __future__ import annotations

import re
from typing import Final

from adapters.errors import NotFound

LONGEST_ID: Final = 255

_USUAL: Final = re.compile(r"[A-Za-z0-9_-]{1,255}")
"""What nearly every id looks like: one look instead of six."""


def is_plain(identifier: str) -> bool:
    """Whether an id is safe to use: 1 to 255 printable characters, no slash or backslash, not `.` or `..`."""
    return _USUAL.fullmatch(identifier) is not None or (
        0 < len(identifier) <= LONGEST_ID
        and identifier not in {".", ".."}
        and identifier.isprintable()
        and "/" not in identifier
        and "\\" not in identifier
        and identifier == identifier.strip()
    )


def require_plain(*identifiers: str) -> None:
    """Raises `NotFound` for an id that cannot be one: there is no such object, and nobody is asked."""
    for identifier in identifiers:
        if not is_plain(identifier):
            raise NotFound
