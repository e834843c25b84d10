"""One line of the journal: JSON in ASCII, told from the lines of anybody else by its first member."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, TypeAlias

from gateway.observability import ascii_json

FORMAT: Final = 1
"""The value of the member ``journal``. It changes when a reader of this one would misunderstand a line."""

Line: TypeAlias = Mapping[str, Any]


class Event(StrEnum):
    """What a line tells of a write."""

    BEGUN = "begun"
    """It is about to be sent; `asked` and `before` are here, the outcome is in another line."""
    ENDED = "ended"
    """It is over; says again whose it is, since the files may have been changed in between."""
    NOT_SENT = "not sent"
    """All there is to tell of an action that sent nothing."""


_TEXTS: Final = ("event", "id", "time", "backend", "mode", "action", "customer_id", "subscription_id")
_EVENTS: Final = frozenset(Event)


def encoded(line: Line) -> bytes:
    """The line with its line break. A line break within a text is escaped, so that it is one line whatever it says."""
    return ascii_json({"journal": FORMAT, **line}) + b"\n"


def decoded(text: bytes) -> Line | None:
    """The line, None for what is none: torn, of another program, of a format that is not known."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.get("journal") != FORMAT:
        return None
    if not all(isinstance(found.get(name), str) for name in _TEXTS) or found["event"] not in _EVENTS:
        return None
    is_whole = found["event"] == Event.BEGUN or isinstance(found.get("outcome"), str)
    return found if is_whole else None
