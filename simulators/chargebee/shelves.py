"""The objects of one kind in the order in which lists serve them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulators.types import Json


class Shelf:
    """The objects of one kind, by id and numbered as they come, which is what offsets count by."""

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self.rows: dict[str, Json] = {}
        self.numbers: dict[str, int] = {}
        """By id: the number of the row, unique and rising."""
        self._by_creation: list[Json] | None = None

    def __iter__(self) -> Iterator[Json]:
        return iter(self.rows.values())

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, row: Json) -> Json:
        self.rows[row["id"]] = row
        self.numbers[row["id"]] = len(self.numbers) + 1
        self._by_creation = None
        return row

    def get(self, identifier: str) -> Json | None:
        return self.rows.get(identifier)

    def by_creation(self) -> list[Json]:
        """The oldest first; objects of one second by the order in which they were made."""
        if self._by_creation is None:
            # Items have no created_at: theirs is the order in which they were made.
            self._by_creation = sorted(self.rows.values(), key=lambda row: row.get("created_at", 0))
        return self._by_creation
