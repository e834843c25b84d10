"""What was asked of Stripe: the headers that mean something there."""

from __future__ import annotations

from dataclasses import dataclass

from simulators import recording

PREVIEW = "/v1/invoices/create_preview"


@dataclass
class RecordedRequest(recording.RecordedRequest):
    """One request to Stripe and how it was answered."""

    @property
    def is_write(self) -> bool:
        """A preview is a POST, and changes nothing."""
        return super().is_write and self.path != PREVIEW

    @property
    def idempotency_key(self) -> str | None:
        return self.headers.get("idempotency-key")

    @property
    def stripe_version(self) -> str | None:
        """None when the request named no version; Stripe then uses the account's own."""
        return self.headers.get("stripe-version")
