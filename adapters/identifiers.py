"""Ids are hostile input: what is not a plain id never gets near a provider's path."""

from __future__ import annotations

from typing import Final

from adapters.errors import NotFound

LONGEST_ID: Final = 255


def is_plain(identifier: str) -> bool:
    """Whether an id is safe to use: 1 to 255 printable characters, no slash or backslash, not `.` or `..`."""
    if not 0 < len(identifier) <= LONGEST_ID:
        return False
    # What nearly every id looks like: letters, digits and underscores hold nothing that is looked for below.
    return (identifier.isascii() and identifier.isidentifier()) or (
        identifier not in {".", ".."}
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
