"""What of a Chargebee subscription the contract has no words for. Pure functions over the same JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters.chargebee import prices
from adapters.chargebee.catalogue import Companions
from adapters.chargebee.subscriptions import billing_interval, is_paused_openly, lines, scheduled_end
from adapters.intervals import duration
from gateway.contract import SubscriptionDetail


def detail(source: Mapping[str, Any], companions: Companions, now: datetime) -> SubscriptionDetail:
    """A subscription's detail. Raises `Unmappable` where an interval is unknown."""
    cycle = duration(*billing_interval(source, companions), exact=True)
    item_prices = {
        identifier: companions.item_prices.get(identifier)
        for line in lines(source)
        if (identifier := str(line.get("item_price_id")))
    }
    return SubscriptionDetail(
        duration=cycle,
        price_durations={
            # One that was deleted since is billed as the subscription is.
            identifier: duration(*prices.billing_interval(found), exact=True) if found is not None else cycle
            for identifier, found in item_prices.items()
        },
        is_pause_open=is_paused_openly(source),
        has_started=source.get("status") != "future",
        ends_at=scheduled_end(source, now),
    )
