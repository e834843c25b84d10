"""What stands in the way of changing a subscription, whatever the change is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from simulators.paddle import lifecycle
from simulators.paddle.errors import refused

if TYPE_CHECKING:
    from datetime import datetime

    from simulators.types import Json

LOCK = timedelta(minutes=30)
"""How long before a bill Paddle refuses changes:
https://developer.paddle.com/errors/subscriptions/subscription_locked_renewal"""

_RUNNING = ("active", "trialing")


def forbid_locked(subscription: Json, now: datetime) -> None:
    """Raises ApiError 409 in the last half hour before a bill, or before a scheduled change in its place."""
    due = [lifecycle.next_bill(subscription)]
    if subscription["status"] in _RUNNING:
        due.append(lifecycle.period_end(subscription))
    if any(moment is not None and now <= moment < now + LOCK for moment in due):
        raise refused("subscription_locked_renewal")


def forbid_scheduled(subscription: Json) -> None:
    """Raises ApiError 400 while a change is scheduled."""
    if subscription["scheduled_change"] is not None:
        raise refused("subscription_locked_pending_changes")
