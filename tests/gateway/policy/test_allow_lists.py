"""Allow-lists."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy import AllowList, Policy, Refused


@pytest.mark.parametrize(
    ("patterns", "identifier", "allowed"),
    [
        (None, "anything", True),
        ((), "anything", False),
        ((), "", False),
        (("SAVE20",), "SAVE20", True),
        (("SAVE20",), "save20", False),
        (("SAVE20",), "SAVE200", False),
        (("SAVE20",), "XSAVE20", False),
        (("SAVE20",), "SAVE20\n", False),
        (("SAVE20", "SAVE30"), "SAVE30", True),
        (("SAVE*",), "SAVE", True),
        (("SAVE*",), "SAVE20", True),
        (("SAVE?0",), "SAVE20", True),
        (("SAVE?0",), "SAVE0", False),
        (("price_*",), "xprice_1", False),
        (("*",), "anything\nat all", True),
        (("a.c",), "abc", False),
        (("a|b",), "a", False),
        (("(",), "(", True),
    ],
)
def test_an_id_is_on_the_list_or_not(patterns: tuple[str, ...] | None, identifier: str, allowed: bool) -> None:
    assert AllowList(patterns).allows(identifier) is allowed


TEXT = st.text(alphabet="ab*?.[]|()\\\n", max_size=6)


@given(st.lists(TEXT, max_size=4), TEXT)
def test_patterns_mean_what_they_mean_in_a_shell(patterns: list[str], identifier: str) -> None:
    assert AllowList(patterns).allows(identifier) is any(fnmatchcase(identifier, one) for one in patterns)


def test_a_policy_without_lists_allows_everything() -> None:
    policy = Policy()
    policy.require_coupon("any")
    policy.require_price("any")


def test_a_coupons_list_says_nothing_of_prices() -> None:
    policy = Policy(coupons=AllowList(["SAVE20"]))
    policy.require_coupon("SAVE20")
    policy.require_price("any")
    with pytest.raises(Refused) as caught:
        policy.require_coupon("SAVE50")
    assert caught.value.message == "This coupon is not offered here."


def test_a_prices_list_says_nothing_of_coupons() -> None:
    policy = Policy(prices=AllowList([]))
    policy.require_coupon("any")
    with pytest.raises(Refused) as caught:
        policy.require_price("any")
    assert caught.value.message == "This price is not offered here."
