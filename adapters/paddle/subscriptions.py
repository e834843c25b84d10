"""A Paddle subscription as Churnkey's Subscription. Pure functions over what is read of it (`models.py`).

https://developer.paddle.com/api-reference/subscriptions
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from adapters import intervals
from adapters.errors import Unmappable
from adapters.fields import as_text, missing, open_end
from adapters.paddle import models, prices
from adapters.paddle.mapping import coupon, metadata, moment, required_moment
from adapters.paddle.options import MappingOptions
from gateway.contract import (
    ActiveStatus,
    CanceledStatus,
    PausedStatus,
    Period,
    StatusName,
    Subscription,
    SubscriptionDiscount,
    SubscriptionItem,
    TrialStatus,
    UnpaidStatus,
)

CANCEL: Final = "cancel"
PAUSE: Final = "pause"
RESUME: Final = "resume"

SHOWN: Final[Mapping[str, StatusName]] = {
    "active": "active",
    "trialing": "trial",
    "past_due": "unpaid",
    "paused": "paused",
    "canceled": "canceled",
}
"""What Churnkey is shown for Paddle's statuses. A change that is waiting leaves it active: access lasts until then."""
SHOWN_WHERE: Final[Mapping[str, Mapping[str, StatusName]]] = {}
"""What is shown instead: nothing ever is."""

Status = ActiveStatus | TrialStatus | PausedStatus | CanceledStatus | UnpaidStatus


@dataclass(frozen=True, slots=True)
class Context:
    """What a subscription is read with: the settings, the present moment (UTC), the discounts it names by id."""

    options: MappingOptions
    now: datetime
    discounts: Mapping[str, models.Discount] = field(default_factory=dict)
    unknown_status: Callable[[str], None] = lambda status: None


def subscription(source: models.Subscription, context: Context) -> Subscription:
    """A subscription of any age. Raises `Unmappable` where a required part is missing or the status is unknown."""
    return Subscription(
        id=source.id,
        customer_id=source.customer_id or missing("customer_id"),
        status=_status(source, context),
        start=_start(source),
        duration=prices.duration(source.billing_cycle, context.options),
        items=tuple(_item(item, source.currency_code, context) for item in items_of(source)),
        discounts=_discounts(source, context) or None,
        metadata=_metadata(source, context) or None,
    )


def items_of(source: models.Subscription) -> list[models.Item]:
    """The items that are billed again and again. What was bought once along with them is no part of the next bill."""
    return [one for one in source.items if one is not None and one.recurring is not False]


def current_period(source: models.Subscription) -> Period | None:
    """What is paid for; of a past-due subscription, what is owed for.

    `next_billed_at` is not its end: it is null once an end or an open pause is scheduled, and with a scheduled pause
    it is the day that one ends. A paused subscription may keep its period, and a canceled one has none.
    """
    period = source.current_billing_period
    if period is not None:
        start, end = moment(period.starts_at), moment(period.ends_at)
        if start is not None and end is not None:
            return Period(start=min(start, end), end=end)
    return None


def scheduled(source: models.Subscription, *actions: str) -> models.ScheduledChange | None:
    """The one change that is waiting, if it is one of these; without any named, whichever it is."""
    change = source.scheduled_change
    return None if change is None or (actions and change.action not in actions) else change


def cancels_at(source: models.Subscription) -> datetime | None:
    """When a scheduled cancellation takes effect."""
    change = scheduled(source, CANCEL)
    return moment(change.effective_at) if change is not None else None


def resumes_at(source: models.Subscription) -> datetime | None:
    """When a pause ends by itself: one that runs, or one that is scheduled. None where there is none, or no end."""
    change = scheduled(source, PAUSE, RESUME)
    if change is None:
        return None
    # Of a scheduled pause `effective_at` is its start, of a scheduled end of a pause it is that end.
    at = moment(change.resume_at)
    return moment(change.effective_at) if at is None and change.action == RESUME else at


def is_paused_openly(source: models.Subscription) -> bool:
    """Whether it is paused and nothing is set to end that."""
    return source.status == "paused" and resumes_at(source) is None


def trial_end(source: models.Subscription) -> datetime | None:
    """The end of a running trial; None outside one. Items keep `trial_dates` when it is over, so the status decides.

    A change that waits for its end has that in `effective_at`, and `next_billed_at` is then null or another day.
    """
    if source.status != "trialing":
        return None
    change = scheduled(source, CANCEL, PAUSE)
    if change is not None and (effective := moment(change.effective_at)) is not None:
        return effective
    billed = moment(source.next_billed_at)
    if billed is not None:
        return billed
    period = current_period(source)
    if period is not None:
        return period.end
    return _first(dates.ends_at for dates in _trial_dates(source))


