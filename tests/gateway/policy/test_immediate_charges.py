"""How much a change may charge at once."""

from __future__ import annotations

import pytest

from gateway.policy import ImmediateCharges


@pytest.mark.parametrize(
    ("amount", "currency", "allowed"),
    [
        pytest.param(0, "usd", True, id="nothing"),
        pytest.param(4999, "usd", True, id="less"),
        pytest.param(5000, "usd", True, id="as much as is allowed"),
        pytest.param(5001, "usd", False, id="a cent more"),
        pytest.param(1, "jpy", False, id="of a currency in which nothing may be charged"),
        pytest.param(1, "eur", False, id="of a currency that is not named"),
        pytest.param(0, "eur", True, id="nothing of a currency that is not named"),
    ],
)
def test_a_charge_is_allowed_up_to_the_most_of_its_currency(amount: int, currency: str, allowed: bool) -> None:
    assert ImmediateCharges({"usd": 5000, "jpy": 0}).allows(amount, currency) is allowed
