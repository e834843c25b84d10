"""What a provider that is down costs: those who ask for it their time, and the other backends of the process theirs.

    python -m benchmarks.dead_backend [--rounds 40] [--seconds 0.4]

One gateway process, a healthy backend and several dead ones: nobody listens, the connection is taken and never
answered, 503. First each dead one is asked by many at once, and again when its circuit is open. Then the healthy one is
put under load, alone and beside requests for a dead one at a steady rate. These take turns that are short, so that what
else the machine does meets all of them alike; each one's p99 is that of all its turns together.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks import load
from benchmarks.serving import Gateway, serve, start_upstream
from benchmarks.throughput import HEADERS, free_port
from benchmarks.upstream import CUSTOMER

DEADLINE_S: Final = 1.5
"""Long enough for several attempts."""
LIMITS: Final[Mapping[str, object]] = {"deadline_s": DEADLINE_S, "call_timeout_s": 0.5, "dedupe_s": 0}

WANTED_OPEN_MS: Final = 50.0
WANTED_MOVE: Final = 0.20
_WAY_S: Final = 0.1
"""On top of the deadline, for the way from the caller and back, which it does not know of."""
_WAY_UNDER_LOAD_S: Final = 0.5
"""The same while the process has more to do than it can: a request waits before it is seen."""

AT_ONCE: Final = 40
WHILE_OPEN: Final = 300
PER_SECOND: Final = 50.0
CONNECTIONS: Final = 8
HEALTHY: Final = "healthy"
UNGUARDED: Final = "silent-unguarded"
"""The one whose circuit never opens: all that is left are the deadline and the bound of calls at once."""


def _requests(backend: str) -> list[bytes]:
    messages = [load.request("GET", f"/{backend}/churnkey/customers/{CUSTOMER}", HEADERS)]
    for number in range(CONNECTIONS):
        body = {
            "customerId": f"cus_cancel_{number}",
            "subscriptionId": f"sub_cancel_{number}",
            "scheduledAt": "end-of-period",
        }
        path = f"/{backend}/churnkey/actions/subscription/cancel"
        messages.append(load.request("POST", path, HEADERS, json.dumps(body).encode()))
    return messages


async def _answers(gateway: Gateway, dead: Sequence[str]) -> bool:
    reached = True
    print(f"{'':20}{'longest, circuit closed':>26}{'longest, circuit open':>24}")
    for backend in dead:
        messages = _requests(backend)
        first = await asyncio.gather(
            *(load.ask(gateway.port, messages[number % len(messages)]) for number in range(AT_ONCE))
        )
        slowest = max(reply.seconds for reply in first)
        reached = reached and slowest <= DEADLINE_S + _WAY_S and all(reply.status in {503, 504} for reply in first)
        print(f"{backend:20}{slowest * 1000:23.0f} ms", end="")
        if backend == UNGUARDED:
            print(f"{'-':>24}")
            continue
        before = gateway.is_open(backend)
        replies = [await load.ask(gateway.port, messages[number % len(messages)]) for number in range(WHILE_OPEN)]
        quickly = max(reply.seconds for reply in replies) * 1000
        was_open = before and gateway.is_open(backend)
        reached = reached and was_open and quickly <= WANTED_OPEN_MS and {reply.status for reply in replies} == {503}
        print(f"{quickly:21.1f} ms{'' if was_open else '   the circuit was not open'}")
    print(f"{'wanted, at most':20}{(DEADLINE_S + _WAY_S) * 1000:23.0f} ms{WANTED_OPEN_MS:21.1f} ms\n")
    return reached


@dataclass(slots=True)
class Turns:
    """What was seen of the healthy backend and of the dead one beside it, in seconds."""

    healthy: list[float] = field(default_factory=list)
    dead: list[float] = field(default_factory=list)

    @property
    def p99(self) -> float:
        """In milliseconds."""
        return statistics.quantiles(self.healthy, n=100)[-1] * 1000

    @property
    def slowest(self) -> float:
        """Of the dead one's answers, in milliseconds; 0 where it was not asked."""
        return max(self.dead, default=0.0) * 1000


async def _take_turn(gateway: Gateway, beside: str | None, seconds: float, turns: Turns) -> None:
    healthy = load.run(gateway.port, _requests(HEALTHY)[:CONNECTIONS], connections=CONNECTIONS, seconds=seconds)
    rate = 0.0 if beside is None else PER_SECOND
    others = load.ask_at_rate(gateway.port, _requests(beside or HEALTHY), per_second=rate, seconds=seconds)
    result, replies = await asyncio.gather(healthy, others)
    turns.healthy.extend(result.latencies)
    turns.dead.extend(reply.seconds for reply in replies)


async def _measure(gateway: Gateway, dead: Sequence[str], rounds: int, seconds: float) -> bool:
    reached = await _answers(gateway, dead)
    beside: list[str | None] = [None, *dead]
    found: dict[str | None, Turns] = {one: Turns() for one in beside}
    await _take_turn(gateway, None, 1.0, Turns())
    for number in range(rounds):
        # Each time another one goes first.
        first = number % len(beside)
        for one in (*beside[first:], *beside[:first]):
            await _take_turn(gateway, one, seconds, found[one])
    latest = (DEADLINE_S + _WAY_UNDER_LOAD_S) * 1000
    print(f"{'beside the healthy':20}{'its p99':>13}{'moved by':>12}{'longest of the dead':>22}")
    for name, turns in found.items():
        moved = turns.p99 / found[None].p99 - 1
        reached = reached and moved <= WANTED_MOVE and turns.slowest <= latest
        print(f"{name or 'nothing':20}{turns.p99:10.1f} ms{moved:>+12.0%}{turns.slowest:19.0f} ms")
    print(f"{'wanted, at most':20}{'':13}{WANTED_MOVE:>+12.0%}{latest:19.0f} ms")
    return reached


def main() -> None:
    """Print the tables; exit 1 when an answer is late or the healthy backend suffers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=0.4)
    arguments = parser.parse_args()
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        silent = start_upstream(stack, "benchmarks.dead_upstream", "--kind", "silent")
        backends: dict[str, tuple[str, Mapping[str, object]]] = {
            "refusing": (f"http://127.0.0.1:{free_port()}", LIMITS),
            "silent": (silent, LIMITS),
            "failing": (start_upstream(stack, "benchmarks.dead_upstream", "--kind", "failing"), LIMITS),
            UNGUARDED: (silent, {**LIMITS, "breaker": False}),
        }
        dead = tuple(backends)
        backends[HEALTHY] = (start_upstream(stack, "benchmarks.upstream"), LIMITS)
        gateway = serve(stack, Path(folder), backends)
        reached = asyncio.run(_measure(gateway, dead, arguments.rounds, arguments.seconds))
    sys.exit(0 if reached else 1)


if __name__ == "__main__":
    main()
