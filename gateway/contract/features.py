"""The features manifest, the answer of ``GET /churnkey/features``: what this integration can do.

The shape is proven by Churnkey's documentation (integrations/publish and the action pages), except for the
spelling of the keys of the four actions beside cancel, which is inferred from the names of the SDK's modules.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Self

from pydantic import ConfigDict, Field, model_validator

from gateway.contract.base import ContractModel
from gateway.contract.vocabulary import PriceType, ProductType


def _kebab(name: str) -> str:
    return name.replace("_", "-")


class ScheduleOptions(ContractModel):
    """Which moments an action can take effect at. Churnkey never sends one that is false (proven)."""

    model_config = ConfigDict(alias_generator=_kebab)

    immediate: bool = Field(default=False, description="At once.")
    end_of_period: bool = Field(default=False, description="When the running billing period ends.")


class DurationOptions(ContractModel):
    """Which kinds of duration an action takes. Churnkey never sends one that is false (proven)."""

    period: bool = Field(default=False, description="An amount of time.")
    date: bool = Field(default=False, description="Until a date.")


class PriceController(ContractModel):
    """The prices endpoints."""

    enabled: bool = Field(description="Whether the controller is served.")
    type: PriceType = Field(description="The type of every price served.")


class ProductController(ContractModel):
    """The products endpoints."""

    enabled: bool = Field(description="Whether the controller is served.")
    type: ProductType = Field(description="The type of every product served.")


class ControllerFeatures(ContractModel):
    """Which read endpoints are served. A controller that the provider cannot serve is None: not listed."""

    customers: bool = Field(description="Customers; Churnkey requires it.")
    prices: PriceController = Field(description="Prices; Churnkey requires it.")
    subscriptions: bool = Field(description="Subscriptions; Churnkey requires it.")
    coupons: bool | None = Field(default=None, description="Coupons; apply-coupon needs it.")
    products: ProductController | None = Field(default=None, description="Products; prices of type product need it.")
    families: bool | None = Field(default=None, description="Families; products of type family need it.")

    @model_validator(mode="after")
    def _types_have_their_controllers(self) -> Self:
        products = self.products
        products_enabled = products is not None and products.enabled
        if self.prices.enabled and self.prices.type is PriceType.PRODUCT and not products_enabled:
            raise ValueError("prices of type product need the products controller")
        if products is not None and products.enabled and products.type is ProductType.FAMILY and not self.families:
            raise ValueError("products of type family need the families controller")
        return self


class CancelFeatures(ContractModel):
    """Cancel. Churnkey's cancel flow is unavailable without it (proven)."""

    enabled: bool = Field(description="Whether the action is served.")
    schedules: ScheduleOptions = Field(default=ScheduleOptions(), description="When it can take effect.")

    @model_validator(mode="after")
    def _options_agree(self) -> Self:
        _check_options("cancel", "schedule", self.schedules, enabled=self.enabled)
        return self


class PauseFeatures(ContractModel):
    """Pause."""

    enabled: bool = Field(description="Whether the action is served.")
    start_dates: ScheduleOptions = Field(default=ScheduleOptions(), description="When it can begin.")
    durations: DurationOptions = Field(default=DurationOptions(), description="How long can be given.")
    allow_annual: bool = Field(default=False, description="Whether yearly subscriptions can be paused.")

    @model_validator(mode="after")
    def _options_agree(self) -> Self:
        _check_options("pause", "start date", self.start_dates, enabled=self.enabled)
        _check_options("pause", "duration", self.durations, enabled=self.enabled)
        _check_switch("pause", enabled=self.enabled, switch=self.allow_annual)
        return self


class ExtendTrialFeatures(ContractModel):
    """Extend trial."""

    enabled: bool = Field(description="Whether the action is served.")
    multiple: bool = Field(default=False, description="Whether a trial can be extended again (inferred).")
    durations: DurationOptions = Field(default=DurationOptions(), description="How long can be given.")

    @model_validator(mode="after")
    def _options_agree(self) -> Self:
        _check_options("extend-trial", "duration", self.durations, enabled=self.enabled)
        _check_switch("extend-trial", enabled=self.enabled, switch=self.multiple)
        return self


