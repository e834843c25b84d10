"""Stripe's errors as a table, and what the package and the network raise beside them.

Codes: https://docs.stripe.com/error-codes. Classes and what they carry: stripe 16.1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import aiohttp
import stripe
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

_log = structlog.get_logger("gateway.provider")

BY_CODE: Final[Mapping[str, tuple[type[AdapterError], str]]] = {
    "resource_missing": (NotFound, NotFound.default_message),
    "coupon_expired": (Invalid, "The coupon can no longer be used."),
    "customer_max_subscriptions": (Conflict, "The customer has too many subscriptions."),
    "invalid_canceled_subscription_fields": (Conflict, "The subscription has ended."),
    "subscription_update_trial_after_billing_cycle_anchor": (
        Conflict,
        "The trial cannot be moved beyond the subscription's billing date.",
    ),
    "invoice_upcoming_none": (NotFound, "No invoice is to come."),
    "resource_already_exists": (Conflict, "It exists already at the billing provider."),
    "customer_tax_location_invalid": (Conflict, "The customer's tax address is not complete."),
}
"""What a 400 or 404 means by its code. The status does not tell: an unknown id is 404 in a path and 400 elsewhere."""

BY_PARAMETER: Final[Mapping[str, str]] = {
    "customer": "There is no such customer.",
    "discounts": "There is no such coupon.",
    "coupon": "There is no such coupon.",
    "price": "There is no such price.",
}
"""Which object is missing, by the innermost known part of the parameter that named it: `phases[1][items][0][price]`."""

_UNFIT: Final[Mapping[str, str]] = {
    "discounts": "The coupon cannot be used for this subscription.",
    "items": "The price cannot be used for this subscription.",
    "phases": "The price cannot be used for this subscription.",
    "trial_end": "The trial cannot end then.",
    "pause_collection": "The subscription cannot be paused until then.",
}
"""What a refused parameter says of the request, by the outermost known part of its name."""

_CURSORS: Final = frozenset({"starting_after", "ending_before"})
_PART: Final = re.compile(r"[a-z_]+")

_BY_STATUS: Final[Mapping[int, type[stripe.StripeError]]] = {
    401: stripe.AuthenticationError,
    403: stripe.PermissionError,
    429: stripe.RateLimitError,
}
_RUNNING: Final = "idempotency_key_in_use"
_LOCKED: Final = "lock_timeout"
_TOO_MANY: Final = 429
"""Also of something that stands before Stripe, in no form of Stripe's: whoever says so has not passed it on."""


def translate(error: Exception, is_write: bool) -> AdapterError:
    """What a failed call means. Nothing of Stripe's text is taken over: it may name keys, accounts and customers."""
    if isinstance(error, stripe.APIConnectionError):
        return _unreached(error.__cause__ or error, is_write=is_write)
    if isinstance(error, stripe.StripeError):
        return _refused(error, is_write=is_write)
    if isinstance(error, aiohttp.ClientError | OSError):
        # Failures while the body is read are not wrapped by the package.
        return _unreached(error, is_write=is_write)
    if isinstance(error, ValueError | TypeError | KeyError):
        # An answer of another form than the package expects.
        return UnknownOutcome(answered=False) if is_write else Unreadable()
    # Nobody foresaw it, and a write may have gone out all the same: it is looked at before anything is said.
    _log.error("unforeseen failure of a provider call", exc_info=error)
    return UnknownOutcome(answered=False) if is_write else Unreadable()


def refuse(status: int, *, is_stripes: bool) -> None:
    """Raises the package's exception for a status alone, unless the answer shows that Stripe knows the key."""
    if is_stripes and (status in range(200, 300) or status == 403):
        # With 403 the key lacks the right to what was asked for.
        return
    raise _BY_STATUS.get(status, stripe.APIError)("the request was refused", http_status=status)


def _unreached(reason: BaseException, *, is_write: bool) -> AdapterError:
    if isinstance(reason, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Unavailable(cause=Cause.NOT_SENT)
    if is_write:
        return UnknownOutcome(answered=False)
    if isinstance(reason, TimeoutError):
        return Timeout()
    return Unavailable(cause=Cause.LOST)


def _refused(error: stripe.StripeError, *, is_write: bool) -> AdapterError:
    status = error.http_status or 0
    body = error.error
    # Several classes leave their own `code` empty; the body has it.
    code: str | None = error.code or (body.code if body else None)
    kind: str | None = body.type if body else None
    parameter: str | None = getattr(error, "param", None) or (body.param if body else None)
    answer = ProviderAnswer(status, code or kind, parameter, error.request_id)
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        return Credentials(provider=answer)
    if code in {_RUNNING, _LOCKED} or isinstance(error, stripe.RateLimitError) or status == _TOO_MANY:
        return _later(error, code, answer, is_write=is_write)
    if isinstance(error, stripe.CardError):
        return Conflict("The payment was declined, so nothing was changed.", provider=answer)
    if isinstance(error, stripe.IdempotencyError):
        return Unavailable(provider=answer, final=True)
    if isinstance(error, stripe.InvalidRequestError):
        return _invalid(status, code, parameter, answer)
    if is_write:
        # Only an answer in Stripe's own form proves that the request is not running any more.
        return UnknownOutcome(answered=kind is not None, provider=answer)
    return Unavailable(provider=answer)


def _later(error: stripe.StripeError, code: str | None, answer: ProviderAnswer, *, is_write: bool) -> AdapterError:
    if code == _RUNNING and is_write:
        return UnknownOutcome(answered=False, provider=answer, cause=Cause.BUSY)
    # Of an answer that is no JSON the package gives the headers in the place of the body (stripe 16.1).
    given = error.headers or error.json_body
    headers = {str(name).lower(): str(value) for name, value in given.items()} if isinstance(given, Mapping) else {}
    return RateLimited(
        provider=answer,
        cause=Cause.BUSY if code == _LOCKED else Cause.RATE_LIMITED,
        retry_after=retry_after_seconds(headers.get("retry-after"), utc_now()),
        final=headers.get("stripe-should-retry") == "false",
    )


def _invalid(status: int, code: str | None, parameter: str | None, answer: ProviderAnswer) -> AdapterError:
    known = BY_CODE.get(code or "")
    if known is not None:
        error, message = known
        if error is NotFound and parameter in _CURSORS:
            return Invalid("cursor: it does not belong to this list.", provider=answer)
        if error is NotFound:
            parts = reversed(_PART.findall(parameter or ""))
            message = next((BY_PARAMETER[part] for part in parts if part in BY_PARAMETER), message)
        return error(message, provider=answer)
    if status == 404:
        # An address Stripe does not know: a proxy in between, or an error of ours. Not a missing object.
        return Unreadable(provider=answer)
    unfit = next((_UNFIT[part] for part in _PART.findall(parameter or "") if part in _UNFIT), None)
    return Invalid(unfit, provider=answer)
