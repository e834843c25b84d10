"""`check`: what the command prints, and how it ends. What it looks at is in `test_check_of_accounts`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TypeAlias

import pytest
from aiohttp.test_utils import TestServer

from simulators.chargebee import Site
from tests.support.checking import CHARGEBEE, run_check
from tests.support.commands import ended, running

Settings: TypeAlias = Callable[..., Awaitable[Path]]


@pytest.fixture
async def settings_for(tmp_path: Path) -> AsyncIterator[Settings]:
    """Serves a site with a running subscription, and writes the settings of a backend that is it."""
    async with AsyncExitStack() as running_servers:

        async def serve(*, name: str = "chargebee", key: str | None = None, more: str = "", **switches: object) -> Path:
            site: Site = CHARGEBEE.account()
            for switch, value in switches.items():
                setattr(site, switch, value)
            simulator = CHARGEBEE.simulator({CHARGEBEE.key: site})
            server = await running_servers.enter_async_context(TestServer(simulator.application()))
            path = tmp_path / f"{name}.yaml"
            path.write_text(
                f"name: {name}\n{CHARGEBEE.settings(str(server.make_url('')), key=key, more=more)}", encoding="utf-8"
            )
            return path

        yield serve


def lines_of(output: str) -> list[str]:
    """Without the blanks that make it a table."""
    return [" ".join(line.split()) for line in output.splitlines()]


async def test_an_account_with_nothing_to_look_at_exits_with_0(settings_for: Settings) -> None:
    result = await run_check(await settings_for())

    assert result.exit_code == 0
    assert lines_of(result.stdout)[:4] == [
        "chargebee, test",
        "ok settings every key is known, and every value is of its kind",
        "ok secrets every variable and every file that is named was found",
        "ok key a test key, as its first letters say",
    ]
    assert not any(line.startswith("finding") for line in lines_of(result.stdout))


async def test_a_finding_exits_with_1_and_below_it_stands_what_to_do(settings_for: Settings) -> None:
    result = await run_check(await settings_for(pause_enabled=False))

    assert result.exit_code == 1
    lines = lines_of(result.stdout)
    found = lines.index("finding feature pause off: the site has pausing switched off")
    assert lines[found + 1].startswith("-> Settings > Configure Chargebee > ")


async def test_a_remark_exits_with_0(settings_for: Settings) -> None:
    result = await run_check(await settings_for())

    assert result.exit_code == 0
    assert any(line.startswith("remark permission subscriptions: write") for line in lines_of(result.stdout))


async def test_a_key_that_is_refused_is_told_and_not_shown(settings_for: Settings) -> None:
    result = await run_check(await settings_for(key=CHARGEBEE.unknown_key))

    assert result.exit_code == 1
    assert "finding provider the provider refuses the key (401 api_authentication_failed)" in lines_of(result.stdout)
    assert CHARGEBEE.unknown_key not in result.output


async def test_every_backend_has_a_table_and_one_finding_is_enough(settings_for: Settings, tmp_path: Path) -> None:
    await settings_for(name="fine")
    await settings_for(name="lacking", pause_enabled=False)

    result = await run_check(tmp_path)

    assert result.exit_code == 1
    assert [line for line in result.stdout.splitlines() if not line.startswith(" ")] == [
        "fine, test",
        "",
        "lacking, test",
        "",
        "1 finding, 2 remarks: something will not work as it is",
    ]


async def test_the_last_line_says_what_it_comes_to(settings_for: Settings) -> None:
    result = await run_check(await settings_for())

    assert result.stdout.splitlines()[-1] == "no findings, 1 remark: it can be served"


async def test_as_json_every_row_names_its_backend_and_mode(settings_for: Settings) -> None:
    result = await run_check(await settings_for(pause_enabled=False), "--json")

    rows = json.loads(result.stdout)
    assert result.exit_code == 1
    assert {(row["backend"], row["mode"]) for row in rows} == {("chargebee", "test")}
    (finding,) = [row for row in rows if row["result"] == "finding"]
    assert finding.keys() == {"backend", "mode", "result", "subject", "what", "advice"}
    assert (finding["subject"], finding["what"]) == ("feature pause", "off: the site has pausing switched off")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        pytest.param("actions: {pauze: false}\n", "actions.pauze: unknown key; did you mean pause?", id="a setting"),
        pytest.param("journal: ${NOT_SET_ANYWHERE}\n", "NOT_SET_ANYWHERE", id="a variable that is not there"),
        pytest.param("journal: {file: /nowhere/at/all}\n", "/nowhere/at/all", id="a file that is not there"),
    ],
)
@pytest.mark.parametrize("options", [(), ("--json",)], ids=["table", "json"])
async def test_settings_that_cannot_be_used_exit_with_2(
    settings_for: Settings, more: str, words: str, options: tuple[str, ...]
) -> None:
    result = await run_check(await settings_for(more=more), *options)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert words in result.stderr


async def test_the_gateway_does_not_start_before_an_account_that_it_cannot_serve(settings_for: Settings) -> None:
    path = await settings_for(product_catalog_version="v1")

    def serve() -> tuple[int, str]:
        with running("serve", "--config", str(path), "--port", "0", "--admin-port", "0") as process:
            return ended(process)

    code, errors = await asyncio.to_thread(serve)

    assert code == 2
    assert errors.splitlines()[-1].startswith("chargebee, test: the site uses Product Catalog 1.0")
    assert "Traceback" not in errors
