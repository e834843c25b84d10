"""A Stripe Subscription as Churnkey's Subscription. Pure functions over the JSON of API version 2026-10-28.endive.

https://docs.stripe.com/api/subscriptions/object
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from dateutil.relativedelta import relativedelta

from adapters.errors import Unmappable
from adapters.stripe import prices
from adapters.stripe.catalogue import Companions, items_of
from adapters.stripe.fields import reference, required_text
from adapters.stripe.mapping import discount_coupon, discount_coupon_id, metadata, moment, required_moment
from adapters.stripe.options import MappingOptions
from gateway.contract import (
    ActiveStatus,
    CanceledStatus,
    Coupon,
    PausedStatus,
    Period,
    Price,
    Subscription,
    SubscriptionDiscount,
    SubscriptionItem,
    TrialStatus,
    UnpaidStatus,
)

PAUSED_AT: Final = "churnkey_paused_at"
"""The metadata key that holds when a pause began: Stripe keeps that nowhere."""
PAUSED_UNTIL: Final = "churnkey_paused_until"
"""The metadata key that tells which pause that note is of: a pause that ends leaves the notes behind."""

_OPEN_ENDED: Final = relativedelta(years=10)
_YEARS: Final = range(1970, 2201)
_METERED_QUANTITY: Final = 1
"""The quantity of a metered item, whose usage Stripe does not say: the price of one unit is shown."""

_UNPAID: Final = frozenset({"unpaid", "past_due", "incomplete"})

Status = ActiveStatus | TrialStatus | PausedStatus | CanceledStatus | UnpaidStatus


@dataclass(frozen=True, slots=True)
class Context:
    """What a subscription is read with: the settings, the objects beside it, the present moment (UTC)."""

    options: MappingOptions
    companions: Companions
    now: datetime
    unknown_status: Callable[[str], None] = lambda status: None
    seen_prices: dict[tuple[object, ...], Price] = field(default_factory=dict)
    seen_coupons: dict[str, Coupon] = field(default_factory=dict)
    """What was expressed already: within one answer of Stripe's, an id stands for the same object each time."""


def subscription(source: Mapping[str, Any], context: Context) -> Subscription:
    """A subscription of any age. Raises `Unmappable` where a required part is missing or the status is unknown."""
    items = items_of(source)
    period = current_period(items)
    status = _status(source, period, context)
    shortest = _governing(items)
    start = required_moment(source, "start_date")
    return Subscription(
        id=required_text(source, "id"),
        customer_id=reference(source.get("customer")) or _missing("customer"),
        status=status,
        start=start,
        duration=prices.duration(shortest, context.options),
        items=tuple(_item(item, source.get("currency"), context) for item in items),
        discounts=_discounts(source, items, start, context) or None,
        metadata=_metadata(source, shortest, period, context) or None,
    )


def _missing(field: str) -> str:
    raise Unmappable(f"{field}: missing")


def current_period(items: list[Mapping[str, Any]]) -> Period | None:
    """What is paid for by all items: from the latest start to the earliest end, as Stripe's own list filters have it.

    Periods are on the items alone since 2025-03-31.basil; items of different intervals have different ones.
    """
    starts = [found for item in items if (found := moment(item.get("current_period_start"))) is not None]
    ends = [found for item in items if (found := moment(item.get("current_period_end"))) is not None]
    if not starts or not ends:
        return None
    end = min(ends)
    return Period(start=min(max(starts), end), end=end)


def paused_until(source: Mapping[str, Any], now: datetime) -> tuple[bool, datetime | None]:
    """Whether collection is paused, and until when (None: without an end). The status stays `active` meanwhile."""
    pause = source.get("pause_collection")
    if not isinstance(pause, dict):
        return False, None
    resumes = moment(pause.get("resumes_at"))
    return resumes is None or resumes > now, resumes


def cancels_at(source: Mapping[str, Any], period: Period | None) -> datetime | None:
    """When a scheduled cancellation takes effect. Either field may carry it: the portal sets only `cancel_at`."""
    at = moment(source.get("cancel_at"))
    if at is None and source.get("cancel_at_period_end") is True and period is not None:
        return period.end
    return at


def _status(source: Mapping[str, Any], period: Period | None, context: Context) -> Status:
    status = source.get("status")
    trial = _trial(source)
    if status in {"canceled", "incomplete_expired"}:
        return _ended(source, period, trial)
    if status == "paused":
        return _paused(source, _pause_began(source, period), None, period, trial)
    if status in _UNPAID:
        return UnpaidStatus(current_period=period, trial=trial)
    if status not in {"active", "trialing"}:
        return _unknown(source, status, period, trial, context)
    is_paused, until = paused_until(source, context.now)
    if is_paused:
        return _paused(source, None, until, period, trial)
    if status == "trialing":
        return TrialStatus(trial=trial or _no_trial(), current_period=period)
    if period is None:
        raise Unmappable("items: no current period")
    return ActiveStatus(current_period=period, trial=trial)


def _unknown(
    source: Mapping[str, Any], status: object, period: Period | None, trial: Period | None, context: Context
) -> Status:
    context.unknown_status(str(status)[:40])
    if moment(source.get("ended_at")) is not None:
        return _ended(source, period, trial)
    raise Unmappable("status: unknown")


def _no_trial() -> Period:
    raise Unmappable("trial_end: missing")


