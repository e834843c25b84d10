"""Test mode apart from live. Nothing but reads is sent to the other mode."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gateway.contract import Controller, Mode
from gateway.verification.answers import refused, told
from gateway.verification.checks.access import FEATURES
from gateway.verification.comparing import differences
from gateway.verification.documents import parse
from gateway.verification.naming import Place, place
from gateway.verification.visit import Skipped

if TYPE_CHECKING:
    from gateway.verification.visit import Notes, Visit

_SUBSCRIPTION: Final = "/customers/{}/subscriptions/{}"
_NO_MODE: Final = "churnkey-verify"
_APART: Final = "choose the account by the X-Churnkey-Mode header; a test must never touch a paying customer"


async def unknown_mode(visit: Visit, notes: Notes) -> None:
    """A mode that does not exist is refused, and served as neither of the two. The documentation does not say so."""
    answer = await visit.client.get(FEATURES, mode=_NO_MODE)
    if answer.status == 400:
        refused(answer, notes, (400,), "")
    else:
        notes.remark(answer.request, f"{told(answer)} to a mode that does not exist", "400", "never take it for live")


async def apart(visit: Visit, notes: Notes) -> None:
    """What is in one mode is not in the other."""
    places = _places(visit)
    features = await visit.client.get(FEATURES, mode=visit.other_mode)
    if features.status >= 500:
        # It may be there, and nobody can tell whether it is apart.
        notes.stop(features.request, f"{told(features)} in {visit.other_mode} mode", "200, or 400 where there is none")
    if features.status != 200:
        raise Skipped(f"{visit.other_mode} mode is not configured: {features.request} {told(features)}")
    for where in places:
        await _is_in_one_only(visit, notes, where, visit.other_mode, f"{visit.other_mode} mode")


async def without_mode(visit: Visit, notes: Notes) -> None:
    """A request that names no mode is about live."""
    places = _places(visit)
    if visit.mode is Mode.TEST:
        for where in places:
            await _is_in_one_only(visit, notes, where, None, "a request without a mode, which is live")
    elif (answer := await visit.client.get(places[0], mode=None)).status != 200:
        notes.fail(answer.request, f"{told(answer)} without a mode", "200, as in live mode", "live is the default")


async def _is_in_one_only(visit: Visit, notes: Notes, where: Place, other: Mode | None, name: str) -> None:
    answer = await visit.client.get(where, mode=other)
    if answer.status != 200:
        return
    here, again = [await visit.client.get(where) for _ in range(2)]
    if _same(here.body, answer.body, again.body):
        notes.fail(answer.request, f"the same object in {visit.mode} mode and in {name}", "404 in one of them", _APART)
    else:
        notes.remark(answer.request, f"one id for two objects, in {visit.mode} mode and in {name}", "ids of their own")


def _same(here: bytes, there: bytes, again: bytes) -> bool:
    """Whether both are one object. What also differs from one reading `here` to the next says nothing."""
    try:
        document, other = parse(here), parse(there)
        moving = set(differences(document, parse(again)))
    except ValueError:
        return False
    return document == other or (bool(moving) and moving.issuperset(differences(document, other)))


def _places(visit: Visit) -> list[Place]:
    """A customer and subscriptions, above all the one that is to be written to.

    Coupons and prices may well have the same ids in both modes.
    """
    named = [one for one in (visit.writing_holder, visit.customer) if one is not None]
    customers = [*named, *(row["id"] for row in visit.samples.of(Controller.CUSTOMERS))]
    if not customers:
        raise Skipped(f"no customer to look at in {visit.mode} mode")
    held = [(holder, row["id"]) for holder, row in visit.samples.subscriptions[:1]]
    if visit.writing is not None and visit.writing_holder is not None:
        held.append((visit.writing_holder, visit.writing.subscription))
    return [place("/customers/{}", customers[0]), *(place(_SUBSCRIPTION, *ids) for ids in dict.fromkeys(held))]
