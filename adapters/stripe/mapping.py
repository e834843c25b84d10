"""Stripe's objects in Churnkey's words: customers, coupons, products, families. Pure functions, no I/O.

Prices are in `prices.py`, subscriptions in `subscriptions.py`. Field names are those of API version
2026-10-28.endive: https://docs.stripe.com/api.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from adapters.errors import Unmappable
from adapters.fields import optional_text, required_text
from adapters.stripe.fields import is_deleted, reference
from adapters.stripe.options import MappingOptions
from gateway.contract import (
    Address,
    Coupon,
    Customer,
    CustomerDiscount,
    Family,
    FixedValue,
    ForeverDuration,
    OnceDuration,
    PercentageValue,
    Product,
    ProductType,
    RecurringDuration,
    Redemptions,
)

_ADDRESS: Final = ("country", "state", "city", "postal_code", "line1", "line2")
_NOT_IN_AN_ID: Final = re.compile(r"[^\w.~-]+")
UNGROUPED: Final = Family(id="ungrouped", name="Ungrouped")
"""The family of products that name none: Churnkey wants all products to be of one type."""


def seconds(value: object) -> float | None:
    """A time of Stripe's, Unix seconds, as it is. Raises `Unmappable` for what is no time."""
    if value is None or type(value) is int:
        return value
    if isinstance(value, float):
        return value
    raise Unmappable("a time is not a number")


def moment(value: object) -> datetime | None:
    """A time of Stripe's, Unix seconds, as aware UTC. Raises `Unmappable` for what is no time."""
    found = value if value is None or type(value) is int else seconds(value)
    return None if found is None else at(found)


def at(found: float) -> datetime:
    """Unix seconds as aware UTC. Raises `Unmappable` where they are out of range."""
    try:
        return datetime.fromtimestamp(found, UTC)
    except (OverflowError, OSError, ValueError):
        raise Unmappable("a time is out of range") from None


def required_moment(source: Mapping[str, Any], field: str) -> datetime:
    """A time that must be there. Raises `Unmappable`."""
    found = moment(source.get(field))
    if found is None:
        raise Unmappable(f"{field}: missing")
    return found


def metadata(found: object) -> dict[str, str]:
    """An object's metadata, text to text; empty where there is none."""
    if not isinstance(found, dict):
        return {}
    return {str(key): str(value) for key, value in found.items() if value is not None}


def customer(source: Mapping[str, Any]) -> Customer:
    """A customer with the discount on the customer itself, if its coupon was expanded."""
    name, last_name = _names(source)
    discount = customer_discount(source.get("discount"))
    return Customer(
        id=required_text(source, "id"),
        name=name,
        last_name=last_name,
        email=source.get("email") or None,
        phone=source.get("phone") or None,
        addresses=_addresses(source) or None,
        discounts=(discount,) if discount else None,
        currency=source.get("currency") or None,
        metadata=metadata(source.get("metadata")) or None,
        created_at=moment(source.get("created")),
    )


def _names(source: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """First and last name. The name of a business is one name; a person's is split at the first space."""
    person, business = optional_text(source, "individual_name"), optional_text(source, "business_name")
    full = " ".join((person or optional_text(source, "name") or "").split())
    if not full:
        return business, None
    if business and not person:
        return full, None
    first, _, rest = full.partition(" ")
    return first, rest or None


def _addresses(source: Mapping[str, Any]) -> tuple[Address, ...]:
    shipping = source.get("shipping")
    found: list[Address] = []
    for part in (source.get("address"), shipping.get("address") if isinstance(shipping, dict) else None):
        if not isinstance(part, dict):
            continue
        lines = {field: line for field in _ADDRESS if (line := optional_text(part, field))}
        if lines and (address := Address.model_validate(lines)) not in found:
            found.append(address)
    return tuple(found)


def customer_discount(source: object) -> CustomerDiscount | None:
    """The discount of a customer; None where there is none or its coupon cannot be told."""
    if not isinstance(source, dict):
        return None
    origin = source.get("source")
    found = origin.get("coupon") if isinstance(origin, dict) else None
    if not isinstance(found, dict) or is_deleted(found):
        return None
    return CustomerDiscount(coupon=coupon(found), start=moment(source.get("start")), end=moment(source.get("end")))


def discount_coupon_id(source: Mapping[str, Any]) -> str | None:
    """The id of a discount's coupon. Since 2025-09-30 it is at `source.coupon`, an id or an object or nothing."""
    origin = source.get("source")
    return reference(origin.get("coupon")) if isinstance(origin, dict) else None


def coupon(source: Mapping[str, Any]) -> Coupon:
    """A coupon. Its id is no code that a customer could enter, so `code` is left out."""
    maximum, current = source.get("max_redemptions"), source.get("times_redeemed")
    return Coupon(
        id=required_text(source, "id"),
        duration=_coupon_duration(source),
        value=_coupon_value(source),
        name=source.get("name") or None,
        redemptions=Redemptions(max=maximum, current=current) if maximum is not None or current is not None else None,
        expires_at=moment(source.get("redeem_by")),
    )


def _coupon_duration(source: Mapping[str, Any]) -> OnceDuration | ForeverDuration | RecurringDuration:
    """Stripe counts calendar months, not invoices, so a repeating coupon is `recurring`, never `cycle-amount`."""
    match source.get("duration"):
        case "once":
            return OnceDuration()
        case "forever":
            return ForeverDuration()
        case "repeating" if source.get("duration_in_months"):
            return RecurringDuration(amount=source["duration_in_months"], unit="month")
        case _:
            raise Unmappable("duration: unknown")


def _coupon_value(source: Mapping[str, Any]) -> FixedValue | PercentageValue:
    if source.get("percent_off") is not None:
        return PercentageValue(percent=source["percent_off"])
    if source.get("amount_off") is not None and source.get("currency"):
        # Off the invoice's subtotal, once, however many units there are.
        return FixedValue(currency=source["currency"], flat=source["amount_off"])
    raise Unmappable("percent_off, amount_off: neither is there")


def family(source: Mapping[str, Any], options: MappingOptions) -> Family | None:
    """The family a product belongs to by the convention of the settings; None where families are off."""
    if options.family_key is None:
        return None
    name = metadata(source.get("metadata")).get(options.family_key, "").strip()
    identifier = _NOT_IN_AN_ID.sub("-", name.casefold()).strip("-.")
    return Family(id=identifier, name=name) if identifier else UNGROUPED


def product(source: Mapping[str, Any], options: MappingOptions) -> Product:
    """A product, with its family where families are on."""
    group = family(source, options)
    return Product(
        id=required_text(source, "id"),
        type=ProductType.FAMILY if group else ProductType.STANDALONE,
        name=required_text(source, "name"),
        description=source.get("description") or None,
        unit_label=source.get("unit_label") or None,
        family_id=group.id if group else None,
    )
