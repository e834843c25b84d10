"""Actions that must be refused. Every id in them is one that nothing has, and none is ever left out: see `absent`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gateway.contract import Action
from gateway.verification import bodies
from gateway.verification.absent import absent_id
from gateway.verification.answers import is_error_body, refused, told
from gateway.verification.naming import place
from gateway.verification.offer import ActionOffer
from gateway.verification.visit import Check

if TYPE_CHECKING:
    from gateway.verification.bodies import Body
    from gateway.verification.client import Answer
    from gateway.verification.visit import Notes, Visit

_UNKNOWN: Final = (404, 400)
_DECLINED: Final = (400, 404, 405, 409, 422, 501)
_NOT_SERVED: Final = "is it served? The manifest offers it; --write in test mode tells for certain"
_ADVICE: Final = "look for customer and subscription before anything is done, and answer 404"


def of_unknown_ids(action: Action) -> Check:
    """Nothing is done to a subscription that does not exist."""

    async def check(visit: Visit, notes: Notes) -> None:
        shape, offer = bodies.SHAPES[action], visit.offer.actions[action]
        answer = await _post(visit, action, bodies.details(shape, offer, absent_id()))
        if answer.status == 404 and not is_error_body(answer):
            notes.stop(answer.request, "answered 404 in a form of its own", "404 with code and message", _NOT_SERVED)
        refused(answer, notes, _UNKNOWN, _ADVICE)
        if answer.status == 404 and await _is_as_nowhere(visit, action, answer):
            notes.remark(answer.request, "answered as a path that does not exist", "an action", _NOT_SERVED)

    return check


def of_missing_details(action: Action) -> Check:
    """Nor where the body does not say what is to be done. Both ids are there: it may be done to everything else."""

    async def check(visit: Visit, notes: Notes) -> None:
        refused(await _post(visit, action, {}), notes, (400, 404), _ADVICE, also=(422,))

    return check


def of_what_is_off(action: Action) -> Check:
    """What the manifest says is off is refused."""

    async def check(visit: Visit, notes: Notes) -> None:
        shape = bodies.SHAPES[action]
        offer = visit.offer.actions.get(action)
        if offer is None:
            answer = await _post(visit, action, bodies.details(shape, ActionOffer(), absent_id()))
            _declined(answer, notes, f"features.actions.{action}")
            return
        for schedule in offer.disabled(shape.schedules):
            body = bodies.details(shape, offer, absent_id()) | {shape.schedule: schedule}
            _declined(
                await _post(visit, action, body), notes, f"features.actions.{action}.{shape.schedules}.{schedule}"
            )

    return check


def for_all(action: Action) -> Check:
    """Nothing is done to all subscriptions of a customer who does not exist. The endpoint need not be there."""

    async def check(visit: Visit, notes: Notes) -> None:
        offer = visit.offer.actions[action]
        # The one subscription has no place in it, but whoever serves both with one function must not miss its id.
        ids = bodies.of_one(absent_id(), absent_id())
        body = {**bodies.details(bodies.SHAPES[action], offer, ""), **ids}
        answer = await visit.client.post(place(f"/actions/{bodies.FOR_ALL[action]}"), body)
        if answer.status == 200:
            notes.remark(answer.request, "answered 200 for a customer who does not exist", "404")
        elif answer.status not in _DECLINED:
            notes.fail(answer.request, told(answer), "404", _ADVICE)

    return check


async def _is_as_nowhere(visit: Visit, action: Action, answer: Answer) -> bool:
    """Whether the action answers, also to a body that nobody can understand, as a path does where there is nothing."""
    shape = bodies.SHAPES[action]
    odd: Body = {shape.schedule: "churnkey-verify"} if shape.schedule else {}
    of_action = await _post(visit, action, odd)
    body = bodies.of_one(absent_id(), absent_id())
    of_nothing = await visit.client.post(place("/actions/subscription/{}", absent_id()), body)
    same = {(one.status, one.body) for one in (answer, of_action, of_nothing)}
    return len(same) == 1


async def _post(visit: Visit, action: Action, details: Body) -> Answer:
    """Ask for an action on a subscription that cannot exist, of a customer who cannot exist."""
    body = {**details, **bodies.of_one(absent_id(), absent_id())}
    return await visit.client.post(place(f"/actions/{bodies.SHAPES[action].target}"), body)


def _declined(answer: Answer, notes: Notes, feature: str) -> None:
    if answer.status not in _DECLINED:
        notes.fail(answer.request, f"{told(answer)}, though {feature} is off", "400", "refuse what is not offered")
