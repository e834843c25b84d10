"""`serve` on a Unix socket, with TLS, and behind proxies, as it is started and told to."""

from __future__ import annotations

import asyncio
import json
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen
from typing import Any, Final

import pytest
from aiohttp import ClientSession, TCPConnector, UnixConnector
from click.testing import CliRunner

from gateway.cli import main
from tests.support.certificates import EXPIRY, LATER, Authority
from tests.support.commands import ended, logged, running, stopped_by

TOKEN: Final = "integration-token-of-the-tests"
SETTINGS: Final = f"""
backend: stripe
integration_tokens: [{TOKEN}]
modes:
  live: {{api_key: sk_live_ofTheTests}}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """A file that can be served."""
    path = tmp_path / "backend.yaml"
    path.write_text(SETTINGS, encoding="utf-8")
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the socket is to be."""
    return tmp_path / "gateway.sock"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """A certificate is in its files."""
    made = Authority(tmp_path)
    made.issue()
    return made


@contextmanager
def serving(settings: Path, *options: object, **environment: object) -> Iterator[Popen[str]]:
    """`serve` with these options, and with these variables beside them."""
    variables = {f"CKGW_{name}": str(value) for name, value in environment.items()}
    arguments = ("serve", "--config", str(settings), "--admin-port", "0", *(str(one) for one in options))
    with running(*arguments, environment=variables) as process:
        yield process


async def started(process: Popen[str]) -> dict[str, Any]:
    return await asyncio.to_thread(logged, process, "started")


async def seen_by(connector: TCPConnector | UnixConnector, url: str, **headers: str) -> int:
    """The status of an answer."""
    async with (
        ClientSession(connector=connector) as session,
        session.get(f"{url}/churnkey/features", headers={"Authorization": f"Bearer {TOKEN}", **headers}) as response,
    ):
        return response.status


async def health(started: dict[str, Any]) -> int:
    """What the health check exits with."""
    host, _, port = started["admin"].rpartition(":")
    result = await asyncio.to_thread(
        CliRunner().invoke, main, ["healthcheck"], env={"CKGW_ADMIN_HOST": host, "CKGW_ADMIN_PORT": port}
    )
    return result.exit_code


def mode_of(path: Path) -> str | None:
    """As `ls` shows it; None where nothing is."""
    return stat.filemode(path.lstat().st_mode) if path.exists() else None


def misspell(settings: Path) -> None:
    settings.write_text(SETTINGS + "limit: {}\n", encoding="utf-8")


class TestUnixSocket:
    async def test_alone_it_is_all_that_is_listened_on(self, settings: Path, path: Path) -> None:
        with serving(settings, UNIX_SOCKET=path, UNIX_SOCKET_MODE="600", PORT="none") as process:
            told = await started(process)
            meanwhile = mode_of(path)
            answered = await seen_by(UnixConnector(str(path)), "http://gateway")
            healthy = await health(told)
            code, _ = await asyncio.to_thread(stopped_by, process, signal.SIGTERM)

        assert (told["unix_socket"], "listening" in told) == (str(path), False)
        assert (answered, healthy, code) == (200, 0, 0)
        assert (meanwhile, mode_of(path)) == ("srw-------", None)

    async def test_it_is_beside_the_port_unless_that_is_none(self, settings: Path, path: Path) -> None:
        with serving(settings, "--unix-socket", path, "--port", "0") as process:
            told = await started(process)
            answered = [
                await seen_by(UnixConnector(str(path)), "http://gateway"),
                await seen_by(TCPConnector(), f"http://{told['listening']}"),
            ]

        assert answered == [200, 200]

    async def test_after_a_kill_the_next_one_takes_its_place(self, settings: Path, path: Path) -> None:
        with serving(settings, "--unix-socket", path, "--port", "none") as killed:
            await started(killed)
            await asyncio.to_thread(stopped_by, killed, signal.SIGKILL)
        left = mode_of(path)
        with serving(settings, "--unix-socket", path, "--port", "none") as process:
            await started(process)
            answered = await seen_by(UnixConnector(str(path)), "http://gateway")

        assert (left, answered) == ("srw-rw----", 200)

    async def test_two_on_one_socket_are_an_error_of_the_second(self, settings: Path, path: Path) -> None:
        with serving(settings, "--unix-socket", path, "--port", "none") as first:
            await started(first)
            with serving(settings, "--unix-socket", path, "--port", "none") as second:
                code, errors = await asyncio.to_thread(ended, second)
            answered = await seen_by(UnixConnector(str(path)), "http://gateway")

        assert (code, answered) == (1, 200)
        assert errors.splitlines()[-1] == f"Error: cannot listen on {path}: somebody listens there already"


