"""A collector of traces: OTLP over HTTP, on a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status


@dataclass(frozen=True)
class Exported:
    """A span as it arrived."""

    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    trace_state: str
    attributes: Mapping[str, str | int | bool]
    events: list[tuple[str, Mapping[str, str | int | bool]]]
    is_error: bool
    status_text: str
    seconds: float


@dataclass
class Collector:
    """Keeps the spans that arrive, whole requests as they came, and the resources they are of."""

    spans: list[Exported] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    resources: list[Mapping[str, str | int | bool]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    held: asyncio.Event | None = None
    """Answers wait for it."""

    @property
    def by_name(self) -> Mapping[str, Exported]:
        """The last span of each name."""
        return {span.name: span for span in self.spans}

    def below(self, parent: Exported) -> list[Exported]:
        """The spans that this one is the parent of, in the order of their ends."""
        return [span for span in self.spans if span.parent_id == parent.span_id]

    async def handle(self, request: web.Request) -> web.Response:
        """Take what is exported."""
        body = await request.read()
        self.bodies.append(body)
        self.headers.append(dict(request.headers))
        if self.held is not None:
            await self.held.wait()
        for group in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.resources.append(_values(group.resource.attributes))
            for scope in group.scope_spans:
                self.spans += [_exported(span) for span in scope.spans]
        return web.Response(content_type="application/x-protobuf")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Its address, without the path."""
        application = web.Application()
        application.router.add_post("/v1/traces", self.handle)
        async with TestServer(application) as server:
            yield str(server.make_url("")).rstrip("/")


def _exported(span: Span) -> Exported:
    return Exported(
        name=span.name,
        kind=Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        trace_state=span.trace_state,
        attributes=_values(span.attributes),
        events=[(event.name, _values(event.attributes)) for event in span.events],
        is_error=span.status.code == Status.STATUS_CODE_ERROR,
        status_text=span.status.message,
        seconds=(span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
    )


def _values(pairs: list[KeyValue]) -> Mapping[str, str | int | bool]:
    return {pair.key: getattr(pair.value, str(pair.value.WhichOneof("value"))) for pair in pairs}
