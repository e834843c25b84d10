"""Which ids are plain. Everything else is no id, and nobody is asked about it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import NotFound
from adapters.identifiers import LONGEST_ID, is_plain, require_plain

PLAIN = {
    "a provider's id": "sub_1PqX2eLkdIwHu7ix",
    "digits": "42",
    "an address": "ada@example.com",
    "one character": "a",
    "the longest": "a" * LONGEST_ID,
    "a space inside": "SUMMER 20",
    "a percent sign": "50%2FOFF",
    "dots inside": "v1.2..3",
    "three dots": "...",
    "marks that a URL would read": "a?b#c&d=e;f",
    "another script": "Größe-割引",
    "a colon": "price:basic",
}
HOSTILE = {
    "empty": "",
    "a dot": ".",
    "two dots": "..",
    "a slash": "a/b",
    "only a slash": "/",
    "up a folder": "../customers",
    "a backslash": "a\\b",
    "too long": "a" * (LONGEST_ID + 1),
    "a null character": "a\0b",
    "a line feed": "a\nb",
    "a carriage return": "a\r\nHost: b",
    "a tab": "a\tb",
    "delete": "a\x7fb",
    "a space before": " a",
    "a space after": "a ",
    "only a space": " ",
    "a space that does not break": "a\xa0",
    "a space of no width": "a\u200bb",
    "a mark that turns the writing round": "a\u202eb",
    "a line separator": "a\u2028b",
    "a byte order mark": "\ufeffa",
    "half a surrogate pair": "a\ud800b",
}


@pytest.mark.parametrize("identifier", PLAIN.values(), ids=PLAIN)
def test_a_plain_id_is_let_through(identifier: str) -> None:
    assert is_plain(identifier)
    require_plain(identifier)


@pytest.mark.parametrize("identifier", HOSTILE.values(), ids=HOSTILE)
def test_what_cannot_be_an_id_is_not_found(identifier: str) -> None:
    assert not is_plain(identifier)
    with pytest.raises(NotFound):
        require_plain(identifier)


def test_one_hostile_id_among_plain_ones_is_enough() -> None:
    with pytest.raises(NotFound):
        require_plain("cus_1", "../sub_1")


@given(st.text())
def test_a_plain_id_can_be_one_segment_of_a_path(identifier: str) -> None:
    if is_plain(identifier):
        assert identifier not in {"", ".", ".."}
        assert not set(identifier) & set("/\\\0\r\n")
        assert len(identifier.encode()) <= 4 * LONGEST_ID


usual = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]*", fullmatch=True)
near_the_limit = st.integers(LONGEST_ID - 1, LONGEST_ID + 1).map(lambda length: "a" * length)


@given(usual | near_the_limit | st.text() | st.tuples(usual, st.characters(), usual).map("".join))
def test_the_short_way_for_usual_ids_decides_as_the_whole_rule_does(identifier: str) -> None:
    whole_rule = (
        0 < len(identifier) <= LONGEST_ID
        and identifier not in {".", ".."}
        and identifier.isprintable()
        and not set(identifier) & set("/\\")
        and identifier == identifier.strip()
    )

    assert is_plain(identifier) is whole_rule
