"""The service over an in-memory account, as a process of its own: tests stop it with real signals.

It writes its addresses to stdout as JSON. Listing the customers writes another line, and waits until one comes in on
stdin.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import sys

from gateway.observability import PatientStream, configure_logs
from gateway.server import Started, serve
from tests.support.memory_account import ACCOUNTS, sample_account
from tests.support.service import LIVE_KEY, TEST_KEY, backend_settings, find_adapter


async def wait_for_a_line(operation: str) -> None:
    """Hold the call until the test says so."""
    if operation == "customers":
        sys.stdout.write("held\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)


def tell(started: Started) -> None:
    """Say where the service listens."""
    sys.stdout.write(json.dumps(dataclasses.asdict(started)) + "\n")
    sys.stdout.flush()


async def main() -> None:
    """Serve until a signal comes."""
    configure_logs(stream=PatientStream())
    ACCOUNTS[LIVE_KEY] = sample_account()
    ACCOUNTS[TEST_KEY] = sample_account()
    ACCOUNTS[LIVE_KEY].before_call = wait_for_a_line
    await serve(lambda: [backend_settings()], find_adapter, openapi=b"{}", port=0, admin_port=0, on_started=tell)


if __name__ == "__main__":
    asyncio.run(main())
