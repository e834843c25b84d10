"""Each attempt of a provider call is a span, and whoever stands at a base URL is told which."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext, StatusCode, format_span_id, format_trace_id

from adapters.base import AdapterError, Conflict, ProviderAnswer, RateLimited, Timeout, Unavailable, UnknownOutcome
from adapters.calls import ProviderCalls
from adapters.holes import Runtime
from adapters.sessions import hand_trace_on, open_session
from gateway.contract import Mode
from gateway.observability import Redaction
from gateway.observability.spans import Traces
from gateway.resilience import Safety, deadline


class Kept:
    """Traces whose spans are kept."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self.traces = Traces(SimpleSpanProcessor(self._exporter), Redaction(["a-configured-secret"]))
        self.tracer = self.traces.tracer("stripe", Mode.TEST)

    @property
    def spans(self) -> Sequence[ReadableSpan]:
        return self._exporter.get_finished_spans()

    def told(self, fact: str) -> list[object]:
        """A fact of each span, None where a span does not have it."""
        return [dict(span.attributes or {}).get(f"churnkey_gateway.{fact}") for span in self.spans]


@pytest.fixture
def kept() -> Kept:
    return Kept()


def calls_of(kept: Kept, *, timeout_s: float = 5.0) -> ProviderCalls:
    def translate(error: Exception, is_write: bool) -> AdapterError:
        raise error

    runtime = Runtime(tracer=kept.tracer, call_timeout_s=timeout_s, retry_wait_s=0.001)
    return ProviderCalls(translate, runtime)


def script(*steps: Exception | str) -> Callable[[], Awaitable[str]]:
    """A call that ends in these ways, one after the other."""
    left = list(steps)

    async def call() -> str:
        step = left.pop(0)
        if isinstance(step, Exception):
            raise step
        return step

    return call


async def test_a_call_is_a_span_of_the_client_with_what_is_known_of_it(kept: Kept) -> None:
    with deadline(5):
        await calls_of(kept).run("get customers", script("req_1"), Safety.READ, lambda answer: answer)
    (span,) = kept.spans
    assert (span.name, span.kind.name, span.status.status_code) == ("get customers", "CLIENT", StatusCode.UNSET)
    assert dict(span.attributes or {}) == {
        "churnkey_gateway.backend": "stripe",
        "churnkey_gateway.mode": "test",
        "churnkey_gateway.operation": "get customers",
        "churnkey_gateway.attempt": 1,
        "churnkey_gateway.outcome": "ok",
        "churnkey_gateway.provider_request_id": "req_1",
    }


async def test_each_attempt_is_a_span_with_its_number(kept: Kept) -> None:
    call = script(Unavailable(provider=ProviderAnswer(request_id="req_1")), RateLimited(retry_after=0.001), "req_3")
    calls = calls_of(kept)
    with deadline(5):
        await calls.run("get customers", call, Safety.READ, lambda answer: answer)
        await calls.run("get prices", script("req_4"), Safety.READ, lambda answer: answer)
    assert [span.name for span in kept.spans] == ["get customers"] * 3 + ["get prices"]
    assert kept.told("attempt") == [1, 2, 3, 1]
    assert kept.told("outcome") == ["Unavailable", "RateLimited", "ok", "ok"]
    assert kept.told("provider_request_id") == ["req_1", None, "req_3", "req_4"]
    assert [span.status.status_code.name for span in kept.spans] == ["ERROR", "ERROR", "UNSET", "UNSET"]
    assert {span.status.description for span in kept.spans} == {None}
    assert [event for span in kept.spans for event in span.events] == []


@pytest.mark.parametrize(("safety", "error"), [(Safety.READ, Timeout), (Safety.UNSAFE_WRITE, UnknownOutcome)])
async def test_a_call_that_is_not_answered_is_told_as_timed_out(
    kept: Kept, safety: Safety, error: type[Exception]
) -> None:
    async def hang() -> str:
        await asyncio.Event().wait()
        return ""

    with deadline(60), pytest.raises(error):
        await calls_of(kept, timeout_s=0.01).run("get customers", hang, safety)
    assert kept.told("outcome")[0] == "timeout"


