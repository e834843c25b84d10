"""The trial on the page on deployment, without Docker: what an operator sees of a provider that goes and comes back."""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from tests.deploy.promql import read
from tests.deploy.test_compose import FOLDER, SERVICES, asked_through_the_application
from tests.support.commands import ROOT, logged, running

DEPLOYMENT: Final = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
OPERATIONS: Final = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
TRIAL: Final = DEPLOYMENT.partition("\n## Trying a failure\n")[2].partition("\n## ")[0].replace("\\\n", "")
ALERT: Final = "ChurnkeyGatewayCircuitOpen"
CIRCUIT: Final = "churnkey_gateway_provider_circuit"
_WHEN_HUNG_S: Final = 60


@contextmanager
def provider(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The service `provider`, on another port."""
    entrypoint: list[str] = SERVICES["provider"]["entrypoint"]
    command = [sys.executable, *entrypoint[1:], "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    with process:
        try:
            yield process
        finally:
            process.kill()


async def until(has_happened: Callable[[], Awaitable[bool]]) -> None:
    """Look again and again, and give up when it takes so long that it never will."""
    async with asyncio.timeout(_WHEN_HUNG_S):
        while not await has_happened():  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)


async def answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def settings_in(folder: Path, port: int) -> Path:
    """Those of the service `trial`, with the provider at another port and a circuit that is soon tried again."""
    (mount,) = SERVICES["trial"]["volumes"]
    folder_of_it: Path = FOLDER / mount["source"]
    (given,) = folder_of_it.iterdir()
    text = given.read_text(encoding="utf-8")
    assert text.count(":12111") == 2
    path = folder / given.name
    path.write_text(f"{text.replace(':12111', f':{port}')}limits: {{breaker: {{open_s: 0.01}}}}\n", encoding="utf-8")
    return path


class Seen:
    """What can be asked of it."""

    def __init__(self, session: ClientSession, contract: str, admin: str) -> None:
        self._session = session
        self._contract = contract
        self._admin = admin

    async def ask(self) -> int:
        """The status of the answer to the page's request, at the application."""
        url, token, mode = re.findall(
            r"curl -sS http://127.0.0.1:8080(\S+) .*?Bearer (\S+?)' -H 'X-Churnkey-Mode: (\w+)'", TRIAL, re.DOTALL
        )[0]
        headers = {"Authorization": f"Bearer {token}", "X-Churnkey-Mode": mode}
        async with self._session.get(self._contract + url, headers=headers) as answer:
            return answer.status

    async def value(self, name: str, **labels: str) -> float:
        """The sum of the series with these labels, as they are scraped by what the page has a container run."""
        (program,) = set(re.findall(r'exec trial python -c +"([^"]+)"', TRIAL))
        here = program.replace("http://127.0.0.1:9090", self._admin)
        ran = await asyncio.create_subprocess_exec(sys.executable, "-c", here, stdout=asyncio.subprocess.PIPE)
        text = (await ran.communicate())[0].decode()
        samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
        return sum(one.value for one in samples if one.name == name and labels.items() <= one.labels.items())


@asynccontextmanager
async def trial(folder: Path, port: int) -> AsyncIterator[tuple[Seen, subprocess.Popen[str]]]:
    """The services `application` and `trial`."""
    with running("serve", "--config", str(settings_in(folder, port)), "--port", "0", "--admin-port", "0") as process:
        started = await asyncio.to_thread(logged, process, "started")
        async with asked_through_the_application(f"http://{started['listening']}") as (session, application):
            yield Seen(session, str(application.make_url("")).rstrip("/"), f"http://{started['admin']}"), process


async def test_a_provider_that_is_stopped_raises_an_alert_whose_paragraph_names_what_the_log_says(
    tmp_path: Path,
) -> None:
    port = free_port()
    with provider(port) as first:
        await until(lambda: answers(port))
        async with trial(tmp_path, port) as (seen, gateway):
            assert await seen.ask() == 200
            assert await seen.value(CIRCUIT, mode="test", state="closed") == 1

            await asyncio.to_thread(stop, first)
            # Two requests, each of which is tried three times: more than five calls in a row.
            assert [await seen.ask() for _ in range(2)] == [503, 503]
            told = await asyncio.to_thread(logged, gateway, log_line_of(ALERT))
            assert (told["backend"], told["mode"]) == ("stripe", "test")
            assert [await seen.value(CIRCUIT, mode="test", state=state) for state in states_of(ALERT)] != [0, 0]

            with provider(port):
                await until(lambda: answers(port))
                await until(lambda: is_200(seen))
                assert await seen.value(CIRCUIT, mode="test", state="closed") == 1


async def is_200(seen: Seen) -> bool:
    return await seen.ask() == 200


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(timeout=_WHEN_HUNG_S)


def rule(alert: str) -> dict[str, Any]:
    rules = YAML(typ="safe").load(ROOT / "deploy" / "prometheus" / "alerts.yaml")
    (found,) = (one for group in rules["groups"] for one in group["rules"] if one["alert"] == alert)
    read_rule: dict[str, Any] = found
    return read_rule


def states_of(alert: str) -> list[str]:
    """The states of the circuit that the alert is about."""
    (selector,) = read(rule(alert)["expr"]).selectors
    assert selector.name == CIRCUIT
    return [state for state in ("open", "half_open") if selector.finds({"state": state})]


def log_line_of(alert: str) -> str:
    """The line that its paragraph says to look for first."""
    paragraph = OPERATIONS.partition(f"\n### {alert}\n")[2].partition("\n#")[0]
    (named,) = re.findall(r"\*\*See\*\* `([^`]+)` in the log", paragraph)
    return str(named)


def test_the_page_leads_to_that_paragraph() -> None:
    assert f"(operations.md#{ALERT.lower()})" in TRIAL
