"""Churnkey's Direct mode: customers and subscriptions in the shapes that an application hands to Churnkey itself.

Source: the types of @churnkey/react 0.2 (github.com/churnkey/sdk, packages/react/src/core/types.ts); for what the
hosted embed reads in their place, Churnkey's documentation, billing-providers/direct-connect.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from gateway.contract.base import (
    ContractModel,
    Currency,
    Identifier,
    MinorUnits,
    NonNegativeInteger,
    PositiveInteger,
    UtcDatetime,
)
from gateway.contract.coupon import Percent
from gateway.contract.customer import Address
from gateway.contract.subscription import Period
from gateway.contract.vocabulary import IntervalUnit, Mode, PriceType

_CURRENT_PERIOD = "The billing period that runs now."


class DirectCustomer(ContractModel):
    """A customer. Discounts have no place on a customer here."""

    id: Identifier = Field(description="The provider's id; the session is keyed by the same id.")
    email: str | None = Field(default=None, description="E-mail address.")
    name: str | None = Field(default=None, description="The whole name, or the first name when lastName is there.")
    last_name: str | None = Field(default=None, description="Family name, where the provider keeps it apart.")
    phone: str | None = Field(default=None, description="Phone number.")
    currency: Currency | None = Field(default=None, description="ISO 4217, lower case.")
    addresses: tuple[Address, ...] | None = Field(default=None, description="The first one is the primary.")
    metadata: dict[str, str] | None = Field(default=None, description="Custom attributes; names and values are text.")


class DirectDuration(ContractModel):
    """The length of one billing cycle, days and weeks included."""

    interval: IntervalUnit = Field(description="day, week, month or year.")
    interval_count: PositiveInteger = Field(description="How many of them one billing cycle lasts.")


class DirectAmount(ContractModel):
    """What one unit costs. Direct mode has no tiers."""

    model: Literal["fixed", "tiered"] = Field(description="Whether the amount depends on the quantity.")
    value: MinorUnits = Field(
        description="Minor units for a quantity of one: what the item's quantity is charged, divided by it, rounded."
    )
    currency: Currency = Field(description="ISO 4217, lower case.")


class DirectPrice(ContractModel):
    """A price on a subscription."""

    id: Identifier = Field(description="The provider's id of the price.")
    type: PriceType = Field(description="product when the price belongs to a product.")
    product_id: Identifier | None = Field(default=None, description="The product, where there is one.")
    name: str | None = Field(default=None, description="Shown to customers.")
    duration: DirectDuration = Field(description="How often it is charged.")
    interval: IntervalUnit = Field(description="As in duration: the hosted embed reads it here.")
    interval_count: PositiveInteger = Field(description="As in duration: the hosted embed reads it here.")
    amount: DirectAmount = Field(description="How much is charged each time.")


class DirectItem(ContractModel):
    """One price on a subscription, and how many."""

    id: Identifier | None = Field(default=None, description="The provider's id of the item, where it has one.")
    price: DirectPrice = Field(description="The price in full.")
    quantity: NonNegativeInteger = Field(description="How many; 1 where usage is counted afterwards.")


class DirectCoupon(ContractModel):
    """A coupon: a share off, or an amount off."""

    id: Identifier = Field(description="The provider's id of the coupon.")
    name: str | None = Field(default=None, description="Shown to customers.")
    percent_off: Percent | None = Field(default=None, description="Above 0, up to 100; 30 means 30 %.")
    amount_off: MinorUnits | None = Field(default=None, description="Minor units.")
    currency: Currency | None = Field(default=None, description="ISO 4217, lower case.")
    duration: Literal["once", "repeating", "forever"] = Field(description="How long the discount lasts once applied.")
    duration_in_months: PositiveInteger | None = Field(
        default=None, description="With repeating; left out where it is no whole number of months."
    )


class DirectDiscount(ContractModel):
    """A discount on one subscription."""

    coupon: DirectCoupon = Field(description="The coupon in full.")
    start: UtcDatetime = Field(description="From when (UTC) it counts.")
    end: UtcDatetime | None = Field(default=None, description="Until when (UTC); left out when it never ends.")


class DirectActive(ContractModel):
    """In service and paid, also when it is set to cancel later."""

    name: Literal["active"] = Field(default="active", description="Tells this kind from the others.")
    current_period: Period = Field(description=_CURRENT_PERIOD)


class DirectTrial(ContractModel):
    """In a trial."""

    name: Literal["trial"] = Field(default="trial", description="Tells this kind from the others.")
    trial: Period = Field(description="The trial.")
    current_period: Period | None = Field(default=None, description=_CURRENT_PERIOD)


class DirectPause(ContractModel):
    """A pause."""

    start: UtcDatetime = Field(description="When it began (UTC).")
    end: UtcDatetime | None = Field(default=None, description="When it ends (UTC); left out where nothing is set to.")


class DirectPaused(ContractModel):
    """Paused. The dates are in an object of their own here."""

    name: Literal["paused"] = Field(default="paused", description="Tells this kind from the others.")
    pause: DirectPause = Field(description="From when, and until when.")
    current_period: Period | None = Field(default=None, description=_CURRENT_PERIOD)


class DirectCanceled(ContractModel):
    """Ended."""

    name: Literal["canceled"] = Field(default="canceled", description="Tells this kind from the others.")
    canceled_at: UtcDatetime = Field(description="When the cancellation took effect (UTC).")


class DirectUnpaid(ContractModel):
    """Payment is owed."""

    name: Literal["unpaid"] = Field(default="unpaid", description="Tells this kind from the others.")
    current_period: Period | None = Field(default=None, description=_CURRENT_PERIOD)


class DirectFuture(ContractModel):
    """Not started yet."""

    name: Literal["future"] = Field(default="future", description="Tells this kind from the others.")
    current_period: Period | None = Field(default=None, description="The first billing period, which is still to come.")


DirectStatus = Annotated[
    DirectActive | DirectTrial | DirectPaused | DirectCanceled | DirectUnpaid | DirectFuture,
    Field(discriminator="name"),
]
"""The state of a subscription."""


class DirectSubscription(ContractModel):
    """A subscription."""

    id: Identifier = Field(description="The provider's id of the subscription.")
    customer_id: Identifier = Field(description="The customer who holds it.")
    start: UtcDatetime = Field(description="When it began, or will begin (UTC).")
    end: UtcDatetime | None = Field(
        default=None, description="When it ended, or when a scheduled cancellation ends it (UTC)."
    )
    status: DirectStatus = Field(description="The state it is in.")
    items: tuple[DirectItem, ...] = Field(description="What is paid for; may be empty.")
    duration: DirectDuration = Field(description="The billing cycle.")
    discounts: tuple[DirectDiscount, ...] | None = Field(default=None, description="Running discounts.")
    metadata: dict[str, str] | None = Field(default=None, description="Custom attributes; names and values are text.")


class DirectBilling(ContractModel):
    """A customer with all subscriptions, as the props of Churnkey's React component take them."""

    customer: DirectCustomer = Field(description="The customer.")
    subscriptions: tuple[DirectSubscription, ...] = Field(
        description="All of the customer's. Those that run come first, those that have ended last."
    )


AsciiIdentifier = Annotated[str, StringConstraints(pattern=r"^[ -~]{1,255}$")]
"""An id that a session token can carry: who reads one in a browser takes each byte for a character."""


class SessionRequest(ContractModel):
    """Whom a session is for."""

    customer_id: AsciiIdentifier = Field(description="The customer.")
    subscription_id: AsciiIdentifier | None = Field(
        default=None, description="The subscription, which must be the customer's. Some billing providers require it."
    )


class DirectSession(ContractModel):
    """What opens a cancel flow for one customer in a browser. Whoever has it can open that customer's flow."""

    token: Identifier = Field(description="For the React component: its prop session.")
    auth_hash: Identifier = Field(description="For the hosted embed: its parameter authHash.")
    app_id: Identifier = Field(description="The App ID of the Churnkey account.")
    customer_id: Identifier = Field(description="The customer.")
    subscription_id: Identifier | None = Field(default=None, description="The subscription, where one was named.")
    mode: Mode = Field(description="live or test.")
