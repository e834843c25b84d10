"""Ids of what cannot exist, whatever a careless provider makes of them."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from gateway.verification.absent import absent_email, absent_id, absent_phone, wrong_token

MADE: Final = [absent_id() for _ in range(200)]
LARGEST_EXACT: Final = 2**53
"""Up to here a reader in JavaScript does not round."""


def test_no_two_are_the_same() -> None:
    assert len(set(MADE)) == len(MADE)


def test_one_that_is_read_as_a_number_is_a_number_of_nothing() -> None:
    # Zero equals every text where a database compares it with numbers.
    numbers = [int(re.match(r"\d+", identifier)[0]) for identifier in MADE]  # type: ignore[index]  # it has digits

    assert all(10**15 <= number < LARGEST_EXACT for number in numbers)


def test_nothing_in_one_means_anything_to_a_path_a_query_or_a_pattern() -> None:
    assert all(quote(identifier, safe="") == identifier for identifier in MADE)
    assert not any(set("%_*?'\"\\") & set(identifier) for identifier in MADE)


def test_nobody_can_have_the_address_or_the_number() -> None:
    assert absent_email().endswith(".invalid")
    assert re.fullmatch(r"\+999\d{11}", absent_phone())


def test_a_wrong_token_is_never_the_same() -> None:
    assert wrong_token() != wrong_token()
