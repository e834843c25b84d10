"""What was asked of Chargebee: the headers that mean something there."""

from __future__ import annotations

from dataclasses import dataclass

from simulators import recording


@dataclass
class RecordedRequest(recording.RecordedRequest):
    """One request to Chargebee and how it was answered. `account` is the site's name."""

    @property
    def is_write(self) -> bool:
        """An estimate is asked for with a POST, and changes nothing."""
        return super().is_write and not (self.path.endswith("_estimate") or "/estimates/" in self.path)

    @property
    def idempotency_key(self) -> str | None:
        return self.headers.get("chargebee-idempotency-key")
