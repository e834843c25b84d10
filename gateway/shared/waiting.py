"""Waiting for what another process does: by looking again, a little later each time."""

from __future__ import annotations

import asyncio
from typing import Final

from gateway.resilience import LONGEST_GRACE_S, DeadlineExceeded, current_deadline

_FIRST_S: Final = 0.01
_LONGEST_S: Final = 0.1
_GROWTH: Final = 1.5

_LONGEST_DEADLINE_S: Final = 120.0
"""The longest that the settings allow, for what runs without one."""
_MARGIN_S: Final = 5.0
"""For what takes time and counts against no deadline: the last line of the journal, an answer of Redis, two clocks."""


def lease_s() -> float:
    """Seconds after which nobody can be at it any more who begins now, so that others may.

    It is longer than any action, and nobody makes it longer: a process that dies keeps a customer no longer than that.
    """
    return min(current_deadline().remaining(), _LONGEST_DEADLINE_S) + LONGEST_GRACE_S + _MARGIN_S


def milliseconds(seconds: float) -> int:
    """As Redis wants it: whole, and 1 at least."""
    return max(1, round(seconds * 1000))


class Patience:
    """Pauses, each a little longer, no longer in all than the request may take."""

    def __init__(self, message: str) -> None:
        self._message = message
        self._next_s = _FIRST_S

    async def pause(self) -> None:
        """Wait a little. Raises `DeadlineExceeded` with the message when the time is used up."""
        remaining = current_deadline().remaining()
        if remaining <= self._next_s:
            await asyncio.sleep(remaining)
            raise DeadlineExceeded(self._message)
        await asyncio.sleep(self._next_s)
        self._next_s = min(self._next_s * _GROWTH, _LONGEST_S)
