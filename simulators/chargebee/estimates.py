"""What a write would do, without doing it: the write's own draft, shown instead of carried out.

See https://apidocs.chargebee.com/docs/api/estimates. `invoice_estimate` is what would be billed at once, and is missing
where nothing would; `next_invoice_estimate`, which is there instead, is the renewal.

Of a change, tax is worked out from the addresses that come with the request, and is ignored without any
(https://apidocs.chargebee.com/docs/api/estimates/estimate-for-updating-a-subscription). That the other estimates go by
what the site knows is assumed, and so is that none of them tells what is collected of older invoices.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from simulators.chargebee import cancellations, invoices, lifecycle, pauses, updates
from simulators.tables import Charge

if TYPE_CHECKING:
    from simulators.chargebee.calls import Call
    from simulators.chargebee.drafts import Draft
    from simulators.chargebee.invoices import Invoice
    from simulators.types import Json


def cancel(call: Call) -> Json:
    draft = cancellations.drafted(call)
    return _shown(draft, draft.tax_rate())


def pause(call: Call) -> Json:
    given = {**call.parameters, **call.parameters.get("subscription", {})}
    draft = pauses.drafted(replace(call, parameters=given))
    return _shown(draft, draft.tax_rate())


def update(call: Call) -> Json:
    """`include_delayed_charges` asks for what waits to be billed, in the invoice that would be made at once."""
    given = {"include_delayed_charges": False, **call.parameters, **call.parameters["subscription"]}
    draft, _ = updates.drafted(replace(call, parameters=given, identifier=given["id"]))
    stored = call.site.customers.get(draft.subscription["customer_id"]) or {}
    customer = {"taxability": stored.get("taxability", "taxable"), **given.get("customer", {})}
    rate = invoices.tax_rate(call.site.taxes, customer, given.get("shipping_address"), given.get("billing_address"))
    return _shown(draft, rate)


def _shown(draft: Draft, rate: int) -> Json:
    row = draft.subscription
    names = ("id", "currency_code", "status", "next_billing_at", "pause_date", "resume_date")
    estimate: Json = {
        "created_at": draft.at,
        "object": "estimate",
        "subscription_estimate": {
            **{name: row[name] for name in names if name in row},
            "object": "subscription_estimate",
        },
        "credit_note_estimates": [_credit_note(charge, rate) for charge in draft.charges if charge.amount < 0],
    }
    if draft.unbilled:
        estimate["unbilled_charge_estimates"] = [_unbilled_charge(charge) for charge in draft.unbilled]
    at_once = draft.invoice(rate)
    if at_once is not None:
        estimate["invoice_estimate"] = _invoice(at_once)
    elif "next_billing_at" in row:
        renewal = _renewal(draft, rate)
        if renewal is not None:
            estimate["next_invoice_estimate"] = _invoice(renewal)
    return {"estimate": estimate}


def _renewal(draft: Draft, rate: int) -> Invoice | None:
    row = {**draft.subscription, **(draft.scheduled or {})}
    at, amount = row["next_billing_at"], lifecycle.total(row["subscription_items"])
    charges = [*draft.waiting(), *draft.unbilled, Charge(amount, row["currency_code"], "renewal", row["id"], at)]
    return invoices.make(row, charges, 0, rate, invoices.Balances(), at)


def _invoice(invoice: Invoice) -> Json:
    return {
        "recurring": True,
        "date": invoice.at,
        "price_type": "tax_exclusive",
        "sub_total": invoice.sub_total,
        "total": invoice.total,
        "credits_applied": invoice.credits_applied,
        "amount_paid": invoice.amount_paid,
        "amount_due": invoice.amount_due,
        "object": "invoice_estimate",
        "customer_id": invoice.customer,
        "currency_code": invoice.currency,
        "line_items": [_line(charge) for charge in invoice.charges],
        "discounts": [_part("discount", invoice.discount)] if invoice.discount else [],
        "taxes": [_part("tax", invoice.tax)] if invoice.tax else [],
        "round_off_amount": 0,
    }


def _line(charge: Charge) -> Json:
    """Quantities and units are not told apart: one line for each charge."""
    return {
        "object": "line_item",
        "subscription_id": charge.subscription,
        "date_from": charge.at,
        "date_to": charge.at,
        "unit_amount": charge.amount,
        "quantity": 1,
        "amount": charge.amount,
        "pricing_model": "flat_fee",
        "is_taxed": False,
        "description": charge.reason,
        "entity_type": "adhoc",
    }


def _part(kind: str, amount: int) -> Json:
    return {"object": kind, "name": kind, "entity_type": "document_level_coupon", "amount": amount}


def _credit_note(charge: Charge, rate: int) -> Json:
    total = -charge.amount + invoices.share(-charge.amount, rate)
    return {
        "object": "credit_note_estimate",
        "type": "refundable",
        "price_type": "tax_exclusive",
        "currency_code": charge.currency,
        "sub_total": -charge.amount,
        "total": total,
        "amount_allocated": 0,
        "amount_available": total,
        "round_off_amount": 0,
    }


def _unbilled_charge(charge: Charge) -> Json:
    return {
        "object": "unbilled_charge",
        "subscription_id": charge.subscription,
        "amount": charge.amount,
        "currency_code": charge.currency,
        "description": charge.reason,
        "entity_type": "adhoc",
        "discount_amount": 0,
        "is_voided": False,
    }
