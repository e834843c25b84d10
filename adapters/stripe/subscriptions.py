"""A Stripe Subscription as Churnkey's Subscription. Pure functions over the JSON of API version 2026-10-28.endive.

https://docs.stripe.com/api/subscriptions/object
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

from msgspec import Raw

from adapters import intervals
from adapters.errors import Unmappable
from adapters.fields import missing, required_text
from adapters.stripe import prices
from adapters.stripe.catalogue import Companions, items_of
from adapters.stripe.expressed import Expressed
from adapters.stripe.fields import reference
from adapters.stripe.mapping import coupon, discounted, metadata, seconds
from adapters.stripe.options import MappingOptions
from adapters.stripe.statuses import Span, current_period, is_paused_openly, scheduled_end, status_of
from gateway.contract import (
    MAX_SAFE_INTEGER,
    Price,
    Subscription,
    WrittenDiscount,
    WrittenItem,
    WrittenSubscription,
    unix_text,
    written,
)

_METERED_QUANTITY: Final = 1
"""The quantity of a metered item, whose usage Stripe does not say: the price of one unit is shown."""

_CYCLES_REMEMBERED: Final = 256

_PriceParts: TypeAlias = tuple[Mapping[str, Any], Mapping[str, Any] | None, MappingOptions, str | None, int | None]
"""What an item's price is made of: the price, its product, the settings, the currency, the quantity."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a subscription is read with: the settings, the objects beside it, the present moment (UTC)."""

    options: MappingOptions
    companions: Companions
    now: datetime
    unknown_status: Callable[[str], None] = lambda status: None
    expressed: Expressed = field(default_factory=Expressed)


def subscription(source: Mapping[str, Any], context: Context) -> Subscription:
    """A subscription of any age. Raises `Unmappable` where a required part is missing or the status is unknown."""
    return written_subscription(source, context).model()


def written_subscription(source: Mapping[str, Any], context: Context) -> WrittenSubscription:
    """`subscription`, as it is written."""
    try:
        items = items_of(source)
        period = current_period(items)
        recurring = governing(items)
        began = seconds(source.get("start_date"))
        start = missing("start_date") if began is None else unix_text(began)
        cycle = _cycle(recurring.get("interval"), recurring.get("interval_count"), context.options.exact_intervals)
        currency = source.get("currency")
        return WrittenSubscription(
            id=required_text(source, "id"),
            customer_id=reference(source.get("customer")) or missing("customer"),
            status=status_of(source, period, context),
            start=start,
            duration=cycle.duration,
            items=tuple([_item(item, currency, context) for item in items]),
            discounts=_discounts(source, items, start, context),
            metadata=_metadata(source, cycle, period, context) or None,
        )
    except OverflowError:
        raise Unmappable("a time is out of range") from None


class _Cycle(NamedTuple):
    """A billing cycle: the JSON of its duration, and its true interval where the duration only stands in for it."""

    duration: Raw
    interval: str | None


# By type as well: true is no count, and equal to one.
@lru_cache(_CYCLES_REMEMBERED, typed=True)
def _cycle(interval: object, interval_count: object, exact: bool) -> _Cycle:
    unit, count = intervals.interval(interval, 1 if interval_count is None else interval_count)
    return _Cycle(
        written(intervals.duration(unit, count, exact=exact)),
        intervals.in_words(unit, count) if intervals.is_approximated(unit, exact=exact) else None,
    )


def governing(items: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The `recurring` part of the item that is billed next: the shortest interval of a subscription that mixes them."""
    if len(items) == 1 and type(only := (items[0].get("price") or {}).get("recurring")) is dict:
        return only
    found = []
    for item in items:
        recurring = (item.get("price") or {}).get("recurring")
        if isinstance(recurring, dict):
            found.append((item.get("current_period_end") or 0, recurring))
    if not found:
        raise Unmappable("items: none that recurs")
    return min(found, key=lambda one: (_approximate_length(one[1]), one[0]))[1]


def _approximate_length(recurring: Mapping[str, Any]) -> timedelta:
    unit, count = prices.interval(recurring)
    return timedelta(days={"day": 1, "week": 7, "month": 30, "year": 365}[unit] * count)


def _item(source: Mapping[str, Any], currency: str | None, context: Context) -> WrittenItem:
    embedded = source.get("price") or {}
    quantity = source.get("quantity")
    if isinstance(quantity, int):
        quantity = prices.packages(embedded, quantity)
        if isinstance(quantity, bool) or not 0 <= quantity <= MAX_SAFE_INTEGER:
            raise Unmappable("quantity: out of range")
    elif quantity is not None:
        raise Unmappable("quantity: not a whole number")
    companions = context.companions
    product_id = embedded.get("product")
    if type(product_id) is not str:
        product_id = reference(product_id) or ""
    whole = companions.price(embedded, currency) if companions.prices else embedded
    identifier = source.get("id")
    if type(identifier) is not str or not identifier:
        identifier = None if identifier is None else missing("id")
    return WrittenItem(
        context.expressed.get(
            ("price", embedded.get("id"), currency, quantity),
            (whole, companions.products.get(product_id), context.options, currency, quantity),
            _price,
        ),
        _METERED_QUANTITY if quantity is None else quantity,
        identifier,
    )


def _price(parts: _PriceParts) -> Price:
    whole, product, options, currency, quantity = parts
    return prices.price(whole, options, product=product, currency=currency, quantity=quantity)


def _discounts(
    source: Mapping[str, Any], items: Sequence[Mapping[str, Any]], start: str, context: Context
) -> tuple[WrittenDiscount, ...] | None:
    """The discounts of the subscription and of its items; one whose coupon is gone cannot be told and is left out."""
    found: list[WrittenDiscount] = []
    for holder in (source, *items):
        discounts = holder.get("discounts")
        if not discounts:
            continue
        for discount in discounts:
            held = discounted(discount, context.companions.coupons)
            if held is None or not isinstance(name := held.get("id"), str):
                if not isinstance(discounts, list):
                    raise Unmappable("discounts: not a list")
                continue
            began, end = discount.get("start"), discount.get("end")
            if type(began) is not int:
                began = seconds(began)
            if type(end) is not int:
                end = seconds(end)
            found.append(
                WrittenDiscount(
                    context.expressed.get(("coupon", name), held, coupon),
                    start if began is None else unix_text(began),
                    None if end is None else unix_text(end),
                )
            )
    return tuple(found) or None


def _metadata(source: Mapping[str, Any], cycle: _Cycle, period: Span | None, context: Context) -> dict[str, str]:
    """The subscription's own metadata, and what the contract has no field for."""
    found = metadata(source)
    # As nearly none are.
    if source.get("cancel_at") is not None or source.get("cancel_at_period_end") is True:
        at = scheduled_end(source, period)
        if at is not None:
            found["cancelAt"] = at.isoformat().replace("+00:00", "Z")
    if cycle.interval is not None:
        found["billingInterval"] = cycle.interval
    if is_paused_openly(source, context.now):
        found["pauseIndefinite"] = "true"
    return found
