"""A recorder that keeps everything it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.resilience import WriteRecord, WriteResult


def _nothing() -> None:
    """Let it go on."""


@dataclass
class RecordingRecorder:
    """What was told, in order: "begun", "ended" or "not sent", the write, and its result but for "begun"."""

    told: list[tuple[str, WriteRecord, WriteResult | None]] = field(default_factory=list)
    on_begun: Callable[[], None] = _nothing
    """Called when a write begins, before it is kept."""
    left: WriteRecord | None = None
    """What an earlier process is to have left without an end."""

    async def begun(self, write: WriteRecord) -> None:
        """Keep it."""
        self.on_begun()
        self.told.append(("begun", write, None))

    async def ended(self, write: WriteRecord, result: WriteResult) -> None:
        """Keep it."""
        self.told.append(("ended", write, result))

    async def not_sent(self, write: WriteRecord, result: WriteResult) -> None:
        """Keep it."""
        self.told.append(("not sent", write, result))

    def unfinished(self, action: str, subscription_id: str) -> WriteRecord | None:
        """What was put into `left`."""
        left = self.left
        return left if left is not None and (left.action, left.subscription_id) == (action, subscription_id) else None

    def events(self) -> list[str]:
        """The events alone."""
        return [event for event, _, _ in self.told]

    def outcomes(self) -> list[str]:
        """What the actions came to."""
        return [result.outcome.value for _, _, result in self.told if result is not None]
