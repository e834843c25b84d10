"""Reading what was traced, where the packages that make traces are installed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.resilience import NO_TRACER

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    from gateway.contract import Mode
    from gateway.observability.spans import Traces
    from gateway.resilience import Recorder, Tracer


@dataclass(frozen=True, slots=True)
class Seen:
    """A span that has ended. `facts` are its attributes, `events` the names of its events."""

    kind: str
    id: str
    parent: str | None
    trace: str
    facts: Mapping[str, object]
    events: tuple[str, ...]
    is_error: bool


class Spans:
    """The spans of one gateway. `traces` is None where nothing can be traced."""

    def __init__(self, traces: Traces | None, kept: InMemorySpanExporter | None) -> None:
        self.traces = traces
        self._kept = kept
        self._forgotten = ""

    def tracer(self, backend: str, mode: Mode) -> Tracer:
        """The tracer of a backend in one mode."""
        return NO_TRACER if self.traces is None else self.traces.tracer(backend, mode)

    def recorder(self, recorder: Recorder) -> Recorder:
        """What tells of writes before another recorder."""
        return recorder if self.traces is None else self.traces.recorder(recorder)

    def seen(self) -> list[Seen]:
        """The spans, in the order of their ends."""
        return [] if self._kept is None else [_seen(span) for span in self._kept.get_finished_spans()]

    def forget(self) -> None:
        """Keep those that are made from now on."""
        self._forgotten += self._exported()
        if self._kept is not None:
            self._kept.clear()

    def text(self) -> str:
        """All that would be exported, the texts in it readable."""
        return self._forgotten + self._exported()

    def _exported(self) -> str:
        if self._kept is None:
            return ""
        from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans

        exported: bytes = encode_spans(self._kept.get_finished_spans()).SerializeToString()
        return exported.decode(errors="replace")


def _seen(span: ReadableSpan) -> Seen:
    return Seen(
        kind=span.kind.name,
        id=f"{span.context.span_id:016x}" if span.context else "",
        parent=f"{span.parent.span_id:016x}" if span.parent else None,
        trace=f"{span.context.trace_id:032x}" if span.context else "",
        facts=dict(span.attributes or {}),
        events=tuple(event.name for event in span.events),
        is_error=span.status.status_code.name == "ERROR",
    )


def recorded_spans() -> Spans:
    """Traces that are kept instead of exported."""
    try:
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

        from gateway.observability import Redaction
        from gateway.observability.spans import Traces
    except ModuleNotFoundError:
        return Spans(None, None)
    kept = InMemorySpanExporter()
    return Spans(Traces(SimpleSpanProcessor(kept), Redaction()), kept)
