"""One process before every provider: each under its name, and none knows of the others."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from adapters.conformance.provider import NOW, ProviderCase
from adapters.registry import find
from gateway.contract import Mode
from gateway.observability import Metrics
from gateway.server import create_application, open_backends
from gateway.settings import load
from tests.contract.providers import CASES

NAMES: Final = [case.name for case in CASES]
each = pytest.mark.parametrize("name", NAMES)


class House:
    """The gateway, and the providers behind it by their names."""

    def __init__(self, client: TestClient[web.Request, web.Application], cases: dict[str, ProviderCase]) -> None:
        self.client = client
        self.cases = cases

    async def get(self, name: str, path: str, mode: Mode = Mode.TEST, token: str | None = None) -> tuple[int, object]:
        headers = {"Authorization": f"Bearer {token or f'token-of-{name}'}", "X-Churnkey-Mode": mode.value}
        async with self.client.get(f"/{name}/churnkey{path}", headers=headers) as answer:
            return answer.status, await answer.json()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A folder with a file for each provider, served by one process."""
    cases = {case.name: case() for case in CASES}
    async with AsyncExitStack() as running:
        for name, case in cases.items():
            provider = await running.enter_async_context(TestServer(case.application()))
            document = {
                "backend": name,
                "integration_tokens": [f"token-of-{name}"],
                "modes": {mode.value: dict(keys) for mode, keys in case.modes(str(provider.make_url(""))).items()},
            }
            (tmp_path / f"{name}.yaml").write_text(json.dumps(document), encoding="utf-8")
        backends = await running.enter_async_context(open_backends(load([tmp_path], {}), find, clock=lambda: NOW))
        client = await running.enter_async_context(TestClient(TestServer(create_application(backends, Metrics()))))
        yield House(client, cases)


@each
@pytest.mark.parametrize("mode", Mode, ids=str)
async def test_each_answers_under_its_name(house: House, name: str, mode: Mode) -> None:
    customer = house.cases[name].samples[mode].customer
    status, body = await house.get(name, f"/customers/{customer}", mode)
    assert status == 200
    assert isinstance(body, dict)
    assert body["id"] == customer


@each
async def test_the_others_are_not_asked(house: House, name: str) -> None:
    await house.get(name, f"/customers/{house.cases[name].samples[Mode.TEST].customer}")
    assert [other for other, case in house.cases.items() if case.calls()] == [name]


@each
async def test_the_tokens_of_the_others_are_refused(house: House, name: str) -> None:
    for other in NAMES:
        if other != name:
            status, _ = await house.get(name, "/features", token=f"token-of-{other}")
            assert status == 401


async def test_without_a_name_nobody_answers(house: House) -> None:
    async with house.client.get(
        "/churnkey/features", headers={"Authorization": f"Bearer token-of-{NAMES[0]}"}
    ) as answer:
        assert answer.status == 404
