"""What time does to an account: renewals, ends of trials, cancellations, pauses and discounts, and phases of
schedules.

Applied lazily before each request, event by event in the order of their times, so that a clock moved by a
year leaves what a year would have left. Of events at one instant the schedule comes first, then the
cancellation (so that there is no renewal), and the renewal last: a coupon of three months is on three
invoices, and a pause that ends at a renewal no longer covers it. Stripe does not document that last race.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from simulators.periods import boundary_after
from simulators.stripe import discounting, invoicing, lifecycle, phases
from simulators.stripe.account import ENDED
from simulators.stripe.periods import interval_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from simulators.stripe.account import Account
    from simulators.types import Json

    Event = tuple[int, int, Callable[[], None]]

_INCOMPLETE_LASTS = 23 * 3600
_RENEWING = ("active", "past_due", "unpaid")


def advance(account: Account, now: int) -> None:
    """Apply everything that became due up to now, which is in Unix seconds."""
    while rows := account.agenda.take(now):
        for row in rows:
            account.agenda.plan(row, _SETTLE[row["object"]](account, row, now))


def _settle_subscription(account: Account, subscription: Json, now: int) -> int | None:
    while True:
        upcoming = min(_events(account, subscription), key=lambda event: event[:2], default=None)
        if upcoming is None:
            return None
        moment, _, action = upcoming
        if moment > now:
            return moment
        action()


def _events(account: Account, subscription: Json) -> Iterator[Event]:
    if subscription["status"] in ENDED:
        return
    if subscription["cancel_at"] is not None:
        at = subscription["cancel_at"]
        end = partial(lifecycle.end_subscription, account, subscription, at, reason="cancellation_requested")
        yield at, 1, end
    schedule = account.schedules.get(subscription["schedule"] or "")
    if schedule is not None and schedule["current_phase"] is not None:
        yield schedule["current_phase"]["end_date"], 0, partial(phases.step, account, schedule, subscription)
    yield from _status_events(account, subscription)
    paused = subscription["pause_collection"]
    if paused is not None and paused["resumes_at"] is not None:
        yield paused["resumes_at"], 3, partial(subscription.update, pause_collection=None)
    for holder in (subscription, *subscription["items"]["data"]):
        for discount in account.discounts_of(holder):
            if discount["end"] is not None:
                yield discount["end"], 3, partial(holder["discounts"].remove, discount["id"])


def _status_events(account: Account, subscription: Json) -> Iterator[Event]:
    status = subscription["status"]
    if status == "trialing":
        yield subscription["trial_end"], 2, partial(_finish_trial, account, subscription)
    elif status == "incomplete":
        yield subscription["created"] + _INCOMPLETE_LASTS, 2, partial(_expire_incomplete, subscription)
    elif status in _RENEWING:
        yield lifecycle.period_end(subscription), 4, partial(_renew, account, subscription)


def _finish_trial(account: Account, subscription: Json) -> None:
    at = subscription["trial_end"]
    lifecycle.finish_trial(account, subscription, at)
    if subscription["status"] == "active":
        invoicing.renew(account, subscription, subscription["items"]["data"], "trial_end", at)


def _expire_incomplete(subscription: Json) -> None:
    at = subscription["created"] + _INCOMPLETE_LASTS
    subscription.update(status="incomplete_expired", ended_at=at, canceled_at=at)


def _renew(account: Account, subscription: Json) -> None:
    at = lifecycle.period_end(subscription)
    due = [item for item in subscription["items"]["data"] if item["current_period_end"] == at]
    for item in due:
        item["current_period_start"] = at
        item["current_period_end"] = boundary_after(
            subscription["billing_cycle_anchor"], *interval_of(item["price"]), at
        )
    lifecycle.follow_period_end(subscription)
    invoicing.renew(account, subscription, due, "renewal", at)


def _settle_schedule(account: Account, schedule: Json, now: int) -> int | None:
    """One that has not started begins; what happens later are events of its subscription."""
    if schedule["status"] != "not_started":
        return None
    begins: int = schedule["phases"][0]["start_date"]
    if begins > now:
        return begins
    phases.start(account, schedule)
    return None


def _settle_coupon(account: Account, coupon: Json, now: int) -> int | None:
    discounting.refresh(account, coupon, now)
    return _ahead(coupon["redeem_by"], now)


def _settle_promotion_code(account: Account, code: Json, now: int) -> int | None:
    coupon = account.coupons.get(code["promotion"]["coupon"])
    if coupon is not None:
        discounting.refresh(account, coupon, now)
    return _ahead(code["expires_at"], now)


def _settle_customer(_: Account, customer: Json, now: int) -> int | None:
    end = customer["discount"]["end"] if customer["discount"] is not None else None
    if end is not None and end <= now:
        customer["discount"] = None
    return _ahead(end, now)


def _ahead(moment: int | None, now: int) -> int | None:
    return moment if moment is not None and moment > now else None


_SETTLE: Mapping[str, Callable[[Account, Json, int], int | None]] = {
    "coupon": _settle_coupon,
    "customer": _settle_customer,
    "promotion_code": _settle_promotion_code,
    "subscription": _settle_subscription,
    "subscription_schedule": _settle_schedule,
}
"""For each kind of object: apply what is due, and answer when something is next."""
