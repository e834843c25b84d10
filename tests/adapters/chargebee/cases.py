"""Every write of every action, for what may become of its answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from simulators.chargebee import Fault
from tests.adapters.chargebee.support import (
    DAY,
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
    until,
)

if TYPE_CHECKING:
    from adapters.chargebee.adapter import ChargebeeAdapter
    from simulators.chargebee import ChargebeeSimulator, RecordedRequest, Site

Json = dict[str, Any]

UPDATE = r"/update_for_items$"
CANCEL = r"/cancel_for_items$"
PAUSE = r"/pause$"
RESUME = r"/resume$"
UNSCHEDULE = r"/remove_scheduled_pause$"

TERM_END = unix("2026-12-11T12:00")
IN_TRIAL: Json = {"status": "in_trial", "trial_end": unix("2026-11-28T12:00")}
PAUSED: Json = {
    "status": "paused",
    "pause_date": unix("2026-11-19T12:00"),
    "resume_date": unix("2027-01-10T00:00"),
}
PAUSE_AHEAD: Json = {"pause_date": TERM_END, "resume_date": unix("2027-01-11T12:00")}


@dataclass(frozen=True)
class Case:
    """An action, the write that is hit, and what tells that it has happened once.

    `members` are the subscription's. `looks`: how often it is read before anything is written. `shown`: whether the
    answer to the write tells what was done.
    """

    act: Callable[[ChargebeeAdapter], Awaitable[None]]
    path: str
    once: Callable[[Json, Site], bool]
    members: Json | None = None
    looks: int = 1
    shown: bool = True

    def arrange(self, site: Site) -> Json:
        """The subscription that the action is done to: three seats, ten days into their term."""
        given = {"started_at": site.now() - 10 * DAY, **(self.members or {})}
        return site.add_subscription(id="sub", customer_id="ada", items=[("pro-month", 3)], **given)

    def fault(self, make: Callable[..., Fault], **where: Any) -> Fault:
        return make(path=self.path, method="POST", **where)


def items(held: Json) -> list[tuple[str, int]]:
    return [(line["item_price_id"], line["quantity"]) for line in held["subscription_items"]]


def planned(site: Site) -> list[tuple[str, int]]:
    return items(site.scheduled_changes.get("sub", {"subscription_items": []}))


CASES = {
    "cancel at once": Case(
        lambda adapter: adapter.cancel(cancel(NOW)), CANCEL, lambda held, _: held["status"] == "cancelled"
    ),
    "cancel later": Case(
        lambda adapter: adapter.cancel(cancel(LATER)),
        CANCEL,
        lambda held, _: (held["status"], held["cancelled_at"]) == ("non_renewing", TERM_END),
    ),
    "cancel a trial later": Case(
        lambda adapter: adapter.cancel(cancel(LATER)),
        CANCEL,
        lambda held, _: (held["status"], held["cancelled_at"]) == ("in_trial", IN_TRIAL["trial_end"]),
        members=IN_TRIAL,
    ),
    "cancel all": Case(
        lambda adapter: adapter.cancel_all(cancel_all(NOW)),
        CANCEL,
        lambda held, _: held["status"] == "cancelled",
        looks=0,
    ),
    "unpause and cancel, first call": Case(
        lambda adapter: adapter.cancel(cancel(LATER, unpause=True)),
        RESUME,
        lambda held, _: (held["status"], held["cancelled_at"]) == ("non_renewing", TERM_END),
        members=PAUSED,
    ),
    "unpause and cancel, second call": Case(
        lambda adapter: adapter.cancel(cancel(LATER, unpause=True)),
        CANCEL,
        lambda held, _: (held["status"], held["cancelled_at"]) == ("non_renewing", TERM_END),
        members=PAUSED,
    ),
    "pause": Case(
        lambda adapter: adapter.pause(pause(months(1))),
        PAUSE,
        lambda held, _: (held["status"], held["resume_date"]) == ("paused", unix("2026-12-21T12:00")),
    ),
    "pause later": Case(
        lambda adapter: adapter.pause(pause(months(1), LATER)),
        PAUSE,
        lambda held, _: (held["pause_date"], held["resume_date"]) == (TERM_END, unix("2027-01-11T12:00")),
    ),
    "move a pause's end": Case(
        lambda adapter: adapter.pause(pause(until("2027-02-10T00:00"))),
        RESUME,
        lambda held, _: (held["status"], held["resume_date"]) == ("paused", unix("2027-02-10T00:00")),
        members=PAUSED,
    ),
    "replace a pause, first call": Case(
        lambda adapter: adapter.pause(pause(months(2), LATER)),
        UNSCHEDULE,
        lambda held, _: (held["pause_date"], held["resume_date"]) == (TERM_END, unix("2027-02-11T12:00")),
        members=PAUSE_AHEAD,
    ),
    "replace a pause, second call": Case(
        lambda adapter: adapter.pause(pause(months(2), LATER)),
        PAUSE,
        lambda held, _: (held["pause_date"], held["resume_date"]) == (TERM_END, unix("2027-02-11T12:00")),
        members=PAUSE_AHEAD,
    ),
    "extend trial": Case(
        lambda adapter: adapter.extend_trial(extend(days(7))),
        UPDATE,
        lambda held, _: held["trial_end"] == unix("2026-12-05T12:00"),
        members=IN_TRIAL,
    ),
    "apply coupon": Case(
        lambda adapter: adapter.apply_coupon(apply("SAVE20")),
        UPDATE,
        lambda held, site: len(held["coupons"]) == site.coupons.rows["SAVE20"]["redemptions"] == 1,
    ),
    "change price": Case(
        lambda adapter: adapter.change_price(change("pro-more")),
        UPDATE,
        lambda held, site: items(held) == [("pro-more", 3)] and site.unbilled == [],
    ),
    "change price later": Case(
        lambda adapter: adapter.change_price(change("pro-more", LATER)),
        UPDATE,
        lambda held, site: items(held) == [("pro-month", 3)] and planned(site) == [("pro-more", 3)],
        shown=False,
    ),
}

# The first of two calls alone does not make it so.
ONE_CALL = {name: case for name, case in CASES.items() if not name.endswith("first call")}
SHOWN = {name: case for name, case in ONE_CALL.items() if case.shown}


def each(cases: dict[str, Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", list(cases), indirect=True)


def hit(simulator: ChargebeeSimulator, case: Case) -> list[RecordedRequest]:
    """The writes to the endpoint that the fault was for."""
    return [request for request in simulator.written() if Fault(path=case.path).fits(request.method, request.path)]
