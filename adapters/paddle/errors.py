"""Paddle's errors as a table, and what the network raises beside them.

Statuses and codes: https://developer.paddle.com/api-reference/about/errors and the pages below
https://developer.paddle.com/errors/subscriptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import aiohttp
import structlog

from adapters.errors import (
    AdapterError,
    Conflict,
    Credentials,
    Invalid,
    NotFound,
    ProviderAnswer,
    RateLimited,
    Timeout,
    Unavailable,
    UnknownOutcome,
    Unreadable,
)
from gateway.resilience import Cause, retry_after_seconds, utc_now

if TYPE_CHECKING:
    from collections.abc import Mapping

_log = structlog.get_logger("gateway.provider")

PENDING_CHANGE: Final = "subscription_locked_pending_changes"
"""Another change is scheduled, and must be lifted first."""


@dataclass(eq=False)
class Refused(Exception):
    """An answer that is no success. `code` is None where it is not in Paddle's form. No text of Paddle's is kept: it
    may name customers and keys."""

    status: int
    code: str | None = None
    fields: tuple[str, ...] = ()
    request_id: str | None = None
    retry_after: str | None = None


class Garbled(Exception):
    """A success whose body is not JSON, as a proxy may send."""


_ENDED: Final = (Conflict, "The subscription has ended.")
_TRIAL: Final = (Conflict, "This is not possible during the trial.")
_NOT_NOW: Final = (Conflict, Conflict.default_message)
_OWES: Final = (Conflict, "A payment for the subscription is open. Settle it first.")
_TOO_OFTEN: Final = (Conflict, "The subscription has been charged too often for the moment. Try again later.")
_NO_PERIOD_LEFT: Final = (Conflict, "The pause would have to end before the period that is paid for.")
_PRICE: Final = (Invalid, "The price cannot be used for this subscription.")
_COUPON: Final = (Invalid, "The coupon cannot be used for this subscription.")
_SPENT: Final = (Invalid, "The coupon can no longer be used.")
_NO_CARD: Final = (Conflict, "There is no payment method for this.")
_TOO_SOON: Final = (Conflict, "The subscription renews within half an hour. Try again after that.")
_SCHEDULED: Final = (Conflict, "Another change of the subscription is already scheduled.")

BY_CODE: Final[Mapping[str, tuple[type[AdapterError], str]]] = {
    "not_found": (NotFound, NotFound.default_message),
    "subscription_update_when_canceled": _ENDED,
    "subscription_is_canceled_action_invalid": _ENDED,
    PENDING_CHANGE: _SCHEDULED,
    "subscription_locked_renewal": _TOO_SOON,
    "subscription_next_billed_at_too_soon": (Conflict, "The new date is less than half an hour away."),
    "subscription_locked_consent_review_period": (Conflict, "The customer's consent to the next payment is awaited."),
    "subscription_outstanding_transaction": _OWES,
    "subscription_outstanding_pending_refund": (Conflict, "A refund for the subscription is pending."),
    "subscription_outstanding_balance_different_currency": _OWES,
    "subscription_update_when_past_due": _OWES,
    "subscription_update_when_trialing": _TRIAL,
    "subscription_trialing_items_update_invalid_options": _TRIAL,
    "subscription_trialing_discount_update_invalid_options": _TRIAL,
    "subscription_is_inactive_action_invalid": _NOT_NOW,
    "subscription_not_active": _NOT_NOW,
    "subscription_must_be_paused": _NOT_NOW,
    "subscription_cannot_be_paused": _NOT_NOW,
    "subscription_cannot_activate": _NOT_NOW,
    "subscription_not_automatic_collection": (Conflict, "The subscription is paid by invoice."),
    "subscription_only_update_items_on_paused_subscription": (Conflict, "The subscription is paused."),
    "subscription_incorrect_proration_on_paused_subscription": (Conflict, "The subscription is paused."),
    "subscription_pausing_not_allowed_for_cardless_trial": (
        Conflict,
        "A trial without a payment method cannot be paused.",
    ),
    "subscription_continuing_existing_billing_period_not_allowed": _NO_PERIOD_LEFT,
    "subscription_continuing_existing_billing_period_not_allowed_subscription_past_due": _OWES,
    "subscription_payment_declined": (Conflict, "The payment was declined, so nothing was changed."),
    "subscription_update_transaction_balance_less_than_charge_limit": (
        Conflict,
        "The difference is too small to be charged, so nothing was changed.",
    ),
    "subscription_update_different_currency_credits": (
        Conflict,
        "The subscription's currency was changed, so nothing can be credited.",
    ),
    "subscription_invalid_billing_mode_for_scheduled_change": _SCHEDULED,
    "subscription_immediate_charge_hour_limit_exceeded": _TOO_OFTEN,
    "subscription_immediate_charge_24_hour_limit_exceeded": _TOO_OFTEN,
    "subscription_all_items_removed": _PRICE,
    "subscription_no_recurring_items_remain": _PRICE,
    "subscription_new_items_not_valid": _PRICE,
    "subscription_price_not_found": (Invalid, "The price can no longer be had."),
    "subscription_duplicate_price_ids": (Conflict, "Another item of the subscription has this price already."),
    "subscription_quantity_not_valid": (Invalid, "The price cannot be had in the subscription's quantity."),
    "subscription_prorated_billing_not_allowed_for_allowance": _PRICE,
    "discount_expired": _SPENT,
    "discount_usage_limit_exceeded": _SPENT,
    "subscription_one_off_discount_not_valid": (Invalid, "The coupon is for a first payment only."),
    "subscription_discount_not_valid_for_items": _COUPON,
    "subscription_invalid_discount_currency": (Invalid, "The coupon's currency is not the subscription's."),
}
"""What a refusal means by its code. `type` does not tell: the same code comes with either of its two values."""

_BUSY: Final = frozenset({"conflict", "concurrent_modification", "subscription_locked_processing"})
"""Another request holds the object: this one was not carried out, and may be in a moment."""

_MISSING_CARD: Final = "subscription_missing_payment_method_"
_CHARGE_LIMIT: Final = "_limit_exceeded"
"""How the codes end of the 429s that are about charges of one subscription, for which no header says when to come back:
https://developer.paddle.com/api-reference/about/rate-limiting."""


