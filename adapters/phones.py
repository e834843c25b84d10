"""Phones, which providers keep as they were typed."""

from __future__ import annotations

import re
from typing import Final

_NOT_A_DIGIT: Final = re.compile(r"\D+")


def phone_spellings(phone: str) -> list[str]:
    """The usual ways to write a number, the given one first.

    A number without a country code is not taken for one with it: that would be somebody else's.
    """
    digits = _NOT_A_DIGIT.sub("", phone)
    if phone.strip().startswith("+"):
        return list(dict.fromkeys((phone, f"+{digits}", digits)))
    return list(dict.fromkeys((phone, digits)))
