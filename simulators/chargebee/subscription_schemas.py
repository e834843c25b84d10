"""The parameters of what can be done to a subscription, as data: see `request_schemas`."""

from __future__ import annotations

from typing import Final

from simulators.chargebee.parameters import (
    Choice,
    Flag,
    Fraction,
    JsonObject,
    Kind,
    Record,
    Rows,
    Sequence,
    Text,
    Whole,
)
from simulators.chargebee.request_schemas import (
    CLEARABLE,
    ITEM_TYPES,
    OFFLINE_PAYMENT_METHODS,
    not_simulated,
)

_PRICE_ID = Text(longest=100)
_MOMENT = Whole(minimum=0)

CANCEL: Final = Record(
    {
        "cancel_option": Choice(("immediately", "end_of_term", "specific_date", "end_of_billing_term")),
        "end_of_term": Flag(),
        "cancel_at": _MOMENT,
        "credit_option_for_current_term_charges": Choice(("none", "prorate", "full", "consumption_based")),
        "unbilled_charges_option": Choice(("invoice", "delete")),
        "account_receivables_handling": Choice(("no_action", "schedule_payment_collection", "write_off")),
        "refundable_credits_handling": Choice(("no_action", "schedule_refund")),
        "contract_term_cancel_option": Choice(
            ("terminate_immediately", "end_of_contract_term", "specific_date", "end_of_subscription_billing_term")
        ),
        "cancel_reason_code": Text(longest=100),
        **not_simulated("invoice_date subscription_items include_cancellation_day_in_billing decommissioned"),
    }
)
REMOVE_SCHEDULED_CANCELLATION: Final = Record(
    {
        "billing_cycles": Whole(minimum=0),
        **not_simulated("contract_term contract_term_billing_cycle_on_renewal"),
    }
)
PAUSE: Final = Record(
    {
        "pause_option": Choice(("immediately", "end_of_term", "specific_date", "billing_cycles")),
        "pause_date": _MOMENT,
        "unbilled_charges_handling": Choice(("no_action", "invoice")),
        "invoice_dunning_handling": Choice(("continue", "stop")),
        "skip_billing_cycles": Whole(minimum=1),
        "resume_date": _MOMENT,
    }
)
RESUME: Final = Record(
    {
        "resume_option": Choice(("immediately", "specific_date")),
        "resume_date": _MOMENT,
        "charges_handling": Choice(("invoice_immediately", "add_to_unbilled_charges")),
        "unpaid_invoices_handling": Choice(("no_action", "schedule_payment_collection")),
        "payment_initiator": Choice(("customer", "merchant")),
        **not_simulated("payment_intent"),
    }
)
_ITEM: Final[dict[str, Kind]] = {
    "item_price_id": _PRICE_ID,
    "quantity": Whole(minimum=1),
    "unit_price": Whole(minimum=0),
    "quantity_in_decimal": Fraction(),
    "unit_price_in_decimal": Fraction(),
    "billing_cycles": Whole(minimum=0),
    "trial_end": _MOMENT,
    "item_type": Choice(ITEM_TYPES),
    **not_simulated("service_period_days charge_on_event charge_once charge_on_option description proration_type"),
}
ESTIMATED_ITEMS: Final = Rows(_ITEM, required=("item_price_id",))
"""The items of an estimate, which knows nothing of how often usage is reset."""
UPDATE: Final = Record(
    {
        "subscription_items": Rows(
            {**_ITEM, **not_simulated("usage_accumulation_reset_frequency")}, required=("item_price_id",)
        ),
        "item_tiers": Rows(
            {
                "item_price_id": _PRICE_ID,
                "starting_unit": Whole(minimum=1),
                "ending_unit": Whole(minimum=1),
                "price": Whole(minimum=0),
                "price_in_decimal": Fraction(),
                "pricing_type": Choice(("per_unit", "flat_fee", "package")),
                "package_size": Whole(minimum=1),
                **not_simulated("starting_unit_in_decimal ending_unit_in_decimal"),
            },
            required=("item_price_id", "starting_unit"),
        ),
        "replace_items_list": Flag(),
        "trial_end": _MOMENT,
        "auto_collection": Choice(("on", "off")),
        "offline_payment_method": Choice(OFFLINE_PAYMENT_METHODS),
        "net_term_days": Whole(),
        "po_number": CLEARABLE,
        "invoice_notes": CLEARABLE,
        "meta_data": JsonObject(),
        "coupon_ids": Sequence(Text(longest=100)),
        "replace_coupon_list": Flag(),
        "prorate": Flag(),
        "end_of_term": Flag(),
        "change_option": Choice(("immediately", "end_of_term", "specific_date")),
        "force_term_reset": Flag(),
        "reactivate": Flag(),
        "invoice_immediately": Flag(),
        **not_simulated(
            "mandatory_items_to_remove setup_fee discounts invoice_date start_date billing_cycles coupon "
            "terms_to_charge reactivate_from billing_alignment_mode card token_id payment_method payment_intent "
            "billing_address shipping_address statement_descriptor customer override_relationship "
            "changes_scheduled_at contract_term contract_term_billing_cycle_on_renewal free_period "
            "free_period_unit create_pending_invoices auto_close_invoices trial_end_action payment_initiator "
            "coupons invoice_usages billing_override"
        ),
    },
    custom=True,
)
