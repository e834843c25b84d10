"""Paddle's objects in Churnkey's words: customers, addresses, products, discounts. Pure functions, no I/O.

Prices are in `prices.py`, subscriptions in `subscriptions.py`, what is read of each object in `models.py`. All but the
ids may be missing, and words that nobody knows are no failure unless they are what is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from adapters.errors import Unmappable
from adapters.fields import missing
from adapters.paddle import models
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

USABLE: Final = "active"
"""The status of a price, product or discount that is not archived, expired or used up."""
_NOWHERE: Final = Address()


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


def required_moment(value: object, field: str) -> datetime:
    """A time that must be there. Raises `Unmappable`, naming the field where it is missing."""
    return moment(value) or missing(field)


def metadata(source: models.Customer | models.Subscription) -> dict[str, str]:
    """The object's `custom_data` as text to text; empty where it is no object. What is no text is written as JSON."""
    return {
        key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        for key, value in (source.custom_data or {}).items()
        if value is not None
    }


def customer(source: models.Customer, addresses: Iterable[models.Address] = ()) -> Customer:
    """A customer. The name is one text, which nobody can split safely; phones, discounts and currencies are not kept
    on customers. Addresses are asked for apart, the newest first."""
    shown = tuple(dict.fromkeys(found for one in addresses if (found := address(one)) is not None))
    return Customer(
        id=source.id,
        name=source.name,
        email=source.email,
        addresses=shown or None,
        metadata=metadata(source) or None,
        created_at=moment(source.created_at),
    )


def address(source: models.Address) -> Address | None:
    """An address, of which only the country is certain; None where nothing is there."""
    shown = Address(
        country=source.country_code,
        state=source.region,
        city=source.city,
        postal_code=source.postal_code,
        line1=source.first_line,
        line2=source.second_line,
    )
    return None if shown == _NOWHERE else shown


def product(source: models.Product) -> Product:
    """A product. Raises `Unmappable` for one without a name."""
    return Product(
        id=source.id,
        type=ProductType.STANDALONE,
        name=source.name or missing("name"),
        description=source.description,
    )


def coupon(source: models.Discount) -> Coupon:
    """A discount. Its description is the only name it has. Raises `Unmappable` for a type or an amount nobody knows."""
    limit, used = source.usage_limit, source.times_used
    return Coupon(
        id=source.id,
        duration=_duration(source),
        value=_value(source),
        name=source.description,
        code=source.code,
        redemptions=Redemptions(max=limit, current=used) if limit is not None or used is not None else None,
        expires_at=moment(source.expires_at),
    )


def _duration(source: models.Discount) -> CouponDuration:
    """Paddle counts billing periods, not months, so a limited discount is `cycle-amount`, never `recurring`."""
    if source.recur is not True:
        return OnceDuration()
    periods = source.maximum_recurring_intervals
    return ForeverDuration() if periods is None else CycleDuration(cycles=periods)


def _value(source: models.Discount) -> FixedValue | PercentageValue:
    amount = source.amount
    match source.type:
        case "percentage":
            # A currency may stand beside it, and means nothing.
            return PercentageValue(percent=_percent(amount))
        case "flat":
            return FixedValue(currency=_currency(source), flat=minor_units(amount, "amount"))
        case "flat_per_seat":
            return FixedValue(currency=_currency(source), unit=minor_units(amount, "amount"))
        case _:
            raise Unmappable("type: unknown")


def _currency(source: models.Discount) -> str:
    return source.currency_code or missing("currency_code")


def _percent(amount: str | None) -> float:
    try:
        return float(Decimal(amount or ""))
    except (InvalidOperation, ValueError):
        # The latter for "sNaN", which is a decimal and no float.
        raise Unmappable("amount: not a number") from None


def is_spent(discount: models.Discount, now: datetime) -> bool:
    """Whether a discount can be given to nobody any more: archived, expired, or used as often as it may be.

    A status nobody knows is left for Paddle to judge.
    """
    expires, limit, used = moment(discount.expires_at), discount.usage_limit, discount.times_used
    return (
        discount.status in {"archived", "expired", "used"}
        or (expires is not None and expires <= now)
        or (limit is not None and used is not None and used >= limit)
    )


def is_listed_coupon(discount: models.Discount, now: datetime) -> bool:
    """Whether a discount may be offered: it recurs, as only such go onto a subscription, and everybody may have it.

    https://developer.paddle.com/errors/subscriptions/subscription_one_off_discount_not_valid
    """
    return discount.recur is True and discount.mode != "custom" and not is_spent(discount, now)
