"""Churnkey's JSON as its documentation writes it, checked by hand: independent of the models that produced it."""

from __future__ import annotations

import re
from typing import Any, Final

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_CURRENCY: Final = re.compile(r"[a-z]{3}")
_DATES: Final = frozenset({"start", "end", "createdAt", "canceledAt", "expiresAt"})
_IDS: Final = frozenset({"id", "customerId", "productId", "familyId"})
_MONEY: Final = frozenset({"unit", "flat"})
_COUNTS: Final = frozenset({"quantity", "upTo", "cycles", "max", "current"})
_UNITS: Final = frozenset({"day", "week", "month", "year"})


def faults(value: Any, path: str = "") -> list[str]:
    """Where a body is not as it is documented, each place with what is wrong there."""
    if value is None:
        return [f"{path}: null"]
    if isinstance(value, list):
        return [fault for number, entry in enumerate(value) for fault in faults(entry, f"{path}[{number}]")]
    if not isinstance(value, dict):
        return []
    found: list[str] = []
    for name, entry in value.items():
        place = f"{path}.{name}"
        if name == "metadata":
            found += [f"{place}.{key}" for key, text in entry.items() if not isinstance(text, str)]
            continue
        if not _is_sound(name, entry, within=value):
            found.append(f"{place}: {entry!r}")
        found += faults(entry, place)
    return found


def _is_sound(name: str, entry: Any, *, within: dict[str, Any]) -> bool:
    if name in _DATES:
        return isinstance(entry, str) and _DATE.fullmatch(entry) is not None
    if name in _IDS:
        return isinstance(entry, str) and entry != ""
    if name == "currency":
        return isinstance(entry, str) and _CURRENCY.fullmatch(entry) is not None
    if name == "unit" and "amount" in within:
        # A length of time: the amount is how many, the unit of what.
        return entry in _UNITS and _is_whole(within["amount"])
    if name in _MONEY or name in _COUNTS:
        return _is_whole(entry)
    return True


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
