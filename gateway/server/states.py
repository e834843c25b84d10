"""The states of all backends, for as long as the process runs: they outlive the settings they were first made for."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from gateway.observability.metrics import StateMetrics
from gateway.resilience import LocalState, State

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from gateway.observability import Metrics
    from gateway.settings import BackendSettings
    from gateway.shared.link import Link


class States:
    """Answers the same state for a backend of the same name, and opens one link to each Redis that is named."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._local: dict[str, LocalState] = {}
        self._shared: dict[tuple[str, str], State] = {}
        self._told: dict[tuple[str, str], StateMetrics] = {}
        self.links: dict[str, Link] = {}
        """By address."""

    def state_of(self, settings: BackendSettings) -> State:
        """The state of a backend. A Redis that is not there is logged, and no error."""
        local = self._local.setdefault(settings.name, LocalState())
        if settings.state is None:
            return local
        address = settings.state.get_secret_value()
        if (settings.name, address) not in self._shared:
            self._shared[settings.name, address] = self._share(settings.name, local, address)
        return self._shared[settings.name, address]

    def tell_of(self, settings: Iterable[BackendSettings]) -> None:
        """From now on the metrics tell of the Redis that each of these settings names, and of no other."""
        named = {(one.name, one.state.get_secret_value()) for one in settings if one.state is not None}
        for key, metrics in self._told.items():
            if key not in named:
                metrics.retire()
        for key in named & self._told.keys():
            self._told[key].come_into_force()

    async def close(self) -> None:
        """Close the links."""
        for link in self.links.values():
            await link.close()

    def _share(self, backend: str, local: LocalState, address: str) -> State:
        # Not at the top: the package that speaks to Redis is an extra.
        from gateway.shared.link import Link
        from gateway.shared.state import SharedState

        if address not in self.links:
            self.links[address] = Link(address)
        told = self._told[backend, address] = StateMetrics(self._metrics, backend)
        return SharedState(backend, local, self.links[address], told)


@asynccontextmanager
async def open_states(metrics: Metrics) -> AsyncIterator[States]:
    """The states, with their links open for as long as the block runs."""
    states = States(metrics)
    try:
        yield states
    finally:
        await states.close()
