"""Queries for Stripe's search. https://docs.stripe.com/search#search-query-language"""

from __future__ import annotations

from collections.abc import Sequence


def any_field_equals(field: str, values: Sequence[str]) -> str:
    """A query for objects whose `field` is exactly one of `values`; quotes and backslashes in them are escaped."""
    return " OR ".join(f"{field}:'{_escaped(value)}'" for value in values)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")