async def test_a_call_that_is_given_up_is_told_as_aborted(kept: Kept) -> None:
    begun = asyncio.Event()

    async def hang() -> str:
        begun.set()
        await asyncio.Event().wait()
        return ""

    async def ask() -> None:
        with deadline(5):
            await calls_of(kept).run("get customers", hang, Safety.READ)

    task = asyncio.create_task(ask())
    await begun.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert kept.told("outcome") == ["aborted"]


async def test_after_a_call_the_span_around_it_is_the_current_one_again(kept: Kept) -> None:
    request = kept.traces.request("GET")
    request.begin(())
    around = trace.get_current_span()
    with deadline(5):
        with suppress(Conflict):
            await calls_of(kept).run("post subscriptions", script(Conflict()), Safety.SAFE_WRITE)
        await calls_of(kept).run("get customers", script("req_1"), Safety.READ)
    assert trace.get_current_span() is around
    request.ended(None, 200, None)
    assert trace.get_current_span() is trace.INVALID_SPAN
    *calls, server = kept.spans
    assert server.context is not None
    assert {span.parent.span_id for span in calls if span.parent is not None} == {server.context.span_id}
    assert len(calls) == 2


@pytest.mark.parametrize("sent", ["a-configured-secret", "ada@example.com", "x" * 129], ids=["secret", "mail", "long"])
async def test_an_id_that_a_provider_makes_up_tells_nothing_it_should_not(kept: Kept, sent: str) -> None:
    with deadline(5):
        await calls_of(kept).run("get customers", script(sent), Safety.READ, lambda answer: answer)
    assert sent not in str(kept.told("provider_request_id"))


# -- handing on -------------------------------------------------------------------------------------------------------


@pytest.fixture
async def provider() -> AsyncIterator[tuple[str, list[list[str]]]]:
    """An address, and the contexts of each call that arrived there."""
    arrived: list[list[str]] = []

    async def answer(request: web.Request) -> web.Response:
        headers = [f"{name.lower()}: {value}" for name, value in request.headers.items()]
        arrived.append([header for header in headers if header.startswith("trace")])
        return web.Response()

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(application) as server:
        yield str(server.make_url("/")), arrived


def written(context: SpanContext) -> str:
    """As `traceparent` has it."""
    return f"00-{format_trace_id(context.trace_id)}-{format_span_id(context.span_id)}-{context.trace_flags:02x}"


async def test_whoever_stands_at_a_base_url_is_told_which_attempt_calls(
    kept: Kept, provider: tuple[str, list[list[str]]]
) -> None:
    address, arrived = provider
    async with open_session(connections=1, connect_timeout_s=1) as session:
        hand_trace_on(session, Runtime(tracer=kept.tracer), address)

        async def call() -> str:
            async with session.post(address, data=b"x") as response:
                return await response.text()

        with deadline(5):
            for _ in range(2):
                await calls_of(kept).run("post subscriptions", call, Safety.SAFE_WRITE)
    contexts = [span.context for span in kept.spans if span.context is not None]
    assert arrived == [[f"traceparent: {written(one)}"] for one in contexts]
    assert len(contexts) == 2


@pytest.mark.parametrize("case", ["the provider itself", "nothing is traced", "no call is under way"])
async def test_nobody_else_is_told(kept: Kept, provider: tuple[str, list[list[str]]], case: str) -> None:
    address, arrived = provider
    runtime = Runtime() if case == "nothing is traced" else Runtime(tracer=kept.tracer)
    async with open_session(connections=1, connect_timeout_s=1) as session:
        hand_trace_on(session, runtime, None if case == "the provider itself" else address)
        attempt = None if case == "no call is under way" else kept.tracer.begin("get customers", 1)
        async with session.get(address):
            pass
        if attempt is not None:
            attempt.ended("ok", None)
    assert arrived == [[]]
