"""Whether there are traces, and that nobody waits for them."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import AsyncIterator, Mapping

import pytest

from gateway.contract import Mode
from gateway.observability import Redaction, open_traces, trace_secrets
from gateway.observability.spans import TracingRecorder
from gateway.resilience import WriteRecord
from tests.support.collector import Collector
from tests.support.log import recorded_log
from tests.support.recording_recorder import RecordingRecorder
from tests.support.until import until

WHEN_HUNG_S = 60
OTLP = "http://127.0.0.1:4318"


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the environment that the tests run in."""
    for name in ("ENDPOINT", "TRACES_ENDPOINT", "HEADERS", "TRACES_HEADERS", "PROTOCOL", "TRACES_PROTOCOL"):
        monkeypatch.delenv(f"OTEL_EXPORTER_OTLP_{name}", raising=False)
    for name in ("TRACES_EXPORTER", "SDK_DISABLED", "SERVICE_NAME", "RESOURCE_ATTRIBUTES", "TRACES_SAMPLER"):
        monkeypatch.delenv(f"OTEL_{name}", raising=False)


@pytest.fixture
async def collector() -> AsyncIterator[tuple[Collector, str]]:
    kept = Collector()
    async with kept.running() as address:
        yield kept, address


async def trace_a_call(environment: Mapping[str, str]) -> None:
    """Make a span, and wait until all spans are exported."""
    async with open_traces(Redaction(), environment) as traces:
        assert traces is not None
        traces.tracer("stripe", Mode.TEST).begin("get customers", 1).ended("ok", "req_1")


