"""What of a Stripe subscription the contract has no words for. Pure functions."""

from __future__ import annotations

from datetime import datetime

from adapters import intervals
from adapters.stripe.models import Price, Recurring, Subscription
from adapters.stripe.statuses import current_period, is_paused_openly, scheduled_end
from adapters.stripe.subscriptions import governing, interval, items_of
from gateway.contract import BillingDuration, SubscriptionDetail


def detail(source: Subscription, now: datetime) -> SubscriptionDetail:
    """A subscription's detail. It has always started: what has not is a schedule, which no list of subscriptions has.

    Raises `Unmappable` where an interval is unknown.
    """
    items = items_of(source)
    return SubscriptionDetail(
        duration=_exact(governing(items)),
        price_durations=dict(found for item in items if (found := _of_price(item.price)) is not None),
        is_pause_open=is_paused_openly(source, now),
        ends_at=scheduled_end(source, current_period(items)),
    )


def _of_price(price: Price) -> tuple[str, BillingDuration] | None:
    return None if price.recurring is None else (price.id, _exact(price.recurring))


def _exact(recurring: Recurring) -> BillingDuration:
    return intervals.duration(*interval(recurring), exact=True)
