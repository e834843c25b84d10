"""The Chargebee adapter: what it can do, as data. How it reads is in `reads.py`, how it acts in `writes.py`."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from adapters.base import BillingAdapter
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
from adapters.chargebee.account import ChargebeeAccount
from adapters.chargebee.charges import ChargebeeCharges
from adapters.chargebee.counted import OPERATIONS, VOCABULARIES
from adapters.chargebee.reads import ChargebeeReads
from adapters.chargebee.writes import ChargebeeWrites
from gateway.contract import Action, Controller, PriceType


class ChargebeeAdapter(ChargebeeAccount, ChargebeeReads, ChargebeeWrites, ChargebeeCharges, BillingAdapter):
    """One Chargebee site in one mode, with Product Catalog 2.0."""

    name: ClassVar[str] = "chargebee"
    operations: ClassVar[Collection[str]] = OPERATIONS
    vocabularies: ClassVar[Collection[str]] = VOCABULARIES
    capabilities: ClassVar[Capabilities] = Capabilities(
        controllers=frozenset(Controller),
        price_type=PriceType.PRODUCT,
        find_by_email=True,
        find_by_phone=True,
        cancel=CancelCapability(BOTH_SCHEDULES),
        pause=PauseCapability(BOTH_SCHEDULES, BOTH_DURATIONS, annual=True),
        # Chargebee's limit is 180 months from the start, in days short of any calendar's 180 months.
        extend_trial=ExtendTrialCapability(BOTH_DURATIONS, multiple=True, longest_days=5400),
        apply_coupon=ApplyCouponCapability(frozenset({"replace", "stack"})),
        change_price=ChangePriceCapability(BOTH_SCHEDULES, prorate=True),
        previews_charges=True,
        # Every update deletes a change that is scheduled, also one of something else; a pause is refused meanwhile.
        loses_scheduled_change=frozenset({Action.CHANGE_PRICE, Action.EXTEND_TRIAL, Action.APPLY_COUPON, Action.PAUSE}),
    )
