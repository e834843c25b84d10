"""What an operator sees: logs and traces without anything personal or secret in them, and what is counted."""

from __future__ import annotations

from gateway.observability.ascii_json import ascii_json
from gateway.observability.context import add_context, begin_context, noted_writes, said
from gateway.observability.counting_recorder import CountingRecorder
from gateway.observability.first_times import FirstTimes
from gateway.observability.logs import LogFormat, configure_logs
from gateway.observability.metrics import Metrics
from gateway.observability.observer import LoggingObserver
from gateway.observability.patient_stream import PatientStream
from gateway.observability.redaction import Redaction, secrets_in
from gateway.observability.traces import open_traces, trace_secrets

__all__ = [
    "CountingRecorder",
    "FirstTimes",
    "LogFormat",
    "LoggingObserver",
    "Metrics",
    "PatientStream",
    "Redaction",
    "add_context",
    "ascii_json",
    "begin_context",
    "configure_logs",
    "noted_writes",
    "open_traces",
    "said",
    "secrets_in",
    "trace_secrets",
]
