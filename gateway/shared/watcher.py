"""What shared state tells the outside, to be counted."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Part(StrEnum):
    """What is shared."""

    LOCK = "lock"
    REQUEST = "request"
    CALL = "call"


class Watcher(Protocol):
    """Told of one backend's shared state."""

    def lost(self, *, is_lost: bool) -> None:
        """Redis is there, or is not."""

    def alone(self, part: Part) -> None:
        """Something was done by what this process alone knows."""


class SilentWatcher:
    """For those who watch nothing."""

    def lost(self, *, is_lost: bool) -> None:
        """Ignore it."""

    def alone(self, part: Part) -> None:
        """Ignore it."""