def translate(error: Exception, is_write: bool) -> AdapterError:
    """What a failed call means."""
    if isinstance(error, Refused):
        return _refused(error, is_write=is_write)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Unavailable(cause=Cause.NOT_SENT)
    if isinstance(error, aiohttp.ClientError | OSError):
        if is_write:
            return UnknownOutcome(answered=False)
        return Timeout() if isinstance(error, TimeoutError) else Unavailable(cause=Cause.LOST)
    if isinstance(error, Garbled):
        return UnknownOutcome(answered=False) if is_write else Unavailable()
    if not isinstance(error, ValueError | TypeError | KeyError):
        # Nobody foresaw it, and a write may have gone out all the same: it is looked at before anything is said.
        _log.error("unforeseen failure of a provider call", exc_info=error)
    return UnknownOutcome(answered=False) if is_write else Unreadable()


def is_pending_change(error: AdapterError) -> bool:
    """Whether a write was refused because of a change that is scheduled."""
    return error.provider is not None and error.provider.code == PENDING_CHANGE


def _refused(error: Refused, *, is_write: bool) -> AdapterError:
    status, code = error.status, error.code or ""
    answer = ProviderAnswer(status, error.code, error.fields[0] if error.fields else None, error.request_id)
    if status in {401, 403}:
        return Credentials(provider=answer)
    if code in _BUSY:
        return Conflict(
            "The subscription is being changed by somebody else. Try again in a moment.",
            provider=answer,
            cause=Cause.BUSY,
        )
    known = BY_CODE.get(code)
    if known is not None:
        kind, message = known
        return kind(message, provider=answer)
    if status == 429:
        return _too_many(error, code, answer)
    if status == 404 or status in range(300, 400):
        # An address Paddle does not know: a proxy in between, or an error of ours. Not a missing object.
        return Unreadable(provider=answer)
    if status in range(400, 500):
        return _invalid(error, code, answer)
    if is_write:
        # Only an answer in Paddle's own form proves that the request is not running any more.
        return UnknownOutcome(answered=error.code is not None, provider=answer)
    return Unavailable(provider=answer)


def _too_many(error: Refused, code: str, answer: ProviderAnswer) -> AdapterError:
    if code.endswith(_CHARGE_LIMIT):
        kind, message = _TOO_OFTEN
        return kind(message, provider=answer)
    return RateLimited(provider=answer, retry_after=retry_after_seconds(error.retry_after, utc_now()))


def _invalid(error: Refused, code: str, answer: ProviderAnswer) -> AdapterError:
    if code.startswith(_MISSING_CARD):
        kind, message = _NO_CARD
        return kind(message, provider=answer)
    if "after" in error.fields:
        return Invalid("cursor: it does not belong to this list.", provider=answer)
    return Invalid(provider=answer)
