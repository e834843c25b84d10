"""The quick start is true: its file and its commands, in their order, lead to a gateway that passes verification."""

from __future__ import annotations

import asyncio
import os
import shlex
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
from aiohttp.test_utils import TestServer

from simulators.stripe.demo import StripeDemo
from tests.project.test_documents import README, commands_in, fenced
from tests.support.commands import ROOT, logged, running

PAGE: Final = (ROOT / "docs" / "quick-start.md").read_text(encoding="utf-8")
PROGRAM: Final = ".venv/bin/churnkey-gateway "
TOKEN: Final = "integration-token-of-the-tests"
_PATIENCE_S: Final = 120


def arguments(command: str) -> list[str]:
    """What the page gives to the program for one of its commands."""
    (line,) = [line for line in commands_in(fenced("sh", PAGE)) if line.startswith(PROGRAM + command)]
    return shlex.split(line.removeprefix(PROGRAM))


@pytest.fixture
async def environment(tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    """The file of the page in a folder of its own, for a simulated account; and the variables it names."""
    demo = StripeDemo()
    async with TestServer(demo.application()) as server:
        (example,) = fenced("yaml", PAGE)
        key = 'api_key: "${STRIPE_TEST_KEY}"'
        assert example.count(key) == 1
        simulated = example.replace(key, f"{key}, base_url: {str(server.make_url('')).rstrip('/')}")
        (tmp_path / "stripe.yaml").write_text(simulated, encoding="utf-8")
        yield {"CK_INTEGRATION_TOKEN": TOKEN, "STRIPE_TEST_KEY": demo.keys["test"]}


def run(words: list[str], environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gateway", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE_S,
    )


async def test_what_is_checked_and_served_passes_the_verification(environment: dict[str, str], tmp_path: Path) -> None:
    checked = await asyncio.to_thread(run, arguments("check"), environment, tmp_path)
    serve = [word.replace("stripe.yaml", str(tmp_path / "stripe.yaml")) for word in arguments("serve")]
    with running(*serve, "--port", "0", "--admin-port", "0", environment=environment) as process:
        started = await asyncio.to_thread(logged, process, "started")
        url = f"http://{started['listening']}"
        verify = [word.replace("http://127.0.0.1:8080", url) for word in arguments("verify")]
        verified = await asyncio.to_thread(run, verify, environment, tmp_path)

    assert checked.returncode == 0, checked.stdout
    assert verified.returncode == 0, verified.stdout
    assert url in verify


def test_it_is_the_readmes_example_without_what_can_wait() -> None:
    (short,) = fenced("yaml", PAGE)
    (whole,) = fenced("yaml", README)

    assert set(short.splitlines()) < set(whole.splitlines())
