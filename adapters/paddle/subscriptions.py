"""A Paddle subscription as Churnkey's Subscription. Pure functions over the JSON of version 1 of the API.

https://developer.paddle.com/api-reference/subscriptions
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from adapters import intervals
from adapters.errors import Unmappable
from adapters.fields import as_text, open_end, optional_text, required_text
from adapters.paddle import prices
from adapters.paddle.mapping import coupon, metadata, moment, required_moment
from adapters.paddle.options import MappingOptions
from gateway.contract import (
    ActiveStatus,
    CanceledStatus,
    PausedStatus,
    Period,
    Subscription,
    SubscriptionDiscount,
    SubscriptionItem,
    TrialStatus,
    UnpaidStatus,
)

CANCEL: Final = "cancel"
PAUSE: Final = "pause"
RESUME: Final = "resume"

Status = ActiveStatus | TrialStatus | PausedStatus | CanceledStatus | UnpaidStatus


@dataclass(frozen=True, slots=True)
class Context:
    """What a subscription is read with: the settings, the present moment (UTC), the discounts it names by id."""

    options: MappingOptions
    now: datetime
    discounts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    unknown_status: Callable[[str], None] = lambda status: None


def subscription(source: Mapping[str, Any], context: Context) -> Subscription:
    """A subscription of any age. Raises `Unmappable` where a required part is missing or the status is unknown."""
    cycle = source.get("billing_cycle")
    return Subscription(
        id=required_text(source, "id"),
        customer_id=required_text(source, "customer_id"),
        status=_status(source, context),
        start=_start(source),
        duration=prices.duration(cycle, context.options),
        items=tuple(_item(item, optional_text(source, "currency_code"), context) for item in items_of(source)),
        discounts=_discounts(source, context) or None,
        metadata=_metadata(source, context) or None,
    )


def items_of(source: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The items that are billed again and again. What was bought once along with them is no part of the next bill."""
    found = source.get("items")
    return [one for one in found or () if isinstance(one, dict) and one.get("recurring", True) is not False]


def current_period(source: Mapping[str, Any]) -> Period | None:
    """What is paid for; of a past-due subscription, what is owed for.

    `next_billed_at` is not its end: it is null once an end or an open pause is scheduled, and with a scheduled pause
    it is the day that one ends. A paused subscription may keep its period, and a canceled one has none.
    """
    period = source.get("current_billing_period")
    if isinstance(period, dict):
        start, end = moment(period.get("starts_at")), moment(period.get("ends_at"))
        if start is not None and end is not None:
            return Period(start=min(start, end), end=end)
    return None


def scheduled(source: Mapping[str, Any], *actions: str) -> Mapping[str, Any] | None:
    """The one change that is waiting, if it is one of these; without any named, whichever it is."""
    change = source.get("scheduled_change")
    if not isinstance(change, dict) or (actions and change.get("action") not in actions):
        return None
    return change


def cancels_at(source: Mapping[str, Any]) -> datetime | None:
    """When a scheduled cancellation takes effect."""
    change = scheduled(source, CANCEL)
    return moment(change.get("effective_at")) if change else None


def resumes_at(source: Mapping[str, Any]) -> datetime | None:
    """When a pause ends by itself: one that runs, or one that is scheduled. None where there is none, or no end."""
    change = scheduled(source, PAUSE, RESUME)
    if change is None:
        return None
    # Of a scheduled pause `effective_at` is its start, of a scheduled end of a pause it is that end.
    at = moment(change.get("resume_at"))
    return moment(change.get("effective_at")) if at is None and change.get("action") == RESUME else at


def trial_end(source: Mapping[str, Any]) -> datetime | None:
    """The end of a running trial; None outside one. Items keep `trial_dates` when it is over, so the status decides.

    A change that waits for its end has that in `effective_at`, and `next_billed_at` is then null or another day.
    """
    if source.get("status") != "trialing":
        return None
    change = scheduled(source, CANCEL, PAUSE)
    if change is not None and (effective := moment(change.get("effective_at"))) is not None:
        return effective
    billed = moment(source.get("next_billed_at"))
    if billed is not None:
        return billed
    period = current_period(source)
    return period.end if period else _item_trial(source, "ends_at")


def _item_trial(source: Mapping[str, Any], name: str) -> datetime | None:
    for item in items_of(source):
        dates = item.get("trial_dates")
        if isinstance(dates, dict) and (found := moment(dates.get(name))) is not None:
            return found
    return None


