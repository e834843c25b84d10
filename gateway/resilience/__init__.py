"""What keeps a request honest: one deadline, one owner of retries, one writer per customer at a time.

Knows neither the billing providers nor HTTP: it works on `Failure`, which the adapters' errors derive from.
"""

from __future__ import annotations

from gateway.resilience.cache import CatalogueCache
from gateway.resilience.clock import Clock, utc_now
from gateway.resilience.deadline import Deadline, DeadlineExceeded, current_deadline, deadline, grace, within_deadline
from gateway.resilience.failure import Cause, Failure
from gateway.resilience.idempotency import WriteKey
from gateway.resilience.locks import KeyedLocks
from gateway.resilience.observer import Observer, SilentObserver
from gateway.resilience.repeats import Repeats
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
    "Observer",
    "Repeats",
    "Retrier",
    "Safety",
    "SilentObserver",
    "WriteKey",
    "current_deadline",
    "deadline",
    "grace",
    "retry_after_seconds",
    "utc_now",
    "within_deadline",
]
