"""What was counted, as Prometheus reads it."""

from __future__ import annotations

import asyncio
from typing import Final

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics_parser
from pytest_aiohttp.plugin import AiohttpClient

from gateway.contract import Mode
from gateway.observability import Metrics
from gateway.server.scraping import scraping

OPENMETRICS: Final = "application/openmetrics-text; version=1.0.0"
PLAIN: Final = "text/plain; version=0.0.4"
LABELS: Final = {"backend": "acme", "mode": "live", "route": "/churnkey/features", "status": "200"}


@pytest.fixture
def metrics() -> Metrics:
    counted = Metrics()
    counted.of("acme", Mode.LIVE)
    counted.answered("acme", "live", "/churnkey/features", 200, 0.1)
    return counted


@pytest.mark.parametrize(
    ("accept", "content_type", "parse"),
    [
        pytest.param(PLAIN, "text/plain", parser.text_string_to_metric_families, id="Prometheus' own"),
        pytest.param("*/*", "text/plain", parser.text_string_to_metric_families, id="whatever"),
        pytest.param(
            f"{OPENMETRICS},{PLAIN};q=0.5",
            "application/openmetrics-text",
            openmetrics_parser.text_string_to_metric_families,
            id="OpenMetrics",
        ),
    ],
)
async def test_all_series_are_there_in_the_format_that_is_asked_for(
    aiohttp_client: AiohttpClient, metrics: Metrics, accept: str, content_type: str, parse: object
) -> None:
    application = web.Application()
    application.router.add_get("/metrics", scraping(metrics.registry))
    client = await aiohttp_client(application)
    async with client.get("/metrics", headers={"Accept": accept}) as answer:
        text = await answer.text()
        assert (answer.status, answer.content_type) == (200, content_type)
    assert callable(parse)
    read = {(one.name, *sorted(one.labels.items())): one.value for family in parse(text) for one in family.samples}
    kept = [one for family in metrics.registry.collect() for one in family.samples]
    assert read.keys() == {(one.name, *sorted(one.labels.items())) for one in kept if not one.name.endswith("_created")}
    assert read["churnkey_gateway_requests_total", *sorted(LABELS.items())] == 1


async def test_others_have_their_turn_between_two_families(metrics: Metrics) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    waiting = asyncio.create_task(others())
    await scraping(metrics.registry)(make_mocked_request("GET", "/metrics"))
    waiting.cancel()
    assert turns >= len(list(metrics.registry.collect()))
