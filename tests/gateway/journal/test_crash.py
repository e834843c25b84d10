"""A process that is killed in mid-write: the write is on record, and told as open when the next one starts."""

from __future__ import annotations

import asyncio
import json
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession
from aiohttp.test_utils import TestServer
from click.testing import CliRunner, Result

from gateway.cli import main
from simulators.stripe import Account, Fault, StripeSimulator
from tests.support.commands import ended, logged, running, stopped_by
from tests.support.until import until

TOKEN = "integration-token-of-the-tests"
KEY = "sk_test_ofTheTests"
CANCEL = {"customerId": "cus_1", "subscriptionId": "sub_1", "scheduledAt": "end-of-period"}
LONG_S = 30


@pytest.fixture
def simulator() -> StripeSimulator:
    """A provider with one subscription."""
    account = Account()
    account.add_product(id="prod_1")
    account.add_price(id="price_1", product="prod_1")
    account.add_customer(id="cus_1", email="ada@example.com")
    account.add_subscription(id="sub_1", customer="cus_1", prices=["price_1"])
    return StripeSimulator(accounts={KEY: account})


@pytest.fixture
async def settings(simulator: StripeSimulator, tmp_path: Path, path: Path) -> AsyncIterator[Path]:
    """Settings of a backend that is served by the simulator."""
    async with TestServer(simulator.application()) as provider:
        file = tmp_path / "backend.yaml"
        mode = {"api_key": KEY, "base_url": str(provider.make_url("")).rstrip("/")}
        document = {"backend": "stripe", "integration_tokens": [TOKEN], "modes": {"test": mode}, "journal": str(path)}
        file.write_text(json.dumps(document), encoding="utf-8")
        yield file


def served(settings: Path) -> Any:
    return running("serve", "--config", str(settings), "--port", "0", "--admin-port", "0")


async def cancel(address: str) -> int:
    url = f"http://{address}/churnkey/actions/subscription/cancel"
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Churnkey-Mode": "test"}
    async with ClientSession(headers=headers) as session, session.post(url, json=CANCEL) as answer:
        return answer.status


async def shown(*arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, main, ["journal", *arguments])


async def test_a_write_that_a_kill_cut_off_is_open_at_the_next_start(
    simulator: StripeSimulator, settings: Path, path: Path
) -> None:
    # It takes effect, and the gateway does not live to hear of it.
    simulator.faults.add(Fault.slow(LONG_S, after_effect=True, method="POST"))
    with served(settings) as process:
        started = await asyncio.to_thread(logged, process, "started")
        request = asyncio.create_task(cancel(started["listening"]))
        await until(simulator.written)
        process.kill()
        with pytest.raises(ClientError):
            await request

    with served(settings) as process:
        told = await asyncio.to_thread(logged, process, "write without an outcome")
        listed = await shown("--open", "--config", str(settings))
        # Asked again it is so already, and what was open stays on record as open.
        started = await asyncio.to_thread(logged, process, "started")
        assert await cancel(started["listening"]) == 200
        code, _ = await asyncio.to_thread(stopped_by, process, signal.SIGTERM)

    assert code == 0
    assert (told["action"], told["customer_id"], told["subscription_id"]) == ("cancel", "cus_1", "sub_1")
    assert told["asked"] == {"kind": "Cancel", "when": "end-of-period", "unpause": False}
    assert listed.exit_code == 1
    assert len(listed.stdout.splitlines()) == 2
    assert " OPEN " in listed.stdout
    assert len(simulator.written()) == 1
    history = await shown("--file", str(path), "--subscription", "sub_1")
    outcomes = [re.split(" {2,}", row)[5] for row in history.stdout.splitlines()[1:]]
    assert outcomes == ["OPEN", "nothing to do"]
    assert "ada@" not in history.stdout


async def test_a_write_that_was_finished_is_not_open(settings: Path) -> None:
    with served(settings) as process:
        started = await asyncio.to_thread(logged, process, "started")
        assert await cancel(started["listening"]) == 200
        process.kill()

    assert (await shown("--open", "--config", str(settings))).exit_code == 0


@pytest.fixture
def obstacle(path: Path) -> Path:
    """What stands where the journal should be."""
    path.mkdir()
    return path


async def test_a_journal_that_cannot_be_opened_keeps_the_service_from_starting(settings: Path, obstacle: Path) -> None:
    with served(settings) as process:
        code, errors = await asyncio.to_thread(ended, process)

    assert code == 2
    assert errors == f"stripe: journal: {obstacle}: Is a directory\n"
