"""Requests per second of one gateway process beside a bare pass-through: same machine, same run, same provider.

    python -m benchmarks.throughput [--seconds 5] [--rounds 3] [--connections 16]

The provider, the servers and the load generator are processes of their own. Each case is measured for all servers in
turn, a warm-up before, several times over: what is told of a server is the one in the middle of its turns, since the
machine has other things to do now and then. `by package` is the pass-through with its calls made by the `stripe`
package as it comes, `calls only` makes the gateway's calls and does nothing with the answers. A server's processor time
for a request is beside its requests per second: it depends less on what else the machine does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks import load
from benchmarks.upstream import CUSTOMER, CUSTOMERS, KEY

TOKEN: Final = "benchmark-integration-token"
HEADERS: Final = {"Authorization": f"Bearer {TOKEN}", "X-Churnkey-Mode": "test"}


def _cancel(number: int) -> bytes:
    body = {
        "customerId": f"cus_cancel_{number}",
        "subscriptionId": f"sub_cancel_{number}",
        "scheduledAt": "end-of-period",
    }
    return load.request("POST", "/churnkey/actions/subscription/cancel", HEADERS, json.dumps(body).encode())


CASES: Final = {
    "retrieve customer": ([load.request("GET", f"/churnkey/customers/{CUSTOMER}", HEADERS)], 0.40),
    "list 20 subscriptions": (
        [load.request("GET", f"/churnkey/customers/{CUSTOMER}/subscriptions?limit=20", HEADERS)],
        0.30,
    ),
    "cancel": ([_cancel(number) for number in range(CUSTOMERS)], 0.30),
}


def free_port() -> int:
    """A port of the loopback address that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def settings_text(upstream: str) -> str:
    """The YAML of a gateway before the provider at this address."""
    # Without a window for repetitions: the load goes round the same customers, and most cancellations would be answered
    # without a call.
    return f"""
backend: stripe
integration_tokens: [{TOKEN}]
modes:
  test: {{api_key: {KEY}, base_url: "{upstream}"}}
limits: {{max_in_flight: 64, dedupe_s: 0}}
"""


def start(stack: ExitStack, port: int, *arguments: str) -> int:
    """Start `python -m <arguments>` until the stack is left, and wait until it listens on the port. Its process id."""
    process = subprocess.Popen([sys.executable, "-m", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack.callback(process.wait)
    stack.callback(process.terminate)
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process.pid
        time.sleep(0.05)
    raise SystemExit(f"{arguments[0]} did not start")


def _processor_seconds(process: int) -> float:
    """What a process has used so far, in all its threads; 0 where the system does not tell (Linux does)."""
    threads = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(thread.read_text(encoding="ascii").split()[0]) for thread in threads) / 1e9


@dataclass(frozen=True, slots=True)
class Server:
    """A server under load."""

    port: int
    process: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What one server did in one turn. `cost` is in microseconds of processor time for a request."""

    rate: float
    cost: float
    p50: float
    p99: float


async def _turn(server: Server, messages: Sequence[bytes], *, connections: int, seconds: float) -> Measured:
    await load.run(server.port, messages, connections=connections, seconds=min(1.0, seconds))
    before = _processor_seconds(server.process)
    result = await load.run(server.port, messages, connections=connections, seconds=seconds)
    used = _processor_seconds(server.process) - before
    return Measured(result.rate, used / len(result.latencies) * 1e6, result.percentile(0.5), result.percentile(0.99))


def _middle(turns: Sequence[Measured]) -> Measured:
    """The turn with the rate in the middle."""
    return sorted(turns, key=lambda turn: turn.rate)[len(turns) // 2]


async def _measure(servers: dict[str, Server], *, connections: int, seconds: float, rounds: int) -> bool:
    reached = True
    for name, (messages, wanted) in CASES.items():
        found: dict[str, list[Measured]] = {server: [] for server in servers}
        for _ in range(rounds):
            for server, where in servers.items():
                found[server].append(await _turn(where, messages, connections=connections, seconds=seconds))
        print(f"\n{name:24}{'per second':>12}{'share':>8}{'CPU us':>9}{'share':>8}{'p50 ms':>9}{'p99 ms':>9}")
        middle = {server: _middle(turns) for server, turns in found.items()}
        bare = middle["pass-through"]
        for server, turn in middle.items():
            cost_share = bare.cost / turn.cost if turn.cost else 0.0
            print(f"  {server:22}{turn.rate:12.0f}{turn.rate / bare.rate:8.0%}", end="")
            print(f"{turn.cost:9.0f}{cost_share:8.0%}{turn.p50:9.1f}{turn.p99:9.1f}")
        print(f"  {'wanted':22}{'':12}{wanted:8.0%}")
        reached = reached and middle["gateway"].rate / bare.rate >= wanted
    return reached


def main() -> None:
    """Print the tables; exit 1 when a share of the requests per second is below what is wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    arguments = parser.parse_args()
    upstream = free_port()
    address = f"http://127.0.0.1:{upstream}"
    servers: dict[str, Server] = {}
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "stripe.yaml"
        settings.write_text(settings_text(address))
        start(stack, upstream, "benchmarks.upstream", "--port", str(upstream))
        for name, by in (("pass-through", "session"), ("by package", "package"), ("calls only", "calls")):
            port = free_port()
            bare = ("benchmarks.passthrough", "--upstream", address, "--by", by)
            servers[name] = Server(port, start(stack, port, *bare, "--port", str(port)))
        port, admin = free_port(), free_port()
        serve = ("gateway", "serve", "--config", str(settings), "--port", str(port), "--admin-port", str(admin))
        servers["gateway"] = Server(port, start(stack, port, *serve))
        reached = asyncio.run(
            _measure(servers, connections=arguments.connections, seconds=arguments.seconds, rounds=arguments.rounds)
        )
    sys.exit(0 if reached else 1)


if __name__ == "__main__":
    main()
