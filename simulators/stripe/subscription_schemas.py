"""The parameters of subscriptions, their items and their schedules, as data; see `request_schemas`."""

from __future__ import annotations

from simulators.stripe.parameters import Choice, Flag, Kind, Metadata, Moments, Record, Sequence, Text, Whole
from simulators.stripe.request_schemas import (
    CLEARABLE_TEXT,
    COLLECTION,
    EXPAND,
    INTERVALS,
    PAGING,
    PRORATION,
    TEXT,
    not_simulated,
)

STATUSES = (
    "active",
    "all",
    "canceled",
    "ended",
    "incomplete",
    "incomplete_expired",
    "past_due",
    "paused",
    "trialing",
    "unpaid",
)

DISCOUNTS = Sequence(
    Record({"coupon": Text(), "discount": Text(), "promotion_code": Text()}), maximum=20, clearable=True
)
_CANCELLATION_DETAILS = Record(
    {
        "comment": CLEARABLE_TEXT,
        "feedback": Choice(
            (
                "customer_service",
                "low_quality",
                "missing_features",
                "other",
                "switched_service",
                "too_complex",
                "too_expensive",
                "unused",
            ),
            clearable=True,
        ),
        "feedback_option": TEXT,
    }
)
_NEW_ITEM: dict[str, Kind] = {
    "discounts": DISCOUNTS,
    "metadata": Metadata(),
    "price": TEXT,
    "quantity": Whole(minimum=0),
    **not_simulated("billing_thresholds", "current_trial", "plan", "price_data", "tax_rates"),
}
CHANGED_ITEM = Record({**_NEW_ITEM, "id": TEXT, "deleted": Flag(), "clear_usage": Flag()})
_ANCHOR = Record({"type": Choice(("now", "unchanged"))}, required=("type",))
_ENDS = ("max_billed_until", "max_period_end", "min_period_end")

_SUBSCRIPTION: dict[str, Kind] = {
    **EXPAND,
    "cancel_at_period_end": Flag(),
    "collection_method": COLLECTION,
    "days_until_due": Whole(minimum=0),
    "default_payment_method": TEXT,
    "description": CLEARABLE_TEXT,
    "discounts": DISCOUNTS,
    "metadata": Metadata(),
    "off_session": Flag(),
    "payment_behavior": Choice(
        ("allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete")
    ),
    "proration_behavior": PRORATION,
    "trial_end": Whole(words=("now",)),
    "trial_settings": Record(
        {
            "end_behavior": Record(
                {
                    "billing_cycle_anchor": Choice(("now", "unchanged")),
                    "missing_payment_method": Choice(("cancel", "create_invoice", "pause")),
                }
            )
        }
    ),
    **not_simulated(
        "add_invoice_items",
        "application_fee_percent",
        "automatic_tax",
        "billing_schedules",
        "billing_thresholds",
        "default_source",
        "default_tax_rates",
        "invoice_settings",
        "on_behalf_of",
        "payment_settings",
        "pending_invoice_item_interval",
        "transfer_data",
        "trial_from_plan",
    ),
}
SUBSCRIPTION_UPDATE = Record(
    {
        **_SUBSCRIPTION,
        "billing_cycle_anchor": _ANCHOR,
        "cancel_at": Whole(words=("", *_ENDS)),
        "cancellation_details": _CANCELLATION_DETAILS,
        "items": Sequence(CHANGED_ITEM, maximum=20),
        "pause_collection": Record(
            {"behavior": Choice(("keep_as_draft", "mark_uncollectible", "void")), "resumes_at": Whole()},
            required=("behavior",),
            clearable=True,
        ),
        "proration_date": Whole(),
    }
)
SUBSCRIPTION_CREATE = Record(
    {
        **_SUBSCRIPTION,
        "backdate_start_date": Whole(),
        "billing_cycle_anchor": Whole(),
        "billing_mode": Record(
            {
                "type": Choice(("classic", "flexible")),
                "flexible": Record({"proration_discounts": Choice(("included", "itemized"))}),
            },
            required=("type",),
        ),
        "cancel_at": Whole(words=_ENDS),
        "currency": TEXT,
        "customer": TEXT,
        "items": Sequence(Record(_NEW_ITEM), maximum=20),
        "trial_period_days": Whole(minimum=1, maximum=730),
        **not_simulated("billing_cycle_anchor_config", "customer_account"),
    },
    required=("customer", "items"),
)
SUBSCRIPTION_CANCEL = Record(
    {**EXPAND, "cancellation_details": _CANCELLATION_DETAILS, "invoice_now": Flag(), "prorate": Flag()}
)
SUBSCRIPTION_LIST = Record(
    {
        **PAGING,
        "collection_method": COLLECTION,
        "created": Moments(),
        "current_period_end": Moments(),
        "current_period_start": Moments(),
        "customer": TEXT,
        "price": TEXT,
        "status": Choice(STATUSES),
        "test_clock": TEXT,
        **not_simulated("automatic_tax", "customer_account", "plan"),
    }
)
SUBSCRIPTION_PAUSE = Record(
    {
        **EXPAND,
        "bill_for": Record(
            {
                "outstanding_usage_through": Record({"type": Choice(("none", "now"))}, required=("type",)),
                "unused_time_from": Record(
                    {"type": Choice(("item_current_period_start", "none", "now"))}, required=("type",)
                ),
            }
        ),
        "invoicing_behavior": Choice(("invoice", "pending_invoice_item")),
        "type": Choice(("subscription",)),
    }
)
SUBSCRIPTION_RESUME = Record(
    {
        **EXPAND,
        "billing_cycle_anchor": _ANCHOR,
        "payment_behavior": Choice(("resume_on_payment_attempt", "resume_on_payment_success")),
        "proration_behavior": PRORATION,
        **not_simulated("proration_date"),
    }
)
SUBSCRIPTION_ITEM_LIST = Record({**PAGING, "subscription": TEXT}, required=("subscription",))

