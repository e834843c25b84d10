"""Every write of every action, for what may become of its answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from simulators.stripe import Fault
from tests.adapters.stripe.support import (
    LATER,
    NOW,
    apply,
    cancel,
    cancel_all,
    change,
    days,
    extend,
    months,
    pause,
    unix,
)

if TYPE_CHECKING:
    from adapters.stripe.adapter import StripeAdapter
    from simulators.stripe import Account, StripeSimulator
    from simulators.stripe.recording import RecordedRequest

Json = dict[str, Any]

SUBSCRIPTION = r"/subscriptions/sub_1$"
CREATE = r"/subscription_schedules$"
PHASES = r"/subscription_schedules/sub_sched_\w+$"
RELEASE = r"/release$"


@dataclass(frozen=True)
class Case:
    """An action, the write that is hit, and what tells that it has happened once.

    `planned`: the subscription has a schedule. `looks`: how often it is looked at before anything is written.
    """

    act: Callable[[StripeAdapter], Awaitable[None]]
    path: str
    once: Callable[[Json, Account], bool]
    verb: str = "POST"
    planned: bool = False
    looks: int = 1

    def fault(self, make: Callable[..., Fault], **where: Any) -> Fault:
        return make(path=self.path, method=self.verb, **where)


def items(held: Json) -> list[tuple[str, int]]:
    return [(item["price"]["id"], item["quantity"]) for item in held["items"]["data"]]


def planned_once(held: Json, account: Account) -> bool:
    (schedule,) = account.schedules
    return [phase["items"][0]["price"] for phase in schedule["phases"]] == ["price_1", "price_2"]


def released_and_ending(held: Json, account: Account) -> bool:
    (schedule,) = account.schedules
    return schedule["status"] == "released" and bool(held["cancel_at_period_end"])


CASES = {
    "cancel at once": Case(
        lambda adapter: adapter.cancel(cancel(NOW)),
        SUBSCRIPTION,
        lambda held, _: held["status"] == "canceled",
        verb="DELETE",
    ),
    "cancel later": Case(
        lambda adapter: adapter.cancel(cancel(LATER)), SUBSCRIPTION, lambda held, _: bool(held["cancel_at_period_end"])
    ),
    "cancel all": Case(
        lambda adapter: adapter.cancel_all(cancel_all(NOW)),
        SUBSCRIPTION,
        lambda held, _: held["status"] == "canceled",
        verb="DELETE",
        looks=0,
    ),
    "pause": Case(
        lambda adapter: adapter.pause(pause(months(1))),
        SUBSCRIPTION,
        lambda held, _: held["pause_collection"]["resumes_at"] == unix("2026-12-21T12:00"),
    ),
    "extend trial": Case(
        lambda adapter: adapter.extend_trial(extend(days(7))),
        SUBSCRIPTION,
        lambda held, _: held["trial_end"] == unix("2026-12-12T12:00"),
    ),
    "apply coupon": Case(
        lambda adapter: adapter.apply_coupon(apply("SAVE20")),
        SUBSCRIPTION,
        lambda held, account: len(account.discounts) == account.coupons.rows["SAVE20"]["times_redeemed"] == 1,
    ),
    "change price": Case(
        lambda adapter: adapter.change_price(change("price_2")),
        SUBSCRIPTION,
        lambda held, _: items(held) == [("price_2", 3)],
    ),
    "change price later, first call": Case(
        lambda adapter: adapter.change_price(change("price_2", LATER)), CREATE, planned_once
    ),
    "change price later, second call": Case(
        lambda adapter: adapter.change_price(change("price_2", LATER)), PHASES, planned_once
    ),
    "cancel a scheduled one, first call": Case(
        lambda adapter: adapter.cancel(cancel(LATER)), RELEASE, released_and_ending, planned=True
    ),
    "cancel a scheduled one, second call": Case(
        lambda adapter: adapter.cancel(cancel(LATER)), SUBSCRIPTION, released_and_ending, planned=True
    ),
}

# The first of two calls alone does not make it so.
ONE_CALL = {name: case for name, case in CASES.items() if not name.endswith("first call")}

# A DELETE has no key: repeated, it finds nothing left to delete.
KEYED = {name: case for name, case in CASES.items() if case.verb == "POST"}
ONE_WRITE = {name: case for name, case in KEYED.items() if case.path == SUBSCRIPTION}


def each(cases: dict[str, Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", list(cases), indirect=True)


def hit(simulator: StripeSimulator, case: Case) -> list[RecordedRequest]:
    """The writes to the endpoint that the fault was for."""
    return [request for request in simulator.written() if Fault(path=case.path).fits(request.method, request.path)]
