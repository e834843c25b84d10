"""Where simulators keep their objects, and the record of money that would have moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulators.types import Json


@dataclass(frozen=True)
class Charge:
    """Money that the provider would have moved at once because of a request.

    `amount` is in minor units of `currency`; a negative one is a credit. `at` is in Unix seconds.
    """

    amount: int
    currency: str
    reason: str
    subscription: str
    at: int


class Table:
    """The objects of one kind, by id and newest first."""

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self.rows: dict[str, Json] = {}
        self._newest_first: list[Json] | None = None
        self._positions: dict[str, int] = {}

    def __iter__(self) -> Iterator[Json]:
        return iter(self.rows.values())

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, row: Json) -> Json:
        self.rows[row["id"]] = row
        self._newest_first = None
        return row

    def remove(self, identifier: str) -> Json:
        self._newest_first = None
        return self.rows.pop(identifier)

    def get(self, identifier: str) -> Json | None:
        return self.rows.get(identifier)

    def newest_first(self) -> list[Json]:
        """By `created`; objects of one second by the order in which they were made."""
        if self._newest_first is None:
            latest = list(reversed(self.rows.values()))
            self._newest_first = sorted(latest, key=lambda row: row["created"], reverse=True)
            self._positions = {row["id"]: index for index, row in enumerate(self._newest_first)}
        return self._newest_first

    def position(self, identifier: str) -> int | None:
        """Where an object stands in `newest_first`."""
        self.newest_first()
        return self._positions.get(identifier)
