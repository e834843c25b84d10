"""The wire shape of each kind of object: what Chargebee always sends, and which other members there are.

Defaults are those of the official samples; a member without a value is absent, never null. Names are from the
resources of https://apidocs.chargebee.com/docs/api (Product Catalog 2.0); a test compares them with those of the
Python package 3.29.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.types import Json


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


CUSTOMER = _names(
    """
    id first_name last_name email phone company vat_number auto_collection offline_payment_method net_term_days
    vat_number_validated_time vat_number_status allow_direct_debit is_location_valid created_at created_from_ip
    exemption_details taxability entity_code exempt_number resource_version updated_at locale billing_date
    billing_month billing_date_mode billing_day_of_week billing_day_of_week_mode pii_cleared auto_close_invoices
    channel active_id card_status fraud_flag primary_payment_source_id backup_payment_source_id billing_address
    referral_urls contacts payment_method invoice_notes business_entity_id preferred_currency_code
    promotional_credits unbilled_charges refundable_credits excess_payments balances entity_identifiers
    tax_providers_fields is_einvoice_enabled einvoicing_method meta_data deleted registered_for_gst
    consolidated_invoicing customer_type business_customer_without_vat_number client_profile_id relationship
    use_default_hierarchy_settings parent_account_access child_account_access vat_number_prefix
    entity_identifier_scheme entity_identifier_standard brand_id object
    """
)
ITEM_FAMILY = _names("id name description status resource_version updated_at channel business_entity_id deleted object")
ITEM = _names(
    """
    id name external_name description status resource_version updated_at item_family_id type is_shippable
    is_giftable redirect_url enabled_for_checkout enabled_in_portal included_in_mrr item_applicability
    gift_claim_redirect_url unit metered usage_calculation is_percentage_pricing archived_at channel
    applicable_items bundle_items bundle_configuration metadata deleted business_entity_id object
    """
)
ITEM_PRICE = _names(
    """
    id name item_family_id item_id description status external_name price_variant_id proration_type pricing_model
    price price_in_decimal period currency_code period_unit trial_period trial_period_unit trial_end_action
    shipping_period shipping_period_unit billing_cycles free_quantity free_quantity_in_decimal channel
    resource_version updated_at created_at usage_accumulation_reset_frequency archived_at invoice_notes tiers
    is_taxable tax_detail tax_providers_fields accounting_detail metadata item_type archivable parent_item_id
    show_description_in_invoices show_description_in_quotes deleted business_entity_id object
    """
)
COUPON = _names(
    """
    id name invoice_name discount_type discount_percentage discount_amount discount_quantity currency_code
    duration_type duration_month valid_from valid_till max_redemptions status apply_discount_on apply_on
    plan_constraint addon_constraint created_at archived_at resource_version updated_at included_in_mrr period
    period_unit plan_ids addon_ids item_constraints item_constraint_criteria redemptions invoice_notes meta_data
    coupon_constraints deleted object
    """
)
SUBSCRIPTION = _names(
    """
    id currency_code setup_fee billing_period billing_period_unit start_date trial_end remaining_billing_cycles
    po_number auto_collection customer_id status trial_start trial_end_action current_term_start current_term_end
    next_billing_at created_at started_at activated_at gift_id contract_term_billing_cycle_on_renewal
    override_relationship pause_date resume_date cancelled_at cancel_reason affiliate_token created_from_ip
    resource_version updated_at has_scheduled_advance_invoices has_scheduled_changes payment_source_id
    cancel_schedule_created_at offline_payment_method channel net_term_days active_id subscription_items
    item_tiers charged_items due_invoices_count due_since total_dues mrr arr exchange_rate base_currency_code
    event_based_addons coupon coupons shipping_address referral_info billing_override invoice_notes meta_data
    deleted changes_scheduled_at contract_term cancel_reason_code free_period free_period_unit
    create_pending_invoices auto_close_invoices discounts business_entity_id decommissioned brand_id object
    """
)


def customer(identifier: str, created: int) -> Json:
    """A customer without a name, an address or a card."""
    return {
        "id": identifier,
        "auto_collection": "on",
        "net_term_days": 0,
        "allow_direct_debit": False,
        "created_at": created,
        "taxability": "taxable",
        "updated_at": created,
        "pii_cleared": "active",
        "channel": "web",
        "resource_version": created * 1000,
        "deleted": False,
        "object": "customer",
        "card_status": "no_card",
        "promotional_credits": 0,
        "refundable_credits": 0,
        "excess_payments": 0,
        "unbilled_charges": 0,
        "preferred_currency_code": "USD",
    }


def card(customer_id: str) -> Json:
    """The card that a customer pays with."""
    return {
        "status": "valid",
        "gateway": "chargebee",
        "gateway_account_id": "gw_simulated",
        "iin": "411111",
        "last4": "1111",
        "card_type": "visa",
        "funding_type": "credit",
        "expiry_month": 1,
        "expiry_year": 2032,
        "object": "card",
        "masked_number": "************1111",
        "customer_id": customer_id,
        "payment_source_id": f"pm_{customer_id}",
    }


def billing_address(given: Json) -> Json:
    """An address; members not given stay absent."""
    return {**given, "validation_status": "not_validated", "object": "billing_address"}


def item_family(identifier: str, created: int) -> Json:
    """A product family. It has no `created_at`."""
    return {
        "id": identifier,
        "name": identifier,
        "status": "active",
        "resource_version": created * 1000,
        "updated_at": created,
        "channel": "web",
        "object": "item_family",
        "deleted": False,
    }


def item(identifier: str, created: int) -> Json:
    """A plan, unless `type` is set otherwise. It has no `created_at`, and a family only where one is given."""
    return {
        "id": identifier,
        "name": identifier,
        "status": "active",
        "resource_version": created * 1000,
        "updated_at": created,
        "type": "plan",
        "is_shippable": False,
        "is_giftable": False,
        "enabled_for_checkout": True,
        "enabled_in_portal": True,
        "item_applicability": "all",
        "metered": False,
        "channel": "web",
        "object": "item",
        "deleted": False,
    }


def item_price(identifier: str, created: int) -> Json:
    """A price without an amount and a period."""
    return {
        "id": identifier,
        "name": identifier,
        "status": "active",
        "pricing_model": "per_unit",
        "currency_code": "USD",
        "free_quantity": 0,
        "channel": "web",
        "resource_version": created * 1000,
        "updated_at": created,
        "created_at": created,
        "is_taxable": True,
        "item_type": "plan",
        "show_description_in_invoices": False,
        "show_description_in_quotes": False,
        "deleted": False,
        "object": "item_price",
    }


def coupon(identifier: str, created: int) -> Json:
    """A coupon without a value."""
    return {
        "id": identifier,
        "name": identifier,
        "duration_type": "one_time",
        "status": "active",
        "apply_discount_on": "not_applicable",
        "apply_on": "invoice_amount",
        "plan_constraint": "not_applicable",
        "addon_constraint": "not_applicable",
        "created_at": created,
        "updated_at": created,
        "resource_version": created * 1000,
        "object": "coupon",
        "redemptions": 0,
    }


def applied_coupon(identifier: str, *, code: str | None = None) -> Json:
    """A coupon on a subscription, not on an invoice yet."""
    applied: Json = {"coupon_id": identifier, "applied_count": 0, "object": "coupon"}
    if code is not None:
        applied["coupon_code"] = code
    return applied


def subscription(identifier: str, created: int, *, customer_id: str) -> Json:
    """A subscription without items and dates."""
    return {
        "id": identifier,
        "customer_id": customer_id,
        "created_at": created,
        "updated_at": created,
        "has_scheduled_changes": False,
        "channel": "web",
        "resource_version": created * 1000,
        "deleted": False,
        "object": "subscription",
        "currency_code": "USD",
        "due_invoices_count": 0,
        "has_scheduled_advance_invoices": False,
        "override_relationship": False,
        "create_pending_invoices": False,
        "auto_close_invoices": True,
        "subscription_items": [],
        "status": "active",
    }


def contract_term(identifier: str, *, subscription_id: str, start: int, end: int) -> Json:
    """A contract that binds a subscription until `end`."""
    return {
        "id": identifier,
        "status": "active",
        "contract_start": start,
        "contract_end": end,
        "billing_cycle": 12,
        "action_at_term_end": "renew",
        "total_contract_value": 0,
        "cancellation_cutoff_period": 0,
        "created_at": start,
        "subscription_id": subscription_id,
        "remaining_billing_cycles": 11,
        "object": "contract_term",
    }