def _trial(source: Mapping[str, Any]) -> Period | None:
    start, end = moment(source.get("trial_start")), moment(source.get("trial_end"))
    if end is None:
        return None
    return Period(start=min(start or end, end), end=end)


def _ended(source: Mapping[str, Any], period: Period | None, trial: Period | None) -> CanceledStatus:
    """`ended_at` is when it took effect; `canceled_at` is only when a cancellation was asked for."""
    for name in ("ended_at", "canceled_at", "created"):
        at = moment(source.get(name))
        if at is not None:
            return CanceledStatus(canceled_at=at, current_period=period, trial=trial)
    raise Unmappable("ended_at: missing")


def _pause_began(source: Mapping[str, Any], period: Period | None) -> datetime | None:
    details = (source.get("status_details") or {}).get("paused") or {}
    return moment(details.get("transitioned_at")) or (period.end if period else None)


def _paused(
    source: Mapping[str, Any],
    began: datetime | None,
    until: datetime | None,
    period: Period | None,
    trial: Period | None,
) -> PausedStatus:
    start = (
        began
        or _noted_start(source, until)
        or (period.start if period else None)
        or required_moment(source, "start_date")
    )
    end = until or _open_end(start)
    return PausedStatus(start=min(start, end), end=end, current_period=period, trial=trial)


def _open_end(start: datetime) -> datetime:
    try:
        return start + _OPEN_ENDED
    except (ValueError, OverflowError):
        raise Unmappable("a time is out of range") from None


def _noted_start(source: Mapping[str, Any], until: datetime | None) -> datetime | None:
    """The note of when this pause began. Anybody may write metadata: what cannot be one is passed over, and so is the
    note of an earlier pause."""
    notes = metadata(source)
    noted_until = _noted(notes.get(PAUSED_UNTIL))
    if PAUSED_UNTIL in notes and noted_until != until:
        return None
    return _noted(notes.get(PAUSED_AT))


def _noted(text: str | None) -> datetime | None:
    try:
        noted = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return noted if noted.tzinfo is not None and noted.year in _YEARS else None


def note(moment: datetime) -> str:
    """A moment as it is noted in metadata: ISO 8601 in whole seconds, UTC."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _governing(items: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The `recurring` part of the item that is billed next: the shortest interval of a subscription that mixes them."""
    found = [
        (item.get("current_period_end") or 0, recurring)
        for item in items
        if isinstance(recurring := (item.get("price") or {}).get("recurring"), dict)
    ]
    if not found:
        raise Unmappable("items: none that recurs")
    if len(found) == 1:
        return found[0][1]
    return min(found, key=lambda one: (_approximate_length(one[1]), one[0]))[1]


def _approximate_length(recurring: Mapping[str, Any]) -> timedelta:
    unit, count = prices.interval(recurring)
    return timedelta(days={"day": 1, "week": 7, "month": 30, "year": 365}[unit] * count)


def _item(source: Mapping[str, Any], currency: str | None, context: Context) -> SubscriptionItem:
    embedded = source.get("price") or {}
    quantity = source.get("quantity")
    counted = prices.packages(embedded, quantity) if isinstance(quantity, int) else None
    name = (embedded.get("id"), currency, counted)
    price = context.seen_prices.get(name)
    if price is None:
        product = context.companions.products.get(reference(embedded.get("product")) or "")
        whole = context.companions.price(embedded, currency)
        price = prices.price(whole, context.options, product=product, currency=currency, quantity=counted)
        context.seen_prices[name] = price
    return SubscriptionItem(
        id=source.get("id"), price=price, quantity=_METERED_QUANTITY if counted is None else counted
    )


def _discounts(
    source: Mapping[str, Any], items: list[Mapping[str, Any]], start: datetime, context: Context
) -> tuple[SubscriptionDiscount, ...]:
    """The discounts of the subscription and of its items; one whose coupon is gone cannot be told and is left out."""
    found: list[SubscriptionDiscount] = []
    for holder in (source, *items):
        for discount in holder.get("discounts") or ():
            coupon = _coupon(discount, context)
            if coupon is not None:
                began, end = moment(discount.get("start")) or start, moment(discount.get("end"))
                found.append(SubscriptionDiscount(coupon=coupon, start=began, end=end))
    return tuple(found)


def _coupon(discount: object, context: Context) -> Coupon | None:
    coupon_id = discount_coupon_id(discount) if isinstance(discount, dict) else None
    if coupon_id is None:
        return None
    coupon = context.seen_coupons.get(coupon_id)
    if coupon is None:
        coupon = discount_coupon(discount, context.companions.coupons)
        if coupon is not None:
            context.seen_coupons[coupon_id] = coupon
    return coupon


def _metadata(
    source: Mapping[str, Any], recurring: Mapping[str, Any], period: Period | None, context: Context
) -> dict[str, str]:
    """The subscription's own metadata, and what the contract has no field for."""
    found = metadata(source)
    at = cancels_at(source, period)
    if at is not None and source.get("status") not in {"canceled", "incomplete_expired"}:
        found["cancelAt"] = at.isoformat().replace("+00:00", "Z")
    if prices.is_approximated(recurring, context.options):
        unit, count = prices.interval(recurring)
        found["billingInterval"] = f"{count} {unit}" + ("s" if count > 1 else "")
    if source.get("status") == "paused" or (paused_until(source, context.now) == (True, None)):
        found["pauseIndefinite"] = "true"
    return found
