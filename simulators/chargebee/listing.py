"""Pages of objects: filters, order, limits and offsets. See https://apidocs.chargebee.com/docs/api/pagination

An offset is opaque to clients. This one has the shape of a real one, a JSON array of a sort value and a number
of twelve digits; the number also tells the filters and the order which it belongs to, so that an offset of
another list is found out.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from zlib import crc32

from simulators.chargebee.errors import wrong_value
from simulators.chargebee.filters import Condition, Sort

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulators.chargebee.calls import Call
    from simulators.chargebee.shelves import Shelf
    from simulators.types import Json

DEFAULT_LIMIT = 10
_CONTROLS = ("limit", "offset", "include_deleted", "sort_by")
_NUMBER = re.compile(r"[0-9]{12}")
_NUMBERS = 10_000_000


def page(
    call: Call,
    shelf: Shelf,
    wrapped: Callable[[Json], Json],
    *,
    among: Iterable[Json] | None = None,
    value: Callable[[Json, str], Any] = dict.get,
) -> Json:
    """One page of a shelf. Archived rows are on it unless a filter says otherwise, which is not documented.

    `wrapped` makes the entry of a row. `among` narrows the rows to look at, in the order of their creation.
    `value` answers what a filter of a given name looks at.

    Raises:
        ApiError: 400 `param_wrong_value` for an offset of another list.
    """
    given = call.parameters
    filters = {name: wanted for name, wanted in given.items() if name not in _CONTROLS}
    sort = given.get("sort_by")
    fingerprint = crc32(repr((shelf.noun, sorted(filters.items()), sort)).encode()) % 100_000
    rows = _candidates(shelf, filters, among)
    hidden = not given.get("include_deleted", False) and "status" not in filters

    def matches(row: Json) -> bool:
        if hidden and row.get("deleted", False):
            return False
        return all(
            condition.holds(value(row, name)) for name, conditions in filters.items() for condition in conditions
        )

    key = _order(shelf, sort)
    found = [row for row in rows if matches(row)]
    if sort is not None and not (sort.key == "created_at" and not sort.descending):
        found.sort(key=key, reverse=sort.descending)
    if "offset" in given:
        found = _beyond(found, key, _position(given["offset"], fingerprint), descending=_descends(sort))
    limit = given.get("limit", DEFAULT_LIMIT)
    shown = found[:limit]
    answer: Json = {"list": [wrapped(row) for row in shown]}
    if len(found) > limit:
        answer["next_offset"] = _offset(key(shown[-1]), fingerprint)
    return answer


def _candidates(shelf: Shelf, filters: dict[str, list[Condition]], among: Iterable[Json] | None) -> Iterable[Json]:
    """The rows that can match, without a look at each where the filter names ids."""
    for condition in filters.get("id", ()):
        if condition.operator in ("is", "in"):
            wanted = (condition.operand,) if condition.operator == "is" else dict.fromkeys(condition.operand)
            rows = [row for row in map(shelf.get, wanted) if row is not None]
            return sorted(rows, key=lambda row: (row.get("created_at", 0), shelf.numbers[row["id"]]))
    return shelf.by_creation() if among is None else among


def _descends(sort: Sort | None) -> bool:
    return sort is not None and sort.descending


def _order(shelf: Shelf, sort: Sort | None) -> Callable[[Json], tuple[Any, int]]:
    member = "created_at" if sort is None else sort.key
    return lambda row: (row.get(member, 0), shelf.numbers[row["id"]])


def _beyond(
    rows: list[Json], key: Callable[[Json], tuple[Any, int]], last: tuple[str, int], *, descending: bool
) -> list[Json]:
    text, number = last

    def is_beyond(row: Json) -> bool:
        place = key(row)
        bound = (text if isinstance(place[0], str) else _seconds(text), number)
        return place < bound if descending else place > bound

    return [row for row in rows if is_beyond(row)]


def _seconds(text: str) -> int:
    if not text.isdecimal():
        raise wrong_value("offset")
    return int(text) // 1000


def _offset(last: tuple[Any, int], fingerprint: int) -> str:
    value, number = last
    text = value if isinstance(value, str) else str(value * 1000)
    return json.dumps([text, f"{fingerprint:05d}{number:07d}"], separators=(",", ":"))


def _position(offset: str, fingerprint: int) -> tuple[str, int]:
    try:
        text, packed = json.loads(offset)
    except (ValueError, TypeError):
        raise wrong_value("offset") from None
    if not isinstance(text, str) or not isinstance(packed, str) or not _NUMBER.fullmatch(packed):
        raise wrong_value("offset")
    owner, number = divmod(int(packed), _NUMBERS)
    if owner != fingerprint:
        raise wrong_value("offset", "belongs to a list with other filters or another order")
    return text, number