def _trial_dates(source: models.Subscription) -> list[models.TimeSpan]:
    return [item.trial_dates for item in items_of(source) if item.trial_dates is not None]


def _first(texts: Iterable[str | None]) -> datetime | None:
    return next((found for text in texts if (found := moment(text)) is not None), None)


def _start(source: models.Subscription) -> datetime:
    return moment(source.started_at) or required_moment(source.created_at, "created_at")


def _status(source: models.Subscription, context: Context) -> Status:
    period = current_period(source)
    status = str(source.status)
    match SHOWN.get(status):
        case "active":
            return ActiveStatus(current_period=period or _period_from_dates(source))
        case "trial":
            return TrialStatus(trial=_trial(source, period), current_period=period)
        case "unpaid":
            return UnpaidStatus(current_period=period)
        case "paused":
            return _paused(source, period)
        case "canceled":
            return CanceledStatus(
                canceled_at=moment(source.canceled_at) or required_moment(source.updated_at, "updated_at"),
                current_period=period,
            )
        case None:
            context.unknown_status(status[:40])
            if (ended := moment(source.canceled_at)) is not None:
                return CanceledStatus(canceled_at=ended, current_period=period)
            raise Unmappable("status: unknown")


def _period_from_dates(source: models.Subscription) -> Period:
    end = required_moment(source.next_billed_at, "next_billed_at")
    return Period(start=min(moment(source.first_billed_at) or _start(source), end), end=end)


def _trial(source: models.Subscription, period: Period | None) -> Period:
    end = trial_end(source)
    if end is None:
        raise Unmappable("trial_dates: missing")
    start = period.start if period else _first(dates.starts_at for dates in _trial_dates(source)) or _start(source)
    return Period(start=min(start, end), end=end)


def _paused(source: models.Subscription, period: Period | None) -> PausedStatus:
    start = moment(source.paused_at) or _start(source)
    end = resumes_at(source) or open_end(start)
    return PausedStatus(start=min(start, end), end=end, current_period=period)


def _item(source: models.Item, currency: str | None, context: Context) -> SubscriptionItem:
    """An item. It has no id of its own, and no two items of a subscription have the same price.

    The price is as it was when it was put on the subscription, which is what is paid.
    """
    shown = prices.price(price_of(source), context.options, product=source.product, currency=currency)
    return SubscriptionItem(id=shown.id, price=shown, quantity=quantity_of(source))


def price_of(item: models.Item) -> models.Price:
    """The price of an item. Raises `Unmappable`: it must be sent along whenever another item changes."""
    return item.price or missing("items.price")


def quantity_of(item: models.Item) -> int:
    """How many of an item. Raises `Unmappable`: it must be sent along whenever another item changes."""
    return missing("items.quantity") if item.quantity is None else item.quantity


def running_discount(source: models.Subscription, now: datetime) -> models.AppliedDiscount | None:
    """The discount on the subscription, unless it is over. One that has not begun yet counts."""
    discount = source.discount
    if discount is None:
        return None
    end = moment(discount.ends_at)
    return None if end is not None and end <= now else discount


def _discounts(source: models.Subscription, context: Context) -> tuple[SubscriptionDiscount, ...]:
    """None or one; one whose terms cannot be looked up any more is left out rather than the whole subscription."""
    discount = running_discount(source, context.now)
    terms = context.discounts.get(discount.id) if discount else None
    if discount is None or terms is None:
        return ()
    period = current_period(source)
    start = (
        moment(discount.starts_at)
        # It begins with the next bill.
        or (period.end if period else moment(source.next_billed_at))
        or _start(source)
    )
    return (SubscriptionDiscount(coupon=coupon(terms), start=start, end=moment(discount.ends_at)),)


def _metadata(source: models.Subscription, context: Context) -> dict[str, str]:
    """The subscription's own data, and what the contract has no field for."""
    found = metadata(source)
    ends = cancels_at(source)
    if ends is not None:
        found["cancelAt"] = as_text(ends)
    pause = scheduled(source, PAUSE)
    if pause is not None and (begins := moment(pause.effective_at)) is not None:
        found["pauseAt"] = as_text(begins)
        if (until := resumes_at(source)) is not None:
            found["pauseUntil"] = as_text(until)
    if is_paused_openly(source):
        found["pauseIndefinite"] = "true"
    cycle = source.billing_cycle
    if prices.is_approximated(cycle, context.options):
        found["billingInterval"] = intervals.in_words(*prices.interval(cycle))
    return found
