"""Paddle's amounts: texts of whole minor units, passed on as they are.

Minor units are Paddle's own (https://developer.paddle.com/concepts/sell/supported-currencies), so no table of ISO
exponents is consulted: 500 yen are "500", 5 dollars are "500".
"""

from __future__ import annotations

import re
from typing import Any, Final

from adapters.errors import Unmappable
from adapters.fields import required_text

_WHOLE: Final = re.compile(r"[0-9]{1,16}")
_LARGEST: Final = 2**53 - 1


def minor_units(value: object, field: str) -> int:
    """A text of digits as a number. Raises `Unmappable`, naming the field."""
    if not isinstance(value, str) or _WHOLE.fullmatch(value) is None or int(value) > _LARGEST:
        raise Unmappable(f"{field}: not a whole number of minor units")
    return int(value)


def money(value: object, field: str) -> tuple[str, int]:
    """Currency and minor units of `{"amount": "1000", "currency_code": "USD"}`. Raises `Unmappable`."""
    if not isinstance(value, dict):
        raise Unmappable(f"{field}: missing")
    found: dict[str, Any] = value
    return required_text(found, "currency_code"), minor_units(found.get("amount"), f"{field}.amount")
