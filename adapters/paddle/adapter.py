"""The Paddle adapter: what it can do, as data. How it reads is in `reads.py`, how it acts in `writes.py`."""

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
from adapters.paddle.account import PaddleAccount
from adapters.paddle.counted import OPERATIONS, VOCABULARIES
from adapters.paddle.reads import PaddleReads
from adapters.paddle.writes import PaddleWrites
from gateway.contract import Controller, HashedId, PriceType, Schedule


class PaddleAdapter(PaddleAccount, PaddleReads, PaddleWrites, BillingAdapter):
    """One Paddle account: the live one or the sandbox."""

    name: ClassVar[str] = "paddle"
    operations: ClassVar[Collection[str]] = OPERATIONS
    vocabularies: ClassVar[Collection[str]] = VOCABULARIES
    # Churnkey documentation, cancel-flows/quick-start-guide.
    hashed_id: ClassVar[HashedId] = HashedId.SUBSCRIPTION
    capabilities: ClassVar[Capabilities] = Capabilities(
        # Paddle has no families of products.
        controllers=frozenset(Controller) - {Controller.FAMILIES},
        price_type=PriceType.PRODUCT,
        # A customer of Paddle's has no phone.
        find_by_email=True,
        cancel=CancelCapability(BOTH_SCHEDULES),
        pause=PauseCapability(BOTH_SCHEDULES, BOTH_DURATIONS, annual=True, keeps_cancellation=False),
        extend_trial=ExtendTrialCapability(BOTH_DURATIONS, multiple=True),
        # A subscription has room for one discount.
        apply_coupon=ApplyCouponCapability(frozenset({"replace"})),
        # Items change at once in every mode of proration; only what is billed for it can wait:
        # https://developer.paddle.com/concepts/subscriptions/proration
        change_price=ChangePriceCapability(frozenset({Schedule.IMMEDIATE}), prorate=True),
        previews_charges=True,
    )
