"""What was asked of Paddle: the JSON that was sent, and the header that means something there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulators import recording


@dataclass
class RecordedRequest(recording.RecordedRequest):
    """One request to Paddle and how it was answered.

    `body` is the parsed JSON, None where none was sent or none could be read. `form` is always empty.
    """

    body: Any = None

    @property
    def is_write(self) -> bool:
        """A preview is a PATCH that changes nothing."""
        return super().is_write and not self.path.endswith("/preview")

    @property
    def paddle_version(self) -> str | None:
        """None when the request named no version; Paddle then uses the account's own."""
        return self.headers.get("paddle-version")
