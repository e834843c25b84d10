"""What an action must know of a Stripe subscription, and of a schedule that has not started. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from adapters.durations import is_annual
from adapters.errors import NotFound, Unmappable
from adapters.fields import (
    flag_if_any,
    list_if_any,
    missing,
    objects_if_any,
    required_text,
    text_if_any,
)
from adapters.state import ItemState, ScheduledChange, Standing, SubscriptionState
from adapters.stripe import prices
from adapters.stripe.fields import items_of, reference
from adapters.stripe.mapping import discount_coupon_id, moment, seconds
from adapters.stripe.schedules import later_phases
from adapters.stripe.statuses import Span, cancels_at, common_span, paused_until, span

STANDINGS: Final[Mapping[str, Standing]] = {
    "active": Standing.ACTIVE,
    "trialing": Standing.TRIAL,
    "past_due": Standing.UNPAID,
    "unpaid": Standing.UNPAID,
    "incomplete": Standing.INCOMPLETE,
    "paused": Standing.PAUSED,
    "canceled": Standing.ENDED,
    "incomplete_expired": Standing.ENDED,
}
"""Stripe's statuses: https://docs.stripe.com/api/subscriptions/object#subscription_object-status."""

_UNTOLD: Final[Mapping[str, Any]] = {}
"""In place of an interval that is not there."""
_ENDS_ONLY_NOW: Final = frozenset({"past_due", "unpaid", "incomplete", "paused"})
"""No paid period is running that a cancellation could wait for."""


def state(source: Mapping[str, Any], now: datetime) -> SubscriptionState:
    """A subscription, its discounts and its schedule expanded. Raises `Unmappable` without an owner, and one of
    `UNEXPRESSED` where a part that actions depend on cannot be read."""
    items = items_of(source)
    period = current_period(items)
    # Most are as they should be: then nobody is asked about them.
    status = source.get("status")
    if type(status) is not str:
        status = text_if_any(source, "status") or ""
    is_paused, until = paused_until(source.get("pause_collection"), now)
    discounts = source.get("discounts")
    if type(discounts) is not list:
        discounts = list_if_any(source, "discounts")
    currency = source.get("currency")
    if type(currency) is not str:
        currency = text_if_any(source, "currency") or ""
    ends_with_period = source.get("cancel_at_period_end")
    if ends_with_period is not False:
        ends_with_period = flag_if_any(source, "cancel_at_period_end") is True
    customer_id = reference(source.get("customer"))
    if customer_id is None:
        raise Unmappable("customer: missing")
    schedule = source.get("schedule")
    cancel_at = cancels_at(source.get("cancel_at"), ends_with_period, period)
    if cancel_at is None and schedule is not None:
        cancel_at = _ends_with_schedule(schedule)
    return SubscriptionState(
        id=required_text(source, "id"),
        customer_id=customer_id,
        standing=STANDINGS.get(status) or (Standing.ENDED if source.get("ended_at") else Standing.UNKNOWN),
        currency=currency,
        items=tuple([_item(item) for item in items]),
        period_end=moment(period.end) if period else None,
        trial_end=moment(source.get("trial_end")),
        paused=is_paused,
        paused_until=until if is_paused else None,
        cancel_at=cancel_at,
        cancels_with_period=ends_with_period,
        ends_only_now=status in _ENDS_ONLY_NOW,
        coupon_ids=tuple([found for discount in discounts if (found := coupon_of(discount))]) if discounts else (),
        scheduled=None if schedule is None else _scheduled(schedule, items, now),
        provider=source,
    )


def current_period(items: Sequence[Mapping[str, Any]]) -> Span | None:
    """The time that the items are paid for: see `common_span`."""
    if len(items) == 1:
        return span(seconds(items[0].get("current_period_start")), seconds(items[0].get("current_period_end")))
    return common_span(
        [seconds(item.get("current_period_start")) for item in items],
        [seconds(item.get("current_period_end")) for item in items],
    )


