"""Which objects time will change, and when: so that a request looks only at those that are due."""

from __future__ import annotations

import heapq
import itertools
from datetime import datetime
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from simulators.types import Json

Moment = TypeVar("Moment", int, datetime)
"""Unix seconds or aware datetimes, as the simulator keeps its times."""


class Agenda(Generic[Moment]):
    """Objects that were changed, whose next date has to be worked out, and objects with a date ahead of them."""

    def __init__(self) -> None:
        self._changed: dict[str, Json] = {}
        self._moments: dict[str, Moment] = {}
        self._ahead: list[tuple[Moment, int, Json]] = []
        self._order = itertools.count()

    def mark(self, row: Json) -> None:
        """An object was made or changed."""
        self._changed[row["id"]] = row

    def plan(self, row: Json, moment: Moment | None) -> None:
        """When time next changes an object; None when it never does."""
        if moment is None:
            self._moments.pop(row["id"], None)
        elif self._moments.get(row["id"]) != moment:
            self._moments[row["id"]] = moment
            heapq.heappush(self._ahead, (moment, next(self._order), row))

    def take(self, now: Moment) -> list[Json]:
        """The objects to look at: the changed ones, and those whose moment has come."""
        taken = self._changed
        self._changed = {}
        while self._ahead and self._ahead[0][0] <= now:
            moment, _, row = heapq.heappop(self._ahead)
            # A moment that was planned anew since is still in the heap under its old time.
            if self._moments.get(row["id"]) == moment:
                del self._moments[row["id"]]
                taken[row["id"]] = row
        return list(taken.values())
