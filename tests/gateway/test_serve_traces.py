"""`serve` with traces: what a collector gets from a gateway in a process of its own, and that it stops without one."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from simulators.chargebee import ChargebeeSimulator, Site
from tests.support.collector import Collector
from tests.support.commands import ROOT, logged, running, stopped_by

TOKEN: Final = "integration-token-of-the-tests"
KEY: Final = "test_key_of_the_tests"
COLLECTORS_KEY: Final = "key-of-the-collector"
TRACE: Final = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
async def config(tmp_path: Path) -> AsyncIterator[Path]:
    """The settings of a backend before a simulated provider with one customer."""
    site = Site()
    site.add_customer(id="ada", email="ada@example.com", first_name="Ada")
    async with TestServer(ChargebeeSimulator(accounts={KEY: site}).application()) as provider:
        file = tmp_path / "chargebee.yaml"
        file.write_text(
            f"backend: chargebee\nintegration_tokens: [{TOKEN}]\n"
            f"modes: {{test: {{api_key: {KEY}, base_url: '{provider.make_url('')}'}}}}\n",
            encoding="utf-8",
        )
        yield file


async def served(config: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Ask once, with the token in places where it does not belong, and stop: the exit code and the log after the
    start."""
    headers = {
        "Authorization": f"Bearer {TOKEN}",
        "X-Churnkey-Mode": "test",
        "X-Request-Id": TOKEN,
        "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01",
    }
    variables = {"OTEL_EXPORTER_OTLP_HEADERS": f"x-key={COLLECTORS_KEY}", **environment}
    arguments = ("serve", "--config", str(config), "--port", "0", "--admin-port", "0")
    with running(*arguments, environment=variables) as process:
        started = await asyncio.to_thread(logged, process, "started")
        async with ClientSession() as session:
            url = f"http://{started['listening']}/churnkey/customers/email/ada@example.com"
            async with session.get(url, headers=headers) as answer:
                assert answer.status == 200
        return await asyncio.to_thread(stopped_by, process, signal.SIGTERM)


async def test_all_spans_are_exported_before_the_process_ends(config: Path) -> None:
    collector = Collector()
    async with collector.running() as address:
        code, log = await served(config, {"OTEL_EXPORTER_OTLP_ENDPOINT": address})
    assert code == 0
    request = collector.by_name["GET /churnkey/customers/email/{email}"]
    assert request.trace_id == TRACE
    assert [call.name for call in collector.below(request)] == ["get customers"]
    assert f'"trace_id":"{TRACE}"' in log
    # Those of the examination at the start belong to no request.
    assert {call.kind for call in collector.spans if call.trace_id != TRACE} <= {"client"}
    assert {headers["x-key"] for headers in collector.headers} == {COLLECTORS_KEY}
    for text in ("ada@", "example.com", "Ada", TOKEN, KEY, COLLECTORS_KEY):
        assert text.encode() not in b"".join(collector.bodies)
        assert text not in log


async def test_without_a_collector_it_serves_and_stops_all_the_same(config: Path, refused_port: int) -> None:
    dead = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{refused_port}", "OTEL_BSP_EXPORT_TIMEOUT": "50"}
    code, log = await served(config, dead)
    assert code == 0
    assert '"spans not exported"' in log
    assert '"stopped"' in log
    assert COLLECTORS_KEY not in log


def test_until_traces_are_asked_for_no_package_for_them_is_imported() -> None:
    script = (
        "import sys; from gateway.commands import serve; from adapters import registry\n"
        "for name in registry.names(): registry.find(name)\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


async def test_what_is_not_asked_for_is_not_there(config: Path) -> None:
    code, log = await served(config, {"OTEL_TRACES_EXPORTER": "none"})
    assert code == 0
    assert "trace" not in log
