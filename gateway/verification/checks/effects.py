"""The actions for real, on the one subscription that was named for it, and whether their effect can be read back.

Only with --write. What acts on all of a customer's subscriptions is never sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from gateway.contract import Action, Controller, Subscription, moment_text
from gateway.verification import bodies
from gateway.verification.answers import document_in, told
from gateway.verification.documents import JsonObject, inner, is_object
from gateway.verification.judging import judge
from gateway.verification.naming import is_usable, place, shown_id
from gateway.verification.visit import Check, Skipped

if TYPE_CHECKING:
    from gateway.verification.bodies import Body
    from gateway.verification.naming import Place
    from gateway.verification.visit import Notes, Visit

_TRIAL_GROWS_BY: Final = timedelta(days=7)
_A_MONTH: Final = timedelta(days=30)
_SLACK: Final = timedelta(days=2)
_REFUSED: Final = (400, 404, 409)
_TRIED: Final = 5
"""So many coupons, or prices, are tried until one is accepted."""
_A_MOMENT: Final = timedelta(minutes=1)
_NO_EFFECT: Final = "answer 200 only when it is done, and read what is there now, not a copy"


@dataclass(frozen=True, slots=True)
class Held:
    """The subscription to act on, as it is now."""

    customer: str
    identifier: str
    where: Place
    body: JsonObject

    @property
    def status(self) -> JsonObject:
        return inner(self.body, "status")

    @property
    def state(self) -> object:
        """The name of its status."""
        return self.status.get("name")


async def extend_trial(visit: Visit, notes: Notes) -> None:
    """The trial ends later."""
    held = await _read(visit, notes)
    end = _moment(inner(held.status, "trial").get("end"))
    if held.state != "trial" or end is None:
        raise Skipped(f"{shown_id(held.identifier)} is in no trial")
    by_date = "date" in visit.offer.actions[Action.EXTEND_TRIAL].enabled("durations")
    asked = end + _TRIAL_GROWS_BY
    await _act(visit, notes, held, Action.EXTEND_TRIAL, {"duration": _until(asked) if by_date else bodies.ONE_MONTH})
    after = await _read(visit, notes)
    got = _moment(inner(after.status, "trial").get("end"))
    path = f"GET {after.where.label}: status.trial.end"
    if got is None or got <= end:
        notes.fail(path, "not later than before", "the new end of the trial", _NO_EFFECT)
    elif by_date and abs(got - asked) > _A_MOMENT:
        notes.remark(path, "not the moment that was asked for", "the date in duration")


async def apply_coupon(visit: Visit, notes: Notes) -> None:
    """The coupon is among the discounts."""
    held = await _read(visit, notes)
    there = set(_coupons_on(held.body))
    coupons = [one["id"] for one in visit.samples.of(Controller.COUPONS) if _is_good(one, there)]
    if not coupons:
        raise Skipped("no coupon to apply")
    coupon = await _act_with_one_of(visit, notes, held, Action.APPLY_COUPON, coupons[:_TRIED], {})
    after = await _read(visit, notes)
    customer = await visit.client.get(place("/customers/{}", held.customer))
    if coupon not in {*_coupons_on(after.body), *_coupons_on(document_in(customer, notes))}:
        path = f"GET {after.where.label}: discounts"
        notes.fail(path, f"{shown_id(coupon)} is not among them", "the coupon that was applied", _NO_EFFECT)


async def change_price(visit: Visit, notes: Notes) -> None:
    """The item has the new price, and its quantity still."""
    held = await _read(visit, notes)
    items = _items(held.body)
    if len(items) != 1:
        raise Skipped(f"{shown_id(held.identifier)} has {len(items)} items; one that has a single one is needed")
    prices = _other_prices(visit, inner(items[0], "price"))
    at_once = bodies.IMMEDIATE in visit.offer.actions[Action.CHANGE_PRICE].enabled("schedules")
    schedule = bodies.IMMEDIATE if at_once else bodies.END_OF_PERIOD
    details: Body = {"scheduledAt": schedule, "prorate": False}
    price = await _act_with_one_of(visit, notes, held, Action.CHANGE_PRICE, prices[:_TRIED], details)
    after = await _read(visit, notes)
    if not at_once:
        # Until the period ends it has the old one, and nothing in the contract tells of the new.
        return
    now = _items(after.body)
    path = f"GET {after.where.label}: items"
    if [inner(item, "price").get("id") for item in now] != [price]:
        notes.fail(
            path, f"not {shown_id(price)} alone", "the price that was changed to, in place of the old one", _NO_EFFECT
        )
    elif now[0].get("quantity") != items[0].get("quantity"):
        # Right where the new price has no quantity, such as one for usage.
        notes.remark(f"{path}[0].quantity", "not what it was", "the same", "seats should survive a change of price")


async def pause(visit: Visit, notes: Notes) -> None:
    """It is paused, until about then."""
    held = await _read(visit, notes)
    offer = visit.offer.actions[Action.PAUSE]
    annual = inner(held.body, "duration").get("unit") == "year"
    if held.state != "active":
        raise Skipped(f"{shown_id(held.identifier)} is not active")
    if annual and not offer.switches.get("allowAnnual"):
        raise Skipped(f"{shown_id(held.identifier)} is paid by the year")
    at_once = bodies.IMMEDIATE in offer.enabled("startDates")
    by_length = bodies.PERIOD in offer.enabled("durations")
    details: Body = {
        "startAt": bodies.IMMEDIATE if at_once else bodies.END_OF_PERIOD,
        "duration": bodies.ONE_MONTH if by_length else _until(datetime.now(UTC) + _A_MONTH),
        "allowAnnual": annual,
    }
    await _act(visit, notes, held, Action.PAUSE, details)
    after = await _read(visit, notes)
    if not at_once:
        # Until the period ends it is active, and nothing in the contract tells of the pause.
        return
    path = f"GET {after.where.label}: status"
    start, end = (_moment(after.status.get(name)) for name in ("start", "end"))
    if after.state != "paused":
        notes.fail(f"{path}.name", "not paused", "paused", _NO_EFFECT)
    elif start is not None and end is not None and abs(end - start - _A_MONTH) > _SLACK:
        notes.remark(f"{path}.end", "not a month after its start", "the duration that was asked for")


async def cancel_with_the_period(visit: Visit, notes: Notes) -> None:
    """It is set to end, and goes on until then."""
    held = await _to_cancel(visit, notes, bodies.END_OF_PERIOD)
    await _act(visit, notes, held, Action.CANCEL, {"scheduledAt": bodies.END_OF_PERIOD})
    after = await _read(visit, notes)
    if held.state in {"active", "trial"} and after.state == "canceled":
        path = f"GET {after.where.label}: status.name"
        notes.fail(path, "canceled at once", f"{held.state} until the period ends", "what is paid for has to last")


async def cancel_at_once(visit: Visit, notes: Notes) -> None:
    """It has ended."""
    held = await _to_cancel(visit, notes, bodies.IMMEDIATE)
    await _act(visit, notes, held, Action.CANCEL, {"scheduledAt": bodies.IMMEDIATE})
    after = await _read(visit, notes)
    if after.state != "canceled":
        notes.fail(f"GET {after.where.label}: status.name", "not canceled", "canceled", _NO_EFFECT)


CHECKS: Final[Mapping[Action, Mapping[str, Check]]] = MappingProxyType(
    {
        Action.EXTEND_TRIAL: {"takes effect": extend_trial},
        Action.APPLY_COUPON: {"takes effect": apply_coupon},
        Action.CHANGE_PRICE: {"takes effect": change_price},
        Action.PAUSE: {"takes effect": pause},
        Action.CANCEL: {"with the period": cancel_with_the_period, "at once": cancel_at_once},
    }
)


async def _to_cancel(visit: Visit, notes: Notes, schedule: str) -> Held:
    if schedule not in visit.offer.actions[Action.CANCEL].enabled("schedules"):
        raise Skipped(f"{schedule} is not offered")
    held = await _read(visit, notes)
    if held.state == "canceled":
        raise Skipped(f"{shown_id(held.identifier)} is canceled already")
    return held


async def _read(visit: Visit, notes: Notes) -> Held:
    """The subscription that was named, as it is now. Raises `CheckEnded`, having noted why, where it is not there, and
    `Skipped` where nobody knows whose it is."""
    writing = visit.writing
    if writing is None:
        raise Skipped("nothing may be written")
    identifier = writing.subscription
    customer = visit.writing_holder
    if customer is None:
        # Nothing was tried, so nothing is wrong with the action.
        raise Skipped(f"{shown_id(identifier)} is on no list: name its customer with --customer")
    where = place("/customers/{}/subscriptions/{}", customer, identifier)
    body = document_in(await visit.client.get(where), notes)
    if not is_object(body):
        notes.stop(f"GET {where.label}", "no object", "a subscription")
    notes.add(judge(body, Subscription, f"GET {where.label}: "))
    return Held(customer, identifier, where, body)


async def _act(visit: Visit, notes: Notes, held: Held, action: Action, details: Body) -> None:
    """Do it. Raises `CheckEnded` or `Skipped`, having noted why, unless the answer says that it is done."""
    await _acts(visit, notes, held, action, details, is_last=True)


async def _act_with_one_of(
    visit: Visit, notes: Notes, held: Held, action: Action, choices: Sequence[str], details: Body
) -> str:
    """Do it with the first coupon or price that is accepted, which is returned.

    One may have limits that the contract has no words for: of quantity, country, product or state.
    """
    for choice in choices[:-1]:
        reference = bodies.referring(bodies.SHAPES[action], choice)
        if await _acts(visit, notes, held, action, {**details, **reference}, is_last=False):
            return choice
    await _act(visit, notes, held, action, {**details, **bodies.referring(bodies.SHAPES[action], choices[-1])})
    return choices[-1]


async def _acts(visit: Visit, notes: Notes, held: Held, action: Action, details: Body, *, is_last: bool) -> bool:
    """Do it, and tell whether it is done. A refusal of the last attempt ends the check."""
    shape = bodies.SHAPES[action]
    body = {**details, **bodies.of_one(held.customer, held.identifier)}
    answer = await visit.client.post(place(f"/actions/{shape.target}"), body)
    if answer.status in _REFUSED and not is_last:
        return False
    if answer.status == 409 and action is not Action.CANCEL:
        notes.remark(answer.request, told(answer), "200", "if its state forbids it, try another subscription")
        raise Skipped("it was refused")
    if answer.status == 400 and shape.has_duration:
        notes.remark(
            answer.request, told(answer), "200", "how a duration is written is not documented: is it this one?"
        )
        raise Skipped("it was refused")
    if answer.status == 204:
        notes.remark(answer.request, told(answer), "200", "the documentation's samples answer 200 with nothing in it")
    elif answer.status != 200:
        notes.stop(answer.request, told(answer), "200", "it is offered, and the subscription's state allows it")
    if answer.body:
        notes.fail(answer.request, "a body", "nothing", "an action must return an empty response")
    return True


def _other_prices(visit: Visit, current: JsonObject) -> list[str]:
    """Prices to change to, in the same currency, the most alike first."""
    currency = str(inner(current, "amount").get("currency")).lower()
    fitting = [
        row
        for row in visit.samples.of(Controller.PRICES)
        if row["id"] != current.get("id") and str(inner(row, "amount").get("currency")).lower() == currency
    ]
    fitting.sort(key=lambda row: [row.get(name) != current.get(name) for name in ("duration", "productId", "type")])
    fitting.sort(key=lambda row: _form(row) != _form(current))
    if not fitting:
        raise Skipped("no other price in the same currency")
    return [row["id"] for row in fitting]


def _form(price: JsonObject) -> list[str]:
    """How the amount is made up: by the unit, flat, in tiers."""
    return sorted(name for name, value in inner(price, "amount").items() if value is not None)


def _is_good(coupon: JsonObject, there: set[str]) -> bool:
    """Whether it could be applied, as far as the contract tells."""
    expires = _moment(coupon.get("expiresAt"))
    redemptions = inner(coupon, "redemptions")
    most, done = redemptions.get("max"), redemptions.get("current")
    used_up = isinstance(most, int) and isinstance(done, int) and done >= most
    return coupon["id"] not in there and not used_up and (expires is None or expires > datetime.now(UTC))


def _coupons_on(body: object) -> Iterator[str]:
    discounts = body.get("discounts") if is_object(body) else None
    for discount in discounts if isinstance(discounts, list) else []:
        identifier = inner(discount, "coupon").get("id")
        if is_usable(identifier):
            yield str(identifier)


def _items(body: JsonObject) -> list[JsonObject]:
    items = body.get("items")
    return [item for item in items if is_object(item)] if isinstance(items, list) else []


def _until(moment: datetime) -> Mapping[str, object]:
    return bodies.until(moment_text(moment))


def _moment(text: object) -> datetime | None:
    """A moment that can be compared, None for anything else; what is wrong with it was noted before."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
