"""What happens to a subscription, by a request or by time: charges, new periods, pauses, its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.paddle import discounting, moments, pricing, shapes
from simulators.paddle.periods import boundary_after
from simulators.paddle.schemas import NEW_PERIOD, SAME_PERIOD
from simulators.paddle.settlement import move_balance, settlement
from simulators.tables import Charge

if TYPE_CHECKING:
    from datetime import datetime

    from simulators.paddle.account import Account
    from simulators.types import Json


def period_end(subscription: Json) -> datetime | None:
    """When the running period ends; None when there is none."""
    period = subscription["current_billing_period"]
    return moments.read(period["ends_at"]) if period is not None else None


def next_bill(subscription: Json) -> datetime | None:
    """When money is next due as the API shows it; None while a cancellation or an open pause is scheduled."""
    at = subscription["next_billed_at"]
    return moments.read(at) if at is not None else None


def show_next_bill(subscription: Json, at: datetime | None) -> None:
    """Set `next_billed_at` of a subscription and of its recurring items."""
    shown = moments.written(at) if at is not None else None
    subscription["next_billed_at"] = shown
    for item in subscription["items"]:
        if item["recurring"]:
            item["next_billed_at"] = shown


def charge(account: Account, subscription: Json, amount: int, reason: str, at: datetime) -> None:
    """Move money because of a request, and record it. `amount` is before tax; a negative one goes to the customer's
    credit balance."""
    settled = settlement(account, subscription, amount)
    move_balance(account, subscription, settled)
    moved = settled.due - settled.to_balance
    if moved:
        account.charges.append(_entry(subscription, moved, reason, at))


def bill(account: Account, subscription: Json, reason: str, at: datetime) -> None:
    """Bill a period that time has begun. A declined payment leaves the period begun and the subscription past due."""
    terms = account.terms[subscription["id"]]
    amount = cost(account, subscription) + terms.deferred
    # What is over after a credit stays for the bill that follows.
    terms.deferred = min(amount, 0)
    settled = settlement(account, subscription, max(amount, 0))
    move_balance(account, subscription, settled)
    if settled.due:
        account.renewals.append(_entry(subscription, settled.due, reason, at))
        if subscription["customer_id"] in account.declining:
            subscription["status"] = "past_due"
    mark_billed(subscription, at)


def mark_billed(subscription: Json, at: datetime) -> None:
    """Write down on the items, and once on the subscription, that a bill was made."""
    subscription["first_billed_at"] = subscription["first_billed_at"] or moments.written(at)
    for item in subscription["items"]:
        if item["recurring"]:
            item["previously_billed_at"] = moments.written(at)


def cost(account: Account, subscription: Json) -> int:
    """What one period costs with the discount that is in effect, in minor units before tax."""
    return pricing.one_period(
        account, subscription, subscription["items"], discounting.in_effect(account, subscription)
    )


def _entry(subscription: Json, amount: int, reason: str, at: datetime) -> Charge:
    return Charge(amount, subscription["currency_code"], reason, subscription["id"], int(at.timestamp()))


def begin_period(account: Account, subscription: Json, at: datetime) -> None:
    """The next period, counted from the unchanged anchor. A discount that waited for it takes effect."""
    end = boundary_after(account.terms[subscription["id"]].anchor, subscription["billing_cycle"], at)
    subscription["current_billing_period"] = shapes.period(moments.written(at), moments.written(end))
    show_next_bill(subscription, end)
    begin_discount(account, subscription, at)


def begin_discount(account: Account, subscription: Json, at: datetime) -> None:
    """A discount that was put on for the next billing period takes effect."""
    shape = subscription["discount"]
    discount = account.discounts.get(shape["id"]) if shape is not None else None
    if shape is not None and discount is not None and shape["starts_at"] is None:
        discounting.begin(shape, discount, at, subscription["billing_cycle"])


def restart(account: Account, subscription: Json, at: datetime) -> None:
    """Begin a period now and count the following ones from here."""
    account.terms[subscription["id"]].anchor = at
    begin_period(account, subscription, at)


def move_period_end(account: Account, subscription: Json, end: datetime) -> None:
    """Bill the running period's end at another time, and count the following periods from there.

    In a trial this moves the trial's end; on an active subscription it makes the period that was paid for longer.
    """
    terms = account.terms[subscription["id"]]
    terms.anchor = end
    shown = moments.written(end)
    subscription["current_billing_period"] = {**subscription["current_billing_period"], "ends_at": shown}
    show_next_bill(subscription, end if terms.payment_method else None)
    if subscription["status"] == "trialing":
        for item in subscription["items"]:
            if item["trial_dates"] is not None:
                item["trial_dates"] = {**item["trial_dates"], "ends_at": shown}


def finish_trial(account: Account, subscription: Json, at: datetime) -> None:
    """The trial is over and the first paid period begins. `trial_dates` of the items stay, as at Paddle."""
    subscription["status"] = "active"
    for item in subscription["items"]:
        item["status"] = "active"
    restart(account, subscription, at)


def schedule(subscription: Json, action: str, at: datetime, resume_at: datetime | None = None) -> None:
    """Plan a change. `next_billed_at` shows when money is next due, which after a cancellation is never."""
    resumes = moments.written(resume_at) if resume_at is not None else None
    subscription["scheduled_change"] = shapes.scheduled_change(action, moments.written(at), resumes)
    show_next_bill(subscription, at if action == "resume" else resume_at)


def unschedule(account: Account, subscription: Json) -> None:
    """Take a planned change back. The next bill is at the period's end again; a pause goes on without an end."""
    subscription["scheduled_change"] = None
    billed = subscription["status"] != "paused" and account.terms[subscription["id"]].payment_method
    show_next_bill(subscription, period_end(subscription) if billed else None)


def end(account: Account, subscription: Json, at: datetime) -> None:
    """Cancel for good. Nothing is refunded, and what was left for the next bill is dropped.

    https://developer.paddle.com/build/subscriptions/cancel-subscriptions
    """
    subscription.update(
        status="canceled",
        canceled_at=moments.written(at),
        scheduled_change=None,
        current_billing_period=None,
    )
    show_next_bill(subscription, None)
    account.terms[subscription["id"]].deferred = 0


def pause(subscription: Json, at: datetime, resume_at: datetime | None) -> None:
    """Stop billing. The period stays visible unless it is over.

    https://developer.paddle.com/changelog/2024/resume-subscription-billing-period-options
    """
    subscription.update(status="paused", paused_at=moments.written(at), scheduled_change=None)
    until = period_end(subscription)
    if until is not None and until <= at:
        subscription["current_billing_period"] = None
    for item in subscription["items"]:
        item["status"] = "active"
    show_next_bill(subscription, None)
    if resume_at is not None:
        schedule(subscription, "resume", resume_at)


def can_continue(subscription: Json, at: datetime) -> bool:
    """Whether a resumption at this time finds the period that was paid for still running."""
    until = period_end(subscription)
    return until is not None and at < until


def resume(account: Account, subscription: Json, at: datetime) -> bool:
    """Bill again: from now on, unless the period that was paid for goes on. Answers whether a period has begun."""
    terms = account.terms[subscription["id"]]
    goes_on = terms.on_resume == SAME_PERIOD and can_continue(subscription, at)
    terms.on_resume = NEW_PERIOD
    subscription.update(status="active", paused_at=None, scheduled_change=None)
    if goes_on:
        show_next_bill(subscription, period_end(subscription))
    else:
        restart(account, subscription, at)
    return not goes_on
