"""Customers and subscriptions of the contract in Direct mode's shapes.

What the contract only approximates is taken from the subscription's detail, where its adapter tells any.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, assert_never

from gateway.contract import (
    MAX_SAFE_INTEGER,
    ActiveStatus,
    BillingDuration,
    CanceledStatus,
    Coupon,
    CycleDuration,
    DirectActive,
    DirectAmount,
    DirectBilling,
    DirectCanceled,
    DirectCoupon,
    DirectCustomer,
    DirectDiscount,
    DirectDuration,
    DirectFuture,
    DirectItem,
    DirectPause,
    DirectPaused,
    DirectPrice,
    DirectSubscription,
    DirectTrial,
    DirectUnpaid,
    FixedValue,
    ForeverDuration,
    IntervalUnit,
    OnceDuration,
    PausedStatus,
    PercentageValue,
    RecurringDuration,
    TieredAmount,
    TrialStatus,
    UnpaidStatus,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from gateway.contract import (
        Amount,
        Customer,
        DetailedSubscription,
        DirectStatus,
        FixedAmount,
        Price,
        Subscription,
        SubscriptionDetail,
        SubscriptionDiscount,
        SubscriptionItem,
        Tier,
    )

_MONTHS: Final[Mapping[IntervalUnit, int]] = MappingProxyType({IntervalUnit.MONTH: 1, IntervalUnit.YEAR: 12})
_LAST: Final = ("future", "canceled")
"""The statuses of what does not run, in this order, come after all others."""


def direct_billing(customer: Customer, subscriptions: Iterable[DetailedSubscription]) -> DirectBilling:
    """A customer with all subscriptions.

    Those that run come first, since Churnkey's component records the first one as what the customer holds; among
    equals the provider's order is kept.
    """
    converted = [direct_subscription(one.subscription, one.detail) for one in subscriptions]
    return DirectBilling(
        customer=direct_customer(customer), subscriptions=tuple(sorted(converted, key=lambda one: _rank(one.status)))
    )


def _rank(status: DirectStatus) -> int:
    return _LAST.index(status.name) + 1 if status.name in _LAST else 0


def direct_customer(source: Customer) -> DirectCustomer:
    """A customer, without the discounts that hang on customers: there is no place for them."""
    return DirectCustomer(
        id=source.id,
        email=source.email,
        name=source.name,
        last_name=source.last_name,
        phone=source.phone,
        currency=source.currency,
        addresses=source.addresses,
        metadata=source.metadata,
    )


def direct_subscription(source: Subscription, detail: SubscriptionDetail | None = None) -> DirectSubscription:
    """A subscription. Without its detail it says what the contract's model says, approximations included."""
    cycle = source.duration if detail is None else detail.duration
    return DirectSubscription(
        id=source.id,
        customer_id=source.customer_id,
        start=source.start,
        end=_end(source, detail),
        status=_status(source, detail),
        items=tuple(_item(item, detail) for item in source.items),
        duration=_duration(cycle),
        discounts=tuple(_discount(one, cycle) for one in source.discounts or ()) or None,
        metadata=source.metadata,
    )


def _end(source: Subscription, detail: SubscriptionDetail | None) -> datetime | None:
    if isinstance(source.status, CanceledStatus):
        return source.status.canceled_at
    return None if detail is None else detail.ends_at


def _status(source: Subscription, detail: SubscriptionDetail | None) -> DirectStatus:
    status = source.status
    if isinstance(status, CanceledStatus):
        return DirectCanceled(canceled_at=status.canceled_at)
    if detail is not None and not detail.has_started:
        return DirectFuture(current_period=status.current_period)
    match status:
        case ActiveStatus():
            return DirectActive(current_period=status.current_period)
        case TrialStatus():
            return DirectTrial(trial=status.trial, current_period=status.current_period)
        case PausedStatus():
            end = None if detail is not None and detail.is_pause_open else status.end
            return DirectPaused(pause=DirectPause(start=status.start, end=end), current_period=status.current_period)
        case UnpaidStatus():
            return DirectUnpaid(current_period=status.current_period)
        case _:
            assert_never(status)


