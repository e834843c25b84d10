"""Running as a process: start, signals, draining, stop."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientConnectionError, ClientConnectorError, ClientResponse, ClientSession

from gateway.server import CannotListen, Started, serve
from gateway.settings import BackendSettings
from tests.gateway.server.reloading import CANCEL, Gate, gateway_of, until
from tests.support.memory_account import MemoryAccount
from tests.support.service import AUTHORIZED, TOKEN, backend_settings, find_adapter, is_error

ROOT = Path(__file__).parents[3]
WHEN_HUNG_S = 60


@dataclass
class Running:
    """A gateway in a process of its own."""

    process: Process
    session: ClientSession
    host: str
    port: int
    admin: str

    @property
    def public(self) -> str:
        """Where Churnkey asks."""
        return f"http://{self.host}:{self.port}"

    async def stopped(self) -> tuple[int, list[dict[str, Any]]]:
        """The exit code and the log, once the process has ended."""
        _, log = await asyncio.wait_for(self.process.communicate(), WHEN_HUNG_S)
        return self.process.returncode or 0, [json.loads(line) for line in log.decode().splitlines()]

    async def until_draining(self) -> ClientResponse:
        """The admin's answer once it no longer says that the process is ready."""
        async with asyncio.timeout(WHEN_HUNG_S):
            while True:
                response = await self.session.get(f"{self.admin}/readyz")
                if response.status != 200:
                    return response
                await asyncio.sleep(0.01)

    async def until_closed(self) -> None:
        """Wait until new connections are refused."""
        async with asyncio.timeout(WHEN_HUNG_S):
            while True:
                try:
                    async with ClientSession() as fresh:
                        await fresh.get(f"{self.public}/churnkey/features", headers=AUTHORIZED)
                except ClientConnectorError:
                    return
                except ClientConnectionError:
                    # Taken up, and closed before it was read.
                    pass
                await asyncio.sleep(0.01)

    async def until_under_way(self) -> asyncio.Task[ClientResponse]:
        """A request that has reached the adapter and waits there."""
        asked = self.session.get(f"{self.public}/churnkey/customers", headers=AUTHORIZED)
        request: asyncio.Task[ClientResponse] = asyncio.create_task(_answer(asked))
        assert self.process.stdout is not None
        assert await asyncio.wait_for(self.process.stdout.readline(), WHEN_HUNG_S) == b"held\n"
        return request


def settings() -> list[BackendSettings]:
    """The settings of one backend."""
    return [backend_settings()]


