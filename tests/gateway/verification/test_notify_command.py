"""``churnkey-gateway verify --notify-churnkey``: Churnkey is asked for each backend of the settings."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from tests.support.churnkey import Churnkey

KEY = "churnkey-api-key-of-the-tests"


@pytest.fixture
def churnkey() -> Churnkey:
    return Churnkey()


@pytest.fixture
async def address(churnkey: Churnkey) -> AsyncIterator[str]:
    async with churnkey.running() as address:
        yield address


def written(folder: Path, name: str, section: Mapping[str, object]) -> None:
    """A backend's file."""
    document = {
        "backend": "paddle",
        "name": name,
        "integration_tokens": [f"integration-token-of-{name}"],
        "modes": {"test": {"api_key": "pdl_sdbx_apikey_of_the_tests"}},
        "churnkey": section,
    }
    # JSON is YAML.
    (folder / f"{name}.yaml").write_text(json.dumps(document), encoding="utf-8")


async def run(*arguments: str | Path, key: str | None = None) -> Result:
    """The command, in a thread: it brings an event loop of its own."""
    runner = CliRunner(env={"CK_API_KEY": key})
    return await asyncio.to_thread(runner.invoke, main, ["verify", *map(str, arguments)])


async def test_each_backend_is_asked_for_with_its_key(tmp_path: Path, churnkey: Churnkey, address: str) -> None:
    written(tmp_path, "one", {"api_key": KEY, "base_url": address})
    written(tmp_path, "two", {"base_url": address})
    result = await run("--notify-churnkey", "--config", tmp_path, key="key-of-the-environment")
    assert result.exit_code == 0
    assert result.stdout == "one: Churnkey was asked to verify\ntwo: Churnkey was asked to verify\n"
    assert [asked[2] for asked in churnkey.asked] == [f"Bearer {KEY}", "Bearer key-of-the-environment"]


async def test_a_refusal_is_told_and_the_others_are_asked_all_the_same(
    tmp_path: Path, churnkey: Churnkey, address: str
) -> None:
    written(tmp_path, "one", {"api_key": KEY, "base_url": address})
    written(tmp_path, "two", {"api_key": KEY, "base_url": address})
    churnkey.statuses.append(401)
    result = await run("--notify-churnkey", "--config", tmp_path)
    assert result.exit_code == 1
    assert result.stderr == "one: Churnkey refuses the API key\n"
    assert result.stdout == "two: Churnkey was asked to verify\n"
    assert KEY not in result.output


async def test_without_a_key_nobody_is_asked(tmp_path: Path, churnkey: Churnkey, address: str) -> None:
    written(tmp_path, "one", {"base_url": address})
    result = await run("--notify-churnkey", "--config", tmp_path)
    assert result.exit_code == 1
    assert result.stderr == "one: churnkey.api_key is not set, and neither is CK_API_KEY\n"
    assert churnkey.asked == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--notify-churnkey"],
        ["--config", "backend.yaml"],
        ["--notify-churnkey", "--config", "backend.yaml", "--url", "https://billing.example.com"],
    ],
    ids=["without settings", "settings alone", "beside a URL"],
)
async def test_options_that_do_not_go_together_are_told(arguments: list[str]) -> None:
    result = await run(*arguments, key=KEY)
    assert result.exit_code == 2
    assert "--notify-churnkey and --config belong together, without --url" in result.stderr


async def test_settings_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    written(tmp_path, "one", {"verify_on_start": True})
    result = await run("--notify-churnkey", "--config", tmp_path)
    assert result.exit_code == 2
    assert "verify_on_start needs api_key, or the variable CK_API_KEY" in result.stderr


@pytest.mark.parametrize(
    ("address", "accepted"),
    [("http://churnkey.example.com", False), ("http://127.0.0.1:1", True), ("https://churnkey.example.com", True)],
)
async def test_the_key_never_goes_in_clear(tmp_path: Path, address: str, accepted: bool) -> None:
    written(tmp_path, "one", {"base_url": address})
    result = await run("--notify-churnkey", "--config", tmp_path)
    assert ("the key would go in clear" in result.stderr) is not accepted
