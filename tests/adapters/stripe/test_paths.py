"""The path of a call: its parts quoted as a path needs it, none of them leading elsewhere."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.stripe.client import _path

parts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(
    lambda part: part not in {".", ".."}
)


@given(st.lists(parts, min_size=1, max_size=4))
@example(["customers", "cus_1"])
@example(["customers", "é", "a/b", "a b", "%2F", "1", "ª"])
def test_each_part_is_quoted_as_every_path_is(segments: list[str]) -> None:
    assert _path(tuple(segments)) == "/v1/" + "/".join(quote(segment, safe="") for segment in segments)


@pytest.mark.parametrize("segment", ["", ".", ".."])
def test_a_part_that_leads_elsewhere_is_refused(segment: str) -> None:
    with pytest.raises(ValueError, match="leads elsewhere"):
        _path(("customers", segment))
