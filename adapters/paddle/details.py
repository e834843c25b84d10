"""What of a Paddle subscription the contract has no words for. Pure functions over what is read of it."""

from __future__ import annotations

from adapters import intervals
from adapters.paddle import models, prices
from adapters.paddle.subscriptions import cancels_at, is_paused_openly, items_of, price_of
from gateway.contract import BillingDuration, SubscriptionDetail


def detail(source: models.Subscription) -> SubscriptionDetail:
    """A subscription's detail. It has always started: Paddle has no word for one that has not.

    Raises `Unmappable` where an interval is unknown.
    """
    held = [price_of(item) for item in items_of(source)]
    return SubscriptionDetail(
        duration=_exact(source.billing_cycle),
        price_durations={price.id: _exact(price.billing_cycle) for price in held},
        is_pause_open=is_paused_openly(source),
        ends_at=cancels_at(source),
    )


def _exact(cycle: models.BillingCycle | None) -> BillingDuration:
    return intervals.duration(*prices.interval(cycle), exact=True)
