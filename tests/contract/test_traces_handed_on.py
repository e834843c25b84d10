"""What stands before a provider, at the base URL of the settings, is told which trace a call belongs to."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import pytest
from aiohttp import web
from aiohttp.typedefs import Handler

from adapters.conformance import asks
from adapters.conformance.provider import ProviderCase
from adapters.conformance.world import open_world
from tests.contract.providers.chargebee import ChargebeeCase
from tests.contract.providers.paddle import PaddleCase
from tests.contract.providers.stripe import StripeCase

TRACEPARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-0[13]")


def listening(case: ProviderCase, heard: list[tuple[str, str | None]]) -> web.Application:
    """The provider's API, with somebody before it who notes the calls and their `traceparent`."""

    @web.middleware
    async def note(request: web.Request, handler: Handler) -> web.StreamResponse:
        heard.append((request.method, request.headers.get("traceparent")))
        assert "tracestate" not in request.headers
        assert "baggage" not in request.headers
        return await handler(request)

    application = case.application()
    application.middlewares.append(note)
    return application


@pytest.mark.parametrize("made", [StripeCase, ChargebeeCase, PaddleCase], ids=["stripe", "chargebee", "paddle"])
async def test_each_call_names_its_span(made: Callable[[], ProviderCase], monkeypatch: pytest.MonkeyPatch) -> None:
    case = made()
    heard: list[tuple[str, str | None]] = []
    application = listening(case, heard)
    monkeypatch.setattr(case, "application", lambda: application)
    async with open_world(case, {}) as world:
        world.spans.forget()
        heard.clear()
        assert await world.does(asks.cancel(world.samples.active, asks.AT_ONCE))
        *calls, request = world.spans.seen()
    named = [match.groups() for _, sent in heard if sent is not None and (match := TRACEPARENT.fullmatch(sent))]
    assert named == [(request.trace, call.id) for call in calls]
    assert len(named) == len(heard) > 1
