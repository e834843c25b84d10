"""What is read of a subscription; the parser passes over the rest, which is most of it, without making objects.

The types name members and nothing else: a member may be anything that JSON can be, so that an odd row stays the
mapping's affair. A test holds the mapping to reading nothing that is not named here.
"""

from __future__ import annotations

from typing import Any, Final, TypedDict

from msgspec.json import Decoder

# Whatever is in the place of an object. `Any` cannot stand beside an object's type.
_Other = str | int | float | bool | list[Any] | None


class _Recurring(TypedDict, total=False):
    interval: Any
    interval_count: Any
    usage_type: Any


class _Price(TypedDict, total=False):
    id: Any
    billing_scheme: Any
    currency: Any
    currency_options: Any
    nickname: Any
    product: Any
    recurring: _Recurring | _Other
    tiers: Any
    tiers_mode: Any
    transform_quantity: Any
    unit_amount: Any
    unit_amount_decimal: Any


class _Coupon(TypedDict, total=False):
    id: Any
    amount_off: Any
    currency: Any
    deleted: Any
    duration: Any
    duration_in_months: Any
    max_redemptions: Any
    name: Any
    percent_off: Any
    redeem_by: Any
    times_redeemed: Any


class _Source(TypedDict, total=False):
    coupon: _Coupon | _Other


class _Discount(TypedDict, total=False):
    end: Any
    source: _Source | _Other
    start: Any


_Discounts = list[_Discount | _Other] | str | int | float | bool | dict[str, Any] | None


class _Item(TypedDict, total=False):
    id: Any
    current_period_end: Any
    current_period_start: Any
    discounts: _Discounts
    price: _Price | _Other
    quantity: Any


class _Items(TypedDict, total=False):
    data: list[_Item | _Other] | str | int | float | bool | dict[str, Any] | None
    has_more: Any


class _Subscription(TypedDict, total=False):
    id: Any
    cancel_at: Any
    cancel_at_period_end: Any
    canceled_at: Any
    created: Any
    currency: Any
    customer: Any
    discounts: _Discounts
    ended_at: Any
    items: _Items | _Other
    livemode: Any
    metadata: Any
    pause_collection: Any
    start_date: Any
    status: Any
    status_details: Any
    trial_end: Any
    trial_start: Any


class _Page(TypedDict, total=False):
    object: Any
    data: list[_Subscription | _Other] | str | int | float | bool | dict[str, Any] | None
    has_more: Any


class _ActedOnPrice(TypedDict, total=False):
    id: Any
    product: Any
    recurring: _Recurring | _Other


class _ActedOnItem(TypedDict, total=False):
    id: Any
    current_period_end: Any
    current_period_start: Any
    discounts: Any
    price: _ActedOnPrice | _Other
    quantity: Any


class _ActedOnItems(TypedDict, total=False):
    data: list[_ActedOnItem | _Other] | str | int | float | bool | dict[str, Any] | None
    has_more: Any


class _State(TypedDict, total=False):
    id: Any
    object: Any
    cancel_at: Any
    cancel_at_period_end: Any
    collection_method: Any
    currency: Any
    customer: Any
    discounts: Any
    ended_at: Any
    items: _ActedOnItems | _Other
    livemode: Any
    pause_collection: Any
    schedule: Any
    status: Any
    trial_end: Any


LISTED: Final[Decoder[Any]] = Decoder(_Page | _Other)
"""Parses a page of subscriptions that are to be shown."""
ACTED_ON: Final[Decoder[Any]] = Decoder(_State | _Other)
"""Parses a subscription that something is to be done to, or was done to."""
