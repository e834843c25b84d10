"""Paddle's objects as far as they are read. Field names are those of version 1 of the API.

https://developer.paddle.com/api-reference. Older objects lack fields that newer ones have, enums are open, and fields
are added at any time: so only the id must be there, a word nobody knows is a text like any other, and what is of
another kind than documented is taken for missing wherever a missing value does no harm. Where it would do harm it is
kept unreadable (`Time`), or nothing of the object is read (the counts of a discount, a preview). Amounts and times stay
the texts they are; what they say is found out in `amounts.py` and `mapping.py`, and only of those that are needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, Strict, StringConstraints, ValidationError
from pydantic_core import CoreSchema, core_schema

from adapters.errors import Unmappable
from adapters.holes import reason_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Else:
    """What a value becomes that is of another kind than documented. Done by pydantic's core, which calls no Python."""

    value: object

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), default=self.value, on_error="default")


_FilledText = Annotated[str, StringConstraints(strict=True, min_length=1)]

Text = Annotated[_FilledText | None, _Else(None)]
"""A text; an empty one is none."""
Word = Annotated[Annotated[str, Field(coerce_numbers_to_str=True)] | None, _Else(None)]
"""A word of an enum, known or not. A number is kept as one, so that an operator can be told of it."""
Time = Annotated[Annotated[str, Strict()] | None, _Else("")]
"""A time as its text. What is no text is an empty one, which cannot be read: unlike a missing time it must not mean
that something has no end."""
_WholeNumber = Annotated[int, Strict()]
Count = Annotated[_WholeNumber | None, _Else(None)]
"""A whole number."""
Flag = Annotated[Annotated[bool, Strict()] | None, _Else(None)]
"""True or false."""
Part: TypeAlias = Annotated[T | None, _Else(None)]
"""An object within another."""
Parts: TypeAlias = Annotated[tuple[Part[T], ...], _Else(())]
"""A list of such objects. Its length stays what it was: an entry that is none is None."""
CustomData = Annotated[dict[str, Any] | None, _Else(None)]
"""What the seller has put on an object, in any shape."""


class PaddleModel(BaseModel):
    """Base of all that is read. Made by `read`."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


M = TypeVar("M", bound=PaddleModel)


def read(model: type[M], source: Mapping[str, Any]) -> M:
    """An object as it came, read. Raises `Unmappable`, naming fields and no values."""
    try:
        return model.model_validate(source)
    except ValidationError as error:
        raise Unmappable(reason_of(error)) from None


class Customer(PaddleModel):
    """https://developer.paddle.com/api-reference/customers"""

    id: _FilledText
    name: Text = None
    email: Text = None
    status: Word = None
    custom_data: CustomData = None
    created_at: Time = None


class Address(PaddleModel):
    """https://developer.paddle.com/api-reference/addresses. Shown with its customer only, so its id is not read."""

    country_code: Text = None
    region: Text = None
    city: Text = None
    postal_code: Text = None
    first_line: Text = None
    second_line: Text = None


class Product(PaddleModel):
    """https://developer.paddle.com/api-reference/products"""

    id: _FilledText
    name: Text = None
    description: Text = None


class Money(PaddleModel):
    """An amount in the currency's minor units, as a text of digits."""

    amount: Text = None
    currency_code: Text = None


class BillingCycle(PaddleModel):
    """How often something is billed: every `frequency` intervals."""

    interval: Word = None
    frequency: Count = None


class PriceOverride(PaddleModel):
    """What a price costs in some countries."""

    unit_price: Part[Money] = None


class QuantityLimits(PaddleModel):
    """How many of a price can be had at once."""

    minimum: Count = None
    maximum: Count = None


class Price(PaddleModel):
    """https://developer.paddle.com/api-reference/prices. `product` is there where it was asked for."""

    id: _FilledText
    product_id: Text = None
    name: Text = None
    description: Text = None
    status: Word = None
    billing_cycle: Part[BillingCycle] = None
    unit_price: Part[Money] = None
    unit_price_overrides: Parts[PriceOverride] = ()
    quantity: Part[QuantityLimits] = None
    product: Part[Product] = None


class Discount(PaddleModel):
    """https://developer.paddle.com/api-reference/discounts

    A missing count means without limit, so one that cannot be read is not taken for missing.
    """

    id: _FilledText
    status: Word = None
    type: Word = None
    mode: Word = None
    description: Text = None
    code: Text = None
    amount: Text = None
    currency_code: Text = None
    recur: Flag = None
    maximum_recurring_intervals: _WholeNumber | None = None
    usage_limit: _WholeNumber | None = None
    times_used: _WholeNumber | None = None
    expires_at: Time = None


class TimeSpan(PaddleModel):
    """A billing period, or the dates of an item's trial."""

    starts_at: Time = None
    ends_at: Time = None


class ScheduledChange(PaddleModel):
    """The one change that a subscription has room for. `resume_at` is the end of a scheduled pause."""

    action: Word = None
    effective_at: Time = None
    resume_at: Time = None


class AppliedDiscount(PaddleModel):
    """Which discount is on a subscription, and from when to when. Its terms are a `Discount`."""

    id: _FilledText
    starts_at: Time = None
    ends_at: Time = None


class Item(PaddleModel):
    """An item of a subscription. `price` is a copy from when it was put on, `product` is as it is now."""

    quantity: Count = None
    recurring: Flag = None
    trial_dates: Part[TimeSpan] = None
    price: Part[Price] = None
    product: Part[Product] = None


class Subscription(PaddleModel):
    """https://developer.paddle.com/api-reference/subscriptions"""

    id: _FilledText
    customer_id: Text = None
    status: Word = None
    currency_code: Text = None
    billing_cycle: Part[BillingCycle] = None
    current_billing_period: Part[TimeSpan] = None
    scheduled_change: Part[ScheduledChange] = None
    discount: Part[AppliedDiscount] = None
    items: Parts[Item] = ()
    custom_data: CustomData = None
    created_at: Time = None
    started_at: Time = None
    first_billed_at: Time = None
    next_billed_at: Time = None
    paused_at: Time = None
    canceled_at: Time = None
    updated_at: Time = None


class TransactionTotals(PaddleModel):
    """What a transaction comes to. `grand_total` is what is to be paid, tax and credits included."""

    grand_total: Text = None
    currency_code: Text = None


class TransactionDetails(PaddleModel):
    """The calculated part of a transaction."""

    totals: TransactionTotals


class TransactionPreview(PaddleModel):
    """A transaction that there would be."""

    details: TransactionDetails


class UpdateResult(PaddleModel):
    """What an update comes to, now or later: a `charge`, or a `credit` whose amount has no sign."""

    action: Word = None
    amount: Text = None


class UpdateSummary(PaddleModel):
    """What an update costs and gives back."""

    result: UpdateResult


class SubscriptionPreview(PaddleModel):
    """https://developer.paddle.com/api-reference/subscriptions/preview-subscription-update

    Here a missing value means that nothing would be charged. So that must be said, as null, and what is of another kind
    than documented is not taken for it: then nothing of the preview is read.
    """

    immediate_transaction: TransactionPreview | None
    update_summary: UpdateSummary | None = None
