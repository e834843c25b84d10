"""Paddle's objects in Churnkey's words: customers, addresses, products, discounts. Pure functions, no I/O.

Prices are in `prices.py`, subscriptions in `subscriptions.py`. Field names are those of version 1 of the API:
https://developer.paddle.com/api-reference. Older objects lack fields that newer ones have, so all but the ids may be
missing, and words that nobody knows are no failure unless they are what is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from adapters.errors import Unmappable
from adapters.fields import optional_text, required_text
from adapters.paddle.amounts import minor_units
from gateway.contract import (
    Address,
    Coupon,
    CouponDuration,
    Customer,
    CycleDuration,
    FixedValue,
    ForeverDuration,
    OnceDuration,
    PercentageValue,
    Product,
    ProductType,
    Redemptions,
)

_ADDRESS: Final = {
    "country_code": "country",
    "region": "state",
    "city": "city",
    "postal_code": "postal_code",
    "first_line": "line1",
    "second_line": "line2",
}
USABLE: Final = "active"
"""The status of a price, product or discount that is not archived, expired or used up."""


def moment(value: object) -> datetime | None:
    """An RFC 3339 text with any number of fraction digits as aware UTC, cut to microseconds. Raises `Unmappable`.

    A text without a zone is UTC: the documentation's own example of a discount has one.
    """
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        if found is None:
            raise Unmappable("a time is not a text")
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        if isinstance(error, Unmappable):
            raise
        raise Unmappable("a time cannot be read") from None


def required_moment(source: Mapping[str, Any], field: str) -> datetime:
    """A time that must be there. Raises `Unmappable`."""
    found = moment(source.get(field))
    if found is None:
        raise Unmappable(f"{field}: missing")
    return found


def metadata(source: Mapping[str, Any]) -> dict[str, str]:
    """The object's `custom_data` as text to text; empty where it is no object. What is no text is written as JSON."""
    found = source.get("custom_data")
    if not isinstance(found, dict):
        return {}
    return {
        str(key): value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        for key, value in found.items()
        if value is not None
    }


def customer(source: Mapping[str, Any], addresses: Iterable[Mapping[str, Any]] = ()) -> Customer:
    """A customer. The name is one text, which nobody can split safely; phones, discounts and currencies are not kept
    on customers. Addresses are asked for apart, the newest first."""
    shown = tuple(dict.fromkeys(found for one in addresses if (found := address(one)) is not None))
    return Customer(
        id=required_text(source, "id"),
        name=optional_text(source, "name"),
        email=optional_text(source, "email"),
        addresses=shown or None,
        metadata=metadata(source) or None,
        created_at=moment(source.get("created_at")),
    )


def address(source: Mapping[str, Any]) -> Address | None:
    """An address, of which only the country is certain; None where nothing is there."""
    lines = {ours: text for theirs, ours in _ADDRESS.items() if (text := optional_text(source, theirs))}
    return Address.model_validate(lines) if lines else None


def product(source: Mapping[str, Any]) -> Product:
    """A product."""
    return Product(
        id=required_text(source, "id"),
        type=ProductType.STANDALONE,
        name=required_text(source, "name"),
        description=optional_text(source, "description"),
    )


def coupon(source: Mapping[str, Any]) -> Coupon:
    """A discount. Its description is the only name it has."""
    limit, used = source.get("usage_limit"), source.get("times_used")
    return Coupon(
        id=required_text(source, "id"),
        duration=_duration(source),
        value=_value(source),
        name=optional_text(source, "description"),
        code=optional_text(source, "code"),
        redemptions=Redemptions(max=limit, current=used) if limit is not None or used is not None else None,
        expires_at=moment(source.get("expires_at")),
    )


def _duration(source: Mapping[str, Any]) -> CouponDuration:
    """Paddle counts billing periods, not months, so a limited discount is `cycle-amount`, never `recurring`."""
    if source.get("recur") is not True:
        return OnceDuration()
    periods = source.get("maximum_recurring_intervals")
    return ForeverDuration() if periods is None else CycleDuration(cycles=periods)


def _value(source: Mapping[str, Any]) -> FixedValue | PercentageValue:
    amount = source.get("amount")
    match source.get("type"):
        case "percentage":
            # A currency may stand beside it, and means nothing.
            return PercentageValue(percent=_percent(amount))
        case "flat":
            return FixedValue(currency=required_text(source, "currency_code"), flat=minor_units(amount, "amount"))
        case "flat_per_seat":
            return FixedValue(currency=required_text(source, "currency_code"), unit=minor_units(amount, "amount"))
        case _:
            raise Unmappable("type: unknown")


def _percent(amount: object) -> float:
    try:
        return float(Decimal(amount)) if isinstance(amount, str) else _no_number()
    except InvalidOperation:
        return _no_number()


def _no_number() -> float:
    raise Unmappable("amount: not a number")


def is_spent(discount: Mapping[str, Any], now: datetime) -> bool:
    """Whether a discount can be given to nobody any more: archived, expired, or used as often as it may be.

    A status nobody knows is left for Paddle to judge.
    """
    expires, limit, used = moment(discount.get("expires_at")), discount.get("usage_limit"), discount.get("times_used")
    return (
        discount.get("status") in {"archived", "expired", "used"}
        or (expires is not None and expires <= now)
        or (isinstance(limit, int) and isinstance(used, int) and used >= limit)
    )


def is_listed_coupon(discount: Mapping[str, Any], now: datetime) -> bool:
    """Whether a discount may be offered: it recurs, as only such go onto a subscription, and everybody may have it.

    https://developer.paddle.com/errors/subscriptions/subscription_one_off_discount_not_valid
    """
    return discount.get("recur") is True and discount.get("mode") != "custom" and not is_spent(discount, now)