def upcoming_state(schedule: Mapping[str, Any]) -> SubscriptionState:
    """A schedule that has not started: a subscription to be, which Stripe keeps in no list of subscriptions.

    Raises `NotFound` for one that has become a subscription: it must be found under that one's id.
    """
    status = schedule.get("status")
    if status not in {"not_started", "canceled"}:
        raise NotFound
    return SubscriptionState(
        id=required_text(schedule, "id"),
        customer_id=reference(schedule.get("customer")) or "",
        standing=Standing.FUTURE if status == "not_started" else Standing.ENDED,
        currency="",
        items=(),
        ends_only_now=True,
        provider=schedule,
    )


def coupon_of(discount: object) -> str | None:
    """The coupon of a discount: of a subscription's, which names it in `source`, or of a phase's, in `coupon`."""
    if not isinstance(discount, dict):
        return None
    return discount_coupon_id(discount) or reference(discount.get("coupon"))


def customer_discount(source: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The discount of the subscription's customer, where the customer was expanded and has one."""
    customer = source.get("customer")
    discount = customer.get("discount") if isinstance(customer, dict) else None
    return discount if isinstance(discount, dict) else None


def common_period_end(source: Mapping[str, Any]) -> int | None:
    """The Unix time at which the running periods of all items end; None where they end at different times."""
    ends = {item.get("current_period_end") for item in items_of(source)}
    end = ends.pop() if len(ends) == 1 else None
    return end if isinstance(end, int) else None


def _item(source: Mapping[str, Any]) -> ItemState:
    price = source.get("price") or missing("items.price")
    recurring = price.get("recurring")
    if type(recurring) is not dict:
        recurring = _UNTOLD
    identifier, price_id, quantity = source.get("id"), price.get("id"), source.get("quantity")
    if type(identifier) is not str or type(price_id) is not str or not identifier or not price_id:
        missing("items: an id")
    usage = recurring.get("usage_type")
    if usage is None:
        usage = "licensed"
    return ItemState(
        id=identifier,
        price_id=price_id,
        product_id=reference(price.get("product")),
        # Without it only a price cannot be changed, see `is_countable`.
        quantity=quantity if type(quantity) is int and type(usage) is str and recurring is not _UNTOLD else None,
        metered=usage == "metered",
        annual=_is_annual(recurring),
    )


def is_countable(item: ItemState) -> bool:
    """Whether it can be told how many an item is of. Where usage is metered, and only there, it has no quantity."""
    return item.metered or item.quantity is not None


def _is_annual(recurring: Mapping[str, Any]) -> bool:
    """An interval that nobody knows counts as a year: that only keeps the subscription from being paused."""
    try:
        return is_annual(*prices.interval(recurring))
    except Unmappable:
        return True


def _ends_with_schedule(schedule: object) -> datetime | None:
    if not isinstance(schedule, dict) or text_if_any(schedule, "end_behavior") != "cancel":
        return None
    phases = objects_if_any(schedule, "phases")
    return moment(phases[-1].get("end_date")) if phases else None


def _scheduled(schedule: object, items: Sequence[Mapping[str, Any]], now: datetime) -> ScheduledChange | None:
    if not isinstance(schedule, dict):
        if not isinstance(schedule, str) or not schedule:
            raise Unmappable("schedule: neither an object nor its id")
        # Named, but not expanded: there is something, and what it is cannot be told.
        return ScheduledChange(f"by the schedule {schedule}")
    later = later_phases(schedule, now)
    if not later:
        return None
    at = moment(later[0].get("start_date"))
    held = {str((item.get("price") or {}).get("id")) for item in items}
    planned = [reference(item.get("price")) for item in objects_if_any(later[0], "items")]
    new = [price_id for price_id in planned if price_id and price_id not in held]
    day = at.date().isoformat() if at else "later"
    what = f"the price {new[0]} from {day}" if new else f"other terms from {day}"
    # Only a single step to a single price can be the very change that is asked for again.
    is_single = len(later) == 1 and len(new) == 1
    return ScheduledChange(what, new[0] if is_single else None, at)
