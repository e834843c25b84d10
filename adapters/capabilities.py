"""What an adapter can do, as data. The manifest, the refusals and the documentation are computed from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from gateway.contract import Action, Controller, DurationKind, PriceType, Schedule

CouponMode: TypeAlias = Literal["replace", "stack"]

BOTH_SCHEDULES = frozenset(Schedule)
BOTH_DURATIONS = frozenset(DurationKind)


@dataclass(frozen=True, slots=True)
class CancelCapability:
    """Cancel a subscription; `schedules` says when it may take effect."""

    schedules: frozenset[Schedule]


@dataclass(frozen=True, slots=True)
class PauseCapability:
    """Pause a subscription until a date. `annual`: also where a year is paid at once.

    `keeps_cancellation`: one that is scheduled stays beside the pause; false where the pause takes its place.
    """

    start_dates: frozenset[Schedule]
    durations: frozenset[DurationKind]
    annual: bool
    keeps_cancellation: bool = True


@dataclass(frozen=True, slots=True)
class ExtendTrialCapability:
    """Move the end of a running trial. `longest_days` counts from now to the new end."""

    durations: frozenset[DurationKind]
    multiple: bool
    longest_days: int | None = None


@dataclass(frozen=True, slots=True)
class ApplyCouponCapability:
    """Put a coupon on a subscription. `modes`: in place of the others, or beside them."""

    modes: frozenset[CouponMode]


@dataclass(frozen=True, slots=True)
class ChangePriceCapability:
    """Put another price on a subscription's item."""

    schedules: frozenset[Schedule]
    prorate: bool


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Everything an adapter's class can do. None: it cannot."""

    controllers: frozenset[Controller]
    price_type: PriceType
    find_by_email: bool = False
    find_by_phone: bool = False
    cancel: CancelCapability | None = None
    pause: PauseCapability | None = None
    extend_trial: ExtendTrialCapability | None = None
    apply_coupon: ApplyCouponCapability | None = None
    change_price: ChangePriceCapability | None = None
    previews_charges: bool = False
    """It can ask the provider what a change would charge at once, without making it."""
    loses_scheduled_change: frozenset[Action] = frozenset()
    """The actions that would silently drop a change already scheduled at the provider: refused while one is."""


CONTROLLER_HOLES: dict[Controller, tuple[str, ...]] = {
    Controller.CUSTOMERS: ("_fetch_customer", "_list_customers"),
    Controller.SUBSCRIPTIONS: ("_fetch_subscription", "_list_subscriptions"),
    Controller.PRICES: ("_fetch_price", "_list_prices"),
    Controller.COUPONS: ("_fetch_coupon", "_list_coupons"),
    Controller.PRODUCTS: ("_fetch_product", "_list_products"),
    Controller.FAMILIES: ("_fetch_family", "_list_families"),
}
"""The methods an adapter must fill for each controller it declares."""

FEATURE_HOLES: dict[str, tuple[str, ...]] = {
    "find_by_email": ("_find_by_email",),
    "find_by_phone": ("_find_by_phone",),
    "cancel": ("_load", "_cancel", "_live_subscriptions"),
    "pause": ("_load", "_pause", "_live_subscriptions"),
    "extend_trial": ("_load", "_extend_trial"),
    "apply_coupon": ("_load", "_apply_coupon"),
    "change_price": ("_load", "_price_facts", "_change_price"),
    "previews_charges": ("_charged_at_once",),
}
"""The methods an adapter must fill for each further field of its `Capabilities`."""


def holes_of(capabilities: Capabilities) -> frozenset[str]:
    """The methods that an adapter with these capabilities has to define; all others it must leave alone."""
    needed = {hole for controller in capabilities.controllers for hole in CONTROLLER_HOLES[controller]}
    for feature, holes in FEATURE_HOLES.items():
        if getattr(capabilities, feature):
            needed.update(holes)
    return frozenset(needed)


ALL_HOLES = frozenset(hole for holes in (*CONTROLLER_HOLES.values(), *FEATURE_HOLES.values()) for hole in holes)