@pytest.mark.parametrize(
    ("environment", "are_there"),
    [
        pytest.param({}, False, id="nothing"),
        pytest.param({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False, id="an empty endpoint"),
        pytest.param({"OTEL_EXPORTER_OTLP_ENDPOINT": OTLP}, True, id="an endpoint"),
        pytest.param({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{OTLP}/v1/traces"}, True, id="an endpoint for traces"),
        pytest.param({"OTEL_TRACES_EXPORTER": "otlp"}, True, id="an exporter"),
        pytest.param({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": OTLP}, False, id="none"),
        pytest.param({"OTEL_SDK_DISABLED": "TRUE", "OTEL_EXPORTER_OTLP_ENDPOINT": OTLP}, False, id="disabled"),
        pytest.param(
            {"OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf", "OTEL_EXPORTER_OTLP_ENDPOINT": OTLP}, True, id="protocol"
        ),
        pytest.param({"OTEL_SERVICE_NAME": "x", "OTEL_METRICS_EXPORTER": "otlp"}, False, id="other variables"),
    ],
)
async def test_there_are_traces_where_the_variables_ask_for_them(
    environment: Mapping[str, str], are_there: bool
) -> None:
    with recorded_log() as log:
        async with open_traces(Redaction(), environment) as traces:
            assert (traces is not None) is are_there
    expected = [{"exported_to": "http://localhost:4318" if "OTEL_TRACES_EXPORTER" in environment else OTLP}]
    assert [{"exported_to": event["exported_to"]} for event in log.events("traces")] == expected[:are_there]
    assert log.events("no traces") == []


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        pytest.param({"OTEL_TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER must be otlp, or none", id="exporter"),
        pytest.param(
            {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_ENDPOINT": OTLP},
            "OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf",
            id="protocol",
        ),
        pytest.param(
            {
                "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
                "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "grpc",
                "OTEL_EXPORTER_OTLP_ENDPOINT": OTLP,
            },
            "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL must be http/protobuf",
            id="protocol of traces",
        ),
    ],
)
async def test_what_cannot_be_had_is_said_and_stops_nothing(environment: Mapping[str, str], reason: str) -> None:
    with recorded_log() as log:
        async with open_traces(Redaction(), environment) as traces:
            assert traces is None
    (event,) = log.events()
    assert (event["event"], event["level"], event["reason"]) == ("no traces", "error", reason)


async def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gateway.observability.spans", None)
    with recorded_log() as log:
        async with open_traces(Redaction(), {"OTEL_TRACES_EXPORTER": "otlp"}) as traces:
            assert traces is None
    assert [event["reason"] for event in log.events()] == ["they need an extra: pip install 'churnkey-gateway[otel]'"]


async def test_a_value_that_cannot_be_used_stops_nothing_and_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "-31337")
    with recorded_log() as log:
        async with open_traces(Redaction(), {"OTEL_TRACES_EXPORTER": "otlp"}) as traces:
            assert traces is None
    assert [event["reason"] for event in log.events("no traces")] == ["a variable OTEL_... cannot be used"]
    assert "31337" not in log.text


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        pytest.param({}, "churnkey-gateway", id="as it is called"),
        pytest.param({"OTEL_SERVICE_NAME": "billing"}, "billing", id="by its variable"),
        pytest.param({"OTEL_RESOURCE_ATTRIBUTES": "service.name=billing,x=y"}, "billing", id="by an attribute"),
    ],
)
async def test_spans_are_of_the_service_as_the_variables_name_it(
    collector: tuple[Collector, str], monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str], named: str
) -> None:
    kept, address = collector
    for name, value in {"OTEL_EXPORTER_OTLP_ENDPOINT": address, **variables}.items():
        monkeypatch.setenv(name, value)
    await trace_a_call({"OTEL_TRACES_EXPORTER": "otlp"})
    assert [resource["service.name"] for resource in kept.resources] == [named]
    assert [span.name for span in kept.spans] == ["get customers"]


async def test_a_password_for_the_collector_is_sent_and_not_logged(
    collector: tuple[Collector, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, address = collector
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address.replace("://", "://user:s3cr3t@"))
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-key=a%20k3y,x-other=0th3r")
    with recorded_log() as log:
        await trace_a_call({"OTEL_EXPORTER_OTLP_ENDPOINT": address.replace("://", "://user:s3cr3t@")})
    assert kept.headers[0]["x-key"] == "a k3y"
    assert log.events("traces")[0]["exported_to"] == address
    for secret in ("s3cr3t", "k3y", "0th3r"):
        assert secret not in log.text


def test_what_is_secret_in_the_variables_is_told_to_the_redaction() -> None:
    told = trace_secrets(
        {
            "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20abc, x-key = d=e",
            "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "x-other=fgh",
            "OTEL_EXPORTER_OTLP_ENDPOINT": "https://user:ijk@collector:4318",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://[",
        }
    )
    assert set(told) - {""} == {"Bearer%20abc", "Bearer abc", "d=e", "fgh", "ijk"}


async def test_a_collector_that_hangs_keeps_neither_a_call_nor_the_end(collector: tuple[Collector, str]) -> None:
    kept, address = collector
    kept.held = asyncio.Event()
    with recorded_log(level=logging.ERROR):
        # Not at the top: where the extra is missing, most of this file can still be run.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        from gateway.observability.spans import Traces

        exporter = OTLPSpanExporter(f"{address}/v1/traces")
        # A batch of one: the first span is on its way while the others are made.
        processor = BatchSpanProcessor(exporter, max_queue_size=4, max_export_batch_size=1)
        traces = Traces(processor, Redaction())
        for _ in range(20):
            traces.tracer("stripe", Mode.TEST).begin("get customers", 1).ended("ok", None)
        assert not await traces.closed(0.01)
        kept.held.set()
        await until(lambda: all(thread.name != "traces-closing" for thread in threading.enumerate()))
    # What the queue does not hold is dropped.
    assert 0 < len(kept.spans) < 20


async def test_what_is_made_after_the_end_harms_nobody() -> None:
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    from gateway.observability.spans import Traces

    traces = Traces(SimpleSpanProcessor(InMemorySpanExporter()), Redaction())
    with recorded_log():
        assert await traces.closed(WHEN_HUNG_S)
        traces.tracer("stripe", Mode.TEST).begin("get customers", 1).ended("ok", None)
        assert await traces.closed(WHEN_HUNG_S)


def test_what_an_earlier_process_left_is_told_through_the_traces() -> None:
    left = WriteRecord("extend-trial", "cus_1", "sub_1", asked=None, before={})
    recorder = TracingRecorder(RecordingRecorder(left=left))
    assert recorder.unfinished("extend-trial", "sub_1") is left
