"""A YAML file after reading: plain values, and the line on which each stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from gateway.settings.errors import Problem

Location: TypeAlias = tuple[str | int, ...]
"""Keys, and positions in lists, down from the top of the file."""


class Unusable:
    """Stands where a value was reported as a problem already: no type accepts it, and nothing reports it again."""

    def __repr__(self) -> str:
        return "UNUSABLE"


UNUSABLE: Final = Unusable()

_WORD: Final = re.compile(r"[A-Za-z][a-z]*\d{0,2}([_-][A-Za-z][a-z]*\d{0,2}|[A-Z][a-z]+)*")
_LONGEST_WORD: Final = 40

Value: TypeAlias = "str | int | float | bool | Unusable | list[Value] | dict[str, Value]"


@dataclass(frozen=True, slots=True)
class Document:
    """The mapping at the top of one file."""

    file: str
    content: dict[str, Value]
    lines: Mapping[Location, int]

    def line(self, location: Location) -> int | None:
        """The line of a place, or of what it would stand in if it were there."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location)

    def problem(self, location: Location, message: str) -> Problem:
        """Something wrong at a place."""
        return Problem(self.file, self.line(location), dotted(location), message)


def dotted(location: Location) -> str:
    """`modes.live.api_key`, `integration_tokens[1]`. A key that does not look like one is not repeated."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if looks_like_a_key(part) else "(a key)")
    return text


def looks_like_a_key(text: str) -> bool:
    """Whether this is made of words (max_months, max-months, maxMonths), as a secret that slid here hardly is."""
    return len(text) <= _LONGEST_WORD and _WORD.fullmatch(text) is not None
