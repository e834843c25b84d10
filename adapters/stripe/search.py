"""Queries for Stripe's search. https://docs.stripe.com/search#search-query-language"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_NOT_A_DIGIT: Final = re.compile(r"\D+")


def any_field_equals(field: str, values: Sequence[str]) -> str:
    """A query for objects whose `field` is exactly one of `values`; quotes and backslashes in them are escaped."""
    return " OR ".join(f"{field}:'{_escaped(value)}'" for value in values)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def phone_spellings(phone: str) -> list[str]:
    """The usual ways to write a number, as phones are stored as they were typed.

    A number without a country code is not taken for one with it: that would be somebody else's.
    """
    digits = _NOT_A_DIGIT.sub("", phone)
    if phone.strip().startswith("+"):
        return list(dict.fromkeys((phone, f"+{digits}", digits)))
    return list(dict.fromkeys((phone, digits)))
