"""What keeps a request honest: one deadline, one owner of retries, one writer per customer at a time.

Knows neither the billing providers nor HTTP: it works on `Failure`, which the adapters' errors derive from.
"""

from __future__ import annotations

from gateway.resilience.cache import CatalogueCache
from gateway.resilience.call_trail import NotedCall, call_trail, note_call
from gateway.resilience.clock import Clock, utc_now
from gateway.resilience.deadline import Deadline, DeadlineExceeded, current_deadline, deadline, within_deadline
from gateway.resilience.failure import Cause, Failure
from gateway.resilience.idempotency import WriteKey
from gateway.resilience.locks import KeyedLocks
from gateway.resilience.observer import Observer, SilentObserver
from gateway.resilience.recorder import Outcome, Recorder, SilentRecorder, WriteRecord, WriteResult
from gateway.resilience.retry import FIRST_WAIT_S, Retrier, Safety, retry_after_seconds

__all__ = [
    "FIRST_WAIT_S",
    "CatalogueCache",
    "Cause",
    "Clock",
    "Deadline",
    "DeadlineExceeded",
    "Failure",
    "KeyedLocks",
    "NotedCall",
    "Observer",
    "Outcome",
    "Recorder",
    "Retrier",
    "Safety",
    "SilentObserver",
    "SilentRecorder",
    "WriteKey",
    "WriteRecord",
    "WriteResult",
    "call_trail",
    "current_deadline",
    "deadline",
    "note_call",
    "retry_after_seconds",
    "utc_now",
    "within_deadline",
]
