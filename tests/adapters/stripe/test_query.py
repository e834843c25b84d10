"""Parameters are spelled as the package spells them, in an address and in the body of a write."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stripe._encode import _api_encode

from adapters.stripe.query import query

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
plain = st.one_of(st.none(), texts, st.integers(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False))
listed = st.one_of(texts, st.integers())
objects = st.recursive(
    st.dictionaries(texts, st.one_of(plain, st.lists(listed, max_size=3)), max_size=3),
    lambda deeper: st.dictionaries(texts, st.one_of(deeper, st.lists(deeper, max_size=2)), max_size=3),
    max_leaves=5,
)
values = st.one_of(plain, objects, st.lists(st.one_of(listed, objects), max_size=3))
names = st.sampled_from(["expand", "email", "limit", "items", "metadata", "active"])
calls = st.dictionaries(names.filter(lambda name: name != "expand"), values, max_size=4)
expansions = st.lists(texts, max_size=3)


def by_the_package(parameters: dict[str, object]) -> str:
    """What the package's own `raw_request_async` puts into an address or a body."""
    return urlencode(list(_api_encode(parameters))).replace("%5B", "[").replace("%5D", "]")


@given(calls, expansions)
def test_it_is_the_packages_own_spelling(parameters: dict[str, object], expand: list[str]) -> None:
    parameters = {**parameters, "expand": expand}
    # The package leaves brackets as they are, in values as well; there they mean nothing.
    assert query(parameters).replace("%5B", "[").replace("%5D", "]") == by_the_package(parameters)


@pytest.mark.parametrize("value", [b"1", {1, 2}, object], ids=repr)
def test_what_has_no_spelling_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="created"):
        query({"created": value})
