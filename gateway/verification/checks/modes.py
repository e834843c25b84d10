"""Test mode apart from live. Nothing but reads is sent to the other mode."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gateway.contract import Controller, Mode
from gateway.verification.answers import refused, told
from gateway.verification.checks.access import FEATURES
from gateway.verification.documents import parse
from gateway.verification.naming import Place, place
from gateway.verification.visit import Skipped

if TYPE_CHECKING:
    from gateway.verification.visit import Notes, Visit

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
    if features.status != 200:
        raise Skipped(f"{visit.other_mode} mode is not configured: {features.request} {told(features)}")
    for where in places:
        await _is_in_one_only(visit, notes, where, visit.other_mode, f"{visit.other_mode} mode")


async def without_mode(visit: Visit, notes: Notes) -> None:
    """A request that names no mode is about live."""
    where = _places(visit)[0]
    if visit.mode is Mode.TEST:
        await _is_in_one_only(visit, notes, where, None, "a request without a mode, which is live")
    elif (answer := await visit.client.get(where, mode=None)).status != 200:
        notes.fail(answer.request, f"{told(answer)} without a mode", "200, as in live mode", "live is the default")


async def _is_in_one_only(visit: Visit, notes: Notes, where: Place, other: Mode | None, name: str) -> None:
    answer = await visit.client.get(where, mode=other)
    if answer.status != 200:
        return
    here = await visit.client.get(where)
    if _same(here.body, answer.body):
        notes.fail(answer.request, f"the same object in {visit.mode} mode and in {name}", "404 in one of them", _APART)
    else:
        notes.remark(answer.request, f"one id for two objects, in {visit.mode} mode and in {name}", "ids of their own")


def _same(one: bytes, other: bytes) -> bool:
    try:
        return parse(one) == parse(other)
    except ValueError:
        return False


def _places(visit: Visit) -> list[Place]:
    """A customer and a subscription. Coupons and prices may well have the same ids in both modes."""
    customers = [visit.customer] if visit.customer is not None else []
    customers += [row["id"] for row in visit.samples.of(Controller.CUSTOMERS)]
    if not customers:
        raise Skipped(f"no customer to look at in {visit.mode} mode")
    held = visit.samples.subscriptions[:1]
    return [
        place("/customers/{}", customers[0]),
        *(place("/customers/{}/subscriptions/{}", holder, row["id"]) for holder, row in held),
    ]
