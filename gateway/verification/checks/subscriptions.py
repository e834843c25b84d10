"""Subscriptions, which are listed and retrieved below their customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gateway.contract import MAX_LIMIT, Controller, Subscription
from gateway.verification.absent import absent_id
from gateway.verification.answers import told
from gateway.verification.checks.lists import NOT_THERE, RETRIEVED, is_not_found, retrieve
from gateway.verification.documents import is_object
from gateway.verification.naming import is_usable, place, shown_id
from gateway.verification.visit import Skipped
from gateway.verification.walking import judge_rows, read_page, walk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.verification.documents import JsonObject
    from gateway.verification.naming import Place
    from gateway.verification.visit import Notes, Visit

_CUSTOMERS_VISITED: Final = 25
_LIST: Final = "/customers/{}/subscriptions"
_ONE: Final = "/customers/{}/subscriptions/{}"


async def listing(visit: Visit, notes: Notes) -> None:
    """What customers subscribe to is listed, and is theirs."""
    customers = list(_customers(visit))
    if not customers:
        raise Skipped(f"no customer to look at in {visit.mode} mode")
    answer = await visit.client.get(place(_LIST, customers[0]).with_query(limit=1))
    if answer.status in NOT_THERE:
        notes.remark(answer.request, told(answer), "a list", "a flow that is given a customer only needs it")
        raise Skipped("there is no such list")
    counted = 0
    for customer in customers:
        page = await read_page(visit.client, place(_LIST, customer), notes, MAX_LIMIT)
        usable = judge_rows(page.rows, Subscription, "subscriptions", notes, first=counted)
        visit.samples.subscriptions += [(customer, row) for row in usable]
        for number, row in enumerate(page.rows, counted):
            _is_the_customers(row, customer, f"subscriptions[{number}].customerId", notes)
        counted += len(page.rows)


async def pages(visit: Visit, notes: Notes) -> None:
    """The same list in small pages has the same rows."""
    held = _held(visit)
    holders = [holder for holder, _ in held]
    customer = max(holders, key=holders.count)
    ids = [row["id"] for holder, row in held if holder == customer]
    await walk(visit.client, place(_LIST, customer), notes, ids, complete=len(ids) < MAX_LIMIT)


async def retrieving(visit: Visit, notes: Notes) -> None:
    """Subscriptions can be retrieved, and are the same there."""
    by_status: dict[str, tuple[str, JsonObject]] = {}
    for holder, row in _held(visit):
        # One of each kind says more than several of one kind.
        status = row.get("status")
        by_status.setdefault(str(status.get("name")) if is_object(status) else "", (holder, row))
    for holder, row in list(by_status.values())[: RETRIEVED + 2]:
        await retrieve(visit, notes, _one(holder, row), Subscription, row)


async def of_another_customer(visit: Visit, notes: Notes) -> None:
    """A subscription is not answered to somebody else."""
    holder, row = _held(visit)[0]
    other = next((one for one in _customers(visit) if one != holder), None)
    if other is None:
        raise Skipped("only one customer to look at")
    answer = await visit.client.get(place(_ONE, other, row["id"]))
    if answer.status == 200:
        notes.remark(
            answer.request,
            f"answered 200, though {shown_id(row['id'])} is {shown_id(holder)}'s",
            "404",
            "look for the id among the customer's own; the documentation's sample does not, and so shows anybody's",
        )


async def unknown(visit: Visit, notes: Notes) -> None:
    """There is nothing under ids that nobody has."""
    nobody, nothing = absent_id(), absent_id()
    await is_not_found(visit, notes, place(_ONE, nobody, nothing))
    if visit.samples.subscriptions:
        await is_not_found(visit, notes, place(_ONE, visit.samples.subscriptions[0][0], nothing))
    where = place(_LIST, nobody)
    answer = await visit.client.get(where)
    if answer.status != 200:
        await is_not_found(visit, notes, where)
        return
    page = await read_page(visit.client, where, notes, MAX_LIMIT)
    if page.rows:
        notes.fail(answer.request, "rows, though nobody has this id", "404", "list the named customer's own only")
    else:
        notes.remark(answer.request, "an empty list, though nobody has this id", "404")


def _is_the_customers(row: object, holder: str, path: str, notes: Notes) -> None:
    if is_object(row) and isinstance(row.get("customerId"), str) and row["customerId"] != holder:
        found = f"not {shown_id(holder)}, below whom it is listed"
        notes.fail(path, found, "the same", "list the named customer's own only")


def _customers(visit: Visit) -> Iterable[str]:
    named = [visit.customer] if visit.customer is not None else []
    listed = [row["id"] for row in visit.samples.of(Controller.CUSTOMERS)]
    return [one for one in dict.fromkeys([*named, *listed]) if is_usable(one)][:_CUSTOMERS_VISITED]


def _held(visit: Visit) -> list[tuple[str, JsonObject]]:
    if not visit.samples.subscriptions:
        raise Skipped(
            f"no subscription to look at in {visit.mode} mode; add one, or name a customer who has one with --customer"
        )
    return visit.samples.subscriptions


def _one(holder: str, row: JsonObject) -> Place:
    return place(_ONE, holder, row["id"])
