"""What a period costs, in minor units, before tax: that is added to a whole bill (`settlement`)."""

from __future__ import annotations

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from simulators.paddle.store import Store
    from simulators.types import Json


def unit_amount(store: Store, subscription: Json, price: Json) -> int:
    """One unit for this subscription: the override for its customer's country, else one in its currency.

    Paddle converts the base price where there is neither. The simulator knows no rates and takes the number as it is.
    """
    address = store.addresses.get(subscription["address_id"] or "")
    country = address["country_code"] if address is not None else None
    currency = subscription["currency_code"]
    in_currency = [
        override for override in price["unit_price_overrides"] if override["unit_price"]["currency_code"] == currency
    ]
    for override in in_currency:
        if country in override["country_codes"]:
            return int(override["unit_price"]["amount"])
    if price["unit_price"]["currency_code"] != currency and in_currency:
        return int(in_currency[0]["unit_price"]["amount"])
    return int(price["unit_price"]["amount"])


def gross(store: Store, subscription: Json, items: Iterable[Json]) -> int:
    """All recurring items for one period, before the discount."""
    return sum(
        unit_amount(store, subscription, item["price"]) * item["quantity"] for item in items if item["recurring"]
    )


def reduction(store: Store, subscription: Json, items: Iterable[Json], discount: Json | None) -> int:
    """What a discount takes off one period. One that is restricted counts for the items it is restricted to."""
    if discount is None:
        return 0
    eligible = [item for item in items if item["recurring"] and fits(discount, item["price"])]
    worth = gross(store, subscription, eligible)
    if discount["type"] == "percentage":
        return rounded(worth * Decimal(discount["amount"]) / 100)
    amount = int(discount["amount"])
    if discount["type"] == "flat_per_seat":
        amount *= sum(item["quantity"] for item in eligible)
    return min(worth, amount)


def fits(discount: Json, price: Json) -> bool:
    """Whether a discount counts for a price, by the price's id or its product's."""
    return not discount["restrict_to"] or bool({price["id"], price["product_id"]} & set(discount["restrict_to"]))


def one_period(store: Store, subscription: Json, items: Iterable[Json], discount: Json | None) -> int:
    """One period with the discount taken off."""
    listed = list(items)
    return gross(store, subscription, listed) - reduction(store, subscription, listed, discount)


def share(amount: int, part: timedelta, whole: timedelta) -> int:
    """A part of an amount in proportion to time."""
    return rounded(Decimal(amount) * Decimal(part.total_seconds()) / Decimal(whole.total_seconds())) if whole else 0


def left_of(start: datetime, end: datetime, now: datetime) -> tuple[timedelta, timedelta]:
    """How much of a period is left, and its length."""
    return max(end - max(start, now), timedelta(0)), end - start


def rounded(amount: Decimal) -> int:
    """To a whole minor unit, halves away from zero."""
    return int(amount.to_integral_value(ROUND_HALF_UP))
