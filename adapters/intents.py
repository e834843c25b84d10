"""What is to be done to one subscription, with every date and item settled: no holes left to fill in later.

Each intent can tell from a subscription's state whether it is so already. The same answer serves twice: before the
write ("already so is success") and after a write whose answer was lost ("did it happen?").
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from adapters.capabilities import CouponMode
from adapters.state import Standing, SubscriptionState
from gateway.contract import Schedule

SAME_MOMENT: Final = timedelta(seconds=60)
"""Two pauses whose ends are closer than this are the same pause, asked for twice."""

_SAME_SECOND: Final = timedelta(seconds=1)
"""Providers keep whole seconds, a date that is asked for may have fractions of one."""

# Asked for twice by each cancellation, and in Python 3.11 to look up a member takes longer than to call a function.
_ENDED: Final = Standing.ENDED
_IMMEDIATE: Final = Schedule.IMMEDIATE


@dataclass(frozen=True, slots=True)
class Cancel:
    """End the subscription at once or with the running period. `unpause`: a running pause is lifted as well."""

    when: Schedule
    unpause: bool = False

    def is_met_by(self, state: SubscriptionState) -> bool:
        """Ended; or set to end no later than with the running period, and unpaused if that was asked."""
        if state.standing is _ENDED:
            return True
        if self.when is _IMMEDIATE or state.cancel_at is None or (self.unpause and state.paused):
            return False
        return state.period_end is None or state.cancel_at <= state.period_end


@dataclass(frozen=True, slots=True)
class Pause:
    """Pause billing from `start` until `until`."""

    when: Schedule
    start: datetime
    until: datetime

    def is_met_by(self, state: SubscriptionState) -> bool:
        """Paused until the same moment. One that is only scheduled is no pause at once."""
        if self.when is Schedule.IMMEDIATE and state.paused_from is not None:
            return False
        return state.paused and state.paused_until is not None and abs(state.paused_until - self.until) < SAME_MOMENT


@dataclass(frozen=True, slots=True)
class ExtendTrial:
    """Move the end of the trial to `until`."""

    until: datetime

    def is_met_by(self, state: SubscriptionState) -> bool:
        """In trial until that second."""
        if state.standing is not Standing.TRIAL or state.trial_end is None:
            return False
        return abs(state.trial_end - self.until) < _SAME_SECOND


@dataclass(frozen=True, slots=True)
class Extension:
    """A trial's end as it was when an extension was begun, and where that was to move it."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class ApplyCoupon:
    """Put a coupon on the subscription, in place of the others or beside them."""

    coupon_id: str
    mode: CouponMode

    def is_met_by(self, state: SubscriptionState) -> bool:
        """It is there; and, where it replaces, it is there alone."""
        is_there = self.coupon_id in state.coupon_ids or self.coupon_id in state.coupon_codes
        return is_there and (self.mode == "stack" or len(state.coupon_ids) == 1)


@dataclass(frozen=True, slots=True)
class ChangePrice:
    """Put another price on one item, keeping its quantity (None: the new price is metered).

    `at` is the end of the period with which the change is to come, None for a change at once.
    """

    item_id: str
    price_id: str
    quantity: int | None
    when: Schedule
    prorate: bool
    at: datetime | None = None

    def is_met_by(self, state: SubscriptionState) -> bool:
        """The item has the price; or, for the period's end, the change to it is scheduled."""
        if self.when is Schedule.END_OF_PERIOD:
            planned = state.scheduled
            if planned is None or planned.price_id != self.price_id:
                return False
            return planned.at is None or self.at is None or abs(planned.at - self.at) < SAME_MOMENT
        return any(item.price_id == self.price_id for item in state.items)


Intent: TypeAlias = Cancel | Pause | ExtendTrial | ApplyCoupon | ChangePrice
