"""Lists: one large page, then the same list in small pages, which must have the same rows once each."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from gateway.contract import MAX_LIMIT
from gateway.verification.answers import document_in
from gateway.verification.documents import JsonObject, is_object, kind
from gateway.verification.judging import judge
from gateway.verification.naming import is_usable, shown_id

if TYPE_CHECKING:
    from gateway.contract import ContractModel
    from gateway.verification.client import Client
    from gateway.verification.naming import Place
    from gateway.verification.visit import Notes

_PAGES: Final = 4
"""Into about so many pages a list is divided to be walked."""
_MOST_PAGES: Final = 30
_PAGINATION: Final = "see https://docs.churnkey.co/integrations/general"


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its rows, whatever they are, and the cursor of the next, None on the last one."""

    rows: list[Any]
    following: str | None


@dataclass(slots=True)
class Walk:
    """What walking in small pages came to: the ids in order, and whether the end was reached."""

    ids: list[str] = field(default_factory=list)
    ended: bool = False


async def read_page(client: Client, place: Place, notes: Notes, limit: int, cursor: str | None = None) -> Page:
    """One page. Raises `CheckEnded`, having noted why, where there is none."""
    query = {"limit": limit} if cursor is None else {"limit": limit, "cursor": cursor}
    answer = await client.get(place.with_query(**query))
    document = document_in(answer, notes)
    if not is_object(document):
        notes.stop(answer.request, kind(document), "an object with data and next", _PAGINATION)
    rows = document.get("data")
    if not isinstance(rows, list):
        found = kind(rows) if "data" in document else "missing"
        notes.stop(f"{answer.request}: data", found, "an array", _PAGINATION)
    following = _cursor(document.get("next"), f"{answer.request}: next", notes)
    if len(rows) > limit and following is not None:
        # A small list may come whole, whatever the limit; then it has no next.
        notes.fail(answer.request, f"{len(rows)} rows for limit={limit}", "no more than were asked for", _PAGINATION)
    return Page(rows, following)


def _cursor(following: object, path: str, notes: Notes) -> str | None:
    """The cursor as it is sent back. What is empty in any way ends a list."""
    if following is None or following == "":
        return None
    if isinstance(following, bool) or not isinstance(following, str | int):
        notes.stop(path, kind(following), "a string, a whole number, or nothing on the last page", _PAGINATION)
    return str(following)


def judge_rows(
    rows: list[Any], model: type[ContractModel], name: str, notes: Notes, *, first: int = 0
) -> list[JsonObject]:
    """Note what is wrong with the rows of a list; the ones whose ids can be used are returned.

    The first row is counted as `first`.
    """
    findings = [one for number, row in enumerate(rows, first) for one in judge(row, model, f"{name}[{number}]")]
    notes.add(findings)
    usable = [row for row in rows if is_object(row) and is_usable(row.get("id"))]
    if not findings and len(usable) < len(rows):
        notes.remark(name, "an id that cannot stand in a path", "printable characters, 255 at most")
    ids = [row["id"] for row in usable]
    if repeated := _first_repeated(ids):
        notes.fail(name, f"{shown_id(repeated)} twice on a page", "each row once")
    return usable


async def walk(client: Client, place: Place, notes: Notes, whole: list[str], *, complete: bool) -> None:
    """Walk a list in small pages and hold it against `whole`, the ids of one large page.

    `complete` says whether that page was the whole list. Raises `CheckEnded`, having noted why, where the walk does not
    get anywhere.
    """
    limit = min(max(1, math.ceil(len(whole) / _PAGES)), MAX_LIMIT)
    walked = await _walk(client, place, notes, limit)
    request = f"GET {place.label}"
    beginning = whole[: len(walked.ids)] if not walked.ended else whole
    missing = [one for one in beginning if one not in set(walked.ids)]
    if missing:
        notes.fail(
            request,
            f"{shown_id(missing[0])} is on the page of limit={MAX_LIMIT} and is passed over with limit={limit}",
            "the same rows in pages of any size",
            "a cursor must lead to the row right after the last one, " + _PAGINATION,
        )
    added = set(walked.ids) - set(whole)
    if complete and added:
        notes.fail(request, "other rows in small pages than in a large one", "the same rows in pages of any size")
    if not walked.ended and complete:
        notes.fail(
            request,
            f"no end after {_MOST_PAGES} pages, {len(walked.ids)} rows",
            "no next on the last page",
            _PAGINATION,
        )


async def _walk(client: Client, place: Place, notes: Notes, limit: int) -> Walk:
    done = Walk()
    request = f"GET {place.label}"
    cursors: set[str] = set()
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        page = await read_page(client, place, notes, limit, cursor)
        ids = [row["id"] for row in page.rows if is_object(row) and is_usable(row.get("id"))]
        if again := next((one for one in ids if one in done.ids), None):
            notes.stop(request, f"{shown_id(again)} comes again on a later page", "each row once", _PAGINATION)
        done.ids += ids
        if page.following is None:
            done.ended = True
            return done
        if page.following in cursors:
            notes.stop(request, "next repeats an earlier one: the walk goes in circles", "another next", _PAGINATION)
        cursors.add(page.following)
        cursor = page.following
    return done


def _first_repeated(ids: list[str]) -> str | None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            return one
        seen.add(one)
    return None
