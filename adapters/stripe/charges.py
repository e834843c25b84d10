"""What an update would charge at once, as a preview of its invoice tells it. Pure functions.

A preview shows the invoice that comes next once the update is made: the one that the update itself makes, if it makes
one, else that of the running period's end (https://docs.stripe.com/api/invoices/create_preview, "upcoming invoice").
It does not say which, and its `billing_reason` is `upcoming` for a change that is billed later at least.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapters.charges import Charge
from adapters.errors import AdapterError, Unmappable
from adapters.fields import required_text
from adapters.state import SubscriptionState
from adapters.stripe.fields import items_of
from adapters.stripe.mapping import seconds
from adapters.stripe.states import current_period
from adapters.stripe.statuses import Span

_NONE_TO_COME: Final = "invoice_upcoming_none"
"""The error code in place of a preview: https://docs.stripe.com/error-codes#invoice-upcoming-none."""


def charged_at_once(preview: Mapping[str, Any], state: SubscriptionState) -> Charge:
    """The invoice's amount due, or nothing where it is one of the running period's end.

    The amount due is after discounts, tax and the customer's balance, and what was waiting to be billed is in it.
    Raises `Unmappable` for a preview that cannot be read.
    """
    due, currency = preview.get("amount_due"), required_text(preview, "currency").lower()
    if not isinstance(due, int) or isinstance(due, bool):
        raise Unmappable("amount_due: not a whole number")
    return Charge(0 if _is_of_the_periods_end(preview, state) else max(due, 0), currency)


def is_without_invoice(error: AdapterError) -> bool:
    """Whether a preview failed because there would be no invoice: neither now nor later."""
    return error.provider is not None and error.provider.code == _NONE_TO_COME


def _is_of_the_periods_end(preview: Mapping[str, Any], state: SubscriptionState) -> bool:
    """Whether the invoice is made when the running period ends. In doubt it is made now.

    `period_end` is the latest time at which items can still be put on the invoice (stripe 16.1, `Invoice.period_end`):
    now for one that is made now, the period's end for the other. https://github.com/bitwarden/server/pull/8209 met
    both. That it is so where the rhythm changes is assumed, so the lines have a say as well: a period that begins
    before the running one is over is billed at once. That such a preview has a line for it is known from
    https://symfonycasts.com/screencast/stripe-level2/monthly-yearly-billing-period.
    """
    closes = seconds(preview.get("period_end"))
    if closes is None:
        raise Unmappable("period_end: missing")
    running = current_period(items_of(state.provider))
    return running is not None and closes >= running.end and not _begins_early(preview, running)


def _begins_early(preview: Mapping[str, Any], running: Span) -> bool:
    """Whether a line bills a new period that begins within the running one. Usage is billed from its beginning on."""
    lines = preview.get("lines")
    rows = lines.get("data") if isinstance(lines, dict) else None
    starts = (_start_of_period(row) for row in rows or ())
    return any(start is not None and running.start < start < running.end for start in starts)


def _start_of_period(line: Any) -> float | None:
    """When the time begins that a line of a subscription's item bills; None for a proration and for any other line."""
    try:
        details = line["parent"]["subscription_item_details"]
        return None if details is None or details["proration"] is True else seconds(line["period"]["start"])
    except (KeyError, TypeError):
        # A line of another form tells nothing of periods.
        return None
