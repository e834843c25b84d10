"""What Churnkey asks for: the bodies of the actions, and the table of all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from adapters.conformance.provider import NOW
from gateway.contract import Schedule, Target

if TYPE_CHECKING:
    from adapters.conformance.provider import Held, Samples

AT_ONCE: Final = Schedule.IMMEDIATE
WITH_THE_PERIOD: Final = Schedule.END_OF_PERIOD

Duration: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Ask:
    """One action. `needs` are the paths in the manifest's `actions` that must all be true for it to be offered."""

    target: Target
    body: Mapping[str, Any]
    needs: tuple[tuple[str, ...], ...]

    def having(self, **fields: object) -> Ask:
        """The same with other values in the body; None takes a field out."""
        body = {**self.body, **fields}
        return replace(self, body={name: value for name, value in body.items() if value is not None})

    @property
    def customer(self) -> str:
        return str(self.body["customerId"])

    @property
    def subscription(self) -> str | None:
        """None where it is about all of a customer's."""
        found = self.body.get("subscriptionId")
        return None if found is None else str(found)


def length(amount: int, unit: str) -> Duration:
    return {"type": "period", "amount": amount, "unit": unit}


def until(moment: datetime) -> Duration:
    return {"type": "date", "date": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")}


ONE_MONTH: Final = length(1, "month")


def _of(held: Held) -> dict[str, object]:
    return {"customerId": held.customer, "subscriptionId": held.subscription}


def cancel(held: Held, when: Schedule = WITH_THE_PERIOD, **fields: object) -> Ask:
    body = {**_of(held), "scheduledAt": when.value, **fields}
    return Ask(Target.SUBSCRIPTION_CANCEL, body, (("cancel", "enabled"), ("cancel", "schedules", when)))


def cancel_all(customer: str, when: Schedule = WITH_THE_PERIOD) -> Ask:
    body = {"customerId": customer, "scheduledAt": when.value}
    return Ask(Target.CUSTOMER_CANCEL, body, (("cancel", "enabled"), ("cancel", "schedules", when)))


def pause(held: Held, duration: Duration = ONE_MONTH, start: Schedule = AT_ONCE, *, annual: bool = False) -> Ask:
    body = {**_of(held), "startAt": start.value, "duration": duration, "allowAnnual": annual}
    return Ask(Target.SUBSCRIPTION_PAUSE, body, _pause_needs(duration, start))


def pause_all(customer: str, duration: Duration = ONE_MONTH, start: Schedule = AT_ONCE, *, annual: bool = False) -> Ask:
    body = {"customerId": customer, "startAt": start.value, "duration": duration, "allowAnnual": annual}
    return Ask(Target.CUSTOMER_PAUSE, body, _pause_needs(duration, start))


def _pause_needs(duration: Duration, start: Schedule) -> tuple[tuple[str, ...], ...]:
    kind = str(duration["type"])
    return (("pause", "enabled"), ("pause", "startDates", start), ("pause", "durations", kind))


def extend_trial(held: Held, duration: Duration) -> Ask:
    needs = (("extendTrial", "enabled"), ("extendTrial", "durations", str(duration["type"])))
    return Ask(Target.SUBSCRIPTION_EXTEND_TRIAL, {**_of(held), "duration": duration}, needs)


def apply_coupon(held: Held, coupon: str) -> Ask:
    return Ask(Target.SUBSCRIPTION_APPLY_COUPON, {**_of(held), "id": coupon}, (("applyCoupon", "enabled"),))


def change_price(held: Held, price: str, when: Schedule = AT_ONCE, *, prorate: bool | None = None) -> Ask:
    """`prorate` None: the field is left out."""
    body = {**_of(held), "id": price, "scheduledAt": when.value}
    needs: tuple[tuple[str, ...], ...] = (("changePrice", "enabled"), ("changePrice", "schedules", when))
    if prorate is not None:
        body["prorate"] = prorate
    if prorate:
        needs = (*needs, ("changePrice", "prorate"))
    return Ask(Target.SUBSCRIPTION_CHANGE_PRICE, body, needs)


FAR_END: Final = NOW + timedelta(days=60)
"""After the end of every sample's trial and period."""

Make: TypeAlias = "Callable[[Samples], Ask]"

ACTIONS: Final[Mapping[str, Make]] = {
    "cancel at once": lambda samples: cancel(samples.active, AT_ONCE),
    "cancel with the period": lambda samples: cancel(samples.active, WITH_THE_PERIOD),
    "cancel all at once": lambda samples: cancel_all(samples.single.customer, AT_ONCE),
    "cancel all with the period": lambda samples: cancel_all(samples.single.customer, WITH_THE_PERIOD),
    "pause at once": lambda samples: pause(samples.active),
    "pause with the period": lambda samples: pause(samples.active, start=WITH_THE_PERIOD),
    "pause until a date": lambda samples: pause(samples.active, until(FAR_END)),
    "pause all": lambda samples: pause_all(samples.single.customer),
    "pause all with the period": lambda samples: pause_all(samples.single.customer, start=WITH_THE_PERIOD),
    "extend trial by a length": lambda samples: extend_trial(samples.trial, length(14, "day")),
    "extend trial to a date": lambda samples: extend_trial(samples.trial, until(FAR_END)),
    "apply coupon": lambda samples: apply_coupon(samples.active, samples.coupon),
    "change price at once": lambda samples: change_price(samples.active, samples.price),
    "change price with the period": lambda samples: change_price(samples.active, samples.price, WITH_THE_PERIOD),
}
"""Every action in every way it can be timed."""

COUNTS_ON: Final = "extend trial by a length"
"""The one action that does more when it is asked for again: its length counts from the end that was just moved."""

REPEATABLE: Final[Mapping[str, Make]] = {name: make for name, make in ACTIONS.items() if name != COUNTS_ON}
ON_ONE: Final[Mapping[str, Make]] = {name: make for name, make in ACTIONS.items() if " all" not in name}
"""The actions on one subscription."""
ON_ALL: Final[Mapping[str, Make]] = {name: make for name, make in ACTIONS.items() if " all" in name}
