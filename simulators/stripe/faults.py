"""Faults in Stripe's words: https://docs.stripe.com/rate-limits, https://docs.stripe.com/error-low-level"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from simulators import faults


@dataclass(eq=False)
class Fault(faults.Fault):
    """What goes wrong at Stripe."""

    @classmethod
    def error(
        cls, status: int, code: str | None, message: str, *, kind: str = "invalid_request_error", **where: Any
    ) -> Self:
        """An error in Stripe's format in place of the answer; `where` are further fields of the fault."""
        error = {"code": code, "message": message, "type": kind}
        body = {"error": {name: value for name, value in error.items() if value is not None}}
        return cls(status=status, body=body, **where)

    @classmethod
    def rate_limited(cls, *, should_retry: bool | None = None, retry_after: int | None = None, **where: Any) -> Self:
        """429. Stripe documents neither header for it; both are seen."""
        headers = {"Stripe-Rate-Limited-Reason": "global-rate"}
        if should_retry is not None:
            headers["Stripe-Should-Retry"] = str(should_retry).lower()
        if retry_after is not None:
            headers["Retry-After"] = str(retry_after)
        return cls.error(
            429,
            "rate_limit",
            "Request rate limit exceeded.",
            headers=headers,
            **where,
        )

    @classmethod
    def lock_timeout(cls, **where: Any) -> Self:
        """429 because another request holds the object; the header says that retrying is safe."""
        return cls.error(
            429,
            "lock_timeout",
            "This object cannot be accessed right now because another API request or Stripe process is currently "
            "accessing it.",
            headers={"Stripe-Should-Retry": "true"},
            **where,
        )

    @classmethod
    def server_error(cls, **where: Any) -> Self:
        """500, remembered under the idempotency key as Stripe remembers it."""
        where.setdefault("remembered", True)
        return cls.error(500, None, "An unknown error occurred.", kind="api_error", **where)

    @classmethod
    def unavailable(cls, **where: Any) -> Self:
        """503 from the edge, before the request reached anything that would remember it."""
        return cls(status=503, body="upstream connect error", headers={"Content-Type": "text/plain"}, **where)

    @classmethod
    def declined(cls, **where: Any) -> Self:
        """402 for a card that its bank refused."""
        where.setdefault("remembered", True)
        return cls.error(402, "card_declined", "Your card was declined.", kind="card_error", **where)

    @classmethod
    def forbidden(cls, right: str = "rak_subscription_write", **where: Any) -> Self:
        """403 for a restricted key that lacks a right."""
        message = (
            "The provided key 'rk_test_***' does not have the required permissions for this endpoint on account "
            f"'acct_1'. Having the '{right}' permission would allow this request to continue."
        )
        return cls.error(403, None, message, **where)
