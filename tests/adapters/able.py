"""Capabilities to take parts of."""

from __future__ import annotations

from typing import Any, Final

from adapters.capabilities import (
    BOTH_DURATIONS,
    BOTH_SCHEDULES,
    ApplyCouponCapability,
    CancelCapability,
    Capabilities,
    ChangePriceCapability,
    ExtendTrialCapability,
    PauseCapability,
)
from gateway.contract import Controller, PriceType
from tests.support.replacing import replace

NOTHING: Final = Capabilities(controllers=frozenset(), price_type=PriceType.STANDALONE)
EVERYTHING: Final = Capabilities(
    controllers=frozenset(Controller),
    price_type=PriceType.PRODUCT,
    find_by_email=True,
    find_by_phone=True,
    cancel=CancelCapability(BOTH_SCHEDULES),
    pause=PauseCapability(BOTH_SCHEDULES, BOTH_DURATIONS, annual=True),
    extend_trial=ExtendTrialCapability(BOTH_DURATIONS, multiple=True),
    apply_coupon=ApplyCouponCapability(frozenset({"replace", "stack"})),
    change_price=ChangePriceCapability(BOTH_SCHEDULES, prorate=True),
    previews_charges=True,
)


def with_field(capabilities: Capabilities, field: str, value: object) -> Capabilities:
    """The capabilities with another value of one field."""
    changed: dict[str, Any] = {field: value}
    return replace(capabilities, **changed)
