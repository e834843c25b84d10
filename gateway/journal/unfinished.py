"""What earlier runs began a moment ago and nobody knows the end of, for whoever is asked for the same again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

from gateway.journal.lines import Event
from gateway.resilience import Outcome, WriteRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.journal.reading import Told
    from gateway.resilience import Clock

_UNCERTAIN = frozenset({Outcome.UNKNOWN, Outcome.FAILED})

Whose: TypeAlias = tuple[str, str, str, str]
"""What a write is told from the others by: backend, mode, action, id of the subscription."""


class Unfinished:
    """Of each kind of write on a subscription the last one, where it was begun and may have happened or not.

    `history` has the earliest write first.
    """

    def __init__(self, history: Iterable[Told] = ()) -> None:
        self._writes: dict[Whose, Told] = {}
        for told in history:
            if told.facts["event"] == Event.NOT_SENT:
                continue
            line = told.facts
            whose = (str(line["backend"]), str(line["mode"]), str(line["action"]), str(line["subscription_id"]))
            if _is_uncertain(told):
                self._writes[whose] = told
            else:
                self._writes.pop(whose, None)

    def find(self, whose: Whose, clock: Clock, window: timedelta) -> WriteRecord | None:
        """The write, where it was begun less than `window` ago."""
        told = self._writes.get(whose)
        if told is None or not _is_recent(told, clock(), window):
            return None
        line, (_, _, action, subscription_id) = told.facts, whose
        return WriteRecord(action, line["customer_id"], subscription_id, told.asked, told.before, line["id"])

    def forget(self, whose: Whose) -> None:
        """Another write of this kind is begun: from now on that is the last one."""
        self._writes.pop(whose, None)


def _is_uncertain(told: Told) -> bool:
    return told.closing is None or told.closing["outcome"] in _UNCERTAIN


def _is_recent(told: Told, now: datetime, window: timedelta) -> bool:
    try:
        begun = datetime.fromisoformat(told.facts["time"])
        # A clock that was put back makes a write of long ago one of the future.
        return abs(now - begun) < window
    except (ValueError, TypeError):
        return False
