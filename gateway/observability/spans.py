"""Requests and the provider calls that they take, as spans of OpenTelemetry.

Nothing personal and nothing secret is in a span, and no id of a customer or a subscription: those can be chosen by the
owner of the account, who may have chosen e-mails, and traces go to more places than a log. The request's id leads to
the log and the journal, which have them.

Of the caller's context only `traceparent` is taken over. `tracestate` and `baggage` can hold anything.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from opentelemetry import context as current
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AnyValue

from gateway import __version__
from gateway.observability.context import said

if TYPE_CHECKING:
    from contextvars import Token

    from opentelemetry.context import Context

    from gateway.contract import Mode
    from gateway.observability.redaction import Redaction
    from gateway.resilience import Recorder, WriteRecord, WriteResult

TRACEPARENT: Final = "traceparent"
_NAME: Final = "churnkey-gateway"
_OURS: Final = "churnkey_gateway"
"""What the names of attributes begin with that no convention has."""
_FACTS: Final = ("backend", "mode", "action", "request_id")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
_OTHER_METHOD: Final = "_OTHER"
_OTHER_NAME: Final = "HTTP"
_NO_FAULT: Final = range(500)
_FINE: Final = "ok"
ABORTED: Final = 499
"""In place of a status where the process stopped before there was an answer."""
_LONGEST_ID: Final = 128

_propagator: Final = TraceContextTextMapPropagator()


def exported_traces(redaction: Redaction) -> Traces:
    """Traces that are exported as the variables of the environment say, in batches, by a thread of their own: a
    collector that is slow or gone costs spans, and no request waits for it.

    Raises whatever the packages raise for values they cannot use.
    """
    return Traces(BatchSpanProcessor(OTLPSpanExporter()), redaction)


class Traces:
    """Makes spans. What it attaches to the running context is seen by other packages that use OpenTelemetry.

    `redaction` cleans what others have made up, which are the ids of requests.
    """

    def __init__(self, processor: SpanProcessor, redaction: Redaction) -> None:
        self._redaction = redaction
        # Not registered with the process: whoever embeds the gateway may have traces of their own.
        self._provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer(_OURS, __version__)

    def request(self, method: str) -> RequestSpan:
        """A request has come in."""
        return RequestSpan(self._tracer, self._redaction, method)

    def tracer(self, backend: str, mode: Mode) -> ProviderTracer:
        """The `gateway.resilience.Tracer` of a backend in one mode."""
        return ProviderTracer(self._tracer, self._redaction, backend, mode)

    def recorder(self, recorder: Recorder) -> Recorder:
        """Before another recorder: tells the request's span what became of each write."""
        return TracingRecorder(recorder)

    async def closed(self, within_s: float) -> bool:
        """Export what is left and make no more; whether that was done in time. What takes longer goes on in a thread
        that does not keep the process."""
        loop, is_done = asyncio.get_running_loop(), asyncio.Event()

        def close() -> None:
            self._provider.shutdown()
            # The loop may be gone by then.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(is_done.set)

        threading.Thread(target=close, name="traces-closing", daemon=True).start()
        try:
            async with asyncio.timeout(within_s):
                await is_done.wait()
        except TimeoutError:
            return False
        return True


class RequestSpan:
    """The span of one request, begun and ended by the task that serves it."""

    def __init__(self, tracer: trace.Tracer, redaction: Redaction, method: str) -> None:
        self._tracer = tracer
        self._redaction = redaction
        self._method = method if method in _METHODS else None
        self._came_at = time.time_ns()
        self._span: Span | None = None
        self._attached: Token[Context] | None = None

    def begin(self, traceparents: Sequence[str]) -> str:
        """Begin as part of the trace that the caller names, where it names one; the trace's id."""
        parent = _propagator.extract({TRACEPARENT: traceparents[0]}) if len(traceparents) == 1 else None
        span = self._started(parent)
        self._attached = current.attach(trace.set_span_in_context(span))
        return trace.format_trace_id(span.get_span_context().trace_id)

    def ended(self, route: str | None, status: int, failure: Exception | None) -> None:
        """The request was answered. One that was never begun is a trace of its own."""
        span = self._span or self._started(None)
        outcome = _outcome(status, failure)
        facts = {name: said(name) for name in _FACTS}
        span.set_attributes(
            {f"{_OURS}.{name}": self._redaction.text(fact) for name, fact in facts.items() if fact is not None}
        )
        span.set_attribute(f"{_OURS}.outcome", outcome)
        if status != ABORTED:
            span.set_attribute("http.response.status_code", status)
        if route is not None:
            span.set_attribute("http.route", route)
            span.update_name(f"{self._method or _OTHER_NAME} {route}")
        # What the caller did wrong is no error of the server's, by the conventions for spans of HTTP.
        if status not in _NO_FAULT or status == ABORTED:
            span.set_attribute("error.type", outcome)
            span.set_status(StatusCode.ERROR)
        span.end()
        if self._attached is not None:
            current.detach(self._attached)

    def _started(self, parent: Context | None) -> Span:
        self._span = self._tracer.start_span(
            self._method or _OTHER_NAME,
            # An empty one: nothing that runs around a server belongs to its requests.
            context=parent if parent is not None else current.Context(),
            kind=SpanKind.SERVER,
            start_time=self._came_at,
            attributes={"http.request.method": self._method or _OTHER_METHOD},
        )
        return self._span


