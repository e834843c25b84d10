"""Paddle's ids: a prefix for the kind, and 26 lower-case letters and digits.

The pattern is the one of Paddle's OpenAPI description, version 1.
"""

from __future__ import annotations

import re

_LENGTH = 26
_IDENTIFIER = re.compile(r"([a-z]{3})_[a-z0-9]{26}")

CUSTOMER = "ctm"
ADDRESS = "add"
PRODUCT = "pro"
PRICE = "pri"
DISCOUNT = "dsc"
SUBSCRIPTION = "sub"


def is_identifier(text: str, prefix: str) -> bool:
    """Whether a text has the form of an id of this kind."""
    match = _IDENTIFIER.fullmatch(text)
    return match is not None and match[1] == prefix


def readable(prefix: str, name: str, ending: str = "") -> str:
    """An id of the real form that people can tell apart: `ctm_01ada`, as many x as it takes, and the ending.

    Raises:
        ValueError: the name is too long, or holds anything but lower-case letters and digits.
    """
    identifier = f"{prefix}_01{name.ljust(_LENGTH - 2 - len(ending), 'x')}{ending}"
    if not is_identifier(identifier, prefix):
        raise ValueError(f"no id can be made of {name!r}")
    return identifier


def numbered(prefix: str, number: int, ending: str = "") -> str:
    """An id from a counter; later ones sort behind earlier ones, as Paddle's do."""
    return f"{prefix}_01{number:0{_LENGTH - 2 - len(ending)}d}{ending}"
