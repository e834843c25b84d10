"""The parameters of an invoice's preview, as data; see `request_schemas`."""

from __future__ import annotations

from simulators.stripe.parameters import Record, Sequence
from simulators.stripe.request_schemas import EXPAND, PRORATION, TEXT, not_simulated
from simulators.stripe.subscription_schemas import CHANGED_ITEM

_SUBSCRIPTION_DETAILS = Record(
    {
        "items": Sequence(CHANGED_ITEM, maximum=20),
        "proration_behavior": PRORATION,
        **not_simulated(
            "billing_cycle_anchor",
            "billing_mode",
            "billing_schedules",
            "cancel_at",
            "cancel_at_period_end",
            "cancel_now",
            "default_tax_rates",
            "metadata",
            "pause",
            "proration_date",
            "resume_at",
            "start_date",
            "trial_end",
        ),
    }
)
INVOICE_PREVIEW = Record(
    {
        **EXPAND,
        "customer": TEXT,
        "subscription": TEXT,
        "subscription_details": _SUBSCRIPTION_DETAILS,
        **not_simulated(
            "automatic_tax",
            "currency",
            "customer_account",
            "customer_details",
            "discounts",
            "invoice_items",
            "issuer",
            "on_behalf_of",
            "preview_mode",
            "schedule",
            "schedule_details",
        ),
    }
)
