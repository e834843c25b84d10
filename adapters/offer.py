"""What is offered to Churnkey: what the adapter can do, less what the account cannot, less what the YAML turns off.

One computation feeds the manifest, the refusal of a request and the explanation of why a feature is off, so that
the three cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from adapters.capabilities import (
    ApplyCouponCapability,
    CancelCapability,
    Capabilities,
    ChangePriceCapability,
    CouponMode,
    ExtendTrialCapability,
    PauseCapability,
)
from gateway.contract import (
    ActionFeatures,
    ApplyCouponFeatures,
    CancelFeatures,
    ChangePriceFeatures,
    Controller,
    ControllerFeatures,
    DurationKind,
    DurationOptions,
    ExtendTrialFeatures,
    Features,
    PauseFeatures,
    PriceController,
    PriceType,
    ProductController,
    ProductType,
    Schedule,
    ScheduleOptions,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from adapters.settings import AdapterSettings

Option = TypeVar("Option", Schedule, DurationKind)

BY_PROVIDER: Final = "the billing provider cannot do it"
BY_SETTINGS: Final = "the settings leave it off"
NOTHING_LEFT: Final = "none of the ways to do it is left"


@dataclass(frozen=True, slots=True)
class FeatureOff:
    """A feature that is not offered, and why."""

    feature: str
    reason: str


@dataclass(frozen=True, slots=True)
class Offer:
    """The capabilities that remain, and what was taken away with the reason for each.

    `coupon_mode` is what happens to the coupons already there. `pause_months` is the longest pause, and `trial_days`
    the most that one extension of a trial may add; None for any. `on` names every feature that is offered.
    """

    capabilities: Capabilities
    on: tuple[str, ...]
    off: tuple[FeatureOff, ...]
    coupon_mode: CouponMode
    pause_months: int | None
    trial_days: int | None

    def has(self, controller: Controller) -> bool:
        """Whether the controller is offered."""
        return controller in self.capabilities.controllers

    def reason(self, feature: str) -> str:
        """Why a feature is off."""
        return next((off.reason for off in self.off if off.feature == feature), BY_PROVIDER)


class _Reduction:
    """Takes features away and remembers why."""

    def __init__(self, account_lacks: Mapping[str, str]) -> None:
        self.off: list[FeatureOff] = []
        self._kept: list[str] = []
        self._account_lacks = account_lacks

    def keeps(self, feature: str, *, able: bool, wanted: bool, needs: str | None = None) -> bool:
        """Whether the feature stays: the class is able, the account is not found unable, the owner wants it."""
        reason = None
        if not able:
            reason = BY_PROVIDER
        elif feature in self._account_lacks:
            reason = self._account_lacks[feature]
        elif not wanted:
            reason = BY_SETTINGS
        elif needs is not None:
            reason = f"it needs {needs}, which is off"
        if reason is None:
            self._kept.append(feature)
        else:
            self.off.append(FeatureOff(feature, reason))
        return reason is None

    @property
    def on(self) -> tuple[str, ...]:
        """The features that stay, without the options of those that do not."""
        off = {one.feature for one in self.off}
        return tuple(one for one in self._kept if one not in off and one.partition(".")[0] not in off)

    def keeps_any(self, feature: str, options: frozenset[Option]) -> bool:
        """Whether a feature is still of use: an option of it is left."""
        if options:
            return True
        self.off.append(FeatureOff(feature, NOTHING_LEFT))
        return False

    def options(
        self, feature: str, every: Iterable[Option], able: frozenset[Option], wanted: frozenset[Option] | None
    ) -> frozenset[Option]:
        """The options that stay, of all there are."""
        return frozenset(
            option
            for option in every
            if self.keeps(f"{feature}.{option}", able=option in able, wanted=wanted is None or option in wanted)
        )


def offer(
    capabilities: Capabilities, settings: AdapterSettings, account_lacks: Mapping[str, str], *, families: bool
) -> Offer:
    """Compute what is offered.

    `account_lacks` maps features ("pause", "controllers.coupons") to why this account cannot do them. `families`
    tells whether the settings switch families on, for adapters that have them.
    """
    taken = _Reduction(account_lacks)
    controllers = _controllers(capabilities, settings, taken, families=families)
    actions = settings.actions
    coupon_mode = actions.apply_coupon.mode
    remaining = replace(
        capabilities,
        controllers=controllers,
        price_type=capabilities.price_type if Controller.PRODUCTS in controllers else PriceType.STANDALONE,
        find_by_email=taken.keeps("find-by-email", able=capabilities.find_by_email, wanted=True),
        find_by_phone=taken.keeps("find-by-phone", able=capabilities.find_by_phone, wanted=True),
        cancel=_cancel(capabilities.cancel, settings, taken),
        pause=_pause(capabilities.pause, settings, taken),
        extend_trial=_extend_trial(capabilities.extend_trial, settings, taken),
        apply_coupon=_apply_coupon(
            capabilities.apply_coupon, settings, taken, coupons=Controller.COUPONS in controllers
        ),
        change_price=_change_price(capabilities.change_price, settings, taken, prices=Controller.PRICES in controllers),
    )
    return Offer(
        remaining, taken.on, tuple(taken.off), coupon_mode, actions.pause.max_months, actions.extend_trial.max_days
    )


def _controllers(
    capabilities: Capabilities, settings: AdapterSettings, taken: _Reduction, *, families: bool
) -> frozenset[Controller]:
    wanted = {
        Controller.PRICES: settings.controllers.prices,
        Controller.COUPONS: settings.controllers.coupons,
        Controller.PRODUCTS: settings.controllers.products,
        Controller.FAMILIES: families,
    }
    kept: set[Controller] = set()
    for controller in Controller:
        missing = "products" if controller is Controller.FAMILIES and Controller.PRODUCTS not in kept else None
        if taken.keeps(
            f"controllers.{controller}",
            able=controller in capabilities.controllers,
            wanted=wanted.get(controller, True),
            needs=missing,
        ):
            kept.add(controller)
    return frozenset(kept)


def _cancel(able: CancelCapability | None, settings: AdapterSettings, taken: _Reduction) -> CancelCapability | None:
    wanted = settings.actions.cancel
    if not taken.keeps("cancel", able=able is not None, wanted=wanted.enabled) or able is None:
        return None
    schedules = taken.options("cancel", Schedule, able.schedules, wanted.schedules)
    return CancelCapability(schedules) if taken.keeps_any("cancel", schedules) else None


def _pause(able: PauseCapability | None, settings: AdapterSettings, taken: _Reduction) -> PauseCapability | None:
    wanted = settings.actions.pause
    if not taken.keeps("pause", able=able is not None, wanted=wanted.enabled) or able is None:
        return None
    starts = taken.options("pause", Schedule, able.start_dates, wanted.start_dates)
    durations = taken.options("pause", DurationKind, able.durations, wanted.durations)
    annual = taken.keeps("pause.allowAnnual", able=able.annual, wanted=wanted.allow_annual)
    kept = taken.keeps_any("pause", starts) and taken.keeps_any("pause", durations)
    return replace(able, start_dates=starts, durations=durations, annual=annual) if kept else None


def _extend_trial(
    able: ExtendTrialCapability | None, settings: AdapterSettings, taken: _Reduction
) -> ExtendTrialCapability | None:
    wanted = settings.actions.extend_trial
    if not taken.keeps("extend-trial", able=able is not None, wanted=wanted.enabled) or able is None:
        return None
    durations = taken.options("extend-trial", DurationKind, able.durations, wanted.durations)
    return replace(able, durations=durations) if taken.keeps_any("extend-trial", durations) else None


def _apply_coupon(
    able: ApplyCouponCapability | None, settings: AdapterSettings, taken: _Reduction, *, coupons: bool
) -> ApplyCouponCapability | None:
    wanted = settings.actions.apply_coupon
    needs = None if coupons else "the coupons controller"
    if not taken.keeps("apply-coupon", able=able is not None, wanted=wanted.enabled, needs=needs) or able is None:
        return None
    if wanted.mode not in able.modes:
        taken.off.append(FeatureOff("apply-coupon", f"the settings say mode: {wanted.mode}, and {BY_PROVIDER}"))
        return None
    return able


def _change_price(
    able: ChangePriceCapability | None, settings: AdapterSettings, taken: _Reduction, *, prices: bool
) -> ChangePriceCapability | None:
    wanted = settings.actions.change_price
    kept = taken.keeps(
        "change-price",
        able=able is not None,
        wanted=wanted.enabled,
        needs=None if prices else "the prices controller",
    )
    if not kept or able is None:
        return None
    schedules = taken.options("change-price", Schedule, able.schedules, wanted.schedules)
    prorate = taken.keeps("change-price.prorate", able=able.prorate, wanted=wanted.prorate)
    return ChangePriceCapability(schedules, prorate) if taken.keeps_any("change-price", schedules) else None


def features(able: Capabilities, offered: Offer) -> Features:
    """The manifest's content: a feature the provider lacks is not named, one that is switched off is named as off."""
    remaining = offered.capabilities
    has_families = offered.has(Controller.FAMILIES)
    return Features(
        controllers=ControllerFeatures(
            customers=offered.has(Controller.CUSTOMERS),
            subscriptions=offered.has(Controller.SUBSCRIPTIONS),
            prices=PriceController(enabled=offered.has(Controller.PRICES), type=remaining.price_type),
            coupons=offered.has(Controller.COUPONS) if Controller.COUPONS in able.controllers else None,
            products=ProductController(
                enabled=offered.has(Controller.PRODUCTS),
                type=ProductType.FAMILY if has_families else ProductType.STANDALONE,
            )
            if Controller.PRODUCTS in able.controllers
            else None,
            families=has_families if Controller.FAMILIES in able.controllers else None,
        ),
        actions=_action_features(able, remaining),
    )


