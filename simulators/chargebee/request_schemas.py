"""The parameters of lists and of `/customers`, as data.

Names are those of the Python package 3.29.0, which a test compares; operators and sort keys those of the
validators of the Node package 3.31.0. Parameters that Chargebee has and the simulator does not act upon are
listed as `NotSimulated`, so that sending one fails loudly.
"""

from __future__ import annotations

from typing import Final

from simulators.chargebee.filters import (
    BOOLEAN,
    EXACT,
    EXACT_OR_PRESENT,
    IDENTIFIER,
    MOMENT,
    NAME,
    NUMBER,
    PRESENT_MOMENT,
    PRESENT_NAME,
    PRESENT_NUMBER,
    Filter,
    SortBy,
    one_of,
)
from simulators.chargebee.parameters import (
    Choice,
    Email,
    Flag,
    JsonObject,
    Kind,
    NotSimulated,
    Record,
    Text,
    Whole,
)

TEXT = Text()
CLEARABLE = Text(clearable=True)
NOT_SIMULATED = NotSimulated()
PERIOD_UNITS = ("day", "week", "month", "year")
ITEM_TYPES = ("plan", "addon", "charge")
CHANNELS = ("web", "app_store", "play_store")
OFFLINE_PAYMENT_METHODS = (
    "no_preference",
    "cash",
    "check",
    "bank_transfer",
    "ach_credit",
    "sepa_credit",
    "boleto",
    "us_automated_bank_transfer",
    "eu_automated_bank_transfer",
    "uk_automated_bank_transfer",
    "jp_automated_bank_transfer",
    "mx_automated_bank_transfer",
    "custom",
)
PAGING: Final[dict[str, Kind]] = {"limit": Whole(minimum=1, maximum=100), "offset": Text(longest=1000)}
NOTHING: Final = Record({})


def not_simulated(names: str) -> dict[str, Kind]:
    """Parameters which Chargebee has and the simulator refuses; `names` has them with spaces between."""
    return dict.fromkeys(names.split(), NOT_SIMULATED)


SUBSCRIPTION_LIST: Final = Record(
    {
        **PAGING,
        "include_deleted": Flag(),
        "id": IDENTIFIER,
        "customer_id": IDENTIFIER,
        "item_id": IDENTIFIER,
        "item_price_id": IDENTIFIER,
        "status": one_of("future", "in_trial", "active", "non_renewing", "paused", "cancelled", "transferred"),
        "cancel_reason": one_of(
            "not_paid",
            "no_card",
            "fraud_review_failed",
            "non_compliant_eu_customer",
            "tax_calculation_failed",
            "currency_incompatible_with_gateway",
            "non_compliant_customer",
            present=True,
        ),
        "cancel_reason_code": IDENTIFIER,
        "remaining_billing_cycles": PRESENT_NUMBER,
        "created_at": MOMENT,
        "activated_at": PRESENT_MOMENT,
        "next_billing_at": MOMENT,
        "cancelled_at": MOMENT,
        "has_scheduled_changes": BOOLEAN,
        "updated_at": MOMENT,
        "offline_payment_method": one_of(*OFFLINE_PAYMENT_METHODS),
        "auto_close_invoices": BOOLEAN,
        "override_relationship": BOOLEAN,
        "sort_by": SortBy(("created_at", "updated_at")),
        "business_entity_id": EXACT,
        "channel": one_of(*CHANNELS),
        "decommissioned": BOOLEAN,
        # Of Product Catalog 1.0.
        **not_simulated("plan_id"),
    }
)
CUSTOMER_LIST: Final = Record(
    {
        **PAGING,
        "include_deleted": Flag(),
        "id": IDENTIFIER,
        "first_name": PRESENT_NAME,
        "last_name": PRESENT_NAME,
        "email": PRESENT_NAME,
        "company": PRESENT_NAME,
        "phone": PRESENT_NAME,
        "auto_collection": one_of("on", "off"),
        "taxability": one_of("taxable", "exempt"),
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "offline_payment_method": one_of(*OFFLINE_PAYMENT_METHODS),
        "auto_close_invoices": BOOLEAN,
        "channel": one_of(*CHANNELS),
        "business_entity_id": EXACT,
        "sort_by": SortBy(("created_at", "updated_at")),
        **not_simulated("relationship"),
    }
)
ITEM_FAMILY_LIST: Final = Record(
    {
        **PAGING,
        "id": IDENTIFIER,
        "name": NAME,
        "updated_at": MOMENT,
        "business_entity_id": EXACT_OR_PRESENT,
        **not_simulated("include_site_level_resources"),
    }
)
ITEM_LIST: Final = Record(
    {
        **PAGING,
        "id": IDENTIFIER,
        "item_family_id": IDENTIFIER,
        "type": one_of(*ITEM_TYPES),
        "name": NAME,
        "item_applicability": one_of("all", "restricted"),
        "status": one_of("active", "archived", "deleted"),
        "is_giftable": BOOLEAN,
        "updated_at": MOMENT,
        "enabled_for_checkout": BOOLEAN,
        "enabled_in_portal": BOOLEAN,
        "metered": BOOLEAN,
        "usage_calculation": one_of("sum_of_usages", "last_usage", "max_usage"),
        "channel": one_of(*CHANNELS),
        "business_entity_id": EXACT_OR_PRESENT,
        "sort_by": SortBy(("name", "id", "updated_at")),
        **not_simulated("include_site_level_resources bundle_configuration"),
    }
)
ITEM_PRICE_LIST: Final = Record(
    {
        **PAGING,
        "id": IDENTIFIER,
        "name": IDENTIFIER,
        "pricing_model": one_of("flat_fee", "per_unit", "tiered", "volume", "stairstep"),
        "item_id": IDENTIFIER,
        "item_family_id": IDENTIFIER,
        "item_type": one_of(*ITEM_TYPES),
        "currency_code": IDENTIFIER,
        "price_variant_id": IDENTIFIER,
        "trial_period": NUMBER,
        "trial_period_unit": one_of("day", "month"),
        "status": one_of("active", "archived", "deleted"),
        "updated_at": MOMENT,
        "business_entity_id": EXACT_OR_PRESENT,
        "period_unit": one_of(*PERIOD_UNITS),
        "period": NUMBER,
        "channel": one_of(*CHANNELS),
        "sort_by": SortBy(("name", "id", "updated_at")),
        **not_simulated("include_site_level_resources"),
    }
)
COUPON_LIST: Final = Record(
    {
        **PAGING,
        "id": IDENTIFIER,
        "name": IDENTIFIER,
        "discount_type": one_of("fixed_amount", "percentage", "offer_quantity"),
        "duration_type": one_of("one_time", "forever", "limited_period"),
        "status": one_of("active", "expired", "archived", "deleted", "future"),
        "apply_on": one_of(
            "invoice_amount", "specified_items_total", "each_specified_item", "each_unit_of_specified_items"
        ),
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "sort_by": SortBy(("created_at",)),
        "currency_code": IDENTIFIER,
        "applicable_item_price_ids": Filter(TEXT, ("in", "is")),
    }
)