class TestCertificate:
    async def test_it_is_read_again_when_the_process_is_told_to(self, settings: Path, authority: Authority) -> None:
        files = authority.files

        async def answer(told: dict[str, Any]) -> int:
            return await seen_by(TCPConnector(ssl=authority.believing()), f"https://{told['listening']}")

        with serving(
            settings, PORT="0", HOST="127.0.0.1", TLS_CERTIFICATE=files.certificate, TLS_KEY=files.key
        ) as process:
            told = await started(process)
            answered = [await answer(told)]
            authority.issue(LATER)
            process.send_signal(signal.SIGHUP)
            reloaded = await asyncio.to_thread(logged, process, "certificate reloaded")
            answered.append(await answer(told))
            files.key.unlink()
            process.send_signal(signal.SIGHUP)
            refused = await asyncio.to_thread(logged, process, "certificate not reloaded")
            # What is wrong with the one does not keep back the other.
            await asyncio.to_thread(logged, process, "settings reloaded")
            answered.append(await answer(told))
            healthy = await health(told)
            code, _ = await asyncio.to_thread(stopped_by, process, signal.SIGTERM)

        assert (told["certificate_valid_until"], reloaded["valid_until"]) == (EXPIRY.isoformat(), LATER.isoformat())
        assert refused["problems"] == [f"{files.key}: No such file or directory"]
        assert (answered, healthy, code) == ([200, 200, 200], 0, 0)

    async def test_settings_that_are_wrong_do_not_keep_it_back(self, settings: Path, authority: Authority) -> None:
        files = authority.files
        with serving(
            settings, "--port", "0", "--tls-certificate", files.certificate, "--tls-key", files.key
        ) as process:
            await started(process)
            misspell(settings)
            authority.issue(LATER)
            process.send_signal(signal.SIGHUP)
            reloaded = await asyncio.to_thread(logged, process, "certificate reloaded")
            await asyncio.to_thread(logged, process, "settings not reloaded")

        assert reloaded["valid_until"] == LATER.isoformat()

    async def test_connections_that_nobody_uses_hold_nothing_up(self, settings: Path, authority: Authority) -> None:
        files = authority.files
        with serving(
            settings, "--port", "0", "--tls-certificate", files.certificate, "--tls-key", files.key
        ) as process:
            host, _, port = (await started(process))["listening"].rpartition(":")
            _, silent = await asyncio.open_connection(host, int(port))
            _, idle = await asyncio.open_connection(host, int(port), ssl=authority.believing())
            code, log = await asyncio.to_thread(stopped_by, process, signal.SIGTERM)
            for writer in (silent, idle):
                writer.transport.abort()

        assert code == 0
        assert [json.loads(line)["event"] for line in log.splitlines()] == ["draining", "stopped"]

    async def test_one_that_cannot_be_used_exits_with_2_and_says_why(
        self, settings: Path, authority: Authority
    ) -> None:
        files = authority.files
        files.key.write_bytes(authority.pair()[1])
        with serving(
            settings, "--port", "0", "--tls-certificate", files.certificate, "--tls-key", files.key
        ) as process:
            code, errors = await asyncio.to_thread(ended, process)

        assert code == 2
        assert errors == f"{files.key}: is not the key of the certificate in {files.certificate}\n"


async def client_seen(settings: Path, *options: str, **environment: str) -> object:
    """Whom the log names when two proxies stand in between."""
    forwarded = {"X-Forwarded-For": "2001:db8::9, fd00::1"}
    with serving(settings, "--port", "0", *options, **environment) as process:
        told = await started(process)
        await seen_by(TCPConnector(), f"http://{told['listening']}", **forwarded)
        return (await asyncio.to_thread(logged, process, "request"))["client"]


async def test_proxies_that_are_trusted_are_told_on_the_command_line(settings: Path) -> None:
    options = ("--trusted-proxy", "127.0.0.0/8", "--trusted-proxy", "fd00::/8")
    assert await client_seen(settings, *options) == "2001:db8::9"


async def test_proxies_that_are_trusted_are_told_by_the_environment(settings: Path) -> None:
    assert await client_seen(settings, TRUSTED_PROXIES="fd00::/8, 127.0.0.0/8") == "2001:db8::9"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--port", "none"), "--port none is for --unix-socket"),
        (("--port", "some"), "'some' is not a valid integer range"),
        (("--tls-certificate", "a.pem"), "--tls-certificate and --tls-key belong together"),
        (("--tls-key", "a.key"), "--tls-certificate and --tls-key belong together"),
        (
            ("--port", "none", "--unix-socket", "a.sock", "--tls-certificate", "a.pem", "--tls-key", "a.key"),
            "--tls-certificate is for the port, and --port none is given",
        ),
        (("--unix-socket", "a.sock", "--unix-socket-mode", "rw"), "'rw' is not a mode such as 660"),
        (("--unix-socket", "a.sock", "--unix-socket-mode", "4660"), "'4660' is not a mode such as 660"),
        (("--trusted-proxy", "10.0.0.1/8"), "10.0.0.1/8 has host bits set"),
        (("--trusted-proxy", "proxy.example.com"), "'proxy.example.com' does not appear to be an IPv4 or IPv6 network"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_options_that_make_no_sense_exit_with_2(settings: Path, options: tuple[str, ...], message: str) -> None:
    result = CliRunner().invoke(main, ["serve", "--config", str(settings), *options])

    assert result.exit_code == 2
    assert result.stderr.rstrip(".\n").endswith(message)
