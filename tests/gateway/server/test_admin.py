"""The operator's own address."""

from __future__ import annotations

import pytest
from pytest_aiohttp.plugin import AiohttpClient

from gateway import __version__
from gateway.observability import Metrics
from gateway.server.admin import Life, Stage, create_admin_application
from tests.support.service import AUTHORIZED, Client, is_error


@pytest.mark.parametrize("stage", Stage)
async def test_the_process_is_up_in_every_stage(aiohttp_client: AiohttpClient, stage: Stage) -> None:
    life = Life()
    life.stage = stage
    client = await aiohttp_client(create_admin_application(life, b"{}", Metrics()))
    response = await client.get("/healthz")
    assert (response.status, await response.json()) == (200, {"status": "up"})


@pytest.mark.parametrize(("stage", "status"), [(Stage.STARTING, 503), (Stage.SERVING, 200), (Stage.DRAINING, 503)])
async def test_it_is_ready_only_while_it_serves(aiohttp_client: AiohttpClient, stage: Stage, status: int) -> None:
    life = Life()
    client = await aiohttp_client(create_admin_application(life, b"{}", Metrics()))
    life.stage = stage
    response = await client.get("/readyz")
    assert response.status == status
    assert status == 200 or await is_error(response, 503)


async def test_the_version_is_the_packages(aiohttp_client: AiohttpClient) -> None:
    client = await aiohttp_client(create_admin_application(Life(), b"{}", Metrics()))
    assert await (await client.get("/version")).json() == {"version": __version__}


async def test_the_openapi_document_is_made_once_when_it_is_asked_for(aiohttp_client: AiohttpClient) -> None:
    made: list[str] = []

    def make() -> bytes:
        made.append("document")
        return b'{"openapi":"3.1.0"}'

    client = await aiohttp_client(create_admin_application(Life(), make, Metrics()))
    assert made == []
    for _ in range(2):
        assert await (await client.get("/openapi.json")).json() == {"openapi": "3.1.0"}
    assert made == ["document"]


@pytest.mark.parametrize("path", ["/", "/healthz/", "/Healthz", "/metrics/", "/churnkey/features", "/healthz/x"])
async def test_anything_else_is_an_error_as_json(aiohttp_client: AiohttpClient, path: str) -> None:
    client = await aiohttp_client(create_admin_application(Life(), b"{}", Metrics()))
    assert await is_error(await client.get(path), 404)


async def test_nothing_can_be_posted(aiohttp_client: AiohttpClient) -> None:
    application = create_admin_application(Life(), b"{}", Metrics())
    client = await aiohttp_client(application)
    for resource in application.router.resources():
        assert await is_error(await client.post(resource.canonical), 405), resource.canonical


@pytest.mark.parametrize("headers", [{}, AUTHORIZED], ids=["without a token", "with a token"])
async def test_none_of_it_is_on_the_public_address(client: Client, headers: dict[str, str]) -> None:
    admin = create_admin_application(Life(), b"{}", Metrics())
    paths = [resource.canonical for resource in admin.router.resources()]
    assert len(paths) == 5
    for path in paths:
        for below in (path, f"/memory{path}", f"/churnkey{path}", f"/memory/churnkey{path}"):
            answer = await client.get(below, headers=headers)
            assert answer.status in {401, 404}
            assert await is_error(answer, answer.status)
            assert answer.status == 404 or not headers
