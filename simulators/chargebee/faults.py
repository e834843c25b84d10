"""Faults in Chargebee's words: https://apidocs.chargebee.com/docs/api/error-handling"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from simulators import faults
from simulators.chargebee.errors import INVALID_REQUEST, OPERATION_FAILED, PAYMENT, ApiError


@dataclass(eq=False)
class Fault(faults.Fault):
    """What goes wrong at Chargebee."""

    @classmethod
    def error(cls, status: int, code: str, message: str, *, kind: str | None = INVALID_REQUEST, **where: Any) -> Self:
        """An error in Chargebee's format in place of the answer; `where` are further fields of the fault."""
        return cls(status=status, body=ApiError(status, code, message, kind=kind).body(), **where)

    @classmethod
    def rate_limited(cls, *, retry_after: int | None = None, **where: Any) -> Self:
        """429 for the site's limit. Chargebee documents no header with it; its own packages read Retry-After."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        message = "Sorry, API request limit exceeded. Please try again after a minute."
        return cls.error(429, "api_request_limit_exceeded", message, kind=OPERATION_FAILED, headers=headers, **where)

    @classmethod
    def lock_timeout(cls, **where: Any) -> Self:
        """429 because another request holds the customer or the subscription."""
        message = "The resource is being modified by another request. Please try again."
        return cls.error(429, "lock_timeout", message, kind=OPERATION_FAILED, **where)

    @classmethod
    def server_error(cls, **where: Any) -> Self:
        """500 in Chargebee's format."""
        message = "Sorry, something went wrong when trying to process the request."
        return cls.error(500, "internal_error", message, kind=OPERATION_FAILED, **where)

    @classmethod
    def unavailable(cls, code: str = "internal_temporary_error", **where: Any) -> Self:
        """503 in Chargebee's format; `site_not_ready` and `site_read_only_mode` are others of its codes."""
        message = "Sorry, the server is currently unable to handle the request."
        return cls.error(503, code, message, kind=OPERATION_FAILED, **where)

    @classmethod
    def declined(cls, **where: Any) -> Self:
        """400 of type `payment` for a card that its bank refused."""
        message = "Payment failed. Error message: (card_declined) Your card was declined."
        return cls.error(400, "payment_processing_failed", message, kind=PAYMENT, **where)

    @classmethod
    def forbidden(cls, **where: Any) -> Self:
        """403 for a key that lacks a right."""
        return cls.error(403, "api_authorization_failed", "Sorry, you are not authorized.", kind=None, **where)
