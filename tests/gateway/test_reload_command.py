"""`serve` and SIGHUP: the files as they are now, without a request that is refused or lost."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Any, Final

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler

from simulators.chargebee import ChargebeeSimulator, Site
from tests.support.commands import ROOT, ended, logged, output_until, running, stopped_by

FORMER_TOKEN: Final = "former-token-of-the-tests"
TOKEN: Final = "token-of-the-tests"
FORMER_KEY: Final = "test_former_key_of_the_tests"
KEY: Final = "test_key_of_the_tests"
WHEN_HUNG_S: Final = 60
OPERATIONS: Final = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SECRETS: Final = (FORMER_TOKEN, TOKEN, FORMER_KEY, KEY)


def site(customer: str) -> Site:
    """A site that is known by its one customer."""
    made = Site()
    made.add_customer(id=customer)
    return made


@dataclass
class Files:
    """Settings in a directory, with their secrets in files beside them."""

    folder: Path
    provider: str

    def write(self, name: str = "one", *, more: str = "") -> None:
        """The settings of a backend."""
        (self.folder / f"{name}.yaml").write_text(
            f"backend: chargebee\nname: {name}\nintegration_tokens: [{{file: {self.folder}/token}}]\n"
            f"modes: {{test: {{api_key: {{file: {self.folder}/key}}, base_url: '{self.provider}'}}}}\n{more}",
            encoding="utf-8",
        )

    def put(self, *, token: str, key: str) -> None:
        """The secrets."""
        (self.folder / "token").write_text(f"{token}\n", encoding="utf-8")
        (self.folder / "key").write_text(f"{key}\n", encoding="utf-8")


@pytest.fixture
async def files(tmp_path: Path) -> AsyncIterator[Files]:
    """One backend, with the former secrets; the provider knows all of them."""
    simulator = ChargebeeSimulator(accounts={FORMER_KEY: site("former"), KEY: site("present")})
    async with TestServer(simulator.application()) as provider:
        files = Files(tmp_path, str(provider.make_url("")))
        files.put(token=FORMER_TOKEN, key=FORMER_KEY)
        files.write()
        yield files


@dataclass
class Service:
    """`serve` in a process of its own."""

    process: Popen[str]
    url: str
    session: ClientSession

    async def reloaded(self, event: str = "settings reloaded") -> dict[str, Any]:
        """What is logged of a reload."""
        self.process.send_signal(signal.SIGHUP)
        return await asyncio.to_thread(logged, self.process, event)

    async def status(self, path: str, token: str = FORMER_TOKEN) -> int:
        """The status of an answer. The token is sent as the request's id too, which is logged."""
        headers = {"Authorization": f"Bearer {token}", "X-Churnkey-Mode": "test", "X-Request-Id": token}
        async with self.session.get(self.url + path, headers=headers) as response:
            return response.status

    async def stopped(self) -> tuple[int, list[dict[str, Any]]]:
        """The exit code, and the log from where it was read to."""
        code, log = await asyncio.to_thread(stopped_by, self.process, signal.SIGTERM)
        return code, [json.loads(line) for line in log.splitlines()]


@contextmanager
def serving(files: Files) -> Iterator[Popen[str]]:
    with running("serve", "--config", str(files.folder), "--port", "0", "--admin-port", "0") as process:
        yield process


@pytest.fixture
async def service(files: Files) -> AsyncIterator[Service]:
    """It serves what the files say."""
    with serving(files) as process:
        started = await asyncio.to_thread(logged, process, "started")
        async with ClientSession() as session:
            yield Service(process, f"http://{started['listening']}", session)


async def test_tokens_and_keys_are_rotated_in_their_files(service: Service, files: Files) -> None:
    async def seen() -> list[int]:
        return [
            await service.status("/churnkey/features", FORMER_TOKEN),
            await service.status("/churnkey/features", TOKEN),
            await service.status("/churnkey/customers/former", TOKEN),
            await service.status("/churnkey/customers/present", TOKEN),
        ]

    before = await seen()
    files.put(token=TOKEN, key=KEY)
    unread = await seen()
    event = await service.reloaded()
    after = await seen()
    _, log = await service.stopped()

    assert (before, unread, after) == ([200, 401, 401, 401], [200, 401, 401, 401], [401, 200, 404, 200])
    assert {name: event[name] for name in ("backends", "added", "removed", "changed")} == {
        "backends": {"one": ["test"]},
        "added": [],
        "removed": [],
        "changed": ["one"],
    }
    assert not any(secret in json.dumps([event, log]) for secret in SECRETS)


