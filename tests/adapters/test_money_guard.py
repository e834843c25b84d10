"""A change that would charge more at once than the owner allows is refused before anything is sent."""

from __future__ import annotations

import pytest

from adapters.base import AdapterError, Invalid, Timeout, Unavailable, Unmappable, Unreadable
from adapters.charges import Charge
from adapters.intents import Intent
from adapters.state import Standing, SubscriptionState
from gateway.contract import ChangePriceRequest, Schedule
from gateway.policy import ImmediateCharges
from gateway.resilience import Outcome
from tests.adapters.actions import ACTIONS, Act, change_price
from tests.support.memory_account import sample_subscription
from tests.support.recording_recorder import RecordingRecorder
from tests.support.replacing import replace
from tests.support.scripted_adapter import ScriptedAdapter, fails

RUNNING = sample_subscription("sub_1")
TRIAL = sample_subscription("sub_1", standing=Standing.TRIAL)
PRO = 2900
"""What the change to price_pro charges at once, in cents."""


def guarded(
    state: SubscriptionState = RUNNING, *, most: int, recorder: RecordingRecorder | None = None, dry_run: bool = False
) -> ScriptedAdapter:
    return ScriptedAdapter.serving(
        state, charge_limit=ImmediateCharges({"usd": most}), recorder=recorder, dry_run=dry_run
    )


async def test_a_change_that_charges_no_more_than_is_allowed_is_made() -> None:
    adapter = guarded(most=PRO)
    await change_price(adapter)
    assert adapter.calls == ["price_facts", "load", "preview", "change_price"]


@pytest.mark.parametrize("dry_run", [False, True], ids=["for real", "dry run"])
async def test_a_change_that_charges_more_is_refused_and_nothing_is_sent(dry_run: bool) -> None:
    adapter = guarded(most=PRO - 1, dry_run=dry_run)
    with pytest.raises(Invalid, match=r"^This change would charge more at once than is allowed here\.$"):
        await change_price(adapter)
    assert adapter.sent == []


async def test_a_refusal_is_on_record_with_what_was_asked() -> None:
    recorder = RecordingRecorder()
    with pytest.raises(Invalid):
        await change_price(guarded(most=0, recorder=recorder))
    ((event, write, result),) = recorder.told
    assert event == "not sent"
    assert result is not None
    assert result.outcome is Outcome.REFUSED
    assert write.asked is not None
    assert write.asked["price_id"] == "price_pro"


@pytest.mark.parametrize(("verb", "act"), ACTIONS.items(), ids=ACTIONS)
async def test_without_a_limit_nobody_asks_what_a_change_charges(verb: str, act: Act) -> None:
    adapter = ScriptedAdapter.serving(TRIAL)
    await act(adapter, "cus_ada", "sub_1")
    assert "preview" not in adapter.calls


async def test_what_charges_nothing_at_once_is_never_refused() -> None:
    adapter = guarded(most=0)
    await adapter.change_price(
        ChangePriceRequest(
            customer_id="cus_ada",
            subscription_id="sub_1",
            price_id="price_pro",
            scheduled_at=Schedule.END_OF_PERIOD,
        )
    )
    assert [sent.verb for sent in adapter.sent] == ["change_price"]


async def test_what_is_so_already_is_not_previewed() -> None:
    has_it = replace(RUNNING, items=tuple(replace(item, price_id="price_pro") for item in RUNNING.items))
    adapter = guarded(has_it, most=0)
    await change_price(adapter)
    assert adapter.calls == ["price_facts", "load"]


@pytest.mark.parametrize(
    ("error", "told", "outcome"),
    [
        pytest.param(Unavailable(), Unavailable, Outcome.FAILED, id="provider down"),
        pytest.param(Timeout(), Timeout, Outcome.FAILED, id="no answer"),
        pytest.param(Invalid(), Invalid, Outcome.REFUSED, id="refused by the provider"),
        pytest.param(Unmappable("totals: missing"), Unreadable, Outcome.FAILED, id="unreadable"),
    ],
)
async def test_a_preview_that_fails_fails_the_change_and_nothing_is_sent(
    error: Exception, told: type[AdapterError], outcome: Outcome
) -> None:
    recorder = RecordingRecorder()
    adapter = guarded(most=PRO, recorder=recorder)
    adapter.script("preview", fails(error))
    with pytest.raises(told):
        await change_price(adapter)
    assert adapter.sent == []
    ((_, _, result),) = recorder.told
    assert result is not None
    assert result.outcome is outcome


class Elsewhere(ScriptedAdapter):
    """Charges in a currency that the owner did not name."""

    async def _charged_at_once(self, state: SubscriptionState, intent: Intent) -> Charge | None:
        return Charge(1, "eur")


@pytest.mark.parametrize(("verb", "act"), ACTIONS.items(), ids=ACTIONS)
async def test_the_guard_holds_for_every_action_that_charges(verb: str, act: Act) -> None:
    adapter = Elsewhere.serving(TRIAL, charge_limit=ImmediateCharges({"usd": 10_000}))
    with pytest.raises(Invalid):
        await act(adapter, "cus_ada", "sub_1")
    assert adapter.sent == []
