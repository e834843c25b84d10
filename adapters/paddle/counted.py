"""What may be counted of Paddle: every name is a series that is there from the start, as 0."""

from __future__ import annotations

from typing import Final

OPERATIONS: Final = (
    "get /",
    "get customers",
    "get customers/addresses",
    "get subscriptions",
    "get prices",
    "get products",
    "get discounts",
    # A preview, which changes nothing.
    "patch subscriptions/preview",
    "patch subscriptions",
    "post subscriptions/cancel",
    "post subscriptions/pause",
    "post subscriptions/resume",
)
"""Every call that is made, as `client.py` names it."""

SUBSCRIPTION_STATUS: Final = "subscription.status"

VOCABULARIES: Final = (SUBSCRIPTION_STATUS,)
"""Where a word may come that this version does not know."""
