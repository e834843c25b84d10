"""What a subscription will be billed, as `include` and the preview of an update show it.

Shapes: Paddle's OpenAPI description, version 1. Tax is always nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.paddle import discounting, lifecycle, moments, pricing, shapes
from simulators.paddle.periods import later

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulators.paddle.account import Account
    from simulators.types import Json


def recurring_details(account: Account, subscription: Json) -> Json:
    """What every period costs, without what is left over from changes."""
    return _details(account, subscription, extra=0)


def next_transaction(account: Account, subscription: Json) -> Json | None:
    """The next bill; None where none is due."""
    at = lifecycle.next_bill(subscription)
    if at is None:
        return None
    end = later(at, subscription["billing_cycle"])
    return {
        "billing_period": shapes.period(moments.written(at), moments.written(end)),
        "details": _details(account, subscription, extra=account.terms[subscription["id"]].deferred),
        "adjustments": [],
    }


INCLUDABLE: Mapping[str, Callable[[Account, Json], Json | None]] = {
    "next_transaction": next_transaction,
    "recurring_transaction_details": recurring_details,
}


def preview(account: Account, subscription: Json, amount: int, *, deferred: bool) -> Json:
    """What an update would make of a subscription. `amount` is what it costs, a credit if it is negative."""
    currency = subscription["currency_code"]
    at_once = 0 if deferred else max(amount, 0)
    summary = {
        "credit": shapes.money(max(-amount, 0), currency),
        "charge": shapes.money(max(amount, 0), currency),
        "result": {
            "action": "credit" if amount < 0 else "charge",
            "amount": str(abs(amount)),
            "currency_code": currency,
        },
    }
    period = subscription["current_billing_period"]
    immediate = {
        "billing_period": period,
        "details": {"tax_rates_used": [], "totals": _totals(at_once, 0, currency), "line_items": []},
        "adjustments": [],
    }
    return {
        **subscription,
        "immediate_transaction": immediate if at_once else None,
        "next_transaction": next_transaction(account, subscription),
        "recurring_transaction_details": recurring_details(account, subscription),
        "update_summary": summary if amount else None,
    }


def _details(account: Account, subscription: Json, *, extra: int) -> Json:
    currency = subscription["currency_code"]
    subtotal = pricing.gross(account, subscription, subscription["items"])
    discount = discounting.in_effect(account, subscription)
    reduction = pricing.reduction(account, subscription, subscription["items"], discount)
    return {
        "tax_rates_used": [{"tax_rate": "0", "totals": _short_totals(subtotal, reduction)}],
        "totals": _totals(subtotal + extra, reduction, currency),
        "line_items": [_line(account, subscription, item) for item in subscription["items"] if item["recurring"]],
    }


def _line(account: Account, subscription: Json, item: Json) -> Json:
    unit = pricing.unit_amount(account, subscription, item["price"])
    return {
        "item_id": None,
        "price_id": item["price"]["id"],
        "quantity": item["quantity"],
        "totals": _short_totals(unit * item["quantity"], 0),
        "product": item["product"],
        "tax_rate": "0",
        "unit_totals": _short_totals(unit, 0),
        "proration": None,
    }


def _short_totals(subtotal: int, discount: int) -> Json:
    return {"subtotal": str(subtotal), "discount": str(discount), "tax": "0", "total": str(subtotal - discount)}


def _totals(subtotal: int, discount: int, currency: str) -> Json:
    total = str(subtotal - discount)
    return {
        **_short_totals(subtotal, discount),
        "fee": None,
        "credit": "0",
        "credit_to_balance": "0",
        "balance": total,
        "grand_total": total,
        "grand_total_tax": "0",
        "earnings": None,
        "currency_code": currency,
        "exchange_rate": "1",
    }
