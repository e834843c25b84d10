"""A provider's answer to a write may show the subscription: what it does not show done is not called done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

import pytest

from adapters.base import AdapterSettings, BillingAdapter, Capabilities, Runtime, UnknownOutcome
from adapters.capabilities import BOTH_SCHEDULES, CancelCapability
from adapters.holes import Shown
from adapters.intents import Cancel
from adapters.state import Standing, SubscriptionState
from gateway.contract import CancelRequest, Mode, PriceType, Schedule
from gateway.resilience import WriteKey
from tests.support.memory_account import sample_subscription
from tests.support.recording_observer import RecordingObserver
from tests.support.replacing import replace

RUNNING: Final = sample_subscription("sub_1")
ENDED: Final = replace(RUNNING, standing=Standing.ENDED)
CANCEL_NOW: Final = CancelRequest(customer_id="cus_ada", subscription_id="sub_1", scheduled_at=Schedule.IMMEDIATE)


class Canceller(BillingAdapter):
    """Has one subscription and can only end it."""

    name: ClassVar[str] = "canceller"
    capabilities: ClassVar[Capabilities] = Capabilities(
        controllers=frozenset(), price_type=PriceType.STANDALONE, cancel=CancelCapability(BOTH_SCHEDULES)
    )

    held: SubscriptionState = RUNNING
    writes: list[tuple[SubscriptionState, Shown]]
    """What each write makes of the subscription, and what its answer shows."""
    calls: list[str]

    async def _open(self) -> None:
        """There is nothing to open."""

    async def _close(self) -> None:
        """There is nothing to close."""

    async def _load(self, subscription_id: str) -> SubscriptionState:
        self.calls.append("load")
        return self.held

    async def _live_subscriptions(self, customer_id: str, *, upcoming: bool) -> Sequence[SubscriptionState]:
        return [self.held]

    async def _cancel(self, state: SubscriptionState, intent: Cancel, key: WriteKey) -> Shown:
        self.calls.append("cancel")
        self.held, shown = self.writes.pop(0)
        return shown


def canceller(*writes: tuple[SubscriptionState, Shown]) -> tuple[Canceller, RecordingObserver]:
    observer = RecordingObserver()
    settings = AdapterSettings.model_validate({"modes": {"test": {}}})
    adapter = Canceller(Mode.TEST, settings, Runtime(observer=observer))
    adapter.writes, adapter.calls = list(writes), []
    return adapter, observer


@pytest.mark.parametrize("shown", [ENDED, None], ids=["the answer shows it", "the answer shows nothing"])
async def test_a_write_that_is_accepted_is_done_and_not_read_again(shown: Shown) -> None:
    adapter, observer = canceller((ENDED, shown))
    await adapter.cancel(CANCEL_NOW)
    assert adapter.calls == ["load", "cancel"]
    assert observer.settlements == []


async def test_a_write_whose_answer_does_not_show_it_is_looked_at_before_anything_is_said() -> None:
    adapter, observer = canceller((ENDED, RUNNING))
    await adapter.cancel(CANCEL_NOW)
    assert adapter.calls == ["load", "cancel", "load"]
    assert observer.settlements == [("cancel", "done")]


async def test_a_write_that_is_accepted_and_yet_not_done_is_never_called_success() -> None:
    adapter, observer = canceller(*[(RUNNING, RUNNING)] * 5)
    with pytest.raises(UnknownOutcome):
        await adapter.cancel(CANCEL_NOW)
    assert observer.settlements == [("cancel", "unknown")]