class ProviderTracer:
    """The `gateway.resilience.Tracer` that makes a span of each attempt."""

    def __init__(self, tracer: trace.Tracer, redaction: Redaction, backend: str, mode: Mode) -> None:
        self._tracer = tracer
        self._redaction = redaction
        self._whose = {f"{_OURS}.backend": backend, f"{_OURS}.mode": mode.value}

    def begin(self, operation: str, number: int) -> AttemptSpan:
        """An attempt of a provider call begins."""
        facts: dict[str, AnyValue] = {**self._whose, f"{_OURS}.operation": operation, f"{_OURS}.attempt": number}
        return AttemptSpan(self._tracer.start_span(operation, kind=SpanKind.CLIENT, attributes=facts), self._redaction)

    def headers(self) -> Mapping[str, str]:
        """What hands on the attempt under way."""
        carrier: dict[str, str] = {}
        _propagator.inject(carrier)
        # A sampler may have added a state, which is for whoever keeps the traces.
        return {TRACEPARENT: carrier[TRACEPARENT]} if TRACEPARENT in carrier else {}


class AttemptSpan:
    """The `gateway.resilience.Attempt` that is a span."""

    def __init__(self, span: Span, redaction: Redaction) -> None:
        self._span = span
        self._redaction = redaction
        self._attached = current.attach(trace.set_span_in_context(span))

    def ended(self, outcome: str, request_id: str | None) -> None:
        """It ended."""
        current.detach(self._attached)
        self._span.set_attribute(f"{_OURS}.outcome", outcome)
        if request_id is not None and len(request_id) <= _LONGEST_ID:
            self._span.set_attribute(f"{_OURS}.provider_request_id", self._redaction.text(request_id))
        if outcome != _FINE:
            self._span.set_attribute("error.type", outcome)
            self._span.set_status(StatusCode.ERROR)
        self._span.end()


class TracingRecorder:
    """A `gateway.resilience.Recorder` before another: tells the request's span what became of each write."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def begun(self, write: WriteRecord) -> None:
        """Hand it on."""
        await self._recorder.begun(write)

    async def ended(self, write: WriteRecord, result: WriteResult) -> None:
        """Tell it."""
        _tell(write, result)
        await self._recorder.ended(write, result)

    async def not_sent(self, write: WriteRecord, result: WriteResult) -> None:
        """Tell it."""
        _tell(write, result)
        await self._recorder.not_sent(write, result)

    def unfinished(self, action: str, subscription_id: str) -> WriteRecord | None:
        """Hand it on."""
        return self._recorder.unfinished(action, subscription_id)


def _tell(write: WriteRecord, result: WriteResult) -> None:
    facts = {f"{_OURS}.action": write.action, f"{_OURS}.outcome": result.outcome.value}
    trace.get_current_span().add_event("write", facts)


def _outcome(status: int, failure: Exception | None) -> str:
    if failure is not None:
        return type(failure).__name__
    if status == ABORTED:
        return "aborted"
    return _FINE if status < HTTPStatus.BAD_REQUEST else HTTPStatus(status).name.lower()


def _resource() -> Resource:
    """What the variables `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say, and the name and version of this
    program where they say none."""
    named = Resource({SERVICE_VERSION: __version__}).merge(Resource.create())
    is_named = os.environ.get("OTEL_SERVICE_NAME") or SERVICE_NAME in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    return named if is_named else named.merge(Resource({SERVICE_NAME: _NAME}))