async def _answer(asked: Any) -> ClientResponse:
    response: ClientResponse = await asked
    return response


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    """A gateway that serves."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.serve_memory", cwd=ROOT, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    assert process.stdout is not None
    try:
        started = json.loads(await asyncio.wait_for(process.stdout.readline(), WHEN_HUNG_S))
        async with ClientSession() as session:
            yield Running(
                process,
                session,
                started["host"],
                started["port"],
                f"http://{started['admin_host']}:{started['admin_port']}",
            )
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def test_a_process_that_has_started_serves_and_is_ready(running: Running) -> None:
    async with running.session.get(f"{running.public}/churnkey/features", headers=AUTHORIZED) as response:
        assert response.status == 200
    async with running.session.get(f"{running.admin}/readyz") as response:
        assert response.status == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
async def test_a_signal_stops_an_idle_process(running: Running, number: signal.Signals) -> None:
    running.process.send_signal(number)
    code, log = await running.stopped()
    assert code == 0
    assert [event["event"] for event in log] == ["started", "draining", "stopped"]
    assert log[0]["backends"] == {"memory": ["live", "test"]}


async def test_what_is_under_way_when_the_signal_comes_is_finished(running: Running) -> None:
    request = await running.until_under_way()
    running.process.send_signal(signal.SIGTERM)
    assert await is_error(await running.until_draining(), 503)
    await running.until_closed()
    assert not request.done()

    assert running.process.stdin is not None
    running.process.stdin.write(b"go on\n")
    response = await asyncio.wait_for(request, WHEN_HUNG_S)
    assert response.status == 200
    assert len((await response.json())["data"]) == 2
    code, log = await running.stopped()
    assert code == 0
    assert [event["event"] for event in log if event["event"] != "request"] == ["started", "draining", "stopped"]


REQUEST = (
    f"GET /churnkey/features HTTP/1.1\r\nHost: gateway\r\nAuthorization: {AUTHORIZED['Authorization']}\r\n\r\n".encode()
)


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        (REQUEST, b"HTTP/1.1 200 OK\r\n"),
        (b"", b""),
        (REQUEST[:20], b""),
        (REQUEST.replace(b"GET", b"POST"), b"HTTP/1.1"),
    ],
    ids=["kept alive after an answer", "without a request", "with a request half sent", "after a wrong request"],
)
async def test_connections_on_which_nothing_is_under_way_hold_nothing_up(
    running: Running, sent: bytes, answered: bytes
) -> None:
    reader, writer = await asyncio.open_connection(running.host, running.port)
    writer.write(sent)
    assert (await reader.read(len(answered))) == answered
    # Taken up by now: this later one is answered.
    async with running.session.get(f"{running.public}/churnkey/features", headers=AUTHORIZED) as response:
        assert response.status == 200
    running.process.send_signal(signal.SIGTERM)
    code, log = await running.stopped()
    assert code == 0
    assert [event["event"] for event in log if event["event"] != "request"] == ["started", "draining", "stopped"]
    writer.close()


async def test_the_admin_address_answers_until_the_end(running: Running) -> None:
    request = await running.until_under_way()
    running.process.send_signal(signal.SIGTERM)
    await running.until_closed()
    seen = {}
    for path in ("healthz", "readyz", "version", "metrics"):
        async with running.session.get(f"{running.admin}/{path}") as response:
            seen[path] = response.status
    assert seen == {"healthz": 200, "readyz": 503, "version": 200, "metrics": 200}
    request.cancel()


async def test_a_second_signal_does_not_wait(running: Running) -> None:
    request = await running.until_under_way()
    running.process.send_signal(signal.SIGTERM)
    await running.until_draining()
    running.process.send_signal(signal.SIGTERM)
    await asyncio.wait_for(running.process.wait(), WHEN_HUNG_S)
    assert running.process.returncode == -signal.SIGTERM
    request.cancel()


async def test_a_caller_that_hangs_up_does_not_stop_what_it_began(running: Running) -> None:
    request = await running.until_under_way()
    request.cancel()
    assert running.process.stdin is not None
    running.process.stdin.write(b"go on\n")
    running.process.send_signal(signal.SIGTERM)
    _, log = await running.stopped()
    statuses = [event["status"] for event in log if event.get("route") == "/churnkey/customers"]
    assert statuses == [200]


@pytest.mark.usefixtures("test_account")
async def test_a_write_is_made_though_its_caller_has_hung_up_before_it(live: MemoryAccount) -> None:
    gate = Gate("cancel")
    live.before_call = gate.before_call
    async with gateway_of(backend_settings()) as gateway:
        request = asyncio.create_task(gateway.post("subscription/cancel", CANCEL))
        await gate.reached()
        request.cancel()
        await until(lambda: not gateway.callers())
        gate.open()
        await until(lambda: live.subscriptions["sub_run"].cancel_at is not None)


@pytest.mark.usefixtures("live", "test_account")
@pytest.mark.parametrize("is_admin", [False, True], ids=["public", "admin"])
async def test_a_port_in_use_is_a_clear_error(is_admin: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        public_port, admin_port = (0, port) if is_admin else (port, 0)
        with pytest.raises(CannotListen, match=rf"^cannot listen on 127\.0\.0\.1:{port}: Address already in use$"):
            await serve(settings, find_adapter, openapi=b"{}", port=public_port, admin_port=admin_port)


@pytest.mark.usefixtures("live", "test_account")
async def test_a_host_that_is_not_ours_is_a_clear_error() -> None:
    with pytest.raises(CannotListen, match=r"^cannot listen on 203\.0\.113\.1:0: "):
        await serve(settings, find_adapter, openapi=b"{}", host="203.0.113.1", port=0, admin_port=0)


async def test_an_error_while_starting_closes_everything(live: MemoryAccount, test_account: MemoryAccount) -> None:
    addresses: list[Started] = []

    def fail(started: Started) -> None:
        addresses.append(started)
        raise RuntimeError("the demo cannot go on")

    with pytest.raises(RuntimeError, match="demo"):
        await serve(settings, find_adapter, openapi=b"{}", port=0, admin_port=0, on_started=fail)
    (started,) = addresses
    for port in (started.port, started.admin_port):
        with pytest.raises(OSError, match=r"Connect call failed"):
            await asyncio.open_connection("127.0.0.1", port)


async def test_what_is_counted_can_be_scraped_and_names_nobody(running: Running) -> None:
    cancelled = await running.session.post(
        f"{running.public}/churnkey/actions/subscription/cancel",
        json={"customerId": "cus_ada", "subscriptionId": "sub_run"},
        headers=AUTHORIZED,
    )
    assert cancelled.status == 200
    async with running.session.get(f"{running.admin}/metrics") as response:
        assert response.content_type == "text/plain"
        text = await response.text()
    assert 'churnkey_gateway_actions_total{action="cancel",backend="memory",mode="live",outcome="done"} 1.0' in text
    assert 'churnkey_gateway_provider_circuit{backend="memory",mode="test",state="closed"} 1.0' in text
    assert "process_resident_memory_bytes" in text
    assert TOKEN not in text
    assert "cus_ada" not in text


async def test_a_log_that_nobody_reads_keeps_no_request_waiting(running: Running) -> None:
    # What is read ahead is little: soon the pipe is full.
    for _ in range(30):
        asked = [running.session.get(f"{running.public}/churnkey/features", headers=AUTHORIZED) for _ in range(100)]
        async with asyncio.timeout(WHEN_HUNG_S):
            assert {(await _answer(one)).status for one in asked} == {200}
    running.process.send_signal(signal.SIGTERM)
    code, log = await running.stopped()
    assert code == 0
    assert len([event for event in log if event["event"] == "request"]) == 3000
