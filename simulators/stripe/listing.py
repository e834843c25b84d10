"""Pages of objects: cursors, limits, ranges. See https://docs.stripe.com/api/pagination."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from simulators.stripe.errors import exclusive, missing_in_parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulators.tables import Table
    from simulators.types import Json

DEFAULT_LIMIT = 10


def page(
    table: Table, parameters: Json, url: str, matches: Callable[[Json], bool], among: list[Json] | None = None
) -> Json:
    """One page of a table, newest first.

    `among` narrows the rows to look at (newest first too); cursors are still objects of the whole table.

    Raises:
        ApiError: 400 `resource_missing` for a cursor that is no object of this kind, `parameters_exclusive`
            for both.
    """
    rows = table.newest_first() if among is None else among
    limit = parameters.get("limit", DEFAULT_LIMIT)
    after = _cursor(table, parameters, "starting_after")
    before = _cursor(table, parameters, "ending_before")
    if after is not None and before is not None:
        raise exclusive("starting_after", "ending_before")
    candidates: Iterable[Json] = rows
    if among is not None and (after is not None or before is not None):
        candidates = _narrowed(table, among, after, before)
    elif after is not None:
        candidates = islice(rows, after + 1, None)
    elif before is not None:
        candidates = reversed(rows[:before])
    found = list(islice(filter(matches, candidates), limit + 1))
    data = found[:limit]
    if before is not None:
        data.reverse()
    return listed(data, url, has_more=len(found) > limit)


def listed(data: list[Json], url: str, *, has_more: bool) -> Json:
    """The list object around a page."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def _narrowed(table: Table, rows: list[Json], after: int | None, before: int | None) -> Iterable[Json]:
    places = [(table.position(row["id"]) or 0, row) for row in rows]
    if after is not None:
        return [row for place, row in places if place > after]
    return [row for place, row in reversed(places) if before is not None and place < before]


def _cursor(table: Table, parameters: Json, name: str) -> int | None:
    identifier = parameters.get(name)
    if identifier is None:
        return None
    position = table.position(identifier)
    if position is None:
        raise missing_in_parameter(table.noun, identifier, name)
    return position


def within(moment: int | None, wanted: int | Json | None) -> bool:
    """Whether a time satisfies a filter: a timestamp or bounds. No filter is always satisfied."""
    if wanted is None:
        return True
    if moment is None:
        return False
    if not isinstance(wanted, dict):
        return moment == wanted
    return (
        ("gt" not in wanted or moment > wanted["gt"])
        and ("gte" not in wanted or moment >= wanted["gte"])
        and ("lt" not in wanted or moment < wanted["lt"])
        and ("lte" not in wanted or moment <= wanted["lte"])
    )


def same(row: Json, parameters: Json, *names: str) -> bool:
    """Whether every filter that is given equals the object's member of that name."""
    return all(name not in parameters or row[name] == parameters[name] for name in names)
