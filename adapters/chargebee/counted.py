"""What may be counted of Chargebee: every name is a series that is there from the start, as 0."""

from __future__ import annotations

from typing import Final

OPERATIONS: Final = (
    "get configurations",
    "get customers",
    "get subscriptions",
    "get item_prices",
    "get items",
    "get item_families",
    "get coupons",
    # Estimates, which change nothing.
    "post cancel_subscription_for_items_estimate",
    "post pause_subscription_estimate",
    "post update_subscription_for_items",
    "post cancel_for_items",
    "post pause",
    "post remove_scheduled_pause",
    "post resume",
    "post update_for_items",
)
"""Every call that is made, as `client.py` names it."""

SUBSCRIPTION_STATUS: Final = "subscription.status"

VOCABULARIES: Final = (SUBSCRIPTION_STATUS,)
"""Where a word may come that this version does not know."""
