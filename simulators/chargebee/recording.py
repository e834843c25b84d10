"""What was asked of Chargebee: the headers that mean something there."""

from __future__ import annotations

from dataclasses import dataclass

from simulators import recording


@dataclass
class RecordedRequest(recording.RecordedRequest):
    """One request to Chargebee and how it was answered. `account` is the site's name."""

    @property
    def idempotency_key(self) -> str | None:
        return self.headers.get("chargebee-idempotency-key")
