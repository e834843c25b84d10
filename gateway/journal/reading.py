"""Reading journals again: each write once, put together from its lines, whichever files these are in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from gateway.journal.lines import Event, Line, decoded

_LONGEST_LINE: Final = 1_000_000
"""Bytes. No line of ours comes near, and a file of something else may be one line from beginning to end."""


@dataclass(frozen=True, slots=True)
class Told:
    """One write, as far as the files tell. `facts` is its first line there, which says whose it is; `closing` the one
    that has its outcome, None where there is none."""

    facts: Line
    closing: Line | None

    @property
    def is_open(self) -> bool:
        """Whether it was begun and nothing says how it ended."""
        return self.closing is None

    @property
    def asked(self) -> Mapping[str, Any]:
        """What was to be done; empty where that is not told."""
        return _section(self.facts, "asked")

    @property
    def before(self) -> Mapping[str, Any]:
        """The subscription before; empty where that is not told."""
        return _section(self.facts, "before")

    @property
    def after(self) -> Mapping[str, Any]:
        """The subscription after; empty where that was not seen."""
        return _section(self.closing or {}, "after")


@dataclass(slots=True)
class History:
    """What some files tell, the earliest write first."""

    writes: list[Told] = field(default_factory=list)
    passed_over: int = 0
    """Lines that are none of a journal: torn by a crash, or of another program."""

    def open(self) -> list[Told]:
        """The writes that have no outcome."""
        return [one for one in self.writes if one.is_open]


def read_journals(files: Iterable[Path], *, last_bytes: int | None = None) -> History:
    """Everything in these files, in whichever order they are given; with `last_bytes`, in the end of each.

    Raises `OSError`.
    """
    first: dict[str, Line] = {}
    closed: dict[str, Line] = {}
    history = History()
    for file in files:
        for text in _lines(file, last_bytes):
            line = decoded(text)
            if line is None:
                history.passed_over += 1
            elif line["event"] == Event.BEGUN:
                first[line["id"]] = line
            else:
                closed[line["id"]] = line
                first.setdefault(line["id"], line)
    found = (Told(line, closed.get(one)) for one, line in first.items())
    # All times are UTC and of one form, so their texts are in their order.
    history.writes = sorted(found, key=lambda told: str(told.facts["time"]))
    return history


def _lines(path: Path, last_bytes: int | None) -> Iterator[bytes]:
    with path.open("rb") as file:
        if last_bytes is not None and path.stat().st_size > last_bytes:
            file.seek(-last_bytes, 2)
            # The rest of a line whose beginning is left out.
            file.readline()
        while text := file.readline(_LONGEST_LINE):
            if text.strip():
                yield text


def _section(line: Line, name: str) -> Mapping[str, Any]:
    found = line.get(name)
    return found if isinstance(found, dict) else {}
