"""Chargebee's amounts in minor units of ISO 4217, by a table of Chargebee's own.

Integers are hundredths of the major unit for every currency, but for the few that Chargebee calls zero-decimal: also
where ISO has three decimals. Which further currencies it calls zero-decimal is not published in a readable form, so no
table of ISO exponents is consulted: https://www.chargebee.com/docs/billing/2.0/site-configuration/supported-currencies
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from adapters.amounts import exact

_WHOLE: Final = frozenset({"jpy", "krw", "xaf", "xof"})
"""Kept in major units, which are their minor units."""
_THOUSANDTHS: Final = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
"""Kept in hundredths, while their minor unit is the thousandth."""

DECIMAL: Final = "_in_decimal"
"""What is put behind a field's name where its amount is a text in major units: https://apidocs.chargebee.com/docs/api/
getting-started#multi_decimal_support"""


def minor_units(source: Mapping[str, Any], field: str, currency: str) -> Decimal | None:
    """The exact amount of a field: of its twin in decimals where that is there, else of the integer.

    Raises `Unmappable` for what is no amount.
    """
    precise = exact(source.get(field + DECIMAL), field + DECIMAL)
    if precise is not None:
        return precise * _in_a_major_unit(currency)
    kept = exact(source.get(field), field)
    return kept * 10 if kept is not None and currency in _THOUSANDTHS else kept


def _in_a_major_unit(currency: str) -> int:
    if currency in _WHOLE:
        return 1
    return 1000 if currency in _THOUSANDTHS else 100
