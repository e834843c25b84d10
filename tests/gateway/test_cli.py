"""The command line: what it prints where, and what it exits with."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

import gateway
from gateway.cli import COMMANDS, main
from gateway.server.openapi import openapi_document
from gateway.settings import backend_schema
from tests.support.commands import ended, logged, running, stopped_by

TOKEN = "integration-token-of-the-tests"
BOTH_MODES = """
backend: stripe
integration_tokens: [integration-token-of-the-tests]
modes:
  live: {api_key: sk_live_ofTheTests}
  test: {api_key: sk_test_ofTheTests}
"""
TEST_ONLY = BOTH_MODES.replace("  live: {api_key: sk_live_ofTheTests}\n", "")
MISSPELT = BOTH_MODES + "actions:\n  pauze: false\n"


def run(*arguments: str | Path, environment: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], env=environment)


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """A file with both modes."""
    path = tmp_path / "backend.yaml"
    path.write_text(BOTH_MODES, encoding="utf-8")
    return path


class TestHelp:
    def test_names_every_command(self) -> None:
        result = run("--help")

        assert result.exit_code == 0
        assert all(f"  {name} " in result.stdout for name in COMMANDS)

    @pytest.mark.parametrize("name", COMMANDS)
    def test_explains_each_command(self, name: str) -> None:
        result = run(name, "--help")

        assert result.exit_code == 0
        assert result.stdout.startswith(f"Usage: main {name}")

    def test_the_version_is_printed(self) -> None:
        assert run("--version").stdout.strip().endswith(f" {gateway.__version__}")

    @pytest.mark.parametrize(
        "arguments", [("surf",), ("serve",), ("serve", "--port", "70000"), ("manifest",)], ids=" ".join
    )
    def test_bad_usage_exits_with_2(self, arguments: tuple[str, ...]) -> None:
        assert run(*arguments, environment={"CKGW_CONFIG": ""}).exit_code == 2


class TestBadSettings:
    @pytest.mark.parametrize("name", ["serve", "manifest"])
    def test_exit_with_2_and_say_where_and_why_without_a_traceback(self, name: str, settings: Path) -> None:
        settings.write_text(MISSPELT, encoding="utf-8")

        result = run(name, "--config", settings)

        assert result.exit_code == 2
        assert result.stdout == ""
        assert result.stderr == f"{settings}:8: actions.pauze: unknown key; did you mean pause?\n"

    def test_list_every_problem_of_every_file(self, tmp_path: Path) -> None:
        for name in ("one.yaml", "two.yaml"):
            (tmp_path / name).write_text(MISSPELT, encoding="utf-8")

        result = run("serve", "--config", tmp_path / "one.yaml", "--config", tmp_path / "two.yaml")

        assert result.exit_code == 2
        assert result.stderr.count("did you mean pause?") == 2

    def test_are_found_through_the_environment(self, tmp_path: Path) -> None:
        files = [str(tmp_path / "one.yaml"), str(tmp_path / "two.yaml")]

        result = run("serve", environment={"CKGW_CONFIG": os.pathsep.join(files)})

        assert result.exit_code == 2
        assert all(file in result.stderr for file in files)


class TestManifest:
    def test_is_json_on_stdout_and_the_reasons_are_on_stderr(self, settings: Path) -> None:
        settings.write_text(BOTH_MODES + "actions:\n  pause: false\n", encoding="utf-8")

        result = run("manifest", "--config", settings)

        assert result.exit_code == 0
        assert json.loads(result.stdout)["actions"]["pause"]["enabled"] is False
        assert result.stderr.splitlines() == [
            "stripe, live: off are",
            "  controllers.families  the settings leave it off",
            "  pause                 the settings leave it off",
        ]

    def test_says_when_nothing_is_off(self, settings: Path) -> None:
        everything = "controllers: {families: true}\nactions: {pause: {allow_annual: true}}\n"
        settings.write_text(BOTH_MODES + everything, encoding="utf-8")

        assert run("manifest", "--config", settings).stderr == "stripe, live: nothing is off.\n"

    @pytest.mark.parametrize(
        ("content", "options", "mode"),
        [
            pytest.param(BOTH_MODES, (), "live", id="live where there is one"),
            pytest.param(TEST_ONLY, (), "test", id="test where there is only that"),
            pytest.param(BOTH_MODES, ("--mode", "test"), "test", id="the one that is asked for"),
        ],
    )
    def test_is_of_one_mode(self, content: str, options: tuple[str, ...], mode: str, settings: Path) -> None:
        settings.write_text(content, encoding="utf-8")

        assert run("manifest", "--config", settings, *options).stderr.startswith(f"stripe, {mode}: ")

    def test_a_mode_that_is_not_configured_exits_with_2(self, settings: Path) -> None:
        settings.write_text(TEST_ONLY, encoding="utf-8")

        result = run("manifest", "--config", settings, "--mode", "live")

        assert result.exit_code == 2
        assert result.stderr == f"{settings}: modes.live: is not configured\n"

    def test_a_directory_with_two_backends_exits_with_2(self, tmp_path: Path) -> None:
        for name in ("one", "two"):
            (tmp_path / f"{name}.yaml").write_text(f"{BOTH_MODES}name: {name}\n", encoding="utf-8")

        result = run("manifest", "--config", tmp_path)

        assert result.exit_code == 2
        assert result.stderr == f"{tmp_path}: holds 2 backends; name the file of one\n"


class TestDocuments:
    def test_schema_prints_the_json_schema_of_all_adapters(self) -> None:
        result = run("schema")

        assert result.exit_code == 0
        document: dict[str, Any] = json.loads(result.stdout)
        assert document == backend_schema()
        Draft202012Validator.check_schema(document)

    def test_openapi_prints_the_openapi_document(self) -> None:
        result = run("openapi")

        assert result.exit_code == 0
        assert json.loads(result.stdout) == openapi_document()


class TestServe:
    async def test_answers_until_sigterm_and_exits_with_0(self, settings: Path) -> None:
        with running("serve", "--config", str(settings), "--port", "0", "--admin-port", "0") as process:
            started = logged(process, "started")
            async with ClientSession() as session:
                async with session.get(f"http://{started['admin']}/readyz") as ready:
                    assert ready.status == 200
                async with session.get(f"http://{started['admin']}/openapi.json") as document:
                    assert await document.json() == openapi_document()
                features = f"http://{started['listening']}/churnkey/features"
                async with session.get(features) as refused:
                    assert refused.status == 401
                async with session.get(features, headers={"Authorization": f"Bearer {TOKEN}"}) as answered:
                    assert answered.status == 200

            code, errors = stopped_by(process, signal.SIGTERM)

        assert code == 0
        assert json.loads(errors.splitlines()[-1])["event"] == "stopped"

    def test_is_told_where_to_listen_by_the_environment(self, settings: Path) -> None:
        environment = {
            "CKGW_CONFIG": str(settings.parent),
            "CKGW_HOST": "127.0.0.2",
            "CKGW_PORT": "0",
            "CKGW_ADMIN_HOST": "127.0.0.3",
            "CKGW_ADMIN_PORT": "0",
            "CKGW_LOG_FORMAT": "json",
        }
        with running("serve", environment=environment) as process:
            started = logged(process, "started")

        assert started["listening"].startswith("127.0.0.2:")
        assert started["admin"].startswith("127.0.0.3:")

    def test_exits_with_1_and_without_a_traceback_when_the_address_is_taken(self, settings: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            with running("serve", "--config", str(settings), "--port", port, "--admin-port", "0") as process:
                code, errors = ended(process)

        assert code == 1
        assert errors.splitlines()[-1].startswith(f"Error: cannot listen on 127.0.0.1:{port}: ")
        assert "Traceback" not in errors


class TestHealthCheck:
    @pytest.mark.parametrize(("status", "code"), [pytest.param(200, 0, id="up"), pytest.param(500, 1, id="in trouble")])
    @pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])  # noqa: S104 - asked, not bound
    async def test_exits_by_the_answer(self, status: int, code: int, host: str) -> None:
        async def answer(request: web.Request) -> web.Response:
            return web.Response(status=status)

        application = web.Application()
        application.router.add_get("/healthz", answer)
        async with TestServer(application) as server:
            result = await asyncio.to_thread(run, "healthcheck", "--admin-host", host, "--admin-port", str(server.port))

        assert result.exit_code == code

    def test_exits_with_1_where_nobody_answers(self) -> None:
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", 0))
            port = bound.getsockname()[1]

            result = run("healthcheck", environment={"CKGW_ADMIN_PORT": str(port)})

        assert result.exit_code == 1
        assert result.stderr == f"Error: no answer from 127.0.0.1:{port}: ConnectionRefusedError\n"
