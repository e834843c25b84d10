"""Counts what is recorded, and says it of the request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.observability.context import note_write

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from gateway.observability.metrics import BackendMetrics
    from gateway.resilience import Recorder, WriteRecord, WriteResult


class CountingRecorder:
    """A `gateway.resilience.Recorder` before another: counts actions by outcome, has them said in the
    request's line of the log, and hands everything on."""

    def __init__(self, recorder: Recorder, metrics: BackendMetrics) -> None:
        self._recorder = recorder
        self._metrics = metrics

    def begun(self, write: WriteRecord) -> Awaitable[None]:
        """Hand it on."""
        return self._recorder.begun(write)

    def ended(self, write: WriteRecord, result: WriteResult) -> Awaitable[None]:
        """Count it and say it."""
        self._tell(write, result)
        return self._recorder.ended(write, result)

    def not_sent(self, write: WriteRecord, result: WriteResult) -> Awaitable[None]:
        """Count it and say it."""
        self._tell(write, result)
        return self._recorder.not_sent(write, result)

    def unfinished(self, action: str, subscription_id: str) -> WriteRecord | None:
        """Hand it on."""
        return self._recorder.unfinished(action, subscription_id)

    def _tell(self, write: WriteRecord, result: WriteResult) -> None:
        outcome = result.outcome.value
        self._metrics.acted(write.action, outcome)
        note_write(
            customer_id=write.customer_id, subscription_id=write.subscription_id, asked=write.asked, outcome=outcome
        )
