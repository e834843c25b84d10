"""What time does to an account: renewals, ends of trials, scheduled changes, ends of discounts.

Applied lazily before each request, event by event in the order of their times, so that a clock moved by a year leaves
what a year would have left. Of events at one instant the scheduled change comes first (so that there is no renewal
after a cancellation), then the end of a discount (so that one of three periods is on three bills), and the bill last.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from simulators.paddle import discounting, lifecycle, moments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulators.paddle.account import Account
    from simulators.types import Json

    Event = tuple[datetime, int, Callable[[], None]]


def advance(account: Account, now: datetime) -> None:
    """Apply everything that became due up to now."""
    while rows := account.agenda.take(now):
        for row in rows:
            settle = _settle_discount if row["id"].startswith("dsc_") else _settle_subscription
            account.agenda.plan(row, settle(account, row, now))


def _settle_subscription(account: Account, subscription: Json, now: datetime) -> datetime | None:
    while True:
        upcoming = min(_events(account, subscription), key=lambda event: event[:2], default=None)
        if upcoming is None:
            return None
        moment, _, action = upcoming
        if moment > now:
            return moment
        action()
        subscription["updated_at"] = moments.written(moment)


def _events(account: Account, subscription: Json) -> Iterator[Event]:
    change = subscription["scheduled_change"]
    if change is not None:
        at = moments.read(change["effective_at"])
        yield at, 0, partial(_carry_out, account, subscription, change, at)
    discount = subscription["discount"]
    if discount is not None and discount["ends_at"] is not None and subscription["status"] != "canceled":
        yield moments.read(discount["ends_at"]), 1, partial(subscription.update, discount=None)
    until = lifecycle.period_end(subscription)
    if until is not None and subscription["status"] == "trialing":
        yield until, 2, partial(_finish_trial, account, subscription, until)
    elif until is not None and subscription["status"] == "active":
        yield until, 2, partial(_renew, account, subscription, until)


def _carry_out(account: Account, subscription: Json, change: Json, at: datetime) -> None:
    if change["action"] == "cancel":
        lifecycle.end(account, subscription, at)
    elif change["action"] == "pause":
        resume_at = change["resume_at"]
        lifecycle.pause(subscription, at, moments.read(resume_at) if resume_at is not None else None)
    elif lifecycle.resume(account, subscription, at):
        lifecycle.bill(account, subscription, "resume", at)


def _finish_trial(account: Account, subscription: Json, at: datetime) -> None:
    """Without a card there is nobody to bill, and the subscription ends with its trial."""
    if not account.terms[subscription["id"]].payment_method:
        lifecycle.end(account, subscription, at)
        return
    lifecycle.finish_trial(account, subscription, at)
    lifecycle.bill(account, subscription, "trial_end", at)


def _renew(account: Account, subscription: Json, at: datetime) -> None:
    lifecycle.begin_period(account, subscription, at)
    lifecycle.bill(account, subscription, "renewal", at)


def _settle_discount(_: Account, discount: Json, now: datetime) -> datetime | None:
    discount["status"] = discounting.status_at(discount, now)
    expires = moments.read(discount["expires_at"]) if discount["expires_at"] is not None else None
    return expires if expires is not None and expires > now else None
