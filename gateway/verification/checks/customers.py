"""Customers, and finding one by e-mail or phone."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from gateway.contract import Controller, Customer
from gateway.verification.absent import absent_email, absent_phone
from gateway.verification.answers import document_in, told
from gateway.verification.checks.lists import NOT_THERE, RETRIEVED, is_not_found, retrieve
from gateway.verification.documents import is_object
from gateway.verification.judging import judge
from gateway.verification.naming import place, private_place, shown_id
from gateway.verification.visit import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.verification.client import Answer
    from gateway.verification.documents import JsonObject
    from gateway.verification.visit import Notes, Visit

_BY_EMAIL: Final = "/customers/email/{}"
_BY_PHONE: Final = "/customers/phone/{}"
_WRONG_PERSON: Final = "whoever owns the address would be shown, and could cancel, what somebody else pays for"
_MANAGED_FLOW: Final = "Churnkey's managed e-mail flow needs it"


async def retrieving(visit: Visit, notes: Notes) -> None:
    """Customers can be retrieved."""
    named = [{"id": visit.customer}] if visit.customer is not None else []
    rows = [*named, *visit.samples.of(Controller.CUSTOMERS)[:RETRIEVED]]
    if not rows:
        raise Skipped(f"no customer to look at in {visit.mode} mode; add one, or name one with --customer")
    for row in rows:
        await retrieve(visit, notes, place("/customers/{}", row["id"]), Customer, row)


async def by_email(visit: Visit, notes: Notes) -> None:
    """A customer is found by the own e-mail, in whichever case."""
    row = _one_with(visit, "email", str.casefold)
    email = row["email"]
    answer = await visit.client.get(private_place(_BY_EMAIL, email))
    if not _is_there(answer, notes, _MANAGED_FLOW):
        return
    _is_the_one(answer, row, "email", str.casefold, notes)
    other_case = email.upper() if email != email.upper() else email.lower()
    again = await visit.client.get(private_place(_BY_EMAIL, other_case))
    if again.status != 200:
        notes.remark(again.request, f"{told(again)} to the address in other letters", "200", "compare without case")
    await is_not_found(visit, notes, private_place(_BY_EMAIL, absent_email()))


async def by_phone(visit: Visit, notes: Notes) -> None:
    """A customer is found by the own phone number."""
    row = _one_with(visit, "phone", _digits)
    answer = await visit.client.get(private_place(_BY_PHONE, row["phone"]))
    if not _is_there(answer, notes, "it is optional"):
        return
    _is_the_one(answer, row, "phone", _digits, notes)
    await is_not_found(visit, notes, private_place(_BY_PHONE, absent_phone()))


def _one_with(visit: Visit, name: str, folded: Callable[[str], str]) -> JsonObject:
    """A listed customer who is alone with this."""
    rows = [
        row for row in visit.samples.of(Controller.CUSTOMERS) if isinstance(row.get(name), str) and row[name].strip()
    ]
    counts = Counter(folded(row[name]) for row in rows)
    found = next((row for row in rows if counts[folded(row[name])] == 1), None)
    if found is None:
        raise Skipped(f"no customer to look for in {visit.mode} mode")
    return found


def _is_there(answer: Answer, notes: Notes, needed: str) -> bool:
    """Whether the look-up is served. It need not be, and nothing in the manifest tells."""
    if answer.status in NOT_THERE:
        notes.remark(answer.request, f"{told(answer)} to what a listed customer has", "the customer", needed)
        return False
    return True


def _is_the_one(answer: Answer, row: JsonObject, name: str, folded: Callable[[str], str], notes: Notes) -> None:
    found = document_in(answer, notes)
    notes.add(judge(found, Customer, f"{answer.request}: "))
    if not is_object(found) or found.get("id") == row["id"]:
        return
    has = found.get(name)
    if isinstance(has, str) and folded(has) == folded(row[name]):
        notes.remark(answer.request, f"not {shown_id(row['id'])}, who has the same {name}", "one customer for each")
    else:
        notes.fail(answer.request, f"another customer than {shown_id(row['id'])}", "whoever has this", _WRONG_PERSON)


def _digits(phone: str) -> str:
    return re.sub(r"\D", "", phone)
