"""What decisions are made on."""

from __future__ import annotations

from tests.support.memory_account import sample_subscription
from tests.support.replacing import replace


def test_what_the_provider_has_beside_it_is_in_no_representation() -> None:
    state = replace(sample_subscription("sub_1"), provider={"email": "ada@example.com"})

    assert repr(state).startswith("SubscriptionState(id='sub_1', customer_id=")
    assert "ada@example.com" not in repr(state)
