"""Idempotency keys: a repetition has the same one, everything else another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.resilience import WriteKey

CALL: Final = ("post", "/subscriptions/sub_1", {"price": "price_pro", "quantity": 5})

json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=10,
)


@given(st.text(), st.text(), st.dictionaries(st.text(), json_values, max_size=5))
def test_a_key_fits_every_providers_limits(method: str, path: str, parameters: Mapping[str, object]) -> None:
    key = WriteKey().of(method, path, parameters)
    assert re.fullmatch(r"[0-9a-f]{32}-[0-9a-f]{16}", key)
    assert len(key) <= 255


@given(st.text(), st.text(), st.dictionaries(st.text(), json_values, max_size=5))
def test_repeating_a_call_repeats_its_key(method: str, path: str, parameters: Mapping[str, object]) -> None:
    key = WriteKey()
    assert key.of(method, path, parameters) == key.of(method, path, dict(reversed([*parameters.items()])))


def test_two_requests_for_the_same_have_different_keys() -> None:
    assert len({WriteKey().of(*CALL) for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("method", "path", "parameters"),
    [
        pytest.param("delete", CALL[1], CALL[2], id="another method"),
        pytest.param("post", "/subscriptions/sub_2", CALL[2], id="another object"),
        pytest.param("post", CALL[1], {"price": "price_pro", "quantity": 6}, id="another value"),
        pytest.param("post", CALL[1], {"price": "price_pro"}, id="a parameter less"),
        pytest.param("post", CALL[1], {"price": "price_pro", "quantity": "5"}, id="text for a number"),
        pytest.param("post", CALL[1], {"price": "price_pro", "quantity": [5]}, id="a list of one"),
        pytest.param("post", CALL[1], {}, id="no parameters"),
    ],
)
def test_another_call_of_the_same_request_has_another_key(method: str, path: str, parameters: dict[str, Any]) -> None:
    key = WriteKey()
    assert key.of(method, path, parameters) != key.of(*CALL)


def test_the_parts_of_a_call_do_not_run_into_each_other() -> None:
    key = WriteKey()
    assert key.of("post", "/a", {}) != key.of("post/", "a", {})


def test_a_renewed_key_is_another_one_and_stays_it() -> None:
    key = WriteKey()
    before = key.of(*CALL)
    key.renew()
    after = key.of(*CALL)
    assert after != before
    assert key.of(*CALL) == after
