"""Counts what is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from gateway.observability.metrics import BackendMetrics
    from gateway.resilience import Recorder, WriteRecord, WriteResult


class CountingRecorder:
    """A `gateway.resilience.Recorder` before another: counts actions by outcome, and hands everything on."""

    def __init__(self, recorder: Recorder, metrics: BackendMetrics) -> None:
        self._recorder = recorder
        self._metrics = metrics

    def begun(self, write: WriteRecord) -> Awaitable[None]:
        """Hand it on."""
        return self._recorder.begun(write)

    def ended(self, write: WriteRecord, result: WriteResult) -> Awaitable[None]:
        """Count it."""
        self._metrics.acted(write.action, str(result.outcome))
        return self._recorder.ended(write, result)

    def not_sent(self, write: WriteRecord, result: WriteResult) -> Awaitable[None]:
        """Count it."""
        self._metrics.acted(write.action, str(result.outcome))
        return self._recorder.not_sent(write, result)

    def unfinished(self, action: str, subscription_id: str) -> WriteRecord | None:
        """Hand it on."""
        return self._recorder.unfinished(action, subscription_id)
