"""Subscription: what a customer pays for, and the state it is in."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from gateway.contract.base import ContractModel, Identifier, NonNegativeInteger, UtcDatetime
from gateway.contract.coupon import Coupon
from gateway.contract.price import BillingDuration, Price


class Period(ContractModel):
    """A span of time."""

    start: UtcDatetime = Field(description="First moment (UTC).")
    end: UtcDatetime = Field(description="First moment after it (UTC).")


_CURRENT_PERIOD = "The billing period that runs now; its end is what Churnkey shows as the end of access."
_TRIAL = "The trial, past or running."


class ActiveStatus(ContractModel):
    """In service and paid, also when it is set to cancel later: the contract has no word for that."""

    name: Literal["active"] = Field(default="active", description="Tells this kind from the others (proven).")
    current_period: Period = Field(description=_CURRENT_PERIOD)
    trial: Period | None = Field(default=None, description=_TRIAL)


class TrialStatus(ContractModel):
    """In a trial."""

    name: Literal["trial"] = Field(default="trial", description="Tells this kind from the others (proven).")
    trial: Period = Field(description=_TRIAL)
    current_period: Period | None = Field(default=None, description=_CURRENT_PERIOD)


class PausedStatus(ContractModel):
    """Paused. Both ends are required and sit on the status itself, not in an object of their own (proven)."""

    name: Literal["paused"] = Field(default="paused", description="Tells this kind from the others (proven).")
    start: UtcDatetime = Field(description="When the pause began (UTC).")
    end: UtcDatetime = Field(description="When it ends by itself (UTC); a far date for a pause without an end.")
    current_period: Period | None = Field(default=None, description=_CURRENT_PERIOD)
    trial: Period | None = Field(default=None, description=_TRIAL)


class CanceledStatus(ContractModel):
    """Ended."""

    name: Literal["canceled"] = Field(default="canceled", description="Tells this kind from the others (proven).")
    canceled_at: UtcDatetime = Field(description="When the cancellation took effect (UTC).")
    current_period: Period | None = Field(default=None, description=_CURRENT_PERIOD)
    trial: Period | None = Field(default=None, description=_TRIAL)


class UnpaidStatus(ContractModel):
    """Payment is owed: past due, unpaid or incomplete; one word for all of them (inferred)."""

    name: Literal["unpaid"] = Field(default="unpaid", description="Tells this kind from the others (proven).")
    current_period: Period | None = Field(default=None, description=_CURRENT_PERIOD)
    trial: Period | None = Field(default=None, description=_TRIAL)


StatusName: TypeAlias = Literal["active", "trial", "paused", "canceled", "unpaid"]
"""The names of the statuses."""

SubscriptionStatus = Annotated[
    ActiveStatus | TrialStatus | PausedStatus | CanceledStatus | UnpaidStatus, Field(discriminator="name")
]
"""The state of a subscription (the five names are proven)."""


class SubscriptionItem(ContractModel):
    """One price on a subscription."""

    id: Identifier | None = Field(default=None, description="The provider's id of the item, where it has one.")
    price: Price = Field(description="The price in full, not its id (proven).")
    quantity: NonNegativeInteger = Field(
        description="How many; 1 where usage is counted afterwards, so that the price of one shows."
    )


class SubscriptionDiscount(ContractModel):
    """A discount on one subscription."""

    coupon: Coupon = Field(description="The coupon in full, not its id.")
    start: UtcDatetime = Field(description="From when (UTC) it counts; required here (proven).")
    end: UtcDatetime | None = Field(default=None, description="Until when (UTC); left out when it never ends.")


class Subscription(ContractModel):
    """A subscription (Churnkey documentation, integrations/models/subscription)."""

    id: Identifier = Field(description="The provider's id of the subscription.")
    customer_id: Identifier = Field(description="The customer who holds it.")
    status: SubscriptionStatus = Field(description="The state it is in.")
    start: UtcDatetime = Field(description="When it began (UTC).")
    duration: BillingDuration = Field(description="The billing cycle.")
    items: tuple[SubscriptionItem, ...] = Field(description="What is paid for; may be empty.")
    discounts: tuple[SubscriptionDiscount, ...] | None = Field(
        default=None, description="Running discounts; Churnkey warns before it replaces one."
    )
    metadata: dict[str, str] | None = Field(
        default=None, description="Custom attributes for segments; names and values are text."
    )
