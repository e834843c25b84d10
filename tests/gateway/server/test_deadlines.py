"""One budget of time for each request."""

from __future__ import annotations

import math

from gateway.resilience import current_deadline
from gateway.settings import LimitSettings
from tests.support.memory_account import MemoryAccount
from tests.support.service import Start, backend_settings, send


async def test_what_runs_for_a_request_finds_its_backends_deadline(start: Start, live: MemoryAccount) -> None:
    remaining: dict[str, float] = {}

    async def look(operation: str) -> None:
        remaining[operation] = current_deadline().remaining()

    live.before_call = look
    client = await start(
        backend_settings("quick", limits=LimitSettings(deadline_s=2)),
        backend_settings("slow", limits=LimitSettings(deadline_s=100)),
    )
    await send(client, "/quick/churnkey/customers/cus_ada")
    await send(client, "/slow/churnkey/customers")
    assert 0 < remaining["customer"] <= 2 < remaining["customers"] <= 100


async def test_outside_of_a_request_there_is_none(start: Start) -> None:
    client = await start()
    await send(client, "/churnkey/customers/cus_ada")
    assert current_deadline().remaining() == math.inf