async def test_files_that_are_new_are_served_and_files_that_are_gone_are_not(service: Service, files: Files) -> None:
    async def seen() -> list[int]:
        return [await service.status(f"{root}/churnkey/features") for root in ("", "/one", "/two")]

    alone = await seen()
    files.write("two")
    added = await service.reloaded()
    together = await seen()
    (files.folder / "one.yaml").unlink()
    removed = await service.reloaded()
    alone_again = await seen()

    assert (alone, together, alone_again) == ([200, 200, 404], [404, 200, 200], [200, 404, 200])
    assert (added["added"], removed["removed"]) == (["two"], ["one"])


async def test_settings_that_are_wrong_are_told_with_file_and_line_and_change_nothing(
    service: Service, files: Files
) -> None:
    files.put(token=TOKEN, key=KEY)
    files.write("one", more="actions:\n  pauze: false\n")
    files.write("two", more="limits: {deadline_s: soon}\n")
    event = await service.reloaded("settings not reloaded")
    meanwhile = [await service.status("/churnkey/customers/former", token) for token in (FORMER_TOKEN, TOKEN)]
    (files.folder / "two.yaml").unlink()
    files.write()
    await service.reloaded()
    afterwards = await service.status("/churnkey/customers/present", TOKEN)
    code, log = await service.stopped()

    one, two = event["problems"]
    assert one == f"{files.folder}/one.yaml:6: actions.pauze: unknown key; did you mean pause?"
    assert two.startswith(f"{files.folder}/two.yaml:5: limits.deadline_s: ")
    assert meanwhile == [200, 401]
    assert (afterwards, code) == (200, 0)
    assert not any(secret in json.dumps([event, log]) for secret in SECRETS)


async def test_an_account_that_cannot_be_served_changes_nothing(service: Service, files: Files) -> None:
    other = ChargebeeSimulator(accounts={KEY: Site(product_catalog_version="v1")})
    async with TestServer(other.application()) as provider:
        Files(files.folder, str(provider.make_url(""))).write()
        files.put(token=TOKEN, key=KEY)
        event = await service.reloaded("settings not reloaded")
        meanwhile = await service.status("/churnkey/customers/former")

    (problem,) = event["problems"]
    assert problem.startswith("one, test: the site uses Product Catalog 1.0")
    assert meanwhile == 200


async def test_a_hangup_does_not_end_a_process_that_is_starting(files: Files) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    @web.middleware
    async def held(request: web.Request, handler: Handler) -> web.StreamResponse:
        asked.set()
        await go_on.wait()
        return await handler(request)

    application = ChargebeeSimulator(accounts={FORMER_KEY: site("former")}).application()
    application.middlewares.append(held)
    async with TestServer(application) as provider:
        Files(files.folder, str(provider.make_url(""))).write()
        with serving(files) as process:
            async with asyncio.timeout(WHEN_HUNG_S):
                await asked.wait()
            process.send_signal(signal.SIGHUP)
            go_on.set()
            started = await asyncio.to_thread(logged, process, "started")
            reloaded = await asyncio.to_thread(logged, process, "settings reloaded")

    assert started["backends"] == reloaded["backends"] == {"one": ["test"]}


def commands_of(title: str) -> list[str]:
    """The shell commands in a section of the operations page."""
    section = OPERATIONS.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]
    blocks = re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    return "".join(blocks).splitlines()


async def test_the_commands_that_operators_are_told_do_what_they_are_told(service: Service, files: Files) -> None:
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "GATEWAY_PID": str(service.process.pid),
    }

    async def run(command: str) -> int | None:
        here = command.replace("/etc/churnkey-gateway", str(files.folder))
        shell = await asyncio.create_subprocess_shell(here, env=environment, stdout=asyncio.subprocess.DEVNULL)
        return await shell.wait()

    check, reload = commands_of("Settings: reload, tokens, keys")
    (stop,) = commands_of("Stopping")
    codes = [await run(check), await run(reload)]
    event = await asyncio.to_thread(logged, service.process, "settings reloaded")
    (in_a_pod,) = re.findall(r"`kubectl exec POD --container churnkey-gateway -- (.+? 1')`", OPERATIONS)
    codes.append(await run(in_a_pod.replace(" 1'", f" {service.process.pid}'")))
    await asyncio.to_thread(logged, service.process, "settings reloaded")
    codes.append(await run(stop))
    code, _ = await asyncio.to_thread(ended, service.process)

    assert codes == [0, 0, 0, 0]
    assert event["changed"] == []
    assert code == 0


async def test_a_hangup_ends_the_demo_as_it_ends_any_program() -> None:
    def end() -> int:
        with running("demo", "--backend", "chargebee", "--port", "0") as process:
            output_until(process, "Ctrl-C ends the demo.")
            return stopped_by(process, signal.SIGHUP)[0]

    # Where the tests themselves run under nohup, whatever they start would ignore the signal, too.
    inherited = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        assert await asyncio.to_thread(end) == -signal.SIGHUP
    finally:
        signal.signal(signal.SIGHUP, inherited)
