"""A Chargebee subscription as Churnkey's Subscription. Pure functions.

https://apidocs.chargebee.com/docs/api/subscriptions, Product Catalog 2.0. `customer` is put into the object by
`client`: it stands beside it in the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from adapters.amounts import rounded
from adapters.chargebee import prices
from adapters.chargebee.catalogue import Companions
from adapters.chargebee.mapping import currency, metadata, running_coupon
from adapters.chargebee.options import MappingOptions
from adapters.durations import end_of
from adapters.errors import Unmappable
from adapters.fields import (
    as_text,
    object_if_any,
    objects_if_any,
    open_end,
    required_text,
    text_if_any,
    unix_moment,
    whole_if_any,
)
from adapters.intervals import duration, in_words, interval, is_approximated
from gateway.contract import (
    ActiveStatus,
    CanceledStatus,
    IntervalUnit,
    PausedStatus,
    Period,
    PeriodDuration,
    Price,
    StatusName,
    Subscription,
    SubscriptionDiscount,
    SubscriptionItem,
    TrialStatus,
    UnpaidStatus,
)

Status: TypeAlias = ActiveStatus | TrialStatus | PausedStatus | CanceledStatus | UnpaidStatus

SHOWN: Final[Mapping[str, StatusName]] = {
    "future": "active",
    "in_trial": "trial",
    "active": "active",
    "non_renewing": "active",
    "paused": "paused",
    "cancelled": "canceled",
}
"""What Churnkey is shown for Chargebee's statuses. What was moved to another business entity is not shown at all."""
_WHERE_TRIAL: Final[Mapping[str, StatusName]] = {"future": "trial"}
_WHERE_OWING: Final[Mapping[str, StatusName]] = {"active": "unpaid", "non_renewing": "unpaid"}
SHOWN_WHERE: Final[Mapping[str, Mapping[str, StatusName]]] = {
    "it begins with a trial": _WHERE_TRIAL,
    "invoices are due that should have been collected": _WHERE_OWING,
}
"""What is shown instead."""

_RUNNING: Final = frozenset({"active", "non_renewing"})
TRANSFERRED: Final = "transferred"
"""The status of the copy that stays behind when a subscription moves to another business entity."""
_NO_QUANTITY: Final = 1
"""The quantity that is shown where quantities do not apply, or where usage is counted afterwards."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a subscription is read with: the settings, the objects beside it, the present moment (UTC)."""

    options: MappingOptions
    companions: Companions
    now: datetime
    unknown_status: Callable[[str], None] = lambda status: None


def subscription(source: Mapping[str, Any], context: Context) -> Subscription:
    """A subscription of any age. Raises `Unmappable` where a required part is missing or the status is unknown."""
    unit, count = billing_interval(source, context.companions)
    start = _start(source)
    return Subscription(
        id=required_text(source, "id"),
        customer_id=required_text(source, "customer_id"),
        status=_status(source, context),
        start=start,
        duration=duration(unit, count, exact=context.options.exact_intervals),
        items=tuple(_item(source, line, context) for line in lines(source)),
        discounts=_discounts(source, start, context.companions) or None,
        metadata=_metadata(source, unit, count, context) or None,
    )


