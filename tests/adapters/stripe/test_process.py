"""What the official package does to the process it runs in (traps 1.1 and 1.5): nothing, here."""

from __future__ import annotations

import asyncio
import inspect
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import stripe._api_requestor

from adapters.stripe import transport
from simulators.stripe import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.stripe.adapter import StripeAdapter
    from simulators.stripe import Account, StripeSimulator

ROOT = Path(__file__).parents[3]

PROGRAM = """
import asyncio, sys
from adapters.holes import Runtime
from adapters.stripe.client import StripeApi

async def main():
    api = StripeApi("sk_test_simulated_0001", sys.argv[1], live=False, runtime=Runtime(retry_wait_s=0.001))
    for _ in range(2):
        print((await api.get("customers", email="ada@example.com"))["object"])
    await api.close()

asyncio.run(main())
"""
HOMELESS = "import pwd\ndef nobody(uid): raise KeyError(uid)\npwd.getpwuid = nobody\n"


async def run(program: str, address: str, *options: str, **environment: str) -> tuple[int | None, str, str]:
    """Run the program in a process of its own; its exit code, stdout and stderr."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *options,
        "-c",
        program,
        address,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home directory, which has to be empty in the end."""
    yield tmp_path
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.usefixtures("account")
async def test_no_file_is_written_below_the_home_directory(address: str, home: Path) -> None:
    assert await run(PROGRAM, address, HOME=str(home)) == (0, "list\nlist\n", "")


@pytest.mark.usefixtures("account")
async def test_no_home_directory_is_needed(address: str) -> None:
    assert await run(HOMELESS + PROGRAM, address) == (0, "list\nlist\n", "")


@pytest.mark.usefixtures("account")
async def test_a_notice_is_no_failure_where_warnings_are_errors(address: str, simulator: StripeSimulator) -> None:
    """The package turns the header into a Python warning, though not for raw requests."""
    simulator.faults.add(Fault(headers={"Stripe-Notice": "An old version is used."}, times=None))

    assert await run(PROGRAM, address, "-W", "error") == (0, "list\nlist\n", "")


@pytest.mark.usefixtures("account")
async def test_nothing_is_printed_even_where_the_package_is_told_to_log(address: str) -> None:
    """Its log would show the e-mails of look-ups, which are in the addresses, and whole bodies."""
    assert await run(PROGRAM, address, STRIPE_LOG="debug") == (0, "list\nlist\n", "")


async def test_nothing_personal_is_logged(
    adapter: StripeAdapter, account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    account.add_subscription(customer="cus_1", prices=["price_1"])
    with caplog.at_level(logging.DEBUG):
        await adapter.customer_by_email("ada@example.com")

    # The simulator's own server logs what it is asked, in the same process.
    assert not any("ada" in one.getMessage() for one in caplog.records if one.name != "aiohttp.access")


def test_the_packages_log_functions_are_where_they_are_replaced() -> None:
    """Fails when a new version of the package logs in another way: `adapters.stripe.transport.silence`."""
    source = inspect.getsource(stripe._api_requestor)

    assert all(f"    {name}(" in source for name in transport.LOG_FUNCTIONS)
    assert "logger" not in source


def test_the_package_tells_stripe_nothing_of_the_environment() -> None:
    """Fails when a new version of the package looks elsewhere: `adapters.stripe.transport.Requestor`."""
    source = inspect.getsource(stripe._api_requestor._APIRequestor.request_headers)

    assert "self._detect_ai_agent(os.environ)" in source
    assert "environ" not in source.replace("_detect_ai_agent(os.environ)", "")
