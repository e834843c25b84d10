"""Markdown that reads the same on the site and on a repository's host."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

NOTICE: Final = "<!-- Written by `make generate`. Change what it is made from, not this file. -->"

YES: Final = "yes"
NO: Final = "-"

_SPECIAL: Final = re.compile(r"([\\*|])")


def page(title: str, introduction: str, parts: Iterable[str]) -> str:
    """A whole page; parts are separated by empty lines."""
    return "\n\n".join([NOTICE, f"# {title}", introduction.strip(), *parts]) + "\n"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table. Cells are Markdown already."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def prose(text: str) -> str:
    """Plain text as Markdown, in one line: nothing in it is taken for markup, except for code between backticks."""
    parts = " ".join(text.split()).split("`")
    # Every second part stands between backticks.
    return "`".join(part.replace("|", "\\|") if index % 2 else _escaped(part) for index, part in enumerate(parts))


def code(text: object) -> str:
    """A word of the code."""
    return "`" + str(text).replace("|", "\\|") + "`"


def codes(words: Iterable[object]) -> str:
    """Several words of the code."""
    return ", ".join(map(code, words)) or NO


def yes(fact: object) -> str:
    """Whether something is so."""
    return YES if fact else NO


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text).replace("<", "&lt;")
