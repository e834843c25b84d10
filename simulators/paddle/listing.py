"""Pages of objects: https://developer.paddle.com/api-reference/about/pagination"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from simulators.paddle.calls import Answer
from simulators.paddle.errors import bad_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulators.paddle.calls import Call
    from simulators.tables import Table
    from simulators.types import Json

DEFAULT_PAGE = 50


def page(
    call: Call, table: Table, matches: Callable[[Json], bool], *, among: list[Json] | None = None
) -> tuple[list[Json], Json]:
    """One page of a table, and its `pagination`. Newest first, unless `order_by` says otherwise.

    `among` narrows the rows to look at; the cursor is still an object of the whole table. `next` is filled even where
    there is no more: only `has_more` tells. `estimated_total` counts the whole table, whatever the filters: at Paddle
    too it is far from the truth.

    Raises:
        ApiError: 400 for a cursor that is no object of this kind.
    """
    query = call.query
    per_page: int = query.get("per_page", DEFAULT_PAGE)
    rows = _after(table, _ordered(table, among, query.get("order_by", ("id", True))), query)
    found = list(islice(filter(matches, rows), per_page + 1))
    shown = found[:per_page]
    last = shown[-1]["id"] if shown else query.get("after", "")
    pagination = {
        "per_page": per_page,
        "next": f"{call.url}?{urlencode({**_repeated(query), 'after': last}, safe=',@[]')}",
        "has_more": len(found) > per_page,
        "estimated_total": len(table),
    }
    return shown, pagination


def answer(call: Call, table: Table, matches: Callable[[Json], bool], *, among: list[Json] | None = None) -> Answer:
    """A page as it is answered, see `page`."""
    rows, pagination = page(call, table, matches, among=among)
    return Answer(rows, {"pagination": pagination})


def among(row: Json, query: Json, *names: str) -> bool:
    """Whether every list filter that is given holds the object's member of that name."""
    return all(name not in query or row[name] in query[name] for name in names)


def in_scope(row: Json, query: Json) -> bool:
    """Only active objects, unless other statuses are asked for.

    https://developer.paddle.com/api-reference/about/default-scopes
    """
    return row["status"] in query.get("status", ("active",))


def _ordered(table: Table, rows: list[Json] | None, order: tuple[str, bool]) -> list[Json]:
    field, descending = order
    if field == "id":
        newest = table.newest_first() if rows is None else sorted(rows, key=lambda row: row["id"], reverse=True)
        return newest if descending else newest[::-1]
    found = table.newest_first() if rows is None else rows
    return sorted(found, key=lambda row: (_sortable(row, field), row["id"]), reverse=descending)


def _sortable(row: Json, path: str) -> str:
    """A member as text that sorts as it should: numbers, which amounts are too, by their size."""
    value: Any = row
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    text = "" if value is None else str(value)
    return text.zfill(20) if text.isdecimal() else text


def _after(table: Table, rows: list[Json], query: Json) -> Iterable[Json]:
    cursor = query.get("after")
    if cursor is None:
        return rows
    if table.get(cursor) is None:
        raise bad_request(("after", "invalid input"))
    field, descending = query.get("order_by", ("id", True))
    if field != "id":
        return rows[next((place + 1 for place, row in enumerate(rows) if row["id"] == cursor), len(rows)) :]
    if len(rows) == len(table) and descending:
        return islice(rows, (table.position(cursor) or 0) + 1, None)
    return [row for row in rows if (row["id"] < cursor) == descending and row["id"] != cursor]


def _repeated(query: Json) -> dict[str, str]:
    """The query as it was read, to be asked again for the next page."""
    return {name: _text(value) for name, value in query.items() if name != "after"}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], bool):
        return f"{value[0]}[{'DESC' if value[1] else 'ASC'}]"
    if isinstance(value, tuple):
        return ",".join(str(entry) for entry in value)
    return value.isoformat().replace("+00:00", "Z") if hasattr(value, "isoformat") else str(value)
