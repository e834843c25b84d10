"""A Stripe Subscription as Churnkey's Subscription. Pure functions over what was read of it.

https://docs.stripe.com/api/subscriptions/object
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from msgspec import Raw

from adapters import intervals
from adapters.errors import Unmappable
from adapters.fields import missing
from adapters.stripe import mapping, models, prices
from adapters.stripe.catalogue import Companions
from adapters.stripe.client import JsonObject
from adapters.stripe.expressed import Expressed
from adapters.stripe.fields import is_deleted, reference
from adapters.stripe.models import Discount, Item, Recurring
from adapters.stripe.options import MappingOptions
from adapters.stripe.statuses import Span, current_period, is_paused_openly, scheduled_end, status_of
from gateway.contract import (
    MAX_SAFE_INTEGER,
    Coupon,
    IntervalUnit,
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

_PriceParts: TypeAlias = tuple[JsonObject | models.Price, JsonObject | None, MappingOptions, str | None, int | None]
"""What an item's price is made of: the price, its product, the settings, the currency, the quantity."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a subscription is read with: the settings, the objects beside it, the present moment (UTC)."""

    options: MappingOptions
    companions: Companions
    now: datetime
    unknown_status: Callable[[str], None] = lambda status: None
    expressed: Expressed = field(default_factory=Expressed)


def subscription(source: models.Subscription, context: Context) -> Subscription:
    """A subscription of any age. Raises `Unmappable` where a required part is missing or the status is unknown."""
    return written_subscription(source, context).model()


def written_subscription(source: models.Subscription, context: Context) -> WrittenSubscription:
    """`subscription`, as it is written."""
    try:
        items = items_of(source)
        period = current_period(items)
        recurring = governing(items)
        start = unix_text(source.start_date)
        cycle = _cycle(recurring, context.options.exact_intervals)
        currency, customer_id = source.currency, source.customer
        if type(customer_id) is not str:
            customer_id = reference(customer_id)
        return WrittenSubscription(
            id=source.id,
            customer_id=customer_id or missing("customer"),
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


@lru_cache(_CYCLES_REMEMBERED)
def _cycle(recurring: Recurring, exact: bool) -> _Cycle:
    unit, count = interval(recurring)
    return _Cycle(
        written(intervals.duration(unit, count, exact=exact)),
        intervals.in_words(unit, count) if intervals.is_approximated(unit, exact=exact) else None,
    )


def items_of(source: models.Subscription) -> list[Item]:
    """A subscription's items. Raises `Unmappable` where they are not known."""
    return missing("items") if source.items is None else source.items.data


def governing(items: Sequence[Item]) -> Recurring:
    """The `recurring` part of the item that is billed next: the shortest interval of a subscription that mixes them."""
    if len(items) == 1 and items[0].price.recurring is not None:
        return items[0].price.recurring
    found = [(item.current_period_end or 0, item.price.recurring) for item in items if item.price.recurring is not None]
    if not found:
        raise Unmappable("items: none that recurs")
    return min(found, key=lambda one: (_approximate_length(one[1]), one[0]))[1]


def interval(recurring: Recurring) -> tuple[IntervalUnit, int]:
    """Unit and count of a billing interval. Raises `Unmappable` for a unit that is not known."""
    return intervals.interval(recurring.interval, 1 if recurring.interval_count is None else recurring.interval_count)


def _approximate_length(recurring: Recurring) -> timedelta:
    unit, count = interval(recurring)
    return timedelta(days={"day": 1, "week": 7, "month": 30, "year": 365}[unit] * count)


def _item(source: Item, currency: str | None, context: Context) -> WrittenItem:
    embedded, quantity = source.price, source.quantity
    if quantity is not None:
        if embedded.transform_quantity is not None:
            quantity = prices.packages(embedded.transform_quantity, quantity)
        if not 0 <= quantity <= MAX_SAFE_INTEGER:
            raise Unmappable("quantity: out of range")
    companions = context.companions
    product_id = embedded.product
    if type(product_id) is not str:
        product_id = reference(product_id) or ""
    return WrittenItem(
        context.expressed.get(
            ("price", embedded.id, currency, quantity),
            (
                companions.price(embedded, currency) if companions.prices else embedded,
                companions.products.get(product_id),
                context.options,
                currency,
                quantity,
            ),
            _price,
        ),
        _METERED_QUANTITY if quantity is None else quantity,
        source.id,
    )


def _price(parts: _PriceParts) -> Price:
    whole, product, options, currency, quantity = parts
    source = models.plain(whole) if isinstance(whole, models.Price) else whole
    return prices.price(source, options, product=product, currency=currency, quantity=quantity)


def _discounts(
    source: models.Subscription, items: Sequence[Item], start: str, context: Context
) -> tuple[WrittenDiscount, ...] | None:
    """The discounts of the subscription and of its items."""
    found: list[WrittenDiscount] = []
    if source.discounts:
        _add_discounts(source.discounts, start, context, found)
    for item in items:
        if item.discounts:
            _add_discounts(item.discounts, start, context, found)
    return tuple(found) or None


def _add_discounts(
    discounts: Iterable[Discount | str], start: str, context: Context, found: list[WrittenDiscount]
) -> None:
    """One whose coupon is gone cannot be told and is left out."""
    for discount in discounts:
        # What was not expanded is an id.
        if isinstance(discount, str) or discount.source is None:
            continue
        coupon = _coupon(discount.source.coupon, context)
        if coupon is not None:
            found.append(
                WrittenDiscount(
                    coupon,
                    start if discount.start is None else unix_text(discount.start),
                    None if discount.end is None else unix_text(discount.end),
                )
            )


def _coupon(named: models.Coupon | str | None, context: Context) -> Raw | None:
    """A discount's coupon: the expanded one, else the one known by its id. None for one deleted since."""
    if isinstance(named, models.Coupon):
        return None if named.deleted is True else context.expressed.get(("coupon", named.id), named, _expanded_coupon)
    held = context.companions.coupons.get(named) if named else None
    return None if held is None or is_deleted(held) else context.expressed.get(("coupon", named), held, mapping.coupon)


def _expanded_coupon(source: models.Coupon) -> Coupon:
    return mapping.coupon(models.plain(source))


def _metadata(source: models.Subscription, cycle: _Cycle, period: Span | None, context: Context) -> dict[str, str]:
    """The subscription's own metadata, and what the contract has no field for."""
    found = mapping.metadata(source.metadata) if source.metadata else {}
    # As nearly none are.
    if source.cancel_at is not None or source.cancel_at_period_end is True:
        at = scheduled_end(source, period)
        if at is not None:
            found["cancelAt"] = at.isoformat().replace("+00:00", "Z")
    if cycle.interval is not None:
        found["billingInterval"] = cycle.interval
    if (source.pause_collection is not None or source.status == "paused") and is_paused_openly(source, context.now):
        found["pauseIndefinite"] = "true"
    return found