def lines(source: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The subscription's items that are billed again and again. Raises `Unmappable` for what is no item."""
    return [line for line in objects_if_any(source, "subscription_items") if prices.is_recurring(line)]


def billing_interval(source: Mapping[str, Any], companions: Companions) -> tuple[IntervalUnit, int]:
    """Unit and count of the billing period: the subscription's own, else its plan's. Raises `Unmappable`."""
    if source.get("billing_period_unit") is not None:
        return interval(source["billing_period_unit"], source.get("billing_period"))
    for line in lines(source):
        item_price = companions.item_prices.get(str(line.get("item_price_id")))
        if item_price is not None:
            return prices.billing_interval(item_price)
    raise Unmappable("billing_period_unit: missing")


def current_period(source: Mapping[str, Any], unit: IntervalUnit, count: int) -> Period | None:
    """The running term; that of a trial is the trial, and one that has not started has its first term ahead."""
    start, end = unix_moment(source.get("current_term_start")), unix_moment(source.get("current_term_end"))
    if start is not None and end is not None:
        return _period(start, end)
    if source.get("status") == "in_trial":
        return _trial(source)
    begins = unix_moment(source.get("start_date"))
    if source.get("status") == "future" and begins is not None:
        return Period(start=begins, end=end_of(PeriodDuration(amount=count, unit=unit), begins))
    return None


def owes(source: Mapping[str, Any]) -> bool:
    """Whether invoices are due that should have been collected by themselves. Those that a customer is to pay on their
    own count too in `due_invoices_count`, from the day they are made. Raises `Unmappable` where it cannot be told."""
    if not whole_if_any(source, "due_invoices_count"):
        return False
    customer = object_if_any(source, "customer") or {}
    setting = text_if_any(source, "auto_collection") or text_if_any(customer, "auto_collection")
    return setting == "on"


def scheduled_pause(source: Mapping[str, Any], now: datetime) -> datetime | None:
    """When a pause will begin that is scheduled on a running subscription."""
    at = unix_moment(source.get("pause_date"))
    return at if at is not None and at > now and source.get("status") in _RUNNING else None


def scheduled_end(source: Mapping[str, Any], now: datetime) -> datetime | None:
    """When a scheduled cancellation takes effect. `cancelled_at` is set long before the status changes."""
    at = unix_moment(source.get("cancelled_at"))
    if at is None or source.get("status") in {"cancelled", TRANSFERRED}:
        return None
    return at if at > now or source.get("status") == "non_renewing" else None


def is_paused_openly(source: Mapping[str, Any]) -> bool:
    """Whether it is paused and nothing is set to end that, be it the subscription's own end."""
    return source.get("status") == "paused" and source.get("resume_date") is None and source.get("cancelled_at") is None


def _start(source: Mapping[str, Any]) -> datetime:
    for name in ("started_at", "start_date", "created_at"):
        found = unix_moment(source.get(name))
        if found is not None:
            return found
    raise Unmappable("started_at: missing")


def _period(start: datetime, end: datetime) -> Period:
    return Period(start=min(start, end), end=end)


def _trial(source: Mapping[str, Any]) -> Period | None:
    end = unix_moment(source.get("trial_end"))
    if end is None:
        return None
    start = unix_moment(source.get("trial_start")) or unix_moment(source.get("start_date")) or end
    return _period(start, end)


def _status(source: Mapping[str, Any], context: Context) -> Status:
    unit, count = billing_interval(source, context.companions)
    period, trial = current_period(source, unit, count), _trial(source)
    status = str(source.get("status"))
    match _shown(source, status, trial):
        case "trial":
            return _trialing(trial, period)
        case "active":
            return _active(period, trial)
        case "unpaid":
            return UnpaidStatus(current_period=period, trial=trial)
        case "paused":
            return _paused(source, period, trial)
        case "canceled":
            return _canceled(source, period, trial)
        case None:
            # That it ended is the only thing its dates can prove.
            context.unknown_status(status[:40])
            raise Unmappable("status: unknown")


def _shown(source: Mapping[str, Any], status: str, trial: Period | None) -> StatusName | None:
    if status in _WHERE_TRIAL and trial is not None:
        return _WHERE_TRIAL[status]
    if status in _WHERE_OWING and owes(source):
        return _WHERE_OWING[status]
    return SHOWN.get(status)


def _trialing(trial: Period | None, period: Period | None) -> TrialStatus:
    if trial is None:
        raise Unmappable("trial_end: missing")
    return TrialStatus(trial=trial, current_period=period)


def _active(period: Period | None, trial: Period | None) -> ActiveStatus:
    if period is None:
        raise Unmappable("current_term_end: missing")
    return ActiveStatus(current_period=period, trial=trial)


def _paused(source: Mapping[str, Any], period: Period | None, trial: Period | None) -> PausedStatus:
    """A pause without an end lasts until the subscription's, where that is set: https://www.chargebee.com/docs/billing/
    2.0/subscriptions/pause-subscription"""
    start = unix_moment(source.get("pause_date")) or (period.start if period else _start(source))
    end = unix_moment(source.get("resume_date")) or unix_moment(source.get("cancelled_at")) or open_end(start)
    return PausedStatus(start=min(start, end), end=end, current_period=period, trial=trial)


def _canceled(source: Mapping[str, Any], period: Period | None, trial: Period | None) -> CanceledStatus:
    at = unix_moment(source.get("cancelled_at"))
    if at is None:
        raise Unmappable("cancelled_at: missing")
    return CanceledStatus(canceled_at=at, current_period=period, trial=trial)


def _item(source: Mapping[str, Any], line: Mapping[str, Any], context: Context) -> SubscriptionItem:
    identifier = required_text(line, "item_price_id")
    return SubscriptionItem(id=identifier, price=_price(source, line, context), quantity=_whole(line))


def _price(source: Mapping[str, Any], line: Mapping[str, Any], context: Context) -> Price:
    item_price = context.companions.item_prices.get(str(line.get("item_price_id")))
    if item_price is None:
        # Deleted since. The page must not fail for it, and what is paid stands on the subscription.
        unit, count = interval(source.get("billing_period_unit"), source.get("billing_period"))
        length = duration(unit, count, exact=context.options.exact_intervals)
        return prices.stand_in(line, currency(source.get("currency_code")) or "", length)
    overridden = [
        tier for tier in objects_if_any(source, "item_tiers") if tier.get("item_price_id") == line.get("item_price_id")
    ]
    return prices.price(item_price, context.options, line=line, tiers=overridden)


def _whole(line: Mapping[str, Any]) -> int:
    if line.get("metered_quantity") is not None:
        return _NO_QUANTITY
    count = prices.quantity(line)
    return _NO_QUANTITY if count is None else rounded(count) or _NO_QUANTITY


def _discounts(source: Mapping[str, Any], start: datetime, companions: Companions) -> tuple[SubscriptionDiscount, ...]:
    """The coupons. When each was attached is kept nowhere, so they count from the subscription's start. A discount that
    was given by hand is no coupon, and one whose coupon is gone cannot be told."""
    found: list[SubscriptionDiscount] = []
    for attached in objects_if_any(source, "coupons"):
        coupon = companions.coupons.get(str(attached.get("coupon_id")))
        if coupon is None:
            continue
        try:
            expressed = running_coupon(coupon)
        except Unmappable:
            # Free units, which the contract has no words for: the subscription is shown all the same.
            continue
        found.append(SubscriptionDiscount(coupon=expressed, start=start, end=unix_moment(attached.get("apply_till"))))
    return tuple(found)


def _metadata(source: Mapping[str, Any], unit: IntervalUnit, count: int, context: Context) -> dict[str, str]:
    """The subscription's own metadata, and what the contract has no field for."""
    found = metadata(source)
    ends = scheduled_end(source, context.now)
    if ends is not None:
        found["cancelAt"] = as_text(ends)
    pauses = scheduled_pause(source, context.now)
    if pauses is not None:
        found["pauseAt"] = as_text(pauses)
    if is_approximated(unit, exact=context.options.exact_intervals):
        found["billingInterval"] = in_words(unit, count)
    if is_paused_openly(source):
        found["pauseIndefinite"] = "true"
    return found
