"""Lists: one page of results, and the ``limit`` of a request."""

from __future__ import annotations

import re
from typing import Final, Generic, TypeVar

from pydantic import Field

from gateway.contract.base import ContractModel, Identifier
from gateway.contract.errors import RequestError

DEFAULT_LIMIT: Final = 100
"""Rows on a page when the request names no limit; the contract states no default."""

MAX_LIMIT: Final = 100
"""Most rows on a page; a larger limit is served as this one."""

LARGEST_LIMIT: Final = 10**10 - 1
"""The largest limit that is read: ten digits hold every one that anybody means."""

# More digits are refused unread, since converting them takes quadratic time.
_WHOLE_NUMBER: Final = re.compile(r"[0-9]{1,10}")

T = TypeVar("T")


class Page(ContractModel, Generic[T]):
    """One page of a list.

    A short or empty page does not end a list; only an absent ``next`` does (proven).
    """

    data: tuple[T, ...] = Field(description="The rows of this page.")
    next: Identifier | None = Field(
        default=None, description="Churnkey sends it back as cursor; left out on the last page (proven)."
    )


def parse_limit(raw: str | None) -> int:
    """Return the number of rows to serve, 1 to ``MAX_LIMIT``, for the query parameter ``limit`` as it was
    sent.

    Raises:
        RequestError: it is anything but one to ten ASCII digits, or it is zero.
    """
    if raw is None:
        return DEFAULT_LIMIT
    if _WHOLE_NUMBER.fullmatch(raw) is None or not (digits := raw.lstrip("0")):
        raise RequestError("limit", "expected a whole number from 1")
    # What is longer than the maximum is larger; converting very many digits would take quadratic time.
    return MAX_LIMIT if len(digits) > len(str(MAX_LIMIT)) else min(int(digits), MAX_LIMIT)
