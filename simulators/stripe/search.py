"""The search of customers: a subset of the query language, pages, and the lag of the index.

Language: https://docs.stripe.com/search#search-query-language. `field:'value'` is equality, `field~'part'` a
substring; clauses are joined by AND or by OR, never both; quotes and backslashes in values are escaped by a
backslash. Unlike the list's filter, e-mail and name match regardless of case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.stripe.errors import invalid

if TYPE_CHECKING:
    from simulators.stripe.store import Store
    from simulators.types import Json

_CLAUSE = re.compile(
    r"""\s*(?P<negated>-)?(?P<field>email|name|phone|metadata\[(?P<mark>['"])(?P<key>(?:\\.|[^\\])*?)(?P=mark)\])"""
    r"""(?P<operator>[:~])(?P<quote>['"])(?P<value>(?:\\.|[^\\])*?)(?P=quote)\s*"""
)
_JOINT = re.compile(r"(AND|OR)\s+|\Z")
_ESCAPED = re.compile(r"\\(.)")
_INSENSITIVE = ("email", "name")


@dataclass(frozen=True)
class Clause:
    """One condition. `key` is set for metadata."""

    field: str
    key: str | None
    substring: bool
    negated: bool
    value: str

    def matches(self, customer: Json) -> bool:
        held = customer["metadata"].get(self.key) if self.key is not None else customer[self.field]
        return self._found_in(held) != self.negated

    def _found_in(self, held: str | None) -> bool:
        if held is None:
            return False
        wanted = self.value
        if self.field in _INSENSITIVE:
            held, wanted = held.lower(), wanted.lower()
        return wanted in held if self.substring else wanted == held


def customers(store: Store, parameters: Json, now: int) -> Json:
    """The `search_result` for a query.

    Raises:
        ApiError: 400 when search is unavailable to the account, the query cannot be read, or the page is
            unknown.
    """
    if not store.search_available:
        raise invalid("Search is not supported on api requests for merchants in your region.")
    clauses, join = _read(parameters["query"])
    combine = any if join == "OR" else all
    youngest = now - int(store.search_lag.total_seconds())
    found = [
        row
        for row in store.customers.newest_first()
        if row["created"] <= youngest and combine(clause.matches(row) for clause in clauses)
    ]
    start = _offset(parameters.get("page"))
    stop = start + parameters.get("limit", 10)
    more = len(found) > stop
    return {
        "object": "search_result",
        "data": found[start:stop],
        "has_more": more,
        "next_page": f"page_{stop}" if more else None,
        "url": "/v1/customers/search",
    }


def _offset(page: str | None) -> int:
    if page is None:
        return 0
    match = re.fullmatch(r"page_([0-9]{1,9})", page)
    if match is None:
        raise invalid(f"Invalid page token: {page}", param="page")
    return int(match[1])


def _read(query: str) -> tuple[list[Clause], str]:
    clauses: list[Clause] = []
    joints: set[str] = set()
    position = 0
    while True:
        match = _CLAUSE.match(query, position)
        joint = _JOINT.match(query, match.end()) if match is not None else None
        if match is None or joint is None:
            raise invalid(
                "We were unable to parse your search query. Check that fields are supported and values are quoted.",
                param="query",
            )
        clauses.append(_clause(match))
        if not joint[1]:
            break
        joints.add(joint[1])
        position = joint.end()
    if len(joints) > 1:
        raise invalid("You cannot combine AND and OR in one search query.", param="query")
    return clauses, joints.pop() if joints else "AND"


def _clause(match: re.Match[str]) -> Clause:
    key = match["key"]
    return Clause(
        field="metadata" if key is not None else match["field"],
        key=None if key is None else _ESCAPED.sub(r"\1", key),
        substring=match["operator"] == "~",
        negated=match["negated"] is not None,
        value=_ESCAPED.sub(r"\1", match["value"]),
    )