class ApplyCouponFeatures(ContractModel):
    """Apply coupon."""

    enabled: bool = Field(description="Whether the action is served.")


class ChangePriceFeatures(ContractModel):
    """Change price."""

    enabled: bool = Field(description="Whether the action is served.")
    schedules: ScheduleOptions = Field(default=ScheduleOptions(), description="When it can take effect.")
    prorate: bool = Field(default=False, description="Whether a change can be prorated.")

    @model_validator(mode="after")
    def _options_agree(self) -> Self:
        _check_options("change-price", "schedule", self.schedules, enabled=self.enabled)
        _check_switch("change-price", enabled=self.enabled, switch=self.prorate)
        return self


class ActionFeatures(ContractModel):
    """Which writes are served.

    An action that the provider cannot do is None: it is not listed at all. An action that the owner turned
    off keeps its documented shape with every value false, which is what the defaults give:
    ``PauseFeatures(enabled=False)``.
    """

    cancel: CancelFeatures | None = Field(default=None, description="Cancel (key proven).")
    pause: PauseFeatures | None = Field(default=None, description="Pause (key inferred).")
    extend_trial: ExtendTrialFeatures | None = Field(default=None, description="Extend trial (key inferred).")
    apply_coupon: ApplyCouponFeatures | None = Field(default=None, description="Apply coupon (key inferred).")
    change_price: ChangePriceFeatures | None = Field(default=None, description="Change price (key inferred).")


class Features(ContractModel):
    """What this integration can do."""

    controllers: ControllerFeatures = Field(description="The read endpoints.")
    actions: ActionFeatures = Field(description="The write endpoints.")

    @model_validator(mode="after")
    def _actions_have_their_controllers(self) -> Self:
        apply_coupon, change_price = self.actions.apply_coupon, self.actions.change_price
        if apply_coupon is not None and apply_coupon.enabled and not self.controllers.coupons:
            raise ValueError("apply-coupon needs the coupons controller")
        if change_price is not None and change_price.enabled and not self.controllers.prices.enabled:
            raise ValueError("change-price needs the prices controller")
        return self


def _check_options(action: str, option: str, options: ScheduleOptions | DurationOptions, *, enabled: bool) -> None:
    any_on = any(options.model_dump().values())
    if enabled and not any_on:
        raise ValueError(f"{action} is on, so at least one {option} must be on")
    if any_on and not enabled:
        raise ValueError(f"{action} is off, so no {option} may be on")


def _check_switch(action: str, *, enabled: bool, switch: bool) -> None:
    if switch and not enabled:
        raise ValueError(f"{action} is off, so none of its options may be on")


_TWINS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "end-of-period": "end_of_period",
        "extendTrial": "extend-trial",
        "applyCoupon": "apply-coupon",
        "changePrice": "change-price",
    }
)


def manifest(features: Features, *, compatible: bool) -> dict[str, object]:
    """Return the manifest as it is sent.

    With ``compatible``, every key whose spelling the documentation contradicts or leaves open is there in
    both spellings: ``end_of_period`` beside ``end-of-period``, and the actions by their path segments
    (``extend-trial``, ``apply-coupon``, ``change-price``) beside their camelCase names.
    """
    document: dict[str, object] = features.model_dump(mode="json", by_alias=True, exclude_none=True)
    return _with_twins(document) if compatible else document


def _with_twins(document: Mapping[str, object]) -> dict[str, object]:
    doubled: dict[str, object] = {}
    for key, value in document.items():
        doubled[key] = _with_twins(value) if isinstance(value, dict) else value
        if key in _TWINS:
            doubled[_TWINS[key]] = doubled[key]
    return doubled
