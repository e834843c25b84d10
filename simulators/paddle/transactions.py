"""What a subscription will be billed, as `include` and the preview of an update show it.

Shapes: Paddle's OpenAPI description, version 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.paddle import discounting, lifecycle, moments, pricing, shapes
from simulators.paddle.periods import later
from simulators.paddle.settlement import Settlement, settlement, with_tax, without_balance

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

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


@dataclass(frozen=True)
class Cost:
    """What an update costs and what it gives back, and what of both together moves at once; before tax."""

    charge: int
    credit: int
    at_once: int


def preview(account: Account, subscription: Json, cost: Cost, now: datetime) -> Json:
    """What an update that was applied to a copy of a subscription would do.

    `immediate_transaction` is null when nothing is settled at once. A credit is settled too: its total is negative, and
    its grand total nothing. In the summary a credit is negative and the result is not. (Seen in answers of the sandbox
    that others have published; Paddle's description says nothing of it.)
    """
    return {
        **subscription,
        "immediate_transaction": _immediate(account, subscription, cost.at_once, now) if cost.at_once else None,
        "next_transaction": next_transaction(account, subscription),
        "recurring_transaction_details": recurring_details(account, subscription),
        "update_summary": _summary(account, subscription, cost) if cost.charge or cost.credit else None,
    }


def _immediate(account: Account, subscription: Json, amount: int, now: datetime) -> Json:
    """The period is the one that runs after the change, from now on. Its lines are left out."""
    totals = _totals(settlement(account, subscription, amount), amount, 0, subscription["currency_code"])
    return {
        "billing_period": shapes.period(moments.written(now), subscription["current_billing_period"]["ends_at"]),
        "details": {"tax_rates_used": [], "totals": totals, "line_items": []},
        "adjustments": [],
    }


def _summary(account: Account, subscription: Json, cost: Cost) -> Json:
    currency = subscription["currency_code"]
    credit = with_tax(account, -cost.credit)
    result = with_tax(account, cost.charge - cost.credit)
    return {
        "credit": shapes.money(credit, currency),
        "charge": shapes.money(result - credit, currency),
        "result": {"action": "credit" if result < 0 else "charge", **shapes.money(abs(result), currency)},
    }


def _details(account: Account, subscription: Json, *, extra: int) -> Json:
    currency = subscription["currency_code"]
    subtotal = pricing.gross(account, subscription, subscription["items"])
    discount = discounting.in_effect(account, subscription)
    reduction = pricing.reduction(account, subscription, subscription["items"], discount)
    # What of a credit balance will be left by then is not foretold.
    settled = without_balance(account, subtotal + extra - reduction)
    return {
        "tax_rates_used": [{"tax_rate": str(account.tax_rate), "totals": _short_totals(account, subtotal, reduction)}],
        "totals": _totals(settled, subtotal + extra, reduction, currency),
        "line_items": [_line(account, subscription, item) for item in subscription["items"] if item["recurring"]],
    }


def _line(account: Account, subscription: Json, item: Json) -> Json:
    unit = pricing.unit_amount(account, subscription, item["price"])
    return {
        "item_id": None,
        "price_id": item["price"]["id"],
        "quantity": item["quantity"],
        "totals": _short_totals(account, unit * item["quantity"], 0),
        "product": item["product"],
        "tax_rate": str(account.tax_rate),
        "unit_totals": _short_totals(account, unit, 0),
        "proration": None,
    }


def _short_totals(account: Account, subtotal: int, discount: int) -> Json:
    total = with_tax(account, subtotal - discount)
    return {
        "subtotal": str(subtotal),
        "discount": str(discount),
        "tax": str(total - (subtotal - discount)),
        "total": str(total),
    }


def _totals(settled: Settlement, subtotal: int, discount: int, currency: str) -> Json:
    """`grand_total` is what is to be paid: https://developer.paddle.com/changelog/2023/transaction-totals-grand-total"""
    due = str(settled.due)
    return {
        "subtotal": str(subtotal),
        "discount": str(discount),
        "tax": str(settled.tax),
        "total": str(settled.total),
        "fee": None,
        "credit": str(settled.from_balance),
        "credit_to_balance": str(settled.to_balance),
        "balance": due,
        "grand_total": due,
        "grand_total_tax": str(settled.tax_due),
        "earnings": None,
        "currency_code": currency,
        "exchange_rate": "1",
    }
