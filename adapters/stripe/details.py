"""What of a Stripe subscription the contract has no words for. Pure functions over the same JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters import intervals
from adapters.stripe import prices
from adapters.stripe.catalogue import items_of
from adapters.stripe.fields import reference
from adapters.stripe.statuses import current_period, is_paused_openly, scheduled_end
from adapters.stripe.subscriptions import governing
from gateway.contract import BillingDuration, SubscriptionDetail


def detail(source: Mapping[str, Any], now: datetime) -> SubscriptionDetail:
    """A subscription's detail. It has always started: what has not is a schedule, which no list of subscriptions has.

    Raises `Unmappable` where an interval is unknown.
    """
    items = items_of(source)
    return SubscriptionDetail(
        duration=_exact(governing(items)),
        price_durations=dict(found for item in items if (found := _of_price(item.get("price"))) is not None),
        is_pause_open=is_paused_openly(source, now),
        ends_at=scheduled_end(source, current_period(items)),
    )


def _of_price(price: object) -> tuple[str, BillingDuration] | None:
    if not isinstance(price, dict) or not isinstance(price.get("recurring"), dict):
        return None
    return reference(price) or "", _exact(price["recurring"])


def _exact(recurring: Mapping[str, Any]) -> BillingDuration:
    return intervals.duration(*prices.interval(recurring), exact=True)
