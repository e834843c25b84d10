"""What the gateway adds to Stripe's raw request when it lists 100 subscriptions: milliseconds of processor time.

    python -m benchmarks.event_loop [--rounds 50]

Both sides make the same request to a provider in another process. Processor time of this process is time in which
its event loop serves nobody else; waiting for the provider does not count.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack

from adapters.base import Runtime
from adapters.stripe.adapter import StripeAdapter
from adapters.stripe.query import query
from adapters.stripe.settings import StripeSettings
from benchmarks.throughput import free_port, start
from benchmarks.upstream import CUSTOMER, KEY
from gateway.contract import Mode

WANTED_MS = 15.0


async def _cost(work: Callable[[], Awaitable[object]], rounds: int) -> float:
    """The median processor time of one call in milliseconds."""
    await work()
    samples = []
    for _ in range(rounds):
        started = time.process_time()
        await work()
        samples.append((time.process_time() - started) * 1000)
    return statistics.median(samples)


async def _measure(address: str, rounds: int) -> bool:
    settings = StripeSettings.model_validate({"modes": {"test": {"api_key": KEY, "base_url": address}}})
    async with StripeAdapter(Mode.TEST, settings, Runtime()) as adapter:
        expand = ["data.discounts.source.coupon", "data.items.data.discounts"]

        async def raw() -> object:
            parameters = {"customer": CUSTOMER, "status": "all", "limit": 100, "expand": expand}
            # The very call beneath the adapter.
            return await adapter._api._requestor.call("get", "/v1/subscriptions", query(parameters))

        async def whole() -> object:
            listing = await adapter.subscriptions(CUSTOMER, 100, None)
            return [subscription.to_json() for subscription in listing.data]

        bare, full = await _cost(raw, rounds), await _cost(whole, rounds)
    print(f"raw request of 100 subscriptions    {bare:6.1f} ms")
    print(f"listed in the contract, as JSON     {full:6.1f} ms")
    print(f"beyond the raw request              {full - bare:6.1f} ms   (wanted: less than {WANTED_MS:.0f} ms)")
    return full - bare < WANTED_MS


def main() -> None:
    """Print the cost; exit 1 when it is more than wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=50)
    arguments = parser.parse_args()
    port = free_port()
    with ExitStack() as stack:
        start(stack, port, "benchmarks.upstream", "--port", str(port))
        reached = asyncio.run(_measure(f"http://127.0.0.1:{port}", arguments.rounds))
    sys.exit(0 if reached else 1)


if __name__ == "__main__":
    main()
