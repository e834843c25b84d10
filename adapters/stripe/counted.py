"""What may be counted of Stripe: every name is a series that is there from the start, as 0."""

from __future__ import annotations

from typing import Final

OPERATIONS: Final = (
    "get customers",
    "get subscriptions",
    "get subscription_items",
    "get subscription_schedules",
    "get prices",
    "get products",
    "get coupons",
    # A preview, which changes nothing.
    "post invoices",
    "post subscriptions",
    "post subscription_schedules",
    "delete subscriptions",
)
"""Every call that is made, as `client.py` names it."""

SUBSCRIPTION_STATUS: Final = "subscription.status"

CUSTOMER_SEARCH: Final = "customers.search"
"""Searching may be refused as a whole: it is not offered to accounts in every country."""

VOCABULARIES: Final = (SUBSCRIPTION_STATUS, CUSTOMER_SEARCH)
"""Where a word may come that this version does not know."""