def _item(source: SubscriptionItem, detail: SubscriptionDetail | None) -> DirectItem:
    return DirectItem(id=source.id, price=_price(source.price, source.quantity, detail), quantity=source.quantity)


def _price(source: Price, quantity: int, detail: SubscriptionDetail | None) -> DirectPrice:
    """A price without its description, which is for the business only: what is made here goes to browsers."""
    known = None if detail is None else detail.price_durations.get(source.id)
    duration = _duration(known or source.duration)
    return DirectPrice(
        id=source.id,
        type=source.type,
        product_id=source.product_id,
        name=source.name,
        duration=duration,
        interval=duration.interval,
        interval_count=duration.interval_count,
        amount=_amount(source.amount, quantity),
    )


def _duration(source: BillingDuration) -> DirectDuration:
    return DirectDuration(interval=source.unit, interval_count=source.amount)


def _amount(source: Amount, quantity: int) -> DirectAmount:
    """What one costs: what the quantity is charged, divided by it. Where it is one, that is the whole amount."""
    counted = max(quantity, 1)
    charged = _tiers(source, counted) if isinstance(source, TieredAmount) else _sum(source, counted)
    # Half up, in whole numbers. Beyond what JavaScript holds exactly it could not be told.
    each = min((2 * charged + counted) // (2 * counted), MAX_SAFE_INTEGER)
    return DirectAmount(model=source.model, value=each, currency=source.currency)


def _tiers(source: TieredAmount, quantity: int) -> int:
    if source.mode == "total":
        return _sum(_reached(source.tiers, quantity), quantity)
    charged = counted = 0
    for tier in source.tiers:
        # Whatever is left when the last tier is reached is in it, also where that has an end.
        up_to = quantity if tier.up_to is None or tier is source.tiers[-1] else min(tier.up_to, quantity)
        if up_to > counted:
            charged += _sum(tier, up_to - counted)
            counted = up_to
    return charged


def _reached(tiers: tuple[Tier, ...], quantity: int) -> Tier:
    return next((tier for tier in tiers if tier.up_to is None or quantity <= tier.up_to), tiers[-1])


def _sum(source: FixedAmount | FixedValue | Tier, quantity: int) -> int:
    return (source.unit or 0) * quantity + (source.flat or 0)


def _discount(source: SubscriptionDiscount, cycle: BillingDuration) -> DirectDiscount:
    return DirectDiscount(coupon=_coupon(source.coupon, cycle), start=source.start, end=source.end)


def _coupon(source: Coupon, cycle: BillingDuration) -> DirectCoupon:
    name, value = source.name or source.code, source.value
    lasts, months = _lasts(source, cycle)
    match value:
        case PercentageValue():
            return DirectCoupon(
                id=source.id,
                name=name,
                percent_off=value.percent,
                currency=value.currency,
                duration=lasts,
                duration_in_months=months,
            )
        case FixedValue():
            return DirectCoupon(
                id=source.id,
                name=name,
                amount_off=min(_sum(value, 1), MAX_SAFE_INTEGER),
                currency=value.currency,
                duration=lasts,
                duration_in_months=months,
            )
        case _:
            assert_never(value)


def _lasts(source: Coupon, cycle: BillingDuration) -> tuple[Literal["once", "repeating", "forever"], int | None]:
    """How long it lasts, and in months where it repeats. Cycles of weeks or days are no whole number of months."""
    duration = source.duration
    match duration:
        case OnceDuration():
            return "once", None
        case ForeverDuration():
            return "forever", None
        case RecurringDuration():
            return "repeating", _months(duration.amount, duration.unit)
        case CycleDuration():
            return "repeating", _months(duration.cycles * cycle.amount, cycle.unit)
        case _:
            assert_never(duration)


def _months(amount: int, unit: IntervalUnit) -> int | None:
    months = amount * _MONTHS.get(unit, 0)
    return months if 0 < months <= MAX_SAFE_INTEGER else None
