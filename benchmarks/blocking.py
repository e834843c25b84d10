"""The longest that one call of Chargebee keeps the event loop from serving anybody else, in milliseconds.

    python -m benchmarks.blocking [--rounds 30]

The gateway and its caller share this process, the provider is another. A step of the loop is timed by the processor
time of this thread, so that other processes do not count; the longest step of each round is taken, and of all rounds
the median and the longest.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import aiohttp
from aiohttp import web

from adapters.registry import find
from benchmarks.chargebee_upstream import CUSTOMER, KEY, SUBSCRIPTIONS
from benchmarks.throughput import HEADERS, TOKEN, free_port, start
from gateway.observability import LogFormat, Metrics, configure_logs
from gateway.server import create_application, open_backends
from gateway.server.run import settle_garbage_collection
from gateway.settings import load

WANTED_MS: Final = 5.0

READS: Final = {
    "retrieve customer": f"/churnkey/customers/{CUSTOMER}",
    f"list {SUBSCRIPTIONS} subscriptions": f"/churnkey/customers/{CUSTOMER}/subscriptions?limit={SUBSCRIPTIONS}",
    "list prices": "/churnkey/prices",
    "list coupons": "/churnkey/coupons",
}


class Watch:
    """Times every step of the running loop while it is open."""

    longest_ms = 0.0

    @contextmanager
    def open(self) -> Iterator[None]:
        """Forget what was seen, and watch for the block."""
        self.longest_ms = 0.0
        ticking = asyncio.get_running_loop().create_task(self._tick())
        try:
            yield
        finally:
            ticking.cancel()

    async def _tick(self) -> None:
        before = time.thread_time()
        while True:
            await asyncio.sleep(0)
            now = time.thread_time()
            self.longest_ms = max(self.longest_ms, (now - before) * 1000)
            before = now


async def _measure(address: str, rounds: int) -> bool:
    document = {
        "backend": "chargebee",
        "integration_tokens": [TOKEN],
        "modes": {"test": {"api_key": KEY, "base_url": address}},
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "backend.yaml"
        path.write_text(json.dumps(document), encoding="utf-8")
        settings = load([path], {})
    worst = 0.0
    async with open_backends(settings, find) as backends:
        runner = web.AppRunner(create_application(backends, Metrics()), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        # As in production: the packages' objects would otherwise be looked through in the middle of a request.
        settle_garbage_collection()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            async with aiohttp.ClientSession(headers=HEADERS) as caller:
                for name, path_of in READS.items():
                    longest = await _longest(caller, url + path_of, rounds)
                    print(f"{name:24} median {statistics.median(longest):5.1f} ms   longest {max(longest):5.1f} ms")
                    worst = max(worst, statistics.median(longest))
        finally:
            await runner.cleanup()
    print(f"{'wanted':24} less than {WANTED_MS:.0f} ms")
    return worst < WANTED_MS


async def _longest(caller: aiohttp.ClientSession, url: str, rounds: int) -> list[float]:
    watch = Watch()
    found = []
    for _ in range(rounds):
        with watch.open():
            async with caller.get(url) as response:
                response.raise_for_status()
                # Not parsed: what the caller does is not the gateway's.
                await response.read()
        found.append(watch.longest_ms)
    return found


def main() -> None:
    """Print the longest steps; exit 1 when they are longer than wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    arguments = parser.parse_args()
    # As in production, where nothing below is formatted.
    configure_logs(LogFormat.JSON, level=logging.WARNING)
    port = free_port()
    with ExitStack() as stack:
        start(stack, port, "benchmarks.chargebee_upstream", "--port", str(port))
        reached = asyncio.run(_measure(f"http://127.0.0.1:{port}", arguments.rounds))
    sys.exit(0 if reached else 1)


if __name__ == "__main__":
    main()
