"""What an action means for a subscription in a given state: an intent, or a refusal with its reason.

Pure functions: facts and the present moment in, an intent out, `Conflict` or `Invalid` raised. They hold for every
provider; what one provider cannot do on top of that, its adapter refuses itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from dateutil.relativedelta import relativedelta

from adapters.durations import end_of
from adapters.errors import Conflict, Invalid
from adapters.intents import ApplyCoupon, Cancel, ChangePrice, ExtendTrial, Extension, Pause
from adapters.state import ItemState, PriceFacts, Standing, SubscriptionState
from gateway.contract import ActionDuration, DateDuration, Schedule

if TYPE_CHECKING:
    from adapters.capabilities import CouponMode

_UNKNOWN: Final = "The subscription is in a state that this gateway does not know."
_UNCHANGEABLE: Final = {
    Standing.ENDED: "The subscription has ended.",
    Standing.FUTURE: "The subscription has not started yet.",
    Standing.INCOMPLETE: "The subscription's first payment is not complete.",
    Standing.UNKNOWN: _UNKNOWN,
}


def _refuse_unchangeable(state: SubscriptionState) -> None:
    reason = _UNCHANGEABLE.get(state.standing)
    if reason is not None:
        raise Conflict(reason)


def refuse_to_drop(state: SubscriptionState) -> None:
    """Raises `Conflict`, naming what is scheduled, where a change is waiting that the action would lose."""
    if state.scheduled is not None:
        raise Conflict(f"A change of this subscription is already scheduled: {state.scheduled.what}.")


def cancel(state: SubscriptionState, when: Schedule, *, unpause: bool) -> Cancel:
    """Cancelling is possible in every known state; without a running period it cannot wait for one to end."""
    if state.standing is Standing.UNKNOWN:
        raise Conflict(_UNKNOWN)
    return Cancel(Schedule.IMMEDIATE if state.ends_only_now else when, unpause and state.paused)


def pause(
    state: SubscriptionState,
    when: Schedule,
    duration: ActionDuration,
    now: datetime,
    *,
    annual_allowed: bool,
    longest_months: int | None,
) -> Pause:
    """The pause's start is now or the period's end; its end is after both. Raises `Conflict` or `Invalid`."""
    _refuse_unchangeable(state)
    if state.standing is Standing.PAUSED and not state.paused:
        raise Conflict("The subscription is paused in a way that cannot be changed here.")
    if state.paused and state.paused_until is None:
        raise Conflict("The subscription is paused without an end already.")
    if state.annual and not annual_allowed:
        raise Invalid("Subscriptions paid by the year cannot be paused.")
    start = now
    if when is Schedule.END_OF_PERIOD:
        if state.period_end is None:
            raise Conflict("The subscription has no running period at whose end a pause could begin.")
        # The period of what is paused may have passed meanwhile.
        start = max(state.period_end, now)
        if ends_with_period(state):
            raise Conflict("The subscription ends before the pause would begin.")
    until = end_of(duration, start)
    if until <= start or until <= now:
        raise Invalid("duration: the pause must end after it begins, and in the future.")
    if longest_months is not None and until > start + relativedelta(months=longest_months):
        raise Invalid(f"duration: a pause may last {longest_months} months at most.")
    return Pause(when, start, until)


def ends_with_period(state: SubscriptionState) -> bool:
    """Whether the subscription is set to end no later than what is paid for."""
    return state.cancel_at is not None and state.period_end is not None and state.cancel_at <= state.period_end


def extend_trial(
    state: SubscriptionState,
    duration: ActionDuration,
    now: datetime,
    *,
    longest_days: int | None,
    most_days: int | None = None,
    unfinished: Extension | None = None,
) -> ExtendTrial:
    """A length counts from the trial's present end, or from where an extension that is `unfinished` and led to that end
    counted from, where it is the same length. `longest_days` bounds the new end from now on, `most_days` what is added.
    Raises `Conflict` outside a trial, `Invalid` for a bad end.
    """
    if state.standing is not Standing.TRIAL or state.trial_end is None:
        raise Conflict("The subscription is not in a trial.")
    if unfinished is not None and ExtendTrial(unfinished.until).is_met_by(state):
        again = ExtendTrial(end_of(duration, unfinished.since))
        if again.is_met_by(state):
            return again
    until = end_of(duration, state.trial_end)
    if until < state.trial_end or (isinstance(duration, DateDuration) and until <= now):
        raise Invalid("duration: the new end must be after the trial's present end.")
    if state.cancel_at is not None and not state.cancels_with_period and state.cancel_at < until:
        raise Conflict(f"The subscription is set to end on {state.cancel_at.date().isoformat()}, before the new end.")
    if longest_days is not None and until > now + timedelta(days=longest_days):
        raise Invalid(f"duration: a trial may not end later than {longest_days} days from now.")
    if most_days is not None and until > state.trial_end + timedelta(days=most_days):
        raise Invalid(f"duration: a trial may be extended by {most_days} days at most.")
    return ExtendTrial(until)


def apply_coupon(state: SubscriptionState, coupon_id: str, mode: CouponMode) -> ApplyCoupon:
    """Raises `Conflict` where the subscription cannot take a coupon."""
    _refuse_unchangeable(state)
    return ApplyCoupon(coupon_id, mode)


def change_price(state: SubscriptionState, price: PriceFacts, when: Schedule, *, prorate: bool) -> ChangePrice | None:
    """Which item changes and with which quantity; None where it has the price and will keep it.

    Raises `Conflict` or `Invalid`.
    """
    _refuse_unchangeable(state)
    item = item_to_change(state, price)
    if item.price_id == price.id:
        if when is Schedule.IMMEDIATE:
            # It has the price only until the change that is waiting: to say "it is so already" would be wrong.
            refuse_to_drop(state)
        if state.scheduled is None:
            return None
    if any(other.price_id == price.id for other in state.items if other.id != item.id):
        raise Conflict("Another item of the subscription has this price already.")
    if not price.active:
        raise Invalid("price: it is no longer offered.")
    if price.currencies is not None and state.currency not in price.currencies:
        raise Invalid("price: its currency is not the subscription's.")
    if when is Schedule.END_OF_PERIOD and state.cancel_at is not None:
        raise Conflict("The subscription is set to end, so its price cannot change afterwards.")
    # No seats stay no seats; an item that was metered starts with one.
    seats = 1 if item.quantity is None else item.quantity
    at_the_end = state.period_end if when is Schedule.END_OF_PERIOD else None
    return ChangePrice(item.id, price.id, None if price.metered else seats, when, prorate, at_the_end)


def item_to_change(state: SubscriptionState, price: PriceFacts) -> ItemState:
    """The only item of the price's kind; else the only one of the new price's product; else the only one that is not
    metered.

    Raises `Conflict` where that leaves more than one.
    """
    fit = tuple(item for item in state.items if price.kind is None or item.kind == price.kind)
    if not fit:
        raise Conflict("The subscription has no item whose price could change.")
    candidates = (
        fit,
        tuple(item for item in fit if price.product_id is not None and item.product_id == price.product_id),
        tuple(item for item in fit if not item.metered),
    )
    for items in candidates:
        if len(items) == 1:
            return items[0]
    raise Conflict("The subscription has several items, and it is not clear which one's price should change.")
