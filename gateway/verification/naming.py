"""Naming places and ids without repeating anything that may be personal, or that would upset a terminal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

_LONGEST_SHOWN: Final = 80
_LONGEST_ID: Final = 255
_FIELD_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Place:
    """What comes after `/churnkey` in a request: `path` as it is sent, `label` as it is shown."""

    path: str
    label: str

    def with_query(self, **parameters: object) -> Place:
        """The same with query parameters, which are not shown: a cursor is the provider's business."""
        query = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in parameters.items())
        return Place(f"{self.path}?{query}", self.label)


def place(template: str, *ids: str) -> Place:
    """A path with ids in the places of its `{}`, percent-encoded."""
    return Place(
        template.format(*(quote(one, safe="") for one in ids)), template.format(*(shown_id(one) for one in ids))
    )


def private_place(template: str, value: str) -> Place:
    """A path with something personal in it, which is not shown."""
    return Place(template.format(quote(value, safe="")), template.format("..."))


def is_usable(identifier: object) -> bool:
    """Whether this is an id that can stand in a path: text that is not empty, not `.` or `..`, and not absurd."""
    return (
        isinstance(identifier, str)
        and 0 < len(identifier) <= _LONGEST_ID
        and identifier.strip() == identifier
        and identifier.isprintable()
        and identifier not in {".", ".."}
    )


def shown_id(identifier: str) -> str:
    """An id for people. One with an @ in it may be somebody's address, so it is not shown."""
    if "@" in identifier:
        return "(id with an @)"
    return shown(identifier)


def shown(text: str) -> str:
    """Text without what is not printable, cut to a bearable length."""
    cleaned = "".join(letter if letter.isprintable() else "?" for letter in text)
    return cleaned if len(cleaned) <= _LONGEST_SHOWN else cleaned[: _LONGEST_SHOWN - 3] + "..."


def shown_key(key: str) -> str:
    """A member's name; what does not look like one, such as an address used as a key, is not shown."""
    return key if _FIELD_NAME.fullmatch(key) else "?"
