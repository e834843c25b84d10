"""Subscriptions as they are written, without a model of each: what a list of them is made of.

Building and writing the models of twenty subscriptions costs more than asking the provider for them. What is here has
the same names and writes the same JSON at a tenth of the cost, and is checked by whoever makes it: nothing is validated
here. `WrittenSubscription.model` reads it as the contract's own model, which a test does with everything that an
adapter can write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Raw, Struct
from msgspec.json import Encoder

from gateway.contract.base import ContractModel
from gateway.contract.subscription import StatusName, Subscription

if TYPE_CHECKING:
    from collections.abc import Iterable

_ENCODER: Final = Encoder()


class WrittenPeriod(Struct, frozen=True, gc=False):
    """`Period`. Both ends as ``gateway.contract.moments`` writes them, here and below."""

    start: str
    end: str


class WrittenStatus(Struct, frozen=True, gc=False, rename="camel", omit_defaults=True):
    """Any of the statuses, with the members that its name asks for."""

    name: StatusName
    start: str | None = None
    end: str | None = None
    canceled_at: str | None = None
    current_period: WrittenPeriod | None = None
    trial: WrittenPeriod | None = None


class WrittenItem(Struct, frozen=True, gc=False, omit_defaults=True):
    """`SubscriptionItem`; `price` is the JSON of a `Price`."""

    price: Raw
    quantity: int
    id: str | None = None


class WrittenDiscount(Struct, frozen=True, gc=False, omit_defaults=True):
    """`SubscriptionDiscount`; `coupon` is the JSON of a `Coupon`."""

    coupon: Raw
    start: str
    end: str | None = None


class WrittenSubscription(Struct, frozen=True, gc=False, rename="camel", omit_defaults=True):
    """`Subscription`; `duration` is the JSON of a `BillingDuration`."""

    id: str
    customer_id: str
    status: WrittenStatus
    start: str
    duration: Raw
    items: tuple[WrittenItem, ...]
    discounts: tuple[WrittenDiscount, ...] | None = None
    metadata: dict[str, str] | None = None

    def to_json(self) -> str:
        """Return the wire form, as `ContractModel.to_json` does."""
        return _ENCODER.encode(self).decode()

    def model(self) -> Subscription:
        """Return the contract's model of it. Raises `pydantic.ValidationError` where it does not satisfy it."""
        return Subscription.model_validate_json(_ENCODER.encode(self))


Emitted = ContractModel | WrittenSubscription
"""What can be a row of a list."""

ListedSubscription = Subscription | WrittenSubscription
"""A row of a list of subscriptions: an adapter answers models, or what is cheaper."""


class _WrittenPage(Struct, frozen=True, gc=False, omit_defaults=True):
    data: list[WrittenSubscription | Raw]
    next: str | None = None


def written(model: ContractModel) -> Raw:
    """Return the JSON of a model, to be a part of something larger."""
    return Raw(model.to_json())


def page_json(rows: Iterable[Emitted], following: str | None) -> bytes:
    """Return the JSON of a `Page` with these rows; `following` is its ``next``."""
    data = [row if isinstance(row, WrittenSubscription) else written(row) for row in rows]
    return _ENCODER.encode(_WrittenPage(data, following))
