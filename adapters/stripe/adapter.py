"""The Stripe adapter: what it can do, as data. How it reads is in `reads.py`, how it acts in `writes.py`."""

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
from adapters.stripe.account import StripeAccount
from adapters.stripe.counted import OPERATIONS, VOCABULARIES
from adapters.stripe.reads import StripeReads
from adapters.stripe.writes import StripeWrites
from gateway.contract import Action, Controller, PriceType


class StripeAdapter(StripeAccount, StripeReads, StripeWrites, BillingAdapter):
    """One Stripe account in one mode."""

    name: ClassVar[str] = "stripe"
    operations: ClassVar[Collection[str]] = OPERATIONS
    vocabularies: ClassVar[Collection[str]] = VOCABULARIES
    capabilities: ClassVar[Capabilities] = Capabilities(
        controllers=frozenset(Controller),
        price_type=PriceType.PRODUCT,
        find_by_email=True,
        find_by_phone=True,
        cancel=CancelCapability(BOTH_SCHEDULES),
        pause=PauseCapability(BOTH_SCHEDULES, BOTH_DURATIONS, annual=True),
        # Stripe refuses more than 730 days from now (not from the billing date); its reference does not say so:
        # https://github.com/stripe/stripe-ruby/issues/804, https://github.com/arlyon/async-stripe/issues/445
        extend_trial=ExtendTrialCapability(BOTH_DURATIONS, multiple=True, longest_days=730),
        apply_coupon=ApplyCouponCapability(frozenset({"replace", "stack"})),
        change_price=ChangePriceCapability(BOTH_SCHEDULES, prorate=True),
        previews_charges=True,
        # Later phases bring a price, a trial and discounts of their own, which would undo what is done now.
        loses_scheduled_change=frozenset({Action.CHANGE_PRICE, Action.EXTEND_TRIAL, Action.APPLY_COUPON}),
    )
