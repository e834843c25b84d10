"""What is read of a subscription that is shown. Field names are those of API version 2026-10-28.endive.

https://docs.stripe.com/api/subscriptions/object. What every subscription is shown by has its type here, so that nobody
has to ask for it: one that differs in it cannot be shown, nor can one whose items or discounts are of another form than
is documented. What only some are shown by may be anything that JSON can be, and is looked at then.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType, ValidationError, convert, to_builtins

from adapters.errors import Unmappable

S = TypeVar("S")

Identifier: TypeAlias = Annotated[str, Meta(min_length=1)]
Time: TypeAlias = int | float | None
"""Unix seconds."""


class Recurring(Struct, frozen=True, gc=False):
    """How often a price is billed: every `interval_count` intervals, every one where none is named."""

    interval: str
    interval_count: int | None = None


class Price(Struct, frozen=True, gc=False, omit_defaults=True):
    """https://docs.stripe.com/api/prices/object, as an item has it. `product` is an object where it was expanded."""

    id: Identifier
    billing_scheme: Any = None
    currency: str | None = None
    currency_options: Any = None
    nickname: Any = None
    product: Any = None
    recurring: Recurring | None = None
    tiers: Any = None
    tiers_mode: Any = None
    transform_quantity: Any = None
    unit_amount: Any = None
    unit_amount_decimal: Any = None


class Coupon(Struct, frozen=True, gc=False, omit_defaults=True):
    """https://docs.stripe.com/api/coupons/object, as a discount has it."""

    id: Identifier
    amount_off: Any = None
    currency: Any = None
    deleted: Any = None
    duration: Any = None
    duration_in_months: Any = None
    max_redemptions: Any = None
    name: Any = None
    percent_off: Any = None
    redeem_by: Any = None
    times_redeemed: Any = None


class Source(Struct, frozen=True, gc=False):
    """What a discount comes from. The coupon is its id where it was not expanded."""

    coupon: Coupon | str | None = None


class Discount(Struct, frozen=True, gc=False):
    """https://docs.stripe.com/api/discounts/object"""

    end: Time = None
    source: Source | None = None
    start: Time = None


class Item(Struct, frozen=True, gc=False):
    """https://docs.stripe.com/api/subscription_items/object. Without a quantity where usage is metered. A discount is
    its id where it was not expanded."""

    id: Identifier
    price: Price
    current_period_end: Time = None
    current_period_start: Time = None
    discounts: list[Discount | str] | None = None
    quantity: int | None = None


class Items(Struct, gc=False):
    """The first page of a subscription's items; afterwards all of them."""

    data: list[Item]
    has_more: bool = False


class Subscription(Struct, gc=False):
    """A subscription. `items` is None where it cannot be told which they are."""

    id: Identifier
    customer: Any
    start_date: int | float
    status: str
    items: Items | None
    cancel_at: Any = None
    cancel_at_period_end: Any = None
    canceled_at: Any = None
    created: Any = None
    currency: str | None = None
    discounts: list[Discount | str] | None = None
    ended_at: Any = None
    livemode: bool | UnsetType = UNSET
    metadata: Any = None
    pause_collection: Any = None
    status_details: Any = None
    trial_end: Any = None
    trial_start: Any = None


def read(source: object) -> Subscription:
    """A subscription from its JSON. Raises `Unmappable`, naming fields and types and no values."""
    return _read(source, Subscription)


def read_items(source: object) -> Items:
    """A further page of items from its JSON. Raises `Unmappable`."""
    return _read(source, Items)


def _read(source: object, model: type[S]) -> S:
    try:
        return convert(source, model)
    except ValidationError as error:
        raise Unmappable(str(error)) from None


def plain(source: Price | Coupon) -> dict[str, Any]:
    """The JSON of an object, without what is not there."""
    found: dict[str, Any] = to_builtins(source)
    return found
