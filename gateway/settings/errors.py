"""What is wrong with the settings, said so that it can be put right: every problem, each with its file and line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right. It never holds what was written as a value, which may be a secret."""

    file: str
    """The file as it was named on the command line."""
    line: int | None
    """Counted from 1; None where the file as a whole is meant."""
    path: str
    """The keys down to the place, like `modes.live.api_key`; empty for the whole file."""
    message: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        text = ": ".join(part for part in (place, self.path, self.message) if part)
        # One line a problem, also where an adapter's own message has several.
        return " ".join(text.split())


class SettingsError(Exception):
    """The settings cannot be used. `str()` lists every problem, one a line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.problems)} problems)"
