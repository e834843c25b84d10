"""Price: what is charged, how much, and how often."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gateway.contract.base import ContractModel, Currency, Identifier, MinorUnits, PositiveInteger
from gateway.contract.vocabulary import IntervalUnit, PriceType


class BillingDuration(ContractModel):
    """The length of one billing cycle. Twelve months are written as one year by the adapters: Churnkey's
    pause sample recognises an annual subscription by ``unit === 'year'`` (proven)."""

    amount: PositiveInteger = Field(description="How many units one billing cycle lasts, at least 1.")
    unit: IntervalUnit = Field(description="month or year (proven); day and week only where exact intervals are set.")


class FixedAmount(ContractModel):
    """One amount whatever the quantity band."""

    model: Literal["fixed"] = Field(default="fixed", description="Tells this kind from the others (proven).")
    currency: Currency = Field(description="ISO 4217, lower case.")
    unit: MinorUnits | None = Field(
        default=None, description="Minor units for each unit of quantity (inferred from the name)."
    )
    flat: MinorUnits | None = Field(
        default=None, description="Minor units charged once, whatever the quantity (inferred from the name)."
    )


class Tier(ContractModel):
    """One quantity band of a tiered amount."""

    unit: MinorUnits | None = Field(default=None, description="Minor units for each unit of quantity in the band.")
    flat: MinorUnits | None = Field(default=None, description="Minor units charged once when the band is reached.")
    up_to: PositiveInteger | None = Field(
        default=None,
        description="Last quantity of the band, inclusive; left out on the last, open band (inferred).",
    )


class TieredAmount(ContractModel):
    """An amount that depends on the quantity."""

    model: Literal["tiered"] = Field(default="tiered", description="Tells this kind from the others (proven).")
    currency: Currency = Field(description="ISO 4217, lower case.")
    mode: Literal["graduated", "total"] = Field(
        description="graduated: each band prices its own slice; total: the band reached prices the whole"
        " quantity (words proven, meaning inferred)."
    )
    tiers: tuple[Tier, ...] = Field(min_length=1, description="The bands, from the lowest quantity up.")


Amount = Annotated[FixedAmount | TieredAmount, Field(discriminator="model")]
"""What a price charges for one billing cycle."""


class Price(ContractModel):
    """A recurring price (Churnkey documentation, integrations/models/price)."""

    id: Identifier = Field(description="The provider's id of the price.")
    type: PriceType = Field(description="product when the price belongs to a product; the same for all prices.")
    duration: BillingDuration = Field(description="How often it is charged.")
    amount: Amount = Field(description="How much is charged each time.")
    product_id: Identifier | None = Field(default=None, description="The product; required with type product.")
    name: str | None = Field(
        default=None,
        description="Shown to customers; without it Churnkey builds one from amount and duration.",
    )
    description: str | None = Field(default=None, description="For the business only, hidden from customers.")

    @model_validator(mode="after")
    def _product_price_names_its_product(self) -> Self:
        if self.type is PriceType.PRODUCT and self.product_id is None:
            raise ValueError("a price of type product needs productId")
        return self
