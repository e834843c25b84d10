"""What the preview of an update says would be charged at once. Pure functions.

https://developer.paddle.com/api-reference/subscriptions/preview-subscription-update
"""

from __future__ import annotations

from adapters.charges import Charge
from adapters.errors import Unmappable
from adapters.fields import missing
from adapters.paddle import models
from adapters.paddle.amounts import signed_minor_units
from adapters.paddle.client import JsonObject


def charge(answer: JsonObject, currency: str) -> Charge:
    """What is to be paid now. `currency` is the subscription's, for an update that settles nothing at once.

    `next_transaction` is the bill that comes later, and no part of it. `grand_total` has the tax in it, and what the
    customer's credit balance pays is taken off (https://developer.paddle.com/changelog/2023/transaction-totals-grand-total).
    Where more is credited than billed, it was seen to be nothing while the other totals are negative.

    Raises `Unmappable` where it is not certain what would be charged.
    """
    preview = models.read(models.SubscriptionPreview, answer)
    transaction = preview.immediate_transaction
    if transaction is None:
        _require_no_charge(preview.update_summary)
        return Charge(0, currency)
    totals = transaction.details.totals
    billed_in = totals.currency_code or missing("currency_code")
    return Charge(max(signed_minor_units(totals.grand_total, "grand_total"), 0), billed_in.lower())


def _require_no_charge(summary: models.UpdateSummary | None) -> None:
    """Asked of modes that bill at once only: a charge in the summary that no transaction shows makes no sense there."""
    if summary is None or summary.result.action == "credit":
        return
    if signed_minor_units(summary.result.amount, "update_summary.result.amount") != 0:
        raise Unmappable("immediate_transaction: missing, though something is charged")
