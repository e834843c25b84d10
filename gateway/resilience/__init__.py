"""What keeps a request honest: one deadline, one owner of retries, one writer per customer at a time, and a provider
that is asked no more, no faster and no longer than it can bear.

Knows neither the billing providers nor HTTP: it works on `Failure`, which the adapters' errors derive from.
"""

from __future__ import annotations

from gateway.resilience.breaker import BreakerLimits, Circuit, CircuitBreaker
from gateway.resilience.budget import Budget
from gateway.resilience.cache import CatalogueCache
from gateway.resilience.call_trail import NotedCall, call_trail, note_call
from gateway.resilience.clock import Clock, utc_now
from gateway.resilience.deadline import (
    LONGEST_GRACE_S,
    Deadline,
    DeadlineExceeded,
    current_deadline,
    deadline,
    grace,
    within_deadline,
)
from gateway.resilience.failure import Cause, Failure, Shed
from gateway.resilience.gate import Gate
from gateway.resilience.idempotency import WriteKey
from gateway.resilience.locks import TAKES_TOO_LONG as LOCK_TAKES_TOO_LONG
from gateway.resilience.locks import KeyedLocks
from gateway.resilience.observer import CallOutcome, Observer, SilentObserver
from gateway.resilience.pace import LONGEST_BLOCK_S, Pace
from gateway.resilience.recorder import Outcome, Recorder, SilentRecorder, WriteRecord, WriteResult
from gateway.resilience.repeats import NO_FAILURE_STANDS, Once, Repeats, Verdict
from gateway.resilience.repeats import TAKES_TOO_LONG as REQUEST_TAKES_TOO_LONG
from gateway.resilience.retry import FIRST_WAIT_S, Retrier, Safety, retry_after_seconds
from gateway.resilience.state import LocalState, Locks, State
from gateway.resilience.time_limits import TimeLimits
from gateway.resilience.tracer import NO_TRACER, Attempt, Tracer
from gateway.resilience.urgency import Urgency, current_urgency, note_change, urgency, with_urgency

__all__ = [
    "FIRST_WAIT_S",
    "LOCK_TAKES_TOO_LONG",
    "LONGEST_BLOCK_S",
    "LONGEST_GRACE_S",
    "NO_FAILURE_STANDS",
    "NO_TRACER",
    "REQUEST_TAKES_TOO_LONG",
    "Attempt",
    "BreakerLimits",
    "Budget",
    "CallOutcome",
    "CatalogueCache",
    "Cause",
    "Circuit",
    "CircuitBreaker",
    "Clock",
    "Deadline",
    "DeadlineExceeded",
    "Failure",
    "Gate",
    "KeyedLocks",
    "LocalState",
    "Locks",
    "NotedCall",
    "Observer",
    "Once",
    "Outcome",
    "Pace",
    "Recorder",
    "Repeats",
    "Retrier",
    "Safety",
    "Shed",
    "SilentObserver",
    "SilentRecorder",
    "State",
    "TimeLimits",
    "Tracer",
    "Urgency",
    "Verdict",
    "WriteKey",
    "WriteRecord",
    "WriteResult",
    "call_trail",
    "current_deadline",
    "current_urgency",
    "deadline",
    "grace",
    "note_call",
    "note_change",
    "retry_after_seconds",
    "urgency",
    "utc_now",
    "with_urgency",
    "within_deadline",
]
