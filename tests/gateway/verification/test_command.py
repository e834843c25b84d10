"""`verify`: what it prints where, and what it exits with."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from tests.gateway.verification.breaking import says, status
from tests.gateway.verification.broken_behaviour import BEHAVIOUR
from tests.gateway.verification.conftest import Serve
from tests.gateway.verification.provider import TOKEN, Provider

VARIABLE = "TOKEN_OF_THE_VERIFICATION"


def run(*arguments: str | Path, token: str | None = TOKEN) -> Result:
    return CliRunner().invoke(
        main,
        ["verify", "--token-env", VARIABLE, *(str(argument) for argument in arguments)],
        env={VARIABLE: token},
    )


async def verified(serve: Serve, provider: Provider, *arguments: str | Path) -> Result:
    url = await serve(provider.application())
    return await asyncio.to_thread(run, "--url", url, *arguments)


async def test_it_exits_with_0_where_every_required_module_passes(serve: Serve) -> None:
    result = await verified(serve, Provider())

    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "Every required module passes."
    assert result.stderr == ""


async def test_it_exits_with_0_where_only_an_optional_one_fails(serve: Serve) -> None:
    result = await verified(serve, Provider(answering=BEHAVIOUR["500 on an optional list"].answering))

    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1].endswith("Optional, and not to be offered as it is: coupons.")


async def test_it_exits_with_1_where_a_required_one_fails(serve: Serve) -> None:
    result = await verified(serve, Provider(answering=BEHAVIOUR["500 on a list"].answering))

    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == "Required modules that do not pass: prices."


def test_it_exits_with_2_where_nobody_answers() -> None:
    result = run("--url", "http://127.0.0.1:1")

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == "http://127.0.0.1:1/churnkey: no connection (ConnectionRefusedError)\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--url", "billing.example.com"], "expected a URL that begins with https:// or http://"),
        (["--url", "https://ada:secret@billing.example.com"], "without a user and a password"),
        (["--url", "http://127.0.0.1:1", "--write"], "--write needs --subscription"),
        (["--url", "http://127.0.0.1:1", "--subscription", "sub_1"], "are for --write"),
        (["--url", "http://127.0.0.1:1", "--force-live"], "are for --write"),
        (
            ["--url", "http://127.0.0.1:1", "--mode", "live", "--write", "--subscription", "live_sub_1"],
            "--force-live allows it",
        ),
        (["--url", "http://127.0.0.1:1", "--customer", ".."], "expected an id"),
        (["--url", "http://127.0.0.1:1", "--write", "--subscription", ""], "expected an id"),
        (["--url", "http://127.0.0.1:1", "--junit", "/no/such/folder/report.xml"], "its folder does not exist"),
        (["--url", "http://127.0.0.1:1", "--timeout", "0"], "0 is not in the range"),
    ],
)
def test_it_exits_with_2_where_the_options_are_wrong(arguments: list[str], told: str) -> None:
    result = run(*arguments)

    assert result.exit_code == 2
    assert told in " ".join(result.stderr.replace("│", " ").split())
    assert "secret" not in result.output


@pytest.mark.parametrize("token", [None, "", "two words", "ünicode"], ids=["none", "empty", "a blank", "no ASCII"])
def test_a_token_that_cannot_be_one_is_refused_and_not_shown(token: str | None) -> None:
    result = run("--url", "http://127.0.0.1:1", token=token)

    assert result.exit_code == 2
    assert VARIABLE in result.stderr
    assert not token or token not in result.output


async def test_json_is_all_of_stdout(serve: Serve) -> None:
    result = await verified(serve, Provider(), "--json")

    document = json.loads(result.stdout)
    assert document["passed"] is True
    assert document["mode"] == "test"
    assert TOKEN not in result.stdout


async def test_junit_is_written_beside_the_table(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "report.xml"
    result = await verified(serve, Provider(answering=says(lambda ask: True, status(500))), "--junit", file)

    assert result.exit_code == 1
    assert "<failure" in file.read_text(encoding="utf-8")
    assert "features" in result.stdout


async def test_without_write_nothing_is_changed(serve: Serve) -> None:
    provider, untouched = Provider(), Provider()

    await verified(serve, provider, "--customer", "test_a")

    assert provider.accounts == untouched.accounts


async def test_with_write_the_subscription_that_is_named_is_canceled_in_the_end(serve: Serve) -> None:
    provider = Provider()

    result = await verified(serve, provider, "--write", "--subscription", "test_sub_1", "--customer", "test_a")

    assert result.exit_code == 0
    assert provider.accounts["test"].subscription(1)["status"]["name"] == "canceled"


async def test_live_is_written_to_where_it_is_forced(serve: Serve) -> None:
    provider = Provider()

    result = await verified(
        serve, provider, "--mode", "live", "--write", "--force-live", "--subscription", "live_sub_1"
    )

    assert result.exit_code == 0
    assert provider.accounts["live"].subscription(1)["status"]["name"] == "canceled"
