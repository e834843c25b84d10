"""What all controllers have in common: a list, its pages, objects by their ids, and ids of nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gateway.contract import MAX_LIMIT, ContractModel, Controller
from gateway.verification.absent import absent_id
from gateway.verification.answers import document_in, refused, told
from gateway.verification.comparing import differences
from gateway.verification.documents import is_object
from gateway.verification.judging import judge
from gateway.verification.naming import Place, place, shown_id
from gateway.verification.visit import Check, Skipped
from gateway.verification.walking import judge_rows, read_page, walk

if TYPE_CHECKING:
    from gateway.verification.documents import JsonObject
    from gateway.verification.visit import Notes, Visit

RETRIEVED: Final = 3
"""So many objects of each kind are retrieved: they tend to be all right, or all wrong."""

NOT_THERE: Final = (400, 404, 405, 501)
"""How an endpoint is declined that need not exist."""

_NOT_FOUND: Final = "answer 404 with code and message where there is no such object"


def list_of(controller: Controller, model: type[ContractModel], *, optional: bool = False) -> Check:
    """The first page of a list is as documented."""

    async def check(visit: Visit, notes: Notes) -> None:
        if optional:
            answer = await visit.client.get(place(f"/{controller}").with_query(limit=1))
            if answer.status in NOT_THERE:
                notes.remark(answer.request, told(answer), "a list", "name a customer with --customer to look further")
                raise Skipped("there is no such list")
        page = await read_page(visit.client, place(f"/{controller}"), notes, MAX_LIMIT)
        visit.samples.rows[controller] = judge_rows(page.rows, model, controller.value, notes)
        if page.following is None:
            visit.samples.complete.add(controller)

    return check


def pages_of(controller: Controller) -> Check:
    """The same list in small pages has the same rows."""

    async def check(visit: Visit, notes: Notes) -> None:
        rows = _rows(visit, controller)
        complete = controller in visit.samples.complete
        await walk(visit.client, place(f"/{controller}"), notes, [row["id"] for row in rows], complete=complete)

    return check


def objects_of(controller: Controller, model: type[ContractModel]) -> Check:
    """Objects of the list can be retrieved, and are the same there."""

    async def check(visit: Visit, notes: Notes) -> None:
        for row in _rows(visit, controller)[:RETRIEVED]:
            await retrieve(visit, notes, place(f"/{controller}/{{}}", row["id"]), model, row)

    return check


def unknown_in(controller: Controller) -> Check:
    """There is nothing under an id that nobody has."""

    async def check(visit: Visit, notes: Notes) -> None:
        await is_not_found(visit, notes, place(f"/{controller}/{{}}", absent_id()))

    return check


async def retrieve(visit: Visit, notes: Notes, where: Place, model: type[ContractModel], listed: JsonObject) -> None:
    """Retrieve an object, look at it, and hold it against what a list had of it."""
    found = document_in(await visit.client.get(where), notes)
    notes.add(judge(found, model, f"GET {where.label}: "))
    for path in differences(listed, found):
        notes.fail(f"GET {where.label}: {path}".removesuffix(": "), "not what the list has", "the same in both")


async def is_not_found(visit: Visit, notes: Notes, where: Place) -> None:
    """There is nothing there. Where ids have a form of their own, 400 says so as well."""
    refused(await visit.client.get(where), notes, (404,), _NOT_FOUND, also=(400,))


async def resolves(visit: Visit, notes: Notes, controller: Controller, identifier: str, path: str) -> None:
    """What is referred to at this path can be retrieved."""
    answer = await visit.client.get(place(f"/{controller}/{{}}", identifier))
    if answer.status != 200:
        found = f"{shown_id(identifier)} cannot be retrieved, {answer.request} {told(answer)}"
        notes.fail(path, found, "200", f"serve in /{controller} whatever is referred to, archived ones as well")
        return
    document = document_in(answer, notes)
    if not is_object(document) or document.get("id") != identifier:
        notes.fail(f"{answer.request}: id", "not the one that was asked for", "the same")


def _rows(visit: Visit, controller: Controller) -> list[JsonObject]:
    rows = visit.samples.of(controller)
    if not rows:
        raise Skipped(f"no {controller} to look at in {visit.mode} mode")
    return rows
