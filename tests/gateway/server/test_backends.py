"""Opening backends from settings."""

from __future__ import annotations

import pytest

from adapters.base import BillingAdapter
from gateway.contract import Mode
from gateway.observability import LoggingObserver
from gateway.resilience import BreakerLimits
from gateway.server import open_backends
from gateway.settings import BreakerSettings, LimitSettings, PolicySettings
from tests.support.memory_account import NOW, MemoryAccount
from tests.support.memory_adapter import MemoryAdapter
from tests.support.service import LIVE_KEY, backend_settings, find_adapter

pytestmark = pytest.mark.usefixtures("live", "test_account")


async def test_there_is_an_adapter_for_each_configured_mode() -> None:
    both, only_test = backend_settings("both"), backend_settings("only-test", live=None)
    async with open_backends([both, only_test], find_adapter) as backends:
        assert {name: set(backend.adapters) for name, backend in backends.items()} == {
            "both": {Mode.LIVE, Mode.TEST},
            "only-test": {Mode.TEST},
        }


async def test_the_adapter_gets_what_the_settings_say() -> None:
    settings = backend_settings(
        policy=PolicySettings(dry_run=True),
        limits=LimitSettings(call_timeout_s=7, connect_timeout_s=2, max_in_flight=3),
    )
    async with open_backends([settings], find_adapter, clock=lambda: NOW) as backends:
        runtime = backends["memory"].adapters[Mode.TEST].runtime
    assert runtime.clock() == NOW
    assert runtime.dry_run
    assert (runtime.call_timeout_s, runtime.connect_timeout_s, runtime.max_in_flight) == (7, 2, 3)
    assert isinstance(runtime.observer, LoggingObserver)
    assert (runtime.observer.backend, runtime.observer.mode) == ("memory", Mode.TEST)


@pytest.mark.parametrize(
    ("breaker", "expected"),
    [
        pytest.param(BreakerSettings(), BreakerLimits(failures=5, open_s=10), id="absent"),
        pytest.param(BreakerSettings(failures=2, open_s=0.5), BreakerLimits(failures=2, open_s=0.5), id="set"),
        pytest.param(BreakerSettings(enabled=False), None, id="off"),
    ],
)
async def test_the_adapter_is_told_when_its_provider_counts_as_down(
    breaker: BreakerSettings, expected: BreakerLimits | None
) -> None:
    settings = backend_settings(limits=LimitSettings(breaker=breaker))
    async with open_backends([settings], find_adapter) as backends:
        assert backends["memory"].adapters[Mode.TEST].runtime.breaker == expected


async def test_no_call_is_allowed_more_time_than_a_whole_request() -> None:
    settings = backend_settings(limits=LimitSettings(call_timeout_s=60, deadline_s=5))
    async with open_backends([settings], find_adapter) as backends:
        assert backends["memory"].adapters[Mode.TEST].runtime.call_timeout_s == 5


async def test_the_adapters_class_is_found_by_the_name_in_the_settings() -> None:
    asked: list[str] = []

    def find(name: str) -> type[BillingAdapter]:
        asked.append(name)
        return MemoryAdapter

    async with open_backends([backend_settings("one"), backend_settings("two")], find):
        assert asked == ["memory", "memory"]


async def test_two_backends_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two backends are called memory"):
        async with open_backends([backend_settings(), backend_settings()], find_adapter):
            pass


async def test_what_was_opened_is_closed_when_a_later_one_cannot_be(live: MemoryAccount) -> None:
    opened: list[MemoryAdapter] = []

    class Watched(MemoryAdapter):
        async def _open(self) -> None:
            await super()._open()
            opened.append(self)

        async def _close(self) -> None:
            await super()._close()
            opened.remove(self)

    with pytest.raises(KeyError):
        async with open_backends([backend_settings(live=LIVE_KEY, test="no-such-account")], lambda name: Watched):
            pass
    assert opened == []


async def test_tokens_are_not_shown() -> None:
    async with open_backends([backend_settings(tokens=("a-secret-token",))], find_adapter) as backends:
        assert backends["memory"].tokens == (b"a-secret-token",)
        assert "a-secret-token" not in repr(backends["memory"])
