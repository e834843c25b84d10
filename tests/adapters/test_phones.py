"""The usual ways to write a phone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.phones import phone_spellings


@pytest.mark.parametrize(
    ("phone", "spellings"),
    [
        pytest.param("+442079460958", ["+442079460958", "442079460958"], id="with its country"),
        pytest.param("+44 20 7946 0958", ["+44 20 7946 0958", "+442079460958", "442079460958"], id="with spaces"),
        pytest.param("+44-(20)-7946", ["+44-(20)-7946", "+44207946", "44207946"], id="with marks"),
        pytest.param(" +4420", [" +4420", "+4420", "4420"], id="with a space in front"),
        pytest.param("(555) 123-4567", ["(555) 123-4567", "5551234567"], id="without its country"),
        pytest.param("5551234567", ["5551234567"], id="digits only"),
        pytest.param("0049 221 12345", ["0049 221 12345", "004922112345"], id="noughts are not made a plus sign"),
    ],
)
def test_spellings(phone: str, spellings: list[str]) -> None:
    assert phone_spellings(phone) == spellings


def test_a_number_without_its_country_is_never_given_one() -> None:
    assert not any(spelling.startswith("+") for spelling in phone_spellings("5551234567"))


@given(st.text("+0123456789 ()-", min_size=1, max_size=20))
def test_every_spelling_has_the_same_digits_and_none_is_tried_twice(phone: str) -> None:
    spellings = phone_spellings(phone)
    digits = {"".join(filter(str.isdigit, spelling)) for spelling in spellings}

    assert spellings[0] == phone
    assert len(digits) == 1
    assert len(set(spellings)) == len(spellings)
