"""The bodies of the actions, as one canonical shape each.

Churnkey's documentation proves what each body says but not every name, so requests are read by
``gateway.contract.spellings``; these models are what that reader returns, and their JSON schemas document the
canonical spelling.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from gateway.contract.base import ContractModel, Identifier, PositiveInteger, UtcDatetime
from gateway.contract.vocabulary import Action, DurationKind, IntervalUnit, Schedule

LONGEST_PERIOD: Final[Mapping[IntervalUnit, int]] = MappingProxyType(
    {IntervalUnit.DAY: 3650, IntervalUnit.WEEK: 521, IntervalUnit.MONTH: 120, IntervalUnit.YEAR: 10}
)
"""The most of each unit that a pause or a trial extension may last: ten years."""

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2200
"""The years, in UTC, that a pause or an extended trial may end in."""

# The reader ignores names it does not know, so the documented schema must not forbid them.
_OPEN_SCHEMA: Final = ConfigDict(json_schema_extra={"additionalProperties": True})

# What Python takes for white space, of which no id is made, in the words of ECMA 262.
_NOT_BLANK: Final[JsonDict] = {"pattern": r"[^\s\u001c-\u001f\u0085]"}
_YEARS: Final[JsonDict] = {"pattern": r"^(19[7-9]\d|2[01]\d\d|2200)-"}
_LONGEST: Final[JsonDict] = {
    "additionalProperties": True,
    "allOf": [
        {
            "if": {"properties": {"unit": {"const": unit.value}}},
            "then": {"properties": {"amount": {"maximum": longest}}},
        }
        for unit, longest in LONGEST_PERIOD.items()
    ],
}


class PeriodDuration(ContractModel):
    """An amount of time. The kind is proven, the names inside are inferred."""

    model_config = ConfigDict(json_schema_extra=_LONGEST)

    type: Literal[DurationKind.PERIOD] = Field(default=DurationKind.PERIOD, description="The kind.")
    amount: PositiveInteger = Field(description="How many units; at most ten years in all.")
    unit: IntervalUnit = Field(description="day, week, month or year.")

    @model_validator(mode="after")
    def _is_not_beyond_the_longest(self) -> Self:
        if self.amount > LONGEST_PERIOD[self.unit]:
            raise ValueError("a period lasts ten years at most")
        return self


class DateDuration(ContractModel):
    """Until a moment. The kind is proven, the name inside is inferred."""

    model_config = _OPEN_SCHEMA

    type: Literal[DurationKind.DATE] = Field(default=DurationKind.DATE, description="The kind.")
    date: UtcDatetime = Field(
        description=f"When the pause or the trial ends (UTC), in the years {FIRST_YEAR} to {LAST_YEAR}.",
        json_schema_extra=_YEARS,
    )


ActionDuration = Annotated[PeriodDuration | DateDuration, Field(discriminator="type")]
"""How long a pause lasts, or by how much (period) or until when (date) a trial is extended."""

_SCHEDULE = "immediate or end-of-period (proven). Absent: end-of-period, or the only one that is enabled."
_UNPAUSE = (
    "Un-pause a paused subscription before it is cancelled. The meaning is proven, the name is not: any"
    " name that contains unpause or resume is read, and only true means it."
)
_ALLOW_ANNUAL = "Whether yearly subscriptions may be paused too (proven)."


class _CustomerRequest(ContractModel):
    """A body that names a customer."""

    model_config = _OPEN_SCHEMA

    customer_id: Identifier = Field(description="The customer (proven).", json_schema_extra=_NOT_BLANK)


class _SubscriptionRequest(_CustomerRequest):
    """A body that names one subscription of a customer."""

    subscription_id: Identifier = Field(
        description="The subscription; it must be the customer's (proven).", json_schema_extra=_NOT_BLANK
    )


class CancelRequest(_SubscriptionRequest):
    """Cancel one subscription: ``POST /churnkey/actions/subscription/cancel``."""

    action: ClassVar[Action] = Action.CANCEL

    scheduled_at: Schedule | None = Field(default=None, description=_SCHEDULE)
    unpause: bool = Field(default=False, strict=True, description=_UNPAUSE)


class CancelAllRequest(_CustomerRequest):
    """Cancel every subscription of a customer: ``POST /churnkey/actions/customer/cancel``."""

    action: ClassVar[Action] = Action.CANCEL

    scheduled_at: Schedule | None = Field(default=None, description=_SCHEDULE)
    unpause: bool = Field(default=False, strict=True, description=_UNPAUSE)


class PauseRequest(_SubscriptionRequest):
    """Pause one subscription: ``POST /churnkey/actions/subscription/pause``."""

    action: ClassVar[Action] = Action.PAUSE

    start_at: Schedule | None = Field(default=None, description=_SCHEDULE)
    duration: ActionDuration = Field(description="How long, counted from the start of the pause, or until when.")
    allow_annual: bool = Field(default=False, strict=True, description=_ALLOW_ANNUAL)


class PauseAllRequest(_CustomerRequest):
    """Pause the subscriptions of a customer: ``POST /churnkey/actions/customer/pause``."""

    action: ClassVar[Action] = Action.PAUSE

    start_at: Schedule | None = Field(default=None, description=_SCHEDULE)
    duration: ActionDuration = Field(description="How long, counted from the start of the pause, or until when.")
    allow_annual: bool = Field(default=False, strict=True, description=_ALLOW_ANNUAL)


class ExtendTrialRequest(_SubscriptionRequest):
    """Extend the trial of one subscription: ``POST /churnkey/actions/subscription/extend-trial``."""

    action: ClassVar[Action] = Action.EXTEND_TRIAL

    duration: ActionDuration = Field(description="How long, counted from the end of the trial, or until when.")


class ApplyCouponRequest(_SubscriptionRequest):
    """Apply a coupon to one subscription: ``POST /churnkey/actions/subscription/apply-coupon``."""

    action: ClassVar[Action] = Action.APPLY_COUPON

    coupon_id: Identifier = Field(
        validation_alias="coupon",
        serialization_alias="coupon",
        description="The coupon's id (meaning proven, name open: coupon, couponId and id are read).",
        json_schema_extra=_NOT_BLANK,
    )


class ChangePriceRequest(_SubscriptionRequest):
    """Move one subscription to another price: ``POST /churnkey/actions/subscription/change-price``."""

    action: ClassVar[Action] = Action.CHANGE_PRICE

    price_id: Identifier = Field(
        validation_alias="price",
        serialization_alias="price",
        description="The new price's id (meaning proven, name open: price, priceId, planId and id are read).",
        json_schema_extra=_NOT_BLANK,
    )
    scheduled_at: Schedule | None = Field(default=None, description=_SCHEDULE)
    prorate: bool | None = Field(
        default=None,
        strict=True,
        description="Whether the change is prorated (proven). Absent: if the feature is on.",
    )


ActionRequest = (
    CancelRequest
    | CancelAllRequest
    | PauseRequest
    | PauseAllRequest
    | ExtendTrialRequest
    | ApplyCouponRequest
    | ChangePriceRequest
)
"""Any action, read and checked."""