def _action_features(able: Capabilities, remaining: Capabilities) -> ActionFeatures:
    cancel, pause, trial = remaining.cancel, remaining.pause, remaining.extend_trial
    change = remaining.change_price
    return ActionFeatures(
        cancel=CancelFeatures(enabled=True, schedules=_schedules(cancel.schedules))
        if cancel
        else _off(able.cancel, CancelFeatures(enabled=False)),
        pause=PauseFeatures(
            enabled=True,
            start_dates=_schedules(pause.start_dates),
            durations=_durations(pause.durations),
            allow_annual=pause.annual,
        )
        if pause
        else _off(able.pause, PauseFeatures(enabled=False)),
        extend_trial=ExtendTrialFeatures(enabled=True, multiple=trial.multiple, durations=_durations(trial.durations))
        if trial
        else _off(able.extend_trial, ExtendTrialFeatures(enabled=False)),
        apply_coupon=ApplyCouponFeatures(enabled=True)
        if remaining.apply_coupon
        else _off(able.apply_coupon, ApplyCouponFeatures(enabled=False)),
        change_price=ChangePriceFeatures(enabled=True, schedules=_schedules(change.schedules), prorate=change.prorate)
        if change
        else _off(able.change_price, ChangePriceFeatures(enabled=False)),
    )


F = TypeVar("F")


def _off(able: object, switched_off: F) -> F | None:
    return switched_off if able is not None else None


def _schedules(kept: Iterable[Schedule]) -> ScheduleOptions:
    chosen = frozenset(kept)
    return ScheduleOptions(immediate=Schedule.IMMEDIATE in chosen, end_of_period=Schedule.END_OF_PERIOD in chosen)


def _durations(kept: Iterable[DurationKind]) -> DurationOptions:
    chosen = frozenset(kept)
    return DurationOptions(period=DurationKind.PERIOD in chosen, date=DurationKind.DATE in chosen)
