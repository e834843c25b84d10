"""The parts that need no server: bracket encoding, and what a period costs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from simulators import forms
from simulators.stripe import pricing

if TYPE_CHECKING:
    from simulators.stripe import Account


@pytest.mark.parametrize(
    ("encoded", "tree"),
    [
        pytest.param("a=1&b=", {"a": "1", "b": ""}, id="plain, blank kept"),
        pytest.param("a=1&a=2", {"a": "2"}, id="the last of two"),
        pytest.param("a[b][c]=1", {"a": {"b": {"c": "1"}}}, id="nested"),
        pytest.param("a[]=x&a[]=y", {"a": {"0": "x", "1": "y"}}, id="a list without indices"),
        pytest.param("a[1]=y&a[0]=x", {"a": {"1": "y", "0": "x"}}, id="a list with indices"),
        pytest.param("m[k%20%C3%A9]=a+b%2B", {"m": {"k é": "a b+"}}, id="percent-encoding"),
    ],
)
def test_brackets_nest(encoded: str, tree: dict[str, Any]) -> None:
    assert forms.nested(forms.pairs(encoded)) == tree


@pytest.mark.parametrize("name", ["a[", "a[b", "a[b]][", "[a]", "a[b]c", "a[[b]]"])
def test_brackets_must_pair_up(name: str) -> None:
    with pytest.raises(forms.MalformedName) as caught:
        forms.nested([(name, "1")])

    assert caught.value.name == name


def test_a_name_is_a_value_or_a_container() -> None:
    with pytest.raises(forms.MalformedName):
        forms.nested([("a", "1"), ("a[b]", "2")])


TIERS = [{"up_to": 10, "unit_amount": 100, "flat_amount": 50}, {"up_to": None, "unit_amount_decimal": "0.5"}]


@pytest.mark.parametrize(
    ("members", "quantity", "amount"),
    [
        pytest.param({"unit_amount": 250}, 3, "750", id="per unit"),
        pytest.param({"unit_amount_decimal": "0.35"}, 10, "3.5", id="fractions of a cent"),
        pytest.param(
            {"unit_amount": 500, "transform_quantity": {"divide_by": 5, "round": "up"}}, 11, "1500", id="packages, up"
        ),
        pytest.param(
            {"unit_amount": 500, "transform_quantity": {"divide_by": 5, "round": "down"}},
            11,
            "1000",
            id="packages, down",
        ),
        pytest.param({"tiers": TIERS, "tiers_mode": "graduated"}, 10, "1050", id="graduated, first tier"),
        pytest.param({"tiers": TIERS, "tiers_mode": "graduated"}, 14, "1052.0", id="graduated, both tiers"),
        pytest.param({"tiers": TIERS, "tiers_mode": "volume"}, 10, "1050", id="volume, first tier"),
        pytest.param({"tiers": TIERS, "tiers_mode": "volume"}, 14, "7.0", id="volume, last tier"),
        pytest.param({"unit_amount": 250, "usage_type": "metered"}, None, "0", id="metered"),
    ],
)
def test_a_period_costs(account: Account, members: dict[str, Any], quantity: int | None, amount: str) -> None:
    price = account.add_price(product="prod_1", **members)

    assert pricing.item_amount(account, price, quantity, "usd") == Decimal(amount)


def test_another_currency_has_its_own_amount(account: Account) -> None:
    price = account.add_price(product="prod_1", unit_amount=100, currency_options={"eur": {"unit_amount": 90}})

    assert pricing.item_amount(account, price, 2, "eur") == 180


def test_discounts_come_off_in_their_order_and_never_below_zero(account: Account) -> None:
    subscription = account.add_subscription(customer="cus_1", prices=["price_1"], discounts=["SAVE20", "SAVE5"])
    discounts = account.discounts_of(subscription)

    assert pricing.after_discounts(account, discounts, Decimal(1001), "usd") == 301
    assert pricing.after_discounts(account, discounts, Decimal(100), "usd") == 0
