"""`check`: what can be known of settings, keys and accounts before anything is served."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TypeAlias

import pytest
from aiohttp.test_utils import TestServer
from click.testing import CliRunner, Result

from gateway.cli import main
from simulators.chargebee import ChargebeeSimulator, Site
from simulators.chargebee.store import READ_ONLY
from tests.support.commands import ended, running
from tests.support.log import recorded_log

KEY = "test_of_the_check"
Settings: TypeAlias = Callable[..., Awaitable[Path]]

FINE = "ok customers can be read"
PAUSE_IS_OFF = "the site has pausing switched off"


def account(**options: object) -> Site:
    """A site with a running subscription."""
    site = Site(**options)  # type: ignore[arg-type]  # whatever a test wants of it
    site.add_customer(id="ada")
    site.add_item_price(id="pro-USD-Monthly", item_id="pro")
    site.add_subscription(id="active", customer_id="ada", items=["pro-USD-Monthly"])
    return site


@pytest.fixture
async def settings_for(tmp_path: Path) -> AsyncIterator[Settings]:
    """Serves a site, and writes the settings of a backend that is it."""
    async with AsyncExitStack() as running_servers:

        async def serve(site: Site, *, key: str = KEY, more: str = "") -> Path:
            simulator = ChargebeeSimulator(accounts={KEY: site})
            server = await running_servers.enter_async_context(TestServer(simulator.application()))
            path = tmp_path / "backend.yaml"
            path.write_text(
                "backend: chargebee\nintegration_tokens: [churnkey-token-1]\n"
                f"modes: {{test: {{api_key: {key}, base_url: '{server.make_url('')}'}}}}\n{more}",
                encoding="utf-8",
            )
            return path

        yield serve


async def checked(path: Path) -> Result:
    # The command sets up the log of the whole process, which is put back as it was.
    with recorded_log():
        return await asyncio.to_thread(CliRunner().invoke, main, ["check", "--config", str(path)])


async def test_an_account_with_nothing_to_look_at_exits_with_0(settings_for: Settings) -> None:
    result = await checked(await settings_for(account()))

    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "chargebee, test"
    assert FINE in " ".join(result.stdout.split())


async def test_what_the_settings_leave_off_is_told_and_is_nothing_to_look_at(settings_for: Settings) -> None:
    result = await checked(await settings_for(account(), more="actions: {pause: false}\n"))

    assert result.exit_code == 0
    assert "off: the settings leave it off" in result.stdout


async def test_what_the_account_cannot_do_is_something_to_look_at(settings_for: Settings) -> None:
    result = await checked(await settings_for(account(pause_enabled=False)))

    assert result.exit_code == 1
    (line,) = [line for line in result.stdout.splitlines() if line.strip().startswith("look")]
    assert line.split()[1] == "pause"
    assert PAUSE_IS_OFF in line


async def test_what_the_account_cannot_do_does_not_matter_where_the_settings_leave_it_off(
    settings_for: Settings,
) -> None:
    result = await checked(await settings_for(account(pause_enabled=False), more="actions: {pause: false}\n"))

    assert result.exit_code == 0


async def test_an_account_that_cannot_be_served_is_told_with_the_reason(settings_for: Settings) -> None:
    result = await checked(await settings_for(account(product_catalog_version="v1")))

    assert result.exit_code == 1
    assert "Product Catalog 1.0" in result.stdout


async def test_a_key_that_is_refused_is_told_and_not_shown(settings_for: Settings) -> None:
    result = await checked(await settings_for(account(), key="test_wrong_key"))

    assert result.exit_code == 1
    assert "the provider refuses the key for this (401 api_authentication_failed)" in result.stdout
    assert "test_wrong_key" not in result.output


async def test_what_the_key_may_not_read_is_named(settings_for: Settings) -> None:
    result = await checked(await settings_for(account(restricted=READ_ONLY)))

    assert result.exit_code == 1
    looks = [line.split()[1] for line in result.stdout.splitlines() if line.strip().startswith("look")]
    # Whether pausing is on is told by an estimate, which such a key may not ask for either.
    assert looks == ["coupons", "account"]


async def test_a_provider_that_does_not_answer_is_told_with_what_to_look_at(tmp_path: Path) -> None:
    path = tmp_path / "backend.yaml"
    path.write_text(
        "backend: chargebee\nintegration_tokens: [churnkey-token-1]\n"
        f"modes: {{test: {{api_key: {KEY}, base_url: 'http://127.0.0.1:1'}}}}\n",
        encoding="utf-8",
    )
    result = await checked(path)

    assert result.exit_code == 1
    assert "is base_url right" in result.stdout


async def test_nothing_is_changed(settings_for: Settings) -> None:
    site = account()
    before = {name: dict(row) for name, row in site.subscriptions.rows.items()}

    await checked(await settings_for(site))

    assert site.subscriptions.rows == before


async def test_the_gateway_does_not_start_before_an_account_that_it_cannot_serve(settings_for: Settings) -> None:
    path = await settings_for(account(product_catalog_version="v1"))

    def serve() -> tuple[int, str]:
        with running("serve", "--config", str(path), "--port", "0", "--admin-port", "0") as process:
            return ended(process)

    code, errors = await asyncio.to_thread(serve)

    assert code == 2
    assert errors.splitlines()[-1].startswith("chargebee, test: the site uses Product Catalog 1.0")
    assert "Traceback" not in errors