# --- schedules
# --------------------------------------------------------------------------------------------------------

PHASE_ITEM = Record(
    {
        "discounts": DISCOUNTS,
        "metadata": Metadata(),
        "price": TEXT,
        "quantity": Whole(minimum=0),
        **not_simulated("billing_thresholds", "plan", "price_data", "tax_rates"),
    },
    required=("price",),
)
_TAXES = Record(
    {
        "enabled": Flag(),
        "liability": Record({"account": TEXT, "type": Choice(("account", "self"))}, required=("type",)),
    },
    required=("enabled",),
)
_PHASE: dict[str, Kind] = {
    "automatic_tax": _TAXES,
    "billing_cycle_anchor": Choice(("automatic", "phase_start")),
    "collection_method": COLLECTION,
    "currency": TEXT,
    "default_payment_method": TEXT,
    "description": CLEARABLE_TEXT,
    "discounts": DISCOUNTS,
    "duration": Record({"interval": Choice(INTERVALS), "interval_count": Whole(minimum=1)}, required=("interval",)),
    "items": Sequence(PHASE_ITEM, maximum=20),
    "metadata": Metadata(),
    "proration_behavior": PRORATION,
    "trial": Flag(),
    **not_simulated(
        "add_invoice_items",
        "application_fee_percent",
        "billing_thresholds",
        "default_tax_rates",
        "invoice_settings",
        "on_behalf_of",
        "transfer_data",
    ),
}
_END_BEHAVIOR = Choice(("cancel", "none", "release", "renew"))
SCHEDULE_UPDATE = Record(
    {
        **EXPAND,
        "end_behavior": _END_BEHAVIOR,
        "metadata": Metadata(),
        "phases": Sequence(
            Record(
                {
                    **_PHASE,
                    "end_date": Whole(words=("now",)),
                    "start_date": Whole(words=("now",)),
                    "trial_end": Whole(words=("now",)),
                },
                required=("items",),
            ),
            maximum=10,
        ),
        "proration_behavior": PRORATION,
        **not_simulated("default_settings", "pause_schedules"),
    }
)
SCHEDULE_CREATE = Record(
    {
        **EXPAND,
        "customer": TEXT,
        "end_behavior": _END_BEHAVIOR,
        "from_subscription": TEXT,
        "metadata": Metadata(),
        "phases": Sequence(
            Record({**_PHASE, "end_date": Whole(), "trial_end": Whole()}, required=("items",)), maximum=10
        ),
        "start_date": Whole(words=("now",)),
        **not_simulated("billing_mode", "customer_account", "default_settings", "pause_schedules"),
    }
)
SCHEDULE_RELEASE = Record({**EXPAND, "preserve_cancel_date": Flag()})
SCHEDULE_CANCEL = Record({**EXPAND, "invoice_now": Flag(), "prorate": Flag()})
SCHEDULE_LIST = Record(
    {
        **PAGING,
        "canceled_at": Moments(),
        "completed_at": Moments(),
        "created": Moments(),
        "customer": TEXT,
        "released_at": Moments(),
        "scheduled": Flag(),
        **not_simulated("customer_account"),
    }
)
