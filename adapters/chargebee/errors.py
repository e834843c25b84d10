"""Chargebee's errors as a table, and what the network raises beside them.

https://apidocs.chargebee.com/docs/api/error-handling. Classes and what they carry: chargebee 3.29.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import aiohttp
import structlog
from chargebee import APIError, PaymentError

from adapters.chargebee.transport import NotChargebees
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
    Unsupported,
)
from gateway.resilience import Cause, retry_after_seconds, utc_now

if TYPE_CHECKING:
    from collections.abc import Mapping

_log = structlog.get_logger("gateway.provider")

PAUSE_IS_OFF: Final = "pause_feature_not_enabled"
"""Only the older of the two codes in an error tells this from any other refusal."""

BY_OLDER_CODE: Final[Mapping[str, tuple[type[AdapterError], str]]] = {
    PAUSE_IS_OFF: (Unsupported, "Pausing is not switched on at the billing provider."),
    "invalid_state_for_pause": (Conflict, "The subscription cannot be paused in its present state."),
}
"""What `error_code` tells where `api_error_code` is the same for many things."""

BY_CODE: Final[Mapping[str, tuple[type[AdapterError], str]]] = {
    "resource_not_found": (NotFound, NotFound.default_message),
    "resource_limit_exhausted": (Invalid, "The coupon can no longer be used."),
    "resource_limit_exceeded": (Invalid, "The limit for this is reached at the billing provider."),
    "duplicate_entry": (Conflict, "It exists already at the billing provider."),
    "invalid_state_for_request": (Conflict, Conflict.default_message),
    "configuration_incompatible": (Invalid, "The billing provider is not set up for this."),
    "api_authentication_failed": (Credentials, Credentials.default_message),
    "basic_authentication_failed": (Credentials, Credentials.default_message),
    "api_authorization_failed": (Credentials, Credentials.default_message),
    "request_blocked": (Credentials, Credentials.default_message),
    "site_not_found": (Credentials, Credentials.default_message),
    "http_method_not_supported": (Unreadable, Unreadable.default_message),
}
"""What an error means by its `api_error_code`."""

BY_STATUS: Final[Mapping[int, type[AdapterError]]] = {
    401: Credentials,
    403: Credentials,
    404: Unreadable,
    405: Unreadable,
}
"""What an error means whose code is not known. A 404 without one is an address, not an object."""

BY_PARAMETER: Final[Mapping[str, str]] = {
    "customer_id": "There is no such customer.",
    "coupon_ids": "There is no such coupon.",
    "coupons": "There is no such coupon.",
    "subscription_items": "There is no such price.",
    "item_price_id": "There is no such price.",
}
"""Which object is missing, by the parameter that named it, without its brackets."""

UNFIT: Final[Mapping[str, str]] = {
    "offset": "cursor: it does not belong to this list.",
    "coupon_ids": "The coupon cannot be used for this subscription.",
    "coupons": "The coupon cannot be used for this subscription.",
    "subscription_items": "The price cannot be used for this subscription.",
    "trial_end": "The trial cannot end then.",
    "resume_date": "The subscription cannot be paused until then.",
    "pause_date": "The subscription cannot be paused from then on.",
    "pause_option": "The subscription cannot be paused in its present state.",
}
"""What a refused parameter says of the request."""

TOO_MANY: Final[Mapping[str, Cause]] = {
    "api_request_limit_exceeded": Cause.RATE_LIMITED,
    "third_party_api_request_limit_exceeded": Cause.RATE_LIMITED,
    "lock_timeout": Cause.BUSY,
}
"""The codes of a 429. None of these requests was carried out."""

NOT_CARRIED_OUT: Final = frozenset({"site_not_ready", "site_read_only_mode"})
"""Faults on Chargebee's side that a write certainly did not pass."""

_READ_ONLY: Final = "site_read_only_mode"
_SUCCESS: Final = range(200, 300)
_TOO_MANY: Final = 429
_FAULTS: Final = 500
_KEY_REUSED: Final = 422


def translate(error: Exception, is_write: bool) -> AdapterError:
    """What a failed call means. Nothing of Chargebee's text is taken over: it is for developers, says its reference."""
    if isinstance(error, APIError):
        return _refused(error, is_write=is_write)
    if isinstance(error, NotChargebees):
        return _of_something_else(error, is_write=is_write)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Unavailable(cause=Cause.NOT_SENT)
    if isinstance(error, aiohttp.ClientError | OSError):
        return _lost(error, is_write=is_write)
    if not isinstance(error, ValueError | TypeError | KeyError):
        # Nobody foresaw it, and a write may have gone out all the same: it is looked at before anything is said.
        _log.error("unforeseen failure of a provider call", exc_info=error)
    return UnknownOutcome(answered=False) if is_write else Unreadable()


def _of_something_else(error: NotChargebees, *, is_write: bool) -> AdapterError:
    """What an answer means that something between here and Chargebee gave."""
    answer = ProviderAnswer(error.status)
    if error.status == _TOO_MANY:
        # Whoever says so has not passed the request on.
        return RateLimited(provider=answer, retry_after=retry_after_seconds(error.retry_after, utc_now()))
    if is_write:
        # Whatever it is, the request may have gone through it.
        return UnknownOutcome(answered=False, provider=answer)
    # What is neither Chargebee's nor a refusal may be otherwise in a moment.
    passes = error.status in _SUCCESS or error.status >= _FAULTS
    return Unavailable(provider=answer) if passes else Unreadable(provider=answer)


def _lost(error: Exception, *, is_write: bool) -> AdapterError:
    if is_write:
        return UnknownOutcome(answered=False)
    return Timeout() if isinstance(error, TimeoutError) else Unavailable(cause=Cause.LOST)


def _refused(error: APIError, *, is_write: bool) -> AdapterError:
    status, code = error.http_status_code, str(error.api_error_code or "")
    older = str(error.error_code or "")
    answer = ProviderAnswer(status, older or code or None, str(error.param) if error.param else None)
    if code in TOO_MANY or status == _TOO_MANY:
        return RateLimited(
            provider=answer,
            cause=TOO_MANY.get(code, Cause.RATE_LIMITED),
            retry_after=retry_after_seconds(_header(error, "retry-after"), utc_now()),
        )
    if status >= _FAULTS or code in NOT_CARRIED_OUT:
        if not is_write or code in NOT_CARRIED_OUT:
            return Unavailable(provider=answer, final=is_write and code == _READ_ONLY)
        return UnknownOutcome(answered=True, provider=answer)
    if isinstance(error, PaymentError) or code.startswith("payment_"):
        return Conflict("The payment was declined, so nothing was changed.", provider=answer)
    if status == _KEY_REUSED:
        return Unavailable(provider=answer, final=True)
    return _invalid(status, code, older, answer)


def _invalid(status: int, code: str, older: str, answer: ProviderAnswer) -> AdapterError:
    parameter = (answer.parameter or "").partition("[")[0]
    kind, message = BY_OLDER_CODE.get(older) or BY_CODE.get(code) or (BY_STATUS.get(status, Invalid), None)
    if kind is NotFound:
        message = BY_PARAMETER.get(parameter, message)
    elif kind is Invalid and message is None:
        message = UNFIT.get(parameter)
    return kind(message, provider=answer)


def _header(error: APIError, name: str) -> str | None:
    headers = error.http_headers or {}
    return next((str(value) for header, value in headers.items() if str(header).lower() == name), None)
