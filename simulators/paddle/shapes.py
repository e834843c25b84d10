"""Builders of Paddle's objects in full, every member present, as API version 1 serves them.

Shapes: Paddle's OpenAPI description, and the entities of paddle-python-sdk 1.16.1. Times are text, amounts are
strings of minor units.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulators.types import Json

NOUNS = {
    "ctm": "customer",
    "add": "address",
    "pro": "product",
    "pri": "price",
    "dsc": "discount",
    "sub": "subscription",
}


def customer(identifier: str, created: str, *, email: str) -> Json:
    return {
        "id": identifier,
        "status": "active",
        "custom_data": None,
        "name": None,
        "email": email,
        "marketing_consent": False,
        "locale": "en",
        "created_at": created,
        "updated_at": created,
        "import_meta": None,
    }


def address(identifier: str, created: str, *, customer: str, country_code: str) -> Json:
    return {
        "id": identifier,
        "customer_id": customer,
        "status": "active",
        "description": None,
        "first_line": None,
        "second_line": None,
        "city": None,
        "postal_code": None,
        "region": None,
        "country_code": country_code,
        "custom_data": None,
        "created_at": created,
        "updated_at": created,
        "import_meta": None,
    }


def product(identifier: str, created: str, *, name: str) -> Json:
    return {
        "id": identifier,
        "name": name,
        "tax_category": "standard",
        "type": "standard",
        "description": None,
        "image_url": None,
        "custom_data": None,
        "status": "active",
        "import_meta": None,
        "created_at": created,
        "updated_at": created,
    }


def money(amount: int, currency: str) -> Json:
    return {"amount": str(amount), "currency_code": currency}


def price(identifier: str, created: str, *, product: str, unit_price: Json) -> Json:
    return {
        "id": identifier,
        "product_id": product,
        "type": "standard",
        "description": "Plan",
        "name": None,
        "billing_cycle": None,
        "trial_period": None,
        "tax_mode": "account_setting",
        "unit_price": unit_price,
        "unit_price_overrides": [],
        "custom_data": None,
        "status": "active",
        "quantity": {"minimum": 1, "maximum": 100},
        "import_meta": None,
        "created_at": created,
        "updated_at": created,
    }


def trial_period(given: Json) -> Json:
    """A trial with the members that were added in 2026 for trials that are paid for, or need no card."""
    return {"requires_payment_method": True, "unit_price": None, "unit_price_overrides": [], **given}


def discount(identifier: str, created: str) -> Json:
    return {
        "id": identifier,
        "status": "active",
        "description": "Discount",
        "enabled_for_checkout": True,
        "code": None,
        "type": "percentage",
        "mode": "standard",
        "amount": "10",
        "currency_code": None,
        "recur": True,
        "maximum_recurring_intervals": None,
        "usage_limit": None,
        "restrict_to": None,
        "expires_at": None,
        "times_used": 0,
        "discount_group_id": None,
        "custom_data": None,
        "import_meta": None,
        "created_at": created,
        "updated_at": created,
    }


def item(created: str, *, price: Json, product: Json, quantity: int) -> Json:
    """An item with copies of its price and its product, as they are at this moment. It has no id."""
    return {
        "status": "active",
        "quantity": quantity,
        "recurring": price["billing_cycle"] is not None,
        "created_at": created,
        "updated_at": created,
        "previously_billed_at": None,
        "next_billed_at": None,
        "trial_dates": None,
        "price": dict(price),
        "product": dict(product),
    }


def subscription(identifier: str, created: str, *, customer: str, currency: str, livemode: bool) -> Json:
    host = "buyer-portal.paddle.com" if livemode else "sandbox-buyer-portal.paddle.com"
    portal = f"https://{host}/subscriptions/{identifier}"
    return {
        "id": identifier,
        "status": "active",
        "customer_id": customer,
        "address_id": None,
        "business_id": None,
        "currency_code": currency,
        "created_at": created,
        "updated_at": created,
        "started_at": created,
        "first_billed_at": None,
        "next_billed_at": None,
        "paused_at": None,
        "canceled_at": None,
        "discount": None,
        "collection_mode": "automatic",
        "billing_details": None,
        "current_billing_period": None,
        "billing_cycle": None,
        "scheduled_change": None,
        "items": [],
        "custom_data": None,
        "management_urls": {"update_payment_method": f"{portal}/update-payment-method", "cancel": f"{portal}/cancel"},
        "consent_requirements": [],
        "import_meta": None,
    }


def period(start: str, end: str) -> Json:
    return {"starts_at": start, "ends_at": end}


def scheduled_change(action: str, effective_at: str, resume_at: str | None = None) -> Json:
    return {"action": action, "effective_at": effective_at, "resume_at": resume_at}


def billing_details(**members: Any) -> Json:
    """How a subscription is invoiced whose collection mode is `manual`."""
    return {
        "enable_checkout": False,
        "purchase_order_number": "",
        "additional_information": None,
        "payment_terms": {"interval": "week", "frequency": 2},
        **members,
    }