def _start(source: Mapping[str, Any]) -> datetime:
    return moment(source.get("started_at")) or required_moment(source, "created_at")


def _status(source: Mapping[str, Any], context: Context) -> Status:
    status, period = source.get("status"), current_period(source)
    match status:
        case "active":
            # A change that is waiting leaves it active: the customer has access until then.
            return ActiveStatus(current_period=period or _period_from_dates(source))
        case "trialing":
            return TrialStatus(trial=_trial(source, period), current_period=period)
        case "past_due":
            return UnpaidStatus(current_period=period)
        case "paused":
            return _paused(source, period)
        case "canceled":
            return CanceledStatus(
                canceled_at=moment(source.get("canceled_at")) or required_moment(source, "updated_at"),
                current_period=period,
            )
        case _:
            context.unknown_status(str(status)[:40])
            if moment(source.get("canceled_at")) is not None:
                return CanceledStatus(canceled_at=required_moment(source, "canceled_at"), current_period=period)
            raise Unmappable("status: unknown")


def _period_from_dates(source: Mapping[str, Any]) -> Period:
    end = required_moment(source, "next_billed_at")
    return Period(start=min(moment(source.get("first_billed_at")) or _start(source), end), end=end)


def _trial(source: Mapping[str, Any], period: Period | None) -> Period:
    end = trial_end(source)
    if end is None:
        raise Unmappable("trial_dates: missing")
    start = period.start if period else _item_trial(source, "starts_at") or _start(source)
    return Period(start=min(start, end), end=end)


def _paused(source: Mapping[str, Any], period: Period | None) -> PausedStatus:
    start = moment(source.get("paused_at")) or _start(source)
    end = resumes_at(source) or open_end(start)
    return PausedStatus(start=min(start, end), end=end, current_period=period)


def _item(source: Mapping[str, Any], currency: str | None, context: Context) -> SubscriptionItem:
    """An item. It has no id of its own, and no two items of a subscription have the same price.

    The price is as it was when it was put on the subscription, which is what is paid.
    """
    price, product = source.get("price"), source.get("product")
    if not isinstance(price, dict):
        raise Unmappable("items.price: missing")
    shown = prices.price(
        price, context.options, product=product if isinstance(product, dict) else None, currency=currency
    )
    return SubscriptionItem(id=shown.id, price=shown, quantity=quantity_of(source))


def quantity_of(item: Mapping[str, Any]) -> int:
    """How many of an item. Raises `Unmappable`: it must be sent along whenever another item changes."""
    quantity = item.get("quantity")
    if not isinstance(quantity, int):
        raise Unmappable("items.quantity: missing")
    return quantity


def running_discount(source: Mapping[str, Any], now: datetime) -> Mapping[str, Any] | None:
    """The discount on the subscription, unless it is over. One that has not begun yet counts."""
    discount = source.get("discount")
    if not isinstance(discount, dict) or not discount.get("id"):
        return None
    end = moment(discount.get("ends_at"))
    return None if end is not None and end <= now else discount


def _discounts(source: Mapping[str, Any], context: Context) -> tuple[SubscriptionDiscount, ...]:
    """None or one; one whose terms cannot be looked up any more is left out rather than the whole subscription."""
    discount = running_discount(source, context.now)
    terms = context.discounts.get(str(discount["id"])) if discount else None
    if discount is None or terms is None:
        return ()
    period = current_period(source)
    start = (
        moment(discount.get("starts_at"))
        # It begins with the next bill.
        or (period.end if period else moment(source.get("next_billed_at")))
        or _start(source)
    )
    return (SubscriptionDiscount(coupon=coupon(terms), start=start, end=moment(discount.get("ends_at"))),)


def _metadata(source: Mapping[str, Any], context: Context) -> dict[str, str]:
    """The subscription's own data, and what the contract has no field for."""
    found = metadata(source)
    ends = cancels_at(source)
    if ends is not None:
        found["cancelAt"] = as_text(ends)
    pause = scheduled(source, PAUSE)
    if pause is not None and (begins := moment(pause.get("effective_at"))) is not None:
        found["pauseAt"] = as_text(begins)
        if (until := resumes_at(source)) is not None:
            found["pauseUntil"] = as_text(until)
    if source.get("status") == "paused" and resumes_at(source) is None:
        found["pauseIndefinite"] = "true"
    cycle = source.get("billing_cycle")
    if prices.is_approximated(cycle, context.options):
        found["billingInterval"] = intervals.in_words(*prices.interval(cycle))
    return found
