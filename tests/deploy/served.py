"""The gateway as a process of its own before a simulated provider, and what a scrape of it shows."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from prometheus_client.parser import text_string_to_metric_families

from gateway.contract import Mode
from simulators.stripe.demo import StripeDemo
from tests.support.commands import logged, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

TOKEN: Final = "integration-token-of-the-tests"
AUTHORIZED: Final = {"Authorization": f"Bearer {TOKEN}", "X-Churnkey-Mode": "test"}


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a scrape."""

    name: str
    labels: dict[str, str]
    value: float

    @property
    def key(self) -> tuple[str, frozenset[tuple[str, str]]]:
        """What tells it from every other."""
        return self.name, frozenset(self.labels.items())


@dataclass(frozen=True, slots=True)
class Served:
    """A running gateway and the provider behind it."""

    provider: TestServer
    demo: StripeDemo
    session: ClientSession
    public: str
    admin: str

    async def get(self, path: str, **headers: str) -> int:
        """Read `/churnkey<path>`; answers the status."""
        async with self.session.get(f"{self.public}/churnkey{path}", headers=AUTHORIZED | headers) as response:
            return response.status

    async def cancel(self) -> int:
        """Cancel a sample subscription; answers the status."""
        tour = self.demo.tours[Mode.TEST]
        body = {"customerId": tour.customer, "subscriptionId": tour.cancel, "scheduledAt": "end-of-period"}
        url = f"{self.public}/churnkey/actions/subscription/cancel"
        async with self.session.post(url, json=body, headers=AUTHORIZED) as response:
            return response.status

    async def scrape(self) -> list[Series]:
        """What Prometheus would read now."""
        async with self.session.get(f"{self.admin}/metrics") as response:
            text = await response.text()
        return [
            Series(sample.name, dict(sample.labels), sample.value)
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        ]

    async def sum_of(self, name: str, **labels: str) -> float:
        """The sum of a metric's series that have these labels."""
        found = [one for one in await self.scrape() if one.name == name and labels.items() <= one.labels.items()]
        assert found, f"no series {name} with {labels}"
        return sum(one.value for one in found)


@asynccontextmanager
async def served(folder: Path, more: str = "") -> AsyncIterator[Served]:
    """The gateway before the simulated provider with its sample data; `more` are further lines of its YAML."""
    demo = StripeDemo()
    provider = TestServer(demo.application())
    async with provider, ClientSession() as session:
        settings = folder / "stripe.yaml"
        modes = {mode.value: {"api_key": demo.keys[mode], "base_url": str(provider.make_url(""))} for mode in Mode}
        settings.write_text(
            f"backend: stripe\nintegration_tokens: [{TOKEN}]\nmodes: {modes}\n"
            f"journal: {folder / 'journal.jsonl'}\n{more}",
            encoding="utf-8",
        )
        with running("serve", "--config", str(settings), "--port", "0", "--admin-port", "0") as process:
            # In a thread: it asks the provider, which runs in this loop, before it says that it has started.
            started = await asyncio.to_thread(logged, process, "started")
            yield Served(provider, demo, session, f"http://{started['listening']}", f"http://{started['admin']}")


async def use(gateway: Served) -> None:
    """Do what every operator's day has in it."""
    assert await gateway.get("/customers/cus_ada") == 200
    assert await gateway.get("/features", Authorization="Bearer another") == 401
    assert await gateway.cancel() == 200
    await gateway.provider.close()
    assert await gateway.get("/customers/cus_grace") == 503
