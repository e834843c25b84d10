"""Whatever a test let the gateway write, and that nobody's data and no secret is in it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
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
"""In bytes. Shorter ones are in all kinds of words and ids."""
_SHORTEST_NUMBER: Final = 7
"""Shorter ones are in all kinds of numbers."""

_SHOWN_AROUND: Final = 150
_MOST_REMEMBERED: Final = 10_000


class Written:
    """Everything that was written while a test ran: the log of the whole process and, of each gateway that it started,
    the journal, the metrics, and the spans."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._texts: list[tuple[str, str]] = []
        self._forbidden: set[str] = set()

    def add(self, place: str, text: str) -> None:
        """This was written too, to this place."""
        self._texts.append((place, text))

    def forbid(self, texts: Iterable[str]) -> None:
        """None of these may be in it. What is so short that anything may have it is passed over."""
        self._forbidden.update(
            text for text in texts if len(text.encode()) >= (_SHORTEST_NUMBER if text.isdigit() else _SHORTEST)
        )

    def leaks(self) -> list[str]:
        """What must not be there and is, each with its place and the first line there that has it."""
        places = [("log", self._log.whole), *self._texts]
        spellings = {text: _spellings(text) for text in sorted(self._forbidden)}
        return [
            f"{text!r} in the {place}: {line}"
            for place, written in places
            for text, spelled in spellings.items()
            if (line := _line_with(spelled, written)) is not None
        ]


def _line_with(spellings: Iterable[str], written: str) -> str | None:
    for spelling in spellings:
        at = written.find(spelling)
        if at >= 0:
            begin, end = written.rfind("\n", 0, at) + 1, written.find("\n", at)
            return written[max(begin, at - _SHOWN_AROUND) : min(end if end >= 0 else len(written), at + _SHOWN_AROUND)]
    return None


@lru_cache(_MOST_REMEMBERED)
def _spellings(text: str) -> frozenset[str]:
    """As it is, and as it is written in JSON and in URLs; of an e-mail also in small letters."""
    plain = {text, text.lower()} if "@" in text else {text}
    return frozenset(
        spelling
        for one in plain
        for spelling in (one, json.dumps(one)[1:-1], quote(one, safe=""), quote(one, safe="@"), quote(one, safe="@+"))
    )


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
