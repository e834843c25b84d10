"""Faults in Paddle's words: https://developer.paddle.com/api-reference/about/errors and .../about/rate-limiting"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from simulators import faults
from simulators.paddle.errors import REFUSALS, described

_REQUEST_ID = "00000000-0000-4000-8000-0000000000ff"


@dataclass(eq=False)
class Fault(faults.Fault):
    """What goes wrong at Paddle."""

    @classmethod
    def error(cls, status: int, code: str, detail: str, **where: Any) -> Self:
        """An error in Paddle's format in place of the answer; `where` are further fields of the fault."""
        body = {"error": described(status, code, detail), "meta": {"request_id": _REQUEST_ID}}
        return cls(status=status, body=body, **where)

    @classmethod
    def refusal(cls, code: str, **where: Any) -> Self:
        """A refusal that the simulator knows by its code, in place of the answer."""
        status, detail = REFUSALS[code]
        return cls.error(status, code, detail, **where)

    @classmethod
    def rate_limited(cls, *, retry_after: int | None = 42, **where: Any) -> Self:
        """429 for an address that asked more than 240 times in a minute. `retry_after` is in seconds."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return cls.error(
            429,
            "too_many_requests",
            "IP address exceeded the allowed rate limit. Retry after the number of seconds in the Retry-After header.",
            headers=headers,
            **where,
        )

    @classmethod
    def charged_too_often(cls, **where: Any) -> Self:
        """429 for a subscription that was charged twenty times within the hour; it carries no Retry-After."""
        return cls.error(
            429,
            "subscription_immediate_charge_hour_limit_exceeded",
            REFUSALS["subscription_immediate_charge_hour_limit_exceeded"][1].format(limit=20),
            **where,
        )

    @classmethod
    def locked_processing(cls, **where: Any) -> Self:
        """409 while Paddle is busy with the subscription."""
        return cls.error(
            409, "subscription_locked_processing", "unable to update subscription 30m0s before processing", **where
        )

    @classmethod
    def concurrent_modification(cls, **where: Any) -> Self:
        """409 because another request is changing the same entity."""
        return cls.error(
            409, "concurrent_modification", "Multiple concurrent requests to modify the same entity.", **where
        )

    @classmethod
    def server_error(cls, **where: Any) -> Self:
        """500 in Paddle's format."""
        return cls.error(500, "internal_error", "There was an internal problem. Try again later.", **where)

    @classmethod
    def unavailable(cls, **where: Any) -> Self:
        """503 from the edge, in no format of Paddle's."""
        return cls(status=503, body="upstream connect error", headers={"Content-Type": "text/plain"}, **where)

    @classmethod
    def key_refused(cls, **where: Any) -> Self:
        """403, and not 401, for a key that was revoked, has expired, or is of the other mode."""
        return cls.refusal("invalid_token", **where)

    @classmethod
    def forbidden(cls, **where: Any) -> Self:
        """403 for a key that lacks a permission."""
        return cls.refusal("forbidden", **where)

    @classmethod
    def declined(cls, **where: Any) -> Self:
        """400 for a card that its bank refused."""
        return cls.refusal("subscription_payment_declined", **where)
