"""The whole contract as one class of tests, for any adapter: subclass it and name your provider.

    from adapters.testing import AdapterContract

    class TestAcme(AdapterContract):
        case = AcmeCase

`AcmeCase` is a `ProviderCase`: the adapter's name, a simulator of its provider with samples, and what became of them.
With a simulator that is built on `simulators` it is a `SimulatedCase`, which leaves less to write. The adapter is found
as the gateway finds it, by its entry point. Every test starts the provider and the gateway on sockets of their own.

What the adapter does not declare is tested to be absent from the manifest and to be refused without a call. A test that
needs a sample the provider does not have is skipped, and says which.

It needs pytest and pytest-asyncio, with `asyncio_mode = "auto"`: the extra `testing`.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import ClassVar

import pytest

from adapters.conformance.choosing import ChoosingFault
from adapters.conformance.declared import undeclared
from adapters.conformance.log import Log, recorded_log
from adapters.conformance.provider import NOW, SPOKEN, Budget, Calls, Held, Item, ProviderCase, Samples, Trouble, Truth
from adapters.conformance.simulated import SimulatedCase
from adapters.conformance.suite import (
    bodies,
    breaker,
    calls,
    cancel,
    coupons,
    direct,
    fault_table,
    hostile_ids,
    journal,
    lists,
    load,
    log_lines,
    lost_answers,
    manifest,
    modes_apart,
    money_guard,
    pause,
    prices,
    provider_faults,
    refusals,
    repeats,
    routes,
    traces,
    trials,
)
from adapters.conformance.world import BOTH_MODES, NOTHING, Start, World, as_scraped, forbidden, open_world
from adapters.conformance.written import Written
from adapters.registry import find
from gateway.contract import Mode
from gateway.observability import Metrics

__all__ = [
    "NOW",
    "SPOKEN",
    "AdapterContract",
    "Budget",
    "Calls",
    "ChoosingFault",
    "Held",
    "Item",
    "ProviderCase",
    "Samples",
    "SimulatedCase",
    "Trouble",
    "Truth",
]


class AdapterContract:
    """Everything Churnkey may ask for, asked of a gateway before the provider of `case`."""

    case: ClassVar[type[ProviderCase]]
    """The provider. Each test has one of its own, with all samples as they were."""

    TestBodies = bodies.TestBodies
    TestBreaker = breaker.TestBreaker
    TestCalls = calls.TestCalls
    TestCancel = cancel.TestCancel
    TestCoupons = coupons.TestCoupons
    TestDirect = direct.TestDirect
    TestFaultTable = fault_table.TestFaultTable
    TestHostileIds = hostile_ids.TestHostileIds
    TestJournal = journal.TestJournal
    TestLists = lists.TestLists
    TestLoad = load.TestLoad
    TestLogLines = log_lines.TestLogLines
    TestLostAnswers = lost_answers.TestLostAnswers
    TestManifest = manifest.TestManifest
    TestModesApart = modes_apart.TestModesApart
    TestMoneyGuard = money_guard.TestMoneyGuard
    TestPause = pause.TestPause
    TestPrices = prices.TestPrices
    TestProviderFaults = provider_faults.TestProviderFaults
    TestRefusals = refusals.TestRefusals
    TestRepeats = repeats.TestRepeats
    TestRoutes = routes.TestRoutes
    TestTraces = traces.TestTraces
    TestTrials = trials.TestTrials

    @pytest.fixture
    def provider(self) -> type[ProviderCase]:
        """The provider that the suite runs against."""
        return self.case

    @pytest.fixture(autouse=True)
    def written(self, capsys: pytest.CaptureFixture[str]) -> Iterator[Written]:
        """What the gateway writes while a test runs, from debug on. Nobody's data and no secret may be in it."""
        with recorded_log() as log:
            written = Written(log)
            yield written
        printed = capsys.readouterr()
        for place, text, stream in (("stdout", printed.out, sys.stdout), ("stderr", printed.err, sys.stderr)):
            written.add(place, text)
            # For the report of a test that fails.
            stream.write(text)
        _require_none("What must not be written was:", written.leaks())

    @pytest.fixture(scope="class")
    @classmethod
    def counted(cls) -> Iterator[Metrics]:
        """What is counted while the tests of one subject run. Nobody's data and no secret may be in it, nor what the
        adapter does not name."""
        metrics = Metrics()
        yield metrics
        _require_none("What is counted and not declared:", undeclared(metrics, find(cls.case.name)))
        written = Written(Log())
        written.forbid(forbidden(cls.case()))
        written.add("metrics", as_scraped(metrics))
        _require_none("What must not be written was:", written.leaks())

    @pytest.fixture
    async def start(self, provider: type[ProviderCase], written: Written, counted: Metrics) -> AsyncIterator[Start]:
        """Each start is a provider of its own, with all samples as they were."""
        async with AsyncExitStack() as running:

            async def begin(sections: Mapping[str, object] = NOTHING, *, modes: Iterable[Mode] = BOTH_MODES) -> World:
                return await running.enter_async_context(
                    open_world(provider(), sections, modes, written=written, metrics=counted)
                )

            yield begin

    @pytest.fixture
    async def world(self, start: Start) -> World:
        """The gateway with the settings left to their defaults."""
        return await start()

    @pytest.fixture
    async def full_world(self, start: Start, provider: type[ProviderCase]) -> World:
        """The gateway with everything switched on that the provider can do."""
        return await start(provider.everything)


def _require_none(what: str, found: Sequence[str]) -> None:
    if found:
        pytest.fail("\n".join((what, *found)), pytrace=False)
