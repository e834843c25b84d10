"""Coupon: a discount that can be applied, how much it takes off, and for how long."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PlainSerializer

from gateway.contract.base import (
    ContractModel,
    Currency,
    Identifier,
    MinorUnits,
    NonNegativeInteger,
    PositiveInteger,
    UtcDatetime,
)
from gateway.contract.vocabulary import IntervalUnit


class OnceDuration(ContractModel):
    """The discount counts for one invoice."""

    type: Literal["once"] = Field(default="once", description="Tells this kind from the others (proven).")


class RecurringDuration(ContractModel):
    """The discount counts for a length of calendar time from its start."""

    type: Literal["recurring"] = Field(default="recurring", description="Tells this kind from the others (proven).")
    amount: PositiveInteger = Field(description="How many units the discount lasts, at least 1.")
    unit: Literal[IntervalUnit.MONTH, IntervalUnit.YEAR] = Field(description="month or year (proven).")


class ForeverDuration(ContractModel):
    """The discount never ends."""

    type: Literal["forever"] = Field(default="forever", description="Tells this kind from the others (proven).")


class CycleDuration(ContractModel):
    """The discount counts for a number of billing cycles."""

    type: Literal["cycle-amount"] = Field(
        default="cycle-amount", description="Tells this kind from the others (proven)."
    )
    cycles: PositiveInteger = Field(description="How many billing cycles the discount lasts, at least 1.")


CouponDuration = Annotated[
    OnceDuration | RecurringDuration | ForeverDuration | CycleDuration, Field(discriminator="type")
]
"""How long a discount lasts (the four types are proven)."""


class FixedValue(ContractModel):
    """An amount of money off."""

    type: Literal["fixed"] = Field(default="fixed", description="Tells this kind from the others (proven).")
    currency: Currency = Field(description="ISO 4217, lower case.")
    unit: MinorUnits | None = Field(
        default=None, description="Minor units off each unit of quantity (inferred, as in a price)."
    )
    flat: MinorUnits | None = Field(default=None, description="Minor units off the whole invoice (inferred).")


def _shortest_number(percent: float) -> int | float:
    return int(percent) if percent.is_integer() else percent


Percent = Annotated[
    float,
    Field(strict=True, gt=0, le=100, allow_inf_nan=False),
    PlainSerializer(_shortest_number, return_type=int | float, when_used="json"),
]
"""A percentage: 30 is 30 %, not 0.3 (inferred from Churnkey's webhooks). Written 30, not 30.0."""


class PercentageValue(ContractModel):
    """A share of the price off."""

    type: Literal["percentage"] = Field(default="percentage", description="Tells this kind from the others (proven).")
    percent: Percent = Field(description="Above 0, up to 100; 30 means 30 %.")
    currency: Currency | None = Field(default=None, description="ISO 4217, when it counts for one currency only.")


CouponValue = Annotated[FixedValue | PercentageValue, Field(discriminator="type")]
"""What a discount takes off."""


class Redemptions(ContractModel):
    """How often a coupon may be and has been redeemed, over all customers."""

    max: NonNegativeInteger | None = Field(default=None, description="The limit; left out when there is none.")
    current: NonNegativeInteger | None = Field(default=None, description="Redemptions so far.")


class Coupon(ContractModel):
    """A coupon (Churnkey documentation, integrations/models/coupon)."""

    id: Identifier = Field(description="The provider's id of the coupon; apply-coupon sends it back.")
    duration: CouponDuration = Field(description="How long the discount lasts once applied.")
    value: CouponValue = Field(description="What it takes off.")
    name: str | None = Field(default=None, description="Shown to customers; Churnkey falls back to the code.")
    code: str | None = Field(default=None, description="What a customer types to redeem it.")
    redemptions: Redemptions | None = Field(default=None, description="Limit and count of redemptions.")
    expires_at: UtcDatetime | None = Field(
        default=None,
        description="After this moment (UTC) it cannot be redeemed; left out when it never expires.",
    )
