"""Customer: who pays."""

from __future__ import annotations

from pydantic import Field

from gateway.contract.base import ContractModel, Currency, Identifier, UtcDatetime
from gateway.contract.coupon import Coupon


class Address(ContractModel):
    """A postal address. Churnkey derives the jurisdiction of cancellation laws from country and state."""

    country: str | None = Field(default=None, description="ISO 3166-1 alpha-2, as in the older documentation.")
    state: str | None = Field(default=None, description="State, province or region.")
    city: str | None = Field(default=None, description="City or town.")
    postal_code: str | None = Field(default=None, description="Postal or ZIP code, as text.")
    line1: str | None = Field(default=None, description="Street and number.")
    line2: str | None = Field(default=None, description="What the first line has no room for.")


class CustomerDiscount(ContractModel):
    """A discount on everything the customer pays."""

    coupon: Coupon = Field(description="The coupon in full, not its id.")
    start: UtcDatetime | None = Field(default=None, description="From when (UTC) it counts; optional here (proven).")
    end: UtcDatetime | None = Field(default=None, description="Until when (UTC); left out when it never ends.")


class Customer(ContractModel):
    """A customer (Churnkey documentation, integrations/models/customer)."""

    id: Identifier = Field(description="The provider's id; Churnkey's sessions are keyed by the same id.")
    name: str | None = Field(default=None, description="The whole name, or the first name when lastName is there.")
    last_name: str | None = Field(default=None, description="Family name, where the provider keeps it apart.")
    email: str | None = Field(
        default=None, description="Without both e-mail and phone Churnkey's campaigns do not send (proven)."
    )
    phone: str | None = Field(default=None, description="Enables text messages.")
    addresses: tuple[Address, ...] | None = Field(default=None, description="The first one is the primary (proven).")
    discounts: tuple[CustomerDiscount, ...] | None = Field(
        default=None, description="Discounts held by the customer, not those of one subscription."
    )
    currency: Currency | None = Field(default=None, description="ISO 4217, lower case.")
    metadata: dict[str, str] | None = Field(
        default=None, description="Custom attributes for segments; names and values are text (proven)."
    )
    created_at: UtcDatetime | None = Field(
        default=None, description="When the customer was created (UTC); only the older documentation has it."
    )
