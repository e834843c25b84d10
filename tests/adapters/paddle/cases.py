"""Every write of every action, for what may become of its answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulators.paddle.faults import Fault
from tests.adapters.paddle.support import (
    ADA,
    DEARER,
    LATER,
    MONTHLY,
    NOW,
    SAVE20,
    SUB,
    YEARLY,
    apply,
    at,
    cancel,
    cancel_all,
    change,
    days,
    extend,
    months,
    pause,
    until,
)

if TYPE_CHECKING:
    from adapters.paddle.adapter import PaddleAdapter
    from simulators.paddle import Account

Json = dict[str, Any]

WITH_TRIAL: Json = {"status": "trialing"}
ENDING: Json = {"scheduled": "cancel"}
PAUSING: Json = {"scheduled": "pause", "resume_at": at("2027-02-01T00:00")}
PAUSED: Json = {"status": "paused", "resume_at": at("2027-02-01T00:00")}


@dataclass(frozen=True)
class Case:
    """An action, the subscription it is about, the write that is hit, and what tells that it has happened.

    `skip` lets so many writes to the same path through before. `charges`: it may charge, so it is never sent again.
    """

    act: Callable[[PaddleAdapter], Awaitable[None]]
    method: str
    path: str
    done: Callable[[Json], bool]
    members: Json = field(default_factory=dict)
    skip: int = 0
    charges: bool = False

    def subscribe(self, account: Account) -> Json:
        members: Json = {"id": SUB, "customer": ADA, "prices": [(MONTHLY, 3)], "started_at": at("2026-10-11T12:00")}
        return account.add_subscription(**members, **self.members)

    def fault(self, make: Callable[..., Fault], **where: Any) -> Fault:
        return make(path=self.path, method=self.method, skip=self.skip, **where)


def scheduled(action: str, **members: str) -> Callable[[Json], bool]:
    def is_so(held: Json) -> bool:
        change = held["scheduled_change"] or {}
        return change.get("action") == action and all(change[name].startswith(at) for name, at in members.items())

    return is_so


def has(*items: tuple[str, int]) -> Callable[[Json], bool]:
    return lambda held: [(item["price"]["id"], item["quantity"]) for item in held["items"]] == list(items)


def trial_until(end: str) -> Callable[[Json], bool]:
    return lambda held: str(held["current_billing_period"]["ends_at"]).startswith(end)


SUBSCRIPTION = rf"/{SUB}$"

CASES = {
    "cancel at once": Case(
        lambda adapter: adapter.cancel(cancel(NOW)), "POST", "/cancel$", lambda held: held["status"] == "canceled"
    ),
    "cancel later": Case(lambda adapter: adapter.cancel(cancel(LATER)), "POST", "/cancel$", scheduled("cancel")),
    "cancel all": Case(
        lambda adapter: adapter.cancel_all(cancel_all(NOW)),
        "POST",
        "/cancel$",
        lambda held: held["status"] == "canceled",
    ),
    "cancel in place of a pause, first call": Case(
        lambda adapter: adapter.cancel(cancel(LATER)), "PATCH", SUBSCRIPTION, scheduled("cancel"), PAUSING
    ),
    "cancel in place of a pause, second call": Case(
        lambda adapter: adapter.cancel(cancel(LATER)), "POST", "/cancel$", scheduled("cancel"), PAUSING
    ),
    "pause at once": Case(
        lambda adapter: adapter.pause(pause(months(1), NOW)),
        "POST",
        "/pause$",
        lambda held: held["status"] == "paused" and scheduled("resume", effective_at="2026-12-21T12:00")(held),
    ),
    "pause later": Case(
        lambda adapter: adapter.pause(pause(months(1), LATER)),
        "POST",
        "/pause$",
        scheduled("pause", resume_at="2027-01-11T12:00"),
    ),
    "another end of a pause": Case(
        lambda adapter: adapter.pause(pause(until("2027-03-01T00:00"), NOW)),
        "POST",
        "/resume$",
        scheduled("resume", effective_at="2027-03-01"),
        PAUSED,
    ),
    "pause in place of an end, first call": Case(
        lambda adapter: adapter.pause(pause(months(1), NOW)),
        "PATCH",
        SUBSCRIPTION,
        lambda held: held["status"] == "paused",
        ENDING,
    ),
    "pause in place of an end, second call": Case(
        lambda adapter: adapter.pause(pause(months(1), NOW)),
        "POST",
        "/pause$",
        lambda held: held["status"] == "paused",
        ENDING,
    ),
    "extend trial": Case(
        lambda adapter: adapter.extend_trial(extend(days(7))),
        "PATCH",
        SUBSCRIPTION,
        trial_until("2026-12-12T12:00"),
        WITH_TRIAL,
    ),
    "extend trial that is to end, first call": Case(
        lambda adapter: adapter.extend_trial(extend(days(7))),
        "PATCH",
        SUBSCRIPTION,
        scheduled("cancel", effective_at="2026-12-12T12:00"),
        WITH_TRIAL | ENDING,
    ),
    "extend trial that is to end, second call": Case(
        lambda adapter: adapter.extend_trial(extend(days(7))),
        "PATCH",
        SUBSCRIPTION,
        scheduled("cancel", effective_at="2026-12-12T12:00"),
        WITH_TRIAL | ENDING,
        skip=1,
    ),
    "extend trial that is to end, third call": Case(
        lambda adapter: adapter.extend_trial(extend(days(7))),
        "POST",
        "/cancel$",
        scheduled("cancel", effective_at="2026-12-12T12:00"),
        WITH_TRIAL | ENDING,
    ),
    "apply coupon": Case(
        lambda adapter: adapter.apply_coupon(apply(SAVE20)),
        "PATCH",
        SUBSCRIPTION,
        lambda held: bool(held["discount"]) and held["discount"]["id"] == SAVE20,
    ),
    "change price without a charge": Case(
        lambda adapter: adapter.change_price(change(DEARER, prorate=False)), "PATCH", SUBSCRIPTION, has((DEARER, 3))
    ),
    "change price with the difference": Case(
        lambda adapter: adapter.change_price(change(DEARER, prorate=True)),
        "PATCH",
        SUBSCRIPTION,
        has((DEARER, 3)),
    ),
    "change price to another rhythm, prorated": Case(
        lambda adapter: adapter.change_price(change(YEARLY, prorate=True)),
        "PATCH",
        SUBSCRIPTION,
        has((YEARLY, 3)),
        charges=True,
    ),
    "change price to another rhythm": Case(
        lambda adapter: adapter.change_price(change(YEARLY, prorate=False)),
        "PATCH",
        SUBSCRIPTION,
        has((YEARLY, 3)),
        charges=True,
    ),
}

SAFE = {name: case for name, case in CASES.items() if not case.charges}
CHARGING = {name: case for name, case in CASES.items() if case.charges}
