"""What is parsed of a subscription; the parser passes over the rest, which is most of it, without making objects.

Tests hold the mapping to reading nothing that is not named here or in the models.
"""

from __future__ import annotations

from typing import Any, Final, NotRequired, TypedDict

from msgspec import Raw
from msgspec.json import Decoder

from adapters.stripe.models import Subscription
from adapters.stripe.transport import ANYTHING, Parser

# Whatever is in the place of an object. `Any` cannot stand beside an object's type.
_Other = str | int | float | bool | list[Any] | None


class _Recurring(TypedDict, total=False):
    interval: Any
    interval_count: Any
    usage_type: Any


class _ActedOnPrice(TypedDict, total=False):
    id: Any
    product: Any
    recurring: _Recurring | _Other


class _ActedOnItem(TypedDict, total=False):
    id: Any
    current_period_end: Any
    current_period_start: Any
    discounts: Any
    price: _ActedOnPrice | _Other
    quantity: Any


class _ActedOnItems(TypedDict, total=False):
    data: list[_ActedOnItem | _Other] | str | int | float | bool | dict[str, Any] | None
    has_more: Any


class _State(TypedDict, total=False):
    id: Any
    object: Any
    cancel_at: Any
    cancel_at_period_end: Any
    collection_method: Any
    currency: Any
    customer: Any
    discounts: Any
    ended_at: Any
    items: _ActedOnItems | _Other
    livemode: Any
    pause_collection: Any
    schedule: Any
    status: Any
    trial_end: Any


class _Page(TypedDict):
    object: str
    data: list[Subscription]
    has_more: NotRequired[Any]


class _PageOfAnything(TypedDict):
    object: NotRequired[Any]
    data: list[Raw]
    has_more: NotRequired[Any]


class _ListParser:
    """Parses a page of subscriptions. A row that is none stays the JSON that it is, so that the list does not fail for
    it: whoever expresses the rows says what is wrong."""

    def __init__(self) -> None:
        self._page = Decoder(_Page)
        self._page_of_anything = Decoder(_PageOfAnything)
        self._row = Decoder(Subscription)

    def decode(self, body: bytes, /) -> Any:
        """The page, or what is in its place. Raises `ValueError` for what is no JSON."""
        try:
            return self._page.decode(body)
        except ValueError:
            # Of a member, or of a text that is none: both are a row's affair.
            pass
        try:
            page = self._page_of_anything.decode(body)
        except ValueError:
            return ANYTHING.decode(body)
        return {**page, "data": [self._row_or_json(row) for row in page["data"]]}

    def _row_or_json(self, row: Raw) -> object:
        try:
            return self._row.decode(row)
        except ValueError:
            pass
        try:
            return ANYTHING.decode(row)
        except ValueError:
            # A number that cannot be had, say.
            return None


LISTED: Final[Parser] = _ListParser()
"""Parses a page of subscriptions that are to be shown."""
ACTED_ON: Final[Parser] = Decoder(_State | _Other)
"""Parses a subscription that something is to be done to, or was done to."""
