"""What one provider refuses beyond the others: told by the state alone, before anything is sent."""

from __future__ import annotations

import pytest

from adapters.base import Conflict
from adapters.intents import Intent
from adapters.state import Standing, SubscriptionState
from tests.adapters.actions import ACTIONS, Act
from tests.support.memory_account import sample_subscription
from tests.support.replacing import replace
from tests.support.scripted_adapter import ScriptedAdapter

REASON = "The subscription is managed by somebody else."


class Obstructed(ScriptedAdapter):
    """Nothing can be done to what is called sub_held."""

    def _obstacle(self, state: SubscriptionState, intent: Intent) -> str | None:
        return REASON if state.id == "sub_held" else None


@pytest.mark.parametrize(("verb", "act"), ACTIONS.items(), ids=ACTIONS)
async def test_an_action_with_something_in_its_way_is_refused_with_the_reason(verb: str, act: Act) -> None:
    adapter = Obstructed.serving(sample_subscription("sub_held", standing=Standing.TRIAL))
    with pytest.raises(Conflict, match=REASON):
        await act(adapter, "cus_ada", "sub_held")
    assert adapter.sent == []


@pytest.mark.parametrize(("verb", "act"), ACTIONS.items(), ids=ACTIONS)
async def test_what_is_so_already_is_a_success_whatever_is_in_the_way(verb: str, act: Act) -> None:
    free = Obstructed.serving(sample_subscription("sub_free", standing=Standing.TRIAL))
    await act(free, "cus_ada", "sub_free")
    done = free.now_has("sub_free")
    adapter = Obstructed.serving(replace(done, id="sub_held"))
    await act(adapter, "cus_ada", "sub_held")
    assert adapter.sent == []
