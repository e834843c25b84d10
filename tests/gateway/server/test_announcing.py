"""Churnkey is told when the manifest that it keeps is another by now, and nothing of the gateway waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from prometheus_client import generate_latest
from pydantic import SecretStr

from adapters.settings import ActionSettings, PauseSettings
from gateway.observability import Metrics
from gateway.server import open_backends
from gateway.server.announcing import Announcer
from gateway.settings import BackendSettings, ChurnkeySettings
from tests.support.churnkey import Churnkey
from tests.support.log import Log
from tests.support.service import backend_settings, find_adapter

KEY = "churnkey-api-key-of-the-tests"
WHEN_HUNG_S = 60
WITHOUT_PAUSE = ActionSettings(pause=PauseSettings(enabled=False))

pytestmark = pytest.mark.usefixtures("live", "test_account")

Tell: TypeAlias = Callable[..., Awaitable[None]]
"""Announces these settings, and waits until Churnkey was told or was not."""


@pytest.fixture
def churnkey() -> Churnkey:
    return Churnkey()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def asking(churnkey: Churnkey, tmp_path: Path) -> AsyncIterator[Callable[..., BackendSettings]]:
    """Makes the settings of a backend that tells Churnkey."""
    async with churnkey.running() as address:

        def make(file: Path | None = None, *, verify_on_start: bool = True, **more: Any) -> BackendSettings:
            section = ChurnkeySettings(
                api_key=SecretStr(KEY),
                verify_on_start=verify_on_start,
                announced=str(file) if file else None,
                base_url=address,
            )
            return backend_settings(churnkey=section, **more)

        yield make


@pytest.fixture
async def tell(metrics: Metrics) -> AsyncIterator[Tell]:
    """Each start or reload of one process."""
    async with AsyncExitStack() as running:
        announcer = await running.enter_async_context(Announcer(metrics))

        async def announce(*settings: BackendSettings) -> None:
            backends = await running.enter_async_context(open_backends(settings, find_adapter))
            await announcer.announce(settings, backends)
            async with asyncio.timeout(WHEN_HUNG_S):
                await announcer.told()

        yield announce


Make: TypeAlias = Callable[..., BackendSettings]


async def test_at_the_start_it_is_asked_once(tell: Tell, asking: Make, churnkey: Churnkey, log: Log) -> None:
    await tell(asking())
    assert churnkey.asked == [("POST", "/v2/verify", f"Bearer {KEY}", b"")]
    (event,) = log.events("Churnkey asked to verify")
    assert (event["backend"], event["status"]) == ("memory", 200)
    assert KEY not in log.text


async def test_unless_the_owner_wants_it_nobody_is_asked(tell: Tell, asking: Make, churnkey: Churnkey) -> None:
    await tell(asking(verify_on_start=False))
    assert churnkey.asked == []


async def test_the_same_manifest_is_told_once(tell: Tell, asking: Make, churnkey: Churnkey) -> None:
    await tell(asking())
    await tell(asking(tokens=("another-token-of-the-tests",)))
    assert len(churnkey.asked) == 1


async def test_another_manifest_is_told_again(tell: Tell, asking: Make, churnkey: Churnkey) -> None:
    await tell(asking())
    await tell(asking(actions=WITHOUT_PAUSE))
    assert len(churnkey.asked) == 2


async def test_what_one_mode_cannot_do_is_another_manifest(tell: Tell, asking: Make, churnkey: Churnkey) -> None:
    await tell(asking())
    await tell(asking(live=None))
    assert len(churnkey.asked) == 2


async def test_each_backend_is_told_by_itself(tell: Tell, asking: Make, churnkey: Churnkey) -> None:
    await tell(asking(name="one"), asking(name="two"))
    await tell(asking(name="one"), asking(name="two", actions=WITHOUT_PAUSE))
    assert len(churnkey.asked) == 3


@pytest.mark.parametrize("remembers", [True, False], ids=["in a file", "without a file"])
async def test_the_next_process_tells_it_again_only_where_nothing_remembers(
    asking: Make, churnkey: Churnkey, tmp_path: Path, remembers: bool
) -> None:
    settings = asking(tmp_path / "announced.json" if remembers else None)
    for _ in range(2):
        async with Announcer(Metrics()) as announcer, open_backends([settings], find_adapter) as backends:
            await announcer.announce([settings], backends)
            await announcer.told()
    assert len(churnkey.asked) == (1 if remembers else 2)


async def test_what_was_not_taken_is_told_again_the_next_time(
    tell: Tell, asking: Make, churnkey: Churnkey, log: Log
) -> None:
    churnkey.statuses.append(401)
    await tell(asking())
    (event,) = log.events("Churnkey not asked to verify")
    assert (event["level"], event["status"], event["reason"]) == ("warning", 401, "Churnkey refuses the API key")
    await tell(asking())
    assert len(churnkey.asked) == 2


async def test_what_came_of_it_is_counted(tell: Tell, asking: Make, churnkey: Churnkey, metrics: Metrics) -> None:
    await tell(asking())
    churnkey.statuses.append(403)
    await tell(asking(actions=WITHOUT_PAUSE))
    await tell(asking(name="quiet", verify_on_start=False))
    name = "churnkey_gateway_verifications_asked_total"
    lines = generate_latest(metrics.registry).decode().splitlines()
    counted = [line for line in lines if line.startswith(f"{name}{{")]
    assert counted == [
        f'{name}{{backend="memory",outcome="accepted"}} 1.0',
        f'{name}{{backend="memory",outcome="failed"}} 1.0',
    ]


async def test_nobody_waits_for_a_churnkey_that_does_not_answer(asking: Make, churnkey: Churnkey) -> None:
    settings = asking()
    churnkey.held = asyncio.Event()
    async with asyncio.timeout(WHEN_HUNG_S):
        async with Announcer(Metrics()) as announcer, open_backends([settings], find_adapter) as backends:
            await announcer.announce([settings], backends)
            # The end gives up what is under way.
    churnkey.held.set()
