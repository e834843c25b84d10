"""Paddle's amounts: texts of whole minor units, passed on as they are.

Minor units are Paddle's own (https://developer.paddle.com/concepts/sell/supported-currencies), so no table of ISO
exponents is consulted: 500 yen are "500", 5 dollars are "500".
"""

from __future__ import annotations

import re
from typing import Final

from adapters.errors import Unmappable
from adapters.fields import missing
from adapters.paddle.models import Money

_WHOLE: Final = re.compile(r"[0-9]{1,16}")
_LARGEST: Final = 2**53 - 1


def minor_units(value: str | None, field: str) -> int:
    """A text of digits as a number. Raises `Unmappable`, naming the field."""
    if value is None or _WHOLE.fullmatch(value) is None or int(value) > _LARGEST:
        raise Unmappable(f"{field}: not a whole number of minor units")
    return int(value)


def signed_minor_units(value: str | None, field: str) -> int:
    """The same for a total, which is negative where more is credited than billed. Raises `Unmappable`."""
    if value is not None and value.startswith("-"):
        return -minor_units(value[1:], field)
    return minor_units(value, field)


def money(value: Money | None, field: str) -> tuple[str, int]:
    """Currency and minor units of `{"amount": "1000", "currency_code": "USD"}`. Raises `Unmappable`."""
    if value is None:
        missing(field)
    return value.currency_code or missing("currency_code"), minor_units(value.amount, f"{field}.amount")
