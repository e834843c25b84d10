"""By how much the gateway grows while it answers 20,000 requests: megabytes of resident memory.

    python -m benchmarks.memory [--requests 20000]

Reads and actions, some for customers that no other request is for: whatever is kept for a customer, a subscription or a
request for longer than it is needed would add up. Once before a healthy provider alone, and once with half of the
requests for providers that are down. What is there after the first quarter as many is not counted as growth.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from benchmarks import load
from benchmarks.serving import Gateway, serve, start_upstream
from benchmarks.throughput import HEADERS, free_port
from benchmarks.upstream import CUSTOMER, CUSTOMERS

WANTED_MB: Final = 20.0
CONNECTIONS: Final = 16
_WARM_UP: Final = 4
"""The first part is one of so many parts of the requests."""

# Short, so that most of what is kept for repetitions is let go of again; no waits, so that many requests fail soon.
LIMITS: Final[Mapping[str, object]] = {"deadline_s": 5, "dedupe_s": 1, "retry_wait_s": 0}
DEAD_LIMITS: Final[Mapping[str, object]] = {**LIMITS, "breaker": False}
"""The circuit stays closed: with every request the provider is called, and the failure dealt with."""


def _messages(backends: Sequence[str]) -> Iterator[bytes]:
    """Requests without end, for one backend after the other."""
    for number, backend in zip(itertools.count(), itertools.cycle(backends), strict=False):
        root = f"/{backend}/churnkey"
        yield load.request("GET", f"{root}/customers/{CUSTOMER}", HEADERS)
        yield load.request("GET", f"{root}/customers/{CUSTOMER}/subscriptions?limit=20", HEADERS)
        yield load.request("GET", f"{root}/prices", HEADERS)
        yield load.request("GET", f"{root}/customers/cus_unknown_{number}", HEADERS)
        yield _cancel(root, f"cus_cancel_{number % CUSTOMERS}", f"sub_cancel_{number % CUSTOMERS}")
        yield _cancel(root, f"cus_unknown_{number}", f"sub_cancel_{number % CUSTOMERS}")
        yield _cancel(root, f"cus_unknown_{number}", f"sub_unknown_{number}")


def _cancel(root: str, customer: str, subscription: str) -> bytes:
    body = {"customerId": customer, "subscriptionId": subscription, "scheduledAt": "end-of-period"}
    return load.request("POST", f"{root}/actions/subscription/cancel", HEADERS, json.dumps(body).encode())


async def _send(gateway: Gateway, messages: Iterator[bytes], number: int) -> Counter[int]:
    statuses: Counter[int] = Counter()
    left = itertools.islice(messages, number)

    async def sender() -> None:
        for message in left:
            statuses[(await load.ask(gateway.port, message)).status] += 1

    await asyncio.gather(*(sender() for _ in range(CONNECTIONS)))
    return statuses


def _grown(title: str, backends: Mapping[str, tuple[str, Mapping[str, object]]], number: int) -> float:
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        gateway = serve(stack, Path(folder), backends)
        # As many for the healthy one as for all the others together.
        dead = [name for name in backends if name != "healthy"]
        messages = _messages([one for other in dead for one in ("healthy", other)] or ["healthy"])
        asyncio.run(_send(gateway, messages, number // _WARM_UP))
        before = gateway.memory()
        statuses = asyncio.run(_send(gateway, messages, number))
        after = gateway.memory()
    told = ", ".join(f"{count} of {status}" for status, count in sorted(statuses.items()))
    print(f"{title:24}{before:9.1f} MB{after:9.1f} MB{after - before:+9.1f} MB   {told}", flush=True)
    return after - before


def main() -> None:
    """Print the growth; exit 1 when it is more than wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=20_000)
    arguments = parser.parse_args()
    with ExitStack() as stack:
        healthy = {"healthy": (start_upstream(stack, "benchmarks.upstream"), LIMITS)}
        dead = {
            "refusing": (f"http://127.0.0.1:{free_port()}", DEAD_LIMITS),
            "failing": (start_upstream(stack, "benchmarks.dead_upstream", "--kind", "failing"), DEAD_LIMITS),
        }
        print(f"{'':24}{'before':>12}{'after':>12}{'growth':>12}   answers")
        grown = [
            _grown("healthy", healthy, arguments.requests),
            _grown("half of them dead", {**healthy, **dead}, arguments.requests),
        ]
        print(f"{'wanted, less than':24}{'':24}{WANTED_MB:+9.1f} MB")
    sys.exit(0 if max(grown) < WANTED_MB else 1)


if __name__ == "__main__":
    main()
