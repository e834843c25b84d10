"""What happens to a subscription, by a request or by time: charges, new periods, ends of trials, its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.periods import boundary_after, period_containing
from simulators.stripe import pricing, shapes
from simulators.stripe.periods import interval_of
from simulators.tables import Charge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulators.stripe.account import Account
    from simulators.types import Json


def one_period(account: Account, subscription: Json, items: Iterable[Json] | None = None) -> int:
    """What one period costs after discounts, in minor units."""
    billed = subscription["items"]["data"] if items is None else items
    gross = pricing.total(account, billed, subscription["currency"])
    return pricing.after_discounts(account, account.discounts_of(subscription), gross, subscription["currency"])


def unused(account: Account, subscription: Json, now: int, items: Iterable[Json] | None = None) -> int:
    """What the rest of the current period is worth, with its own items or with others, in minor units."""
    held = subscription["items"]["data"]
    start: int = held[0]["current_period_start"]
    end = period_end(subscription)
    if end <= max(start, now):
        return 0
    return pricing.share(one_period(account, subscription, items), end - max(start, now), end - start)


def charge(account: Account, subscription: Json, amount: int, reason: str, at: int) -> None:
    """Record money that a request moves at once. While collection is paused nothing moves."""
    if amount and subscription["pause_collection"] is None:
        account.charges.append(Charge(amount, subscription["currency"], reason, subscription["id"], at))


def record_invoice(account: Account, subscription: Json, reason: str, at: int) -> None:
    """Record that a request made a final invoice. What was open is not simulated: its amount is zero."""
    account.charges.append(Charge(0, subscription["currency"], reason, subscription["id"], at))


def restart_periods(subscription: Json, items: Iterable[Json], at: int) -> None:
    """Begin a new period now and count the following ones from here."""
    subscription["billing_cycle_anchor"] = at
    for item in items:
        item["current_period_start"] = at
        item["current_period_end"] = boundary_after(at, *interval_of(item["price"]), at)
    follow_period_end(subscription)


def follow_period_end(subscription: Json) -> None:
    """A cancellation set for the period's end moves along with it."""
    if subscription["cancel_at_period_end"]:
        subscription["cancel_at"] = period_end(subscription)


def period_end(subscription: Json) -> int:
    """The end of the period that ends first."""
    ends: list[int] = [item["current_period_end"] for item in subscription["items"]["data"]]
    return min(ends)


def rhythm(subscription: Json) -> list[tuple[str, int]]:
    """The billing intervals of the items, in their order."""
    return [interval_of(item["price"]) for item in subscription["items"]["data"]]


def period_start(subscription: Json) -> int:
    """The start of the period that began last."""
    starts: list[int] = [item["current_period_start"] for item in subscription["items"]["data"]]
    return max(starts)


def catch_up(subscription: Json, now: int) -> None:
    """Move the periods to the ones around now, counted from the unchanged anchor."""
    for item in subscription["items"]["data"]:
        if item["current_period_end"] <= now:
            item["current_period_start"], item["current_period_end"] = period_containing(
                subscription["billing_cycle_anchor"], *interval_of(item["price"]), now
            )
    follow_period_end(subscription)


def begin_trial(subscription: Json, trial_end: int, at: int) -> None:
    """Start a trial, or move the end of the running one; an active subscription really goes back on trial."""
    items = subscription["items"]["data"]
    if subscription["status"] != "trialing":
        subscription["status"] = "trialing"
        subscription["trial_start"] = at
        for item in items:
            item["current_period_start"] = at
    subscription["trial_end"] = subscription["billing_cycle_anchor"] = trial_end
    for item in items:
        item["current_period_end"] = trial_end
    follow_period_end(subscription)


def finish_trial(account: Account, subscription: Json, at: int) -> None:
    """The trial is over; without a payment method its settings may pause or cancel instead of billing."""
    missing = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    subscription["trial_end"] = at
    if subscription["default_payment_method"] is None and missing == "cancel":
        end_subscription(account, subscription, at, reason="payment_failed")
        return
    if subscription["default_payment_method"] is None and missing == "pause":
        subscription["status"] = "paused"
        subscription["status_details"] = shapes.paused_details(at, "trial_end_without_payment_method")
        return
    subscription["status"] = "active"
    restart_periods(subscription, subscription["items"]["data"], at)


def end_subscription(account: Account, subscription: Json, at: int, *, reason: str) -> None:
    """Cancel now. A schedule in charge is canceled with it."""
    subscription["status"] = "canceled"
    subscription["status_details"] = None
    subscription["ended_at"] = at
    # For a cancellation that was scheduled, `canceled_at` remains the moment when it was asked for.
    if subscription["canceled_at"] is None or subscription["cancel_at"] != at:
        subscription["canceled_at"] = at
    details = subscription["cancellation_details"]
    details["reason"] = details["reason"] or reason
    schedule = account.schedules.get(subscription["schedule"] or "")
    if schedule is not None and schedule["status"] == "active":
        schedule["status"] = "canceled"
        schedule["canceled_at"] = at
        schedule["current_phase"] = None
    subscription["schedule"] = None
    account.touch(subscription)


def release(account: Account, schedule: Json, at: int, *, preserve_cancel_date: bool) -> None:
    """Let the subscription run on without its schedule; what later phases planned is lost."""
    subscription = account.subscriptions.get(schedule["subscription"] or "")
    if subscription is not None:
        if schedule["end_behavior"] == "cancel" and not preserve_cancel_date:
            subscription["cancel_at"] = subscription["canceled_at"] = None
            subscription["cancel_at_period_end"] = False
        subscription["schedule"] = None
        account.touch(subscription)
    schedule["released_subscription"] = schedule["subscription"]
    schedule["subscription"] = None
    schedule["released_at"] = at
    schedule["current_phase"] = None
    schedule["status"] = "released"
