"""Requests per second of one gateway process beside a bare pass-through: same machine, same run, same provider.

    python -m benchmarks.throughput [--seconds 5] [--connections 16]

The provider, the servers and the load generator are processes of their own. Each line is measured for all servers in
turn, a warm-up before. `by package` is the pass-through with its calls made by the `stripe` package as it comes.
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
from contextlib import ExitStack
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


def _settings(upstream: str) -> str:
    return f"""
backend: stripe
integration_tokens: [{TOKEN}]
modes:
  test: {{api_key: {KEY}, base_url: "{upstream}"}}
limits: {{max_in_flight: 64}}
"""


def start(stack: ExitStack, port: int, *arguments: str) -> None:
    """Start `python -m <arguments>` until the stack is left, and wait until it listens on the port."""
    process = subprocess.Popen([sys.executable, "-m", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack.callback(process.wait)
    stack.callback(process.terminate)
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"{arguments[0]} did not start")


async def _measure(ports: dict[str, int], *, connections: int, seconds: float) -> bool:
    print(
        f"{'requests per second':24}{'pass-through':>14}{'by package':>12}{'gateway':>10}{'share':>8}{'wanted':>8}",
        end="",
    )
    print(f"{'p50 ms':>9}{'p99 ms':>9}")
    reached = True
    for name, (messages, wanted) in CASES.items():
        results = {}
        for server, port in ports.items():
            await load.run(port, messages, connections=connections, seconds=min(1.0, seconds))
            results[server] = await load.run(port, messages, connections=connections, seconds=seconds)
        bare, package, gateway = (results[server] for server in ("pass-through", "package", "gateway"))
        share = gateway.rate / bare.rate
        reached = reached and share >= wanted
        print(f"{name:24}{bare.rate:14.0f}{package.rate:12.0f}{gateway.rate:10.0f}{share:8.0%}{wanted:8.0%}", end="")
        print(f"{gateway.percentile(0.5):9.1f}{gateway.percentile(0.99):9.1f}")
    return reached


def main() -> None:
    """Print the table; exit 1 when a share is below what is wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--connections", type=int, default=16)
    arguments = parser.parse_args()
    upstream, passthrough, package, gateway, admin = (free_port() for _ in range(5))
    address = f"http://127.0.0.1:{upstream}"
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "stripe.yaml"
        settings.write_text(_settings(address))
        start(stack, upstream, "benchmarks.upstream", "--port", str(upstream))
        bare = ("benchmarks.passthrough", "--upstream", address)
        start(stack, passthrough, *bare, "--port", str(passthrough))
        start(stack, package, *bare, "--port", str(package), "--package")
        serve = ("gateway", "serve", "--config", str(settings), "--port", str(gateway), "--admin-port", str(admin))
        start(stack, gateway, *serve)
        ports = {"pass-through": passthrough, "package": package, "gateway": gateway}
        reached = asyncio.run(_measure(ports, connections=arguments.connections, seconds=arguments.seconds))
    sys.exit(0 if reached else 1)


if __name__ == "__main__":
    main()
