"""Builders of an invoice's preview in full: https://docs.stripe.com/api/invoices/object, version 2026-10-28.endive.

Members are those of the official SDK's class. What an invoice has only once it is finalized is null.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.stripe.invoicing import Invoice, Line
    from simulators.types import Json

_HOUR = 3600


def preview(identifier: str, invoice: Invoice, *, subscription: Json, customer: Json, start: int) -> Json:
    """A preview. `billing_reason` is `upcoming`, whether the invoice would be made now or at the renewal: what tells
    them apart is `period_end`. `start` is when the period began that the invoice closes."""
    is_charged = subscription["collection_method"] == "charge_automatically"
    return {
        "id": identifier,
        "object": "invoice",
        "account_country": "US",
        "account_name": "Simulated",
        "account_tax_ids": None,
        "amount_due": invoice.amount_due,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_paid_off_stripe": 0,
        "amount_remaining": invoice.amount_due,
        "amount_shipping": 0,
        "application": None,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": False,
        "automatic_tax": {"provider": None, "status": None, **subscription["automatic_tax"]},
        "automatically_finalizes_at": None,
        "billing_reason": "upcoming",
        "collection_method": subscription["collection_method"],
        "created": invoice.at,
        "currency": subscription["currency"],
        "custom_fields": None,
        "customer": customer["id"],
        "customer_account": None,
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": customer["shipping"],
        "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": [],
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": list(subscription["discounts"]),
        "due_date": None,
        "effective_at": None,
        "ending_balance": invoice.ending_balance,
        "footer": None,
        "from_invoice": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "lines": {
            "object": "list",
            "data": [
                _line(f"{identifier}_{position}", line, subscription) for position, line in enumerate(invoice.lines)
            ],
            "has_more": False,
            "url": "/v1/invoices/upcoming/lines",
        },
        "livemode": subscription["livemode"],
        "metadata": {},
        "next_payment_attempt": invoice.at + _HOUR if is_charged else None,
        "number": None,
        "on_behalf_of": None,
        "parent": {
            "quote_details": None,
            "subscription_details": {"metadata": subscription["metadata"], "subscription": subscription["id"]},
            "type": "subscription_details",
        },
        "payment_settings": {"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
        "period_end": invoice.at,
        "period_start": start,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": invoice.starting_balance,
        "statement_descriptor": None,
        "status": "draft",
        "status_transitions": {
            "finalized_at": None,
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
        "subtotal": invoice.subtotal,
        "subtotal_excluding_tax": invoice.subtotal,
        "test_clock": customer["test_clock"],
        "total": invoice.total,
        "total_discount_amounts": [],
        "total_excluding_tax": invoice.total - invoice.tax,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": None,
    }


def _line(identifier: str, line: Line, subscription: Json) -> Json:
    quantity = line.item.get("quantity")
    return {
        "id": identifier.replace("upcoming_in", "il_tmp"),
        "object": "line_item",
        "amount": line.amount,
        "currency": subscription["currency"],
        "description": None,
        "discount_amounts": [],
        "discountable": not line.proration,
        "discounts": [],
        "invoice": identifier.rpartition("_")[0],
        "livemode": subscription["livemode"],
        "metadata": {},
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": None,
                "proration": line.proration,
                "proration_details": {"credited_items": None},
                "subscription": subscription["id"],
                "subscription_item": line.item["id"],
            },
            "type": "subscription_item_details",
        },
        "period": {"end": line.end, "start": line.start},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": line.item["price"]["id"], "product": line.item["price"]["product"]},
            "type": "price_details",
            "unit_amount_decimal": line.item["price"]["unit_amount_decimal"],
        },
        "quantity": quantity,
        "quantity_decimal": None if quantity is None else str(Decimal(quantity)),
        "subscription": subscription["id"],
        "subtotal": line.amount,
        "taxes": [],
    }
