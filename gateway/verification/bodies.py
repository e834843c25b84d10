"""The bodies of the actions, in the spellings that most providers read.

Churnkey's documentation leaves the name of a coupon's and a price's id open (`id` in its samples, `coupon` and `price`
in its SDK), so both are given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from gateway.contract import Action, Target

if TYPE_CHECKING:
    from gateway.verification.offer import ActionOffer

Body: TypeAlias = dict[str, object]

END_OF_PERIOD: Final = "end-of-period"
IMMEDIATE: Final = "immediate"
PERIOD: Final = "period"
A_FAR_DATE: Final = "2035-01-31T00:00:00.000Z"
ONE_MONTH: Final[Mapping[str, object]] = {"type": PERIOD, "amount": 1, "unit": "month"}


@dataclass(frozen=True, slots=True)
class Shape:
    """What the body of one action has beside the ids, as data.

    `schedule` is the member that says when, and `schedules` the manifest's group of what it can be; both are empty
    where there is none. `has_duration` and `reference` tell the same of a duration, and of the id of a coupon or price.
    """

    target: Target
    schedule: str = ""
    schedules: str = ""
    has_duration: bool = False
    reference: str = ""


SHAPES: Final[Mapping[Action, Shape]] = {
    Action.EXTEND_TRIAL: Shape(Target.SUBSCRIPTION_EXTEND_TRIAL, has_duration=True),
    Action.APPLY_COUPON: Shape(Target.SUBSCRIPTION_APPLY_COUPON, reference="coupon"),
    Action.CHANGE_PRICE: Shape(Target.SUBSCRIPTION_CHANGE_PRICE, "scheduledAt", "schedules", reference="price"),
    Action.PAUSE: Shape(Target.SUBSCRIPTION_PAUSE, "startAt", "startDates", has_duration=True),
    Action.CANCEL: Shape(Target.SUBSCRIPTION_CANCEL, "scheduledAt", "schedules"),
}

FOR_ALL: Final[Mapping[Action, Target]] = {
    Action.PAUSE: Target.CUSTOMER_PAUSE,
    Action.CANCEL: Target.CUSTOMER_CANCEL,
}
"""The actions that there may be for all subscriptions of a customer, too."""


def of_one(customer: str, subscription: str) -> Body:
    """The ids of a subscription and of who holds it."""
    return {"customerId": customer, "subscriptionId": subscription}


def details(shape: Shape, offer: ActionOffer, reference: str) -> Body:
    """All but the ids, asking for the mildest that is offered; `reference` is the coupon's or the price's id."""
    body: Body = {}
    if shape.schedule:
        body[shape.schedule] = mildest(offer, shape.schedules)
    if shape.has_duration:
        body["duration"] = duration(offer)
    if shape.reference:
        body |= referring(shape, reference)
    return body


def referring(shape: Shape, identifier: str) -> Body:
    """The coupon or the price, under both of its names."""
    return {"id": identifier, shape.reference: identifier}


def mildest(offer: ActionOffer, schedules: str) -> str:
    """At the end of the period, unless only at once is offered."""
    return IMMEDIATE if offer.enabled(schedules) == [IMMEDIATE] else END_OF_PERIOD


def duration(offer: ActionOffer) -> Mapping[str, object]:
    """A month, unless only dates are offered."""
    kinds = offer.enabled("durations")
    return ONE_MONTH if PERIOD in kinds or not kinds else until(A_FAR_DATE)


def until(moment: str) -> Mapping[str, object]:
    """A duration that ends at this moment."""
    return {"type": "date", "date": moment}
