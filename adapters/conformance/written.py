"""Whatever a test let the gateway write, and that nobody's data and no secret is in it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from adapters.conformance.log import Log

_PERSONAL: Final = frozenset(
    {
        "name",
        "first_name",
        "last_name",
        "full_name",
        "individual_name",
        "business_name",
        "company",
        "company_name",
        "email",
        "phone",
        "line1",
        "line2",
        "line3",
        "first_line",
        "second_line",
        "extended_address",
        "city",
        "postal_code",
        "zip",
        "zip_code",
    }
)
"""The members of customers and their addresses, by the names that providers have for them, that say who they are."""

_SHORTEST: Final = 5
"""Shorter ones are in all kinds of words and ids."""
_SHORTEST_NUMBER: Final = 7
"""Shorter ones are in all kinds of numbers."""

_MOST_SHOWN: Final = 300


class Written:
    """Everything that was written while a test ran: the log of the whole process and, of each gateway that it started,
    the journal, the metrics, and the spans."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._texts: list[str] = []
        self._forbidden: set[str] = set()

    def add(self, text: str) -> None:
        """This was written too."""
        self._texts.append(text)

    def forbid(self, texts: Iterable[str]) -> None:
        """None of these may be in it. What is so short that anything may have it is passed over."""
        self._forbidden.update(
            text for text in texts if len(text) >= (_SHORTEST_NUMBER if text.isdigit() else _SHORTEST)
        )

    def leaks(self) -> list[str]:
        """What must not be there and is, each with the first line that has it."""
        lines = "\n".join((self._log.whole, *self._texts))
        return [f"{text!r} in: {line}" for text in sorted(self._forbidden) if (line := _line_with(text, lines))]


def _line_with(text: str, lines: str) -> str | None:
    for spelling in _spellings(text):
        at = lines.find(spelling)
        if at >= 0:
            begin, end = lines.rfind("\n", 0, at) + 1, lines.find("\n", at)
            line = lines[begin : end if end >= 0 else None]
            return line if len(line) <= _MOST_SHOWN else f"... {lines[max(begin, at - 100) : at + 200]} ..."
    return None


def _spellings(text: str) -> set[str]:
    """As it is, and as it is written in JSON and in URLs; of an e-mail also in small letters."""
    plain = {text, text.lower()} if "@" in text else {text}
    return {
        spelling
        for one in plain
        for spelling in (one, json.dumps(one)[1:-1], quote(one, safe=""), quote(one, safe="@"), quote(one, safe="@+"))
    }


def personal_values(holders: object) -> Iterator[str]:
    """What says who these customers, or holders of addresses, are: by the names of members, however deep."""
    match holders:
        case Mapping():
            for name, value in holders.items():
                if isinstance(value, str):
                    if name in _PERSONAL:
                        yield value
                else:
                    yield from personal_values(value)
        case str() | bytes():
            return
        case Iterable():
            for one in holders:
                yield from personal_values(one)
        case _:
            return
