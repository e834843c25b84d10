"""Starts the gateway over every provider of `tests.contract.providers.CASES`, one after the other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping
from contextlib import AsyncExitStack
from types import MappingProxyType
from typing import Final, Protocol

import pytest

from gateway.contract import Mode
from tests.contract.provider import ProviderCase
from tests.contract.providers import CASES
from tests.contract.world import BOTH_MODES, World, open_world

NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


class Start(Protocol):
    """Starts a provider and a gateway before it, with further sections of the YAML."""

    def __call__(
        self, sections: Mapping[str, object] = NOTHING, *, modes: Iterable[Mode] = BOTH_MODES
    ) -> Awaitable[World]: ...


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def provider(request: pytest.FixtureRequest) -> type[ProviderCase]:
    """The provider that the suite runs against."""
    chosen: type[ProviderCase] = request.param
    return chosen


@pytest.fixture
async def start(provider: type[ProviderCase]) -> AsyncIterator[Start]:
    """Each start is a provider of its own, with all samples as they were."""
    async with AsyncExitStack() as running:

        async def begin(sections: Mapping[str, object] = NOTHING, *, modes: Iterable[Mode] = BOTH_MODES) -> World:
            return await running.enter_async_context(open_world(provider(), sections, modes))

        yield begin


@pytest.fixture
async def world(start: Start) -> World:
    """The gateway with the settings left to their defaults."""
    return await start()


@pytest.fixture
async def full_world(start: Start, provider: type[ProviderCase]) -> World:
    """The gateway with everything switched on that the provider can do."""
    return await start(provider.everything)