_ADDRESS = Record(
    {
        **dict.fromkeys(("first_name", "last_name", "company", "phone", "line1", "line2", "line3"), TEXT),
        **dict.fromkeys(("city", "state_code", "state", "zip", "country"), TEXT),
        "email": Email(),
        "validation_status": Choice(("not_validated", "valid", "partially_valid", "invalid")),
    }
)
_CUSTOMER: dict[str, Kind] = {
    "first_name": Text(longest=150, clearable=True),
    "last_name": Text(longest=150, clearable=True),
    "email": Email(),
    "preferred_currency_code": Text(longest=3),
    "phone": Text(longest=50, clearable=True),
    "company": Text(longest=250, clearable=True),
    "auto_collection": Choice(("on", "off")),
    "allow_direct_debit": Flag(),
    "net_term_days": Whole(),
    "taxability": Choice(("taxable", "exempt")),
    "locale": Text(longest=50),
    "offline_payment_method": Choice(OFFLINE_PAYMENT_METHODS),
    "auto_close_invoices": Flag(),
    "invoice_notes": CLEARABLE,
    "meta_data": JsonObject(),
    **not_simulated(
        "exemption_details customer_type client_profile_id taxjar_exemption_category entity_code exempt_number "
        "consolidated_invoicing tax_providers_fields"
    ),
}
CUSTOMER_CREATE: Final = Record(
    {
        **_CUSTOMER,
        "id": Text(longest=50),
        "billing_address": _ADDRESS,
        **not_simulated(
            "vat_number vat_number_prefix entity_identifier_scheme entity_identifier_standard registered_for_gst "
            "is_einvoice_enabled einvoicing_method business_customer_without_vat_number card bank_account token_id "
            "payment_method payment_intent entity_identifiers business_entity_id brand_id created_from_ip"
        ),
    },
    custom=True,
)
CUSTOMER_UPDATE: Final = Record({**_CUSTOMER, "fraud_flag": Choice(("safe", "fraudulent"))}, custom=True)
CUSTOMER_DELETE: Final = Record(not_simulated("delete_payment_method"))
