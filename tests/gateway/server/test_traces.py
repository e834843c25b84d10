"""A request is a span, as a collector gets it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from gateway.observability import Redaction
from gateway.observability.spans import Traces
from tests.support.collector import Collector, Exported
from tests.support.log import Log
from tests.support.memory_account import MemoryAccount
from tests.support.service import AUTHORIZED, TOKEN, Client, Start, send

TRACE: Final = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT: Final = "00f067aa0ba902b7"
TRACEPARENT: Final = f"00-{TRACE}-{PARENT}-01"
CANCEL: Final = "/churnkey/actions/subscription/cancel"
WHEN_HUNG_S: Final = 60
BODY: Final = json.dumps({"customerId": "cus_ada", "subscriptionId": "sub_run", "scheduledAt": "immediate"}).encode()


@dataclass
class Traced:
    """A gateway whose traces are exported to a collector."""

    client: Client
    collector: Collector
    traces: Traces

    async def spans(self) -> list[Exported]:
        """All spans there are. There will be no more."""
        assert await self.traces.closed(WHEN_HUNG_S)
        return self.collector.spans

    async def span(self) -> Exported:
        """The only one."""
        (span,) = await self.spans()
        return span


@pytest.fixture
async def traced(start: Start) -> AsyncIterator[Traced]:
    collector = Collector()
    async with collector.running() as address:
        exporter = OTLPSpanExporter(f"{address}/v1/traces")
        traces = Traces(BatchSpanProcessor(exporter), Redaction([TOKEN]))
        yield Traced(await start(traces=traces), collector, traces)
        await traces.closed(WHEN_HUNG_S)


async def test_a_read_is_a_span_of_the_server_with_what_is_known_of_the_request(traced: Traced) -> None:
    headers = {"X-Churnkey-Mode": "test", "X-Request-Id": "mine"}
    await send(traced.client, "/memory/churnkey/customers/cus_ada?limit=1", headers=headers)
    span = await traced.span()
    assert (span.name, span.kind) == ("GET /{backend}/churnkey/customers/{customerId}", "server")
    assert span.attributes == {
        "http.request.method": "GET",
        "http.route": "/{backend}/churnkey/customers/{customerId}",
        "http.response.status_code": 200,
        "churnkey_gateway.backend": "memory",
        "churnkey_gateway.mode": "test",
        "churnkey_gateway.request_id": "mine",
        "churnkey_gateway.outcome": "ok",
    }
    assert (span.parent_id, span.is_error, span.events) == ("", False, [])
    assert span.seconds > 0


async def test_an_action_tells_what_it_is_and_what_became_of_each_write(traced: Traced) -> None:
    for _ in range(2):
        await send(traced.client, CANCEL, method="POST", body=BODY, headers={"X-Churnkey-Mode": "test"})
    every = {"customerId": "cus_ada", "scheduledAt": "immediate"}
    await send(
        traced.client,
        "/churnkey/actions/customer/cancel",
        method="POST",
        body=json.dumps(every).encode(),
        headers={"X-Churnkey-Mode": "test"},
    )
    done, again, all_of_them = await traced.spans()
    told = {"churnkey_gateway.action": "cancel", "churnkey_gateway.outcome": "done"}
    assert done.attributes["churnkey_gateway.action"] == "cancel"
    assert done.events == [("write", told)]
    # The answer that stands: nothing was written.
    assert (again.attributes["churnkey_gateway.action"], again.events) == ("cancel", [])
    assert all_of_them.events == [("write", told)]


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "name", "outcome"),
    [
        pytest.param("GET", "/churnkey/features", {}, 401, "GET /churnkey/features", "unauthorized", id="no token"),
        pytest.param("GET", "/nothing/ada@example.com", {}, 404, "GET", "HTTPNotFound", id="no backend"),
        pytest.param("GET", "/churnkey/ada@example.com", AUTHORIZED, 404, "GET", "HTTPNotFound", id="no route"),
        pytest.param("PUT", "/churnkey/features", AUTHORIZED, 405, "PUT", "HTTPMethodNotAllowed", id="method"),
        pytest.param("PURGE", "/churnkey/features", AUTHORIZED, 405, "HTTP", "HTTPMethodNotAllowed", id="odd method"),
        pytest.param(
            "GET",
            "/churnkey/customers/cus_nobody",
            AUTHORIZED,
            404,
            "GET /churnkey/customers/{customerId}",
            "NotFound",
            id="not there",
        ),
    ],
)
async def test_what_the_caller_did_wrong_is_no_error_of_the_gateways(
    traced: Traced, method: str, path: str, headers: Mapping[str, str], status: int, name: str, outcome: str
) -> None:
    await traced.client.request(method, path, headers=headers)
    span = await traced.span()
    assert (span.name, span.attributes["http.response.status_code"]) == (name, status)
    assert span.attributes["churnkey_gateway.outcome"] == outcome
    assert not span.is_error


async def test_a_fault_of_ours_is_an_error_without_its_text(traced: Traced, live: MemoryAccount, log: Log) -> None:
    async def fail(operation: str) -> None:
        raise RuntimeError("for Ada Lovelace")

    live.before_call = fail
    response = await send(traced.client, "/churnkey/customers/cus_ada")
    assert response.status == 500
    span = await traced.span()
    assert (span.is_error, span.status_text, span.events) == (True, "", [])
    assert span.attributes["error.type"] == span.attributes["churnkey_gateway.outcome"] == "RuntimeError"


# -- the caller's trace -----------------------------------------------------------------------------------------------


async def test_the_trace_of_the_caller_goes_on(traced: Traced, log: Log) -> None:
    await send(traced.client, "/churnkey/features", headers={"traceparent": TRACEPARENT})
    span = await traced.span()
    assert (span.trace_id, span.parent_id) == (TRACE, PARENT)
    assert [event["trace_id"] for event in log.events("request")] == [TRACE]


async def test_requests_of_one_connection_do_not_get_into_each_others_traces(traced: Traced) -> None:
    await send(traced.client, "/churnkey/features", headers={"traceparent": TRACEPARENT})
    await send(traced.client, "/churnkey/features")
    first, second = await traced.spans()
    assert first.trace_id == TRACE
    assert (second.trace_id == TRACE, second.parent_id) == (False, "")


async def test_what_the_caller_does_not_record_is_not_recorded(traced: Traced) -> None:
    await send(traced.client, "/churnkey/features", headers={"traceparent": f"00-{TRACE}-{PARENT}-00"})
    assert await traced.spans() == []


async def test_whoever_shows_no_token_has_no_say_in_what_is_recorded(traced: Traced) -> None:
    for flags in ("00", "01"):
        await traced.client.get("/churnkey/features", headers={"traceparent": f"00-{TRACE}-{PARENT}-{flags}"})
    assert [(span.trace_id == TRACE, span.parent_id) for span in await traced.spans()] == [(False, "")] * 2


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "x",
        "ada@example.com",
        TRACEPARENT.upper(),
        TRACEPARENT + "-more",
        f"ff-{TRACE}-{PARENT}-01",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE}-{PARENT}",
        f"00-{TRACE[:-1]}g-{PARENT}-01",
        f"{TRACEPARENT}, {TRACEPARENT}",
        TRACEPARENT * 100,
    ],
    ids=lambda sent: sent[:60],
)
async def test_a_context_that_cannot_be_read_is_passed_over(traced: Traced, sent: str) -> None:
    response = await send(traced.client, "/churnkey/features", headers={"traceparent": sent})
    span = await traced.span()
    assert (response.status, span.parent_id) == (200, "")
    assert span.trace_id != TRACE


async def test_of_two_contexts_neither_counts(traced: Traced) -> None:
    twice = [*AUTHORIZED.items(), ("traceparent", TRACEPARENT), ("traceparent", TRACEPARENT)]
    async with traced.client.session.get(traced.client.make_url("/churnkey/features"), headers=twice) as response:
        assert response.status == 200
    assert (await traced.span()).parent_id == ""


# -- what must not get out --------------------------------------------------------------------------------------------


async def test_nothing_that_others_send_is_exported(traced: Traced) -> None:
    headers = {
        "traceparent": TRACEPARENT,
        "tracestate": "vendor=ada@example.com",
        "baggage": "user=ada@example.com",
        "User-Agent": "ada@example.com",
        "X-Request-Id": TOKEN,
    }
    for path in (
        "/churnkey/customers/email/ada@example.com",
        "/churnkey/customers/phone/+442079460000",
        "/churnkey/customers?cursor=ada@example.com",
        "/churnkey/nothing/ada@example.com",
        "/churnkey/customers/cus_ada",
        "/churnkey/customers/cus_ada/subscriptions/sub_run",
    ):
        await send(traced.client, path, headers=headers)
    await send(traced.client, CANCEL, method="POST", body=BODY, headers=headers)
    spans = await traced.spans()
    assert len(spans) == 7
    assert {span.trace_state for span in spans} == {""}
    exported = b"".join(traced.collector.bodies)
    for text in ("ada@", "ada%40", "Ada", "example.com", "2079460000", TOKEN, "cus_ada", "sub_run", "127.0.0.1"):
        assert text.encode() not in exported


async def test_where_nothing_is_traced_the_log_names_no_trace(client: Client, log: Log) -> None:
    await send(client, "/churnkey/features", headers={"traceparent": TRACEPARENT})
    assert "trace" not in log.text
