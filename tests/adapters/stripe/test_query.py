"""Parameters in an address are spelled as the package spells them."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stripe._encode import _api_encode

from adapters.stripe.query import query

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
values = st.one_of(texts, st.integers(), st.booleans(), st.lists(texts, max_size=3))
names = st.sampled_from(["expand", "email", "limit", "ids", "query", "active"])


def by_the_package(parameters: dict[str, object]) -> str:
    """What `raw_request_async` puts into an address."""
    return urlencode(list(_api_encode(parameters))).replace("%5B", "[").replace("%5D", "]")


@given(st.dictionaries(names, values, max_size=4))
def test_it_is_the_packages_own_spelling(parameters: dict[str, object]) -> None:
    # The package leaves brackets as they are, in values as well; there they mean nothing.
    assert query(parameters).replace("%5B", "[").replace("%5D", "]") == by_the_package(parameters)


@pytest.mark.parametrize("value", [None, 1.5, {"gte": 1}, [[1, 2], {"a": 1}]], ids=repr)
def test_what_has_no_spelling_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="created"):
        query({"created": value})
