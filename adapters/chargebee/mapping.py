"""Chargebee's objects in Churnkey's words: customers, coupons, products, families. Pure functions, no I/O.

Prices are in `prices.py`, subscriptions in `subscriptions.py`. Field names are those of API version 2 with Product
Catalog 2.0: https://apidocs.chargebee.com/docs/api?prod_cat_ver=2.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from adapters.amounts import rounded
from adapters.chargebee.amounts import minor_units
from adapters.chargebee.options import MappingOptions
from adapters.errors import Unmappable
from adapters.fields import optional_text, required_text, text_if_any, unix_moment
from gateway.contract import (
    Address,
    Coupon,
    Customer,
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

UNGROUPED: Final = Family(id="ungrouped", name="Ungrouped")
"""The family of products that have none: Churnkey wants all products to be of one type."""

_CUSTOM_FIELD: Final = "cf_"
_INLINE: Final = re.compile(r"</?(?:a|abbr|b|code|del|em|i|mark|s|small|span|strong|sub|sup|u)\b[^>]*>", re.IGNORECASE)
"""Tags within a word or a sentence, which leave no gap."""
_TAG: Final = re.compile(r"</?[a-zA-Z][^>]*>|<!--.*?-->", re.DOTALL)


def metadata(source: Mapping[str, Any]) -> dict[str, str]:
    """The object's `meta_data`, which may be any JSON, and its custom fields, as text to text."""
    found: dict[str, str] = {}
    own = source.get("meta_data")
    if isinstance(own, dict):
        found.update({str(name): _text(value) for name, value in own.items() if value is not None})
    for name, value in source.items():
        if name.startswith(_CUSTOM_FIELD) and value is not None:
            found[name] = _text(value)
    return found


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def plain_text(markup: str | None) -> str | None:
    """A description without its HTML: descriptions may hold it, and customers see them."""
    if markup is None:
        return None
    return " ".join(html.unescape(_TAG.sub(" ", _INLINE.sub("", markup))).split()) or None


def customer(source: Mapping[str, Any]) -> Customer:
    """A customer. Coupons hang on subscriptions at Chargebee, so there are no discounts here."""
    billing = source.get("billing_address")
    address: Mapping[str, Any] = billing if isinstance(billing, dict) else {}
    first, last = _names(source, address)
    return Customer(
        id=required_text(source, "id"),
        name=first,
        last_name=last,
        email=optional_text(source, "email"),
        phone=optional_text(source, "phone"),
        addresses=_addresses(address) or None,
        currency=currency(source.get("preferred_currency_code")),
        metadata=metadata(source) or None,
        created_at=unix_moment(source.get("created_at")),
    )


def currency(code: object) -> str | None:
    """A currency's code in the contract's small letters."""
    return code.lower() if isinstance(code, str) and code else None


def _names(source: Mapping[str, Any], address: Mapping[str, Any]) -> tuple[str | None, str | None]:
    for holder in (source, address):
        first, last = optional_text(holder, "first_name"), optional_text(holder, "last_name")
        if first or last:
            return first or last, last if first else None
    return optional_text(source, "company") or optional_text(address, "company"), None


def _addresses(source: Mapping[str, Any]) -> tuple[Address, ...]:
    second = ", ".join(line for name in ("line2", "line3") if (line := optional_text(source, name)))
    found = {
        "country": optional_text(source, "country"),
        "state": optional_text(source, "state", "state_code"),
        "city": optional_text(source, "city"),
        "postal_code": optional_text(source, "zip"),
        "line1": optional_text(source, "line1"),
        "line2": second or None,
    }
    return (Address.model_validate(found),) if any(found.values()) else ()


def coupon(source: Mapping[str, Any]) -> Coupon:
    """A coupon. Its id is what a customer types, so it is the code as well.

    Raises `Unmappable` for one that the contract has no words for: free units, or a length in days or weeks.
    """
    return _coupon(source, _coupon_duration(source))


def running_coupon(source: Mapping[str, Any]) -> Coupon:
    """A coupon on a subscription. One that lasts days or weeks is said to last for ever: the discount has its end."""
    try:
        duration = _coupon_duration(source)
    except Unmappable:
        duration = ForeverDuration()
    return _coupon(source, duration)


def has_words(source: Mapping[str, Any]) -> bool:
    """Whether the contract has words for a coupon's kind: not for free units, nor for a length in days or weeks."""
    return source.get("discount_type") != "offer_quantity" and source.get("period_unit") not in {"day", "week"}


def is_active(source: Mapping[str, Any]) -> bool:
    """Whether a coupon or item can be used: neither archived, deleted, expired nor yet to come."""
    return text_if_any(source, "status") == "active" and source.get("deleted") is not True


def _coupon(source: Mapping[str, Any], duration: OnceDuration | ForeverDuration | RecurringDuration) -> Coupon:
    identifier = required_text(source, "id")
    maximum, current = source.get("max_redemptions"), source.get("redemptions")
    return Coupon(
        id=identifier,
        code=identifier,
        name=optional_text(source, "name", "invoice_name"),
        duration=duration,
        value=_coupon_value(source),
        redemptions=Redemptions(max=maximum, current=current) if maximum is not None or current is not None else None,
        expires_at=unix_moment(source.get("valid_till")),
    )


def _coupon_duration(source: Mapping[str, Any]) -> OnceDuration | ForeverDuration | RecurringDuration:
    match source.get("duration_type"):
        case "one_time":
            return OnceDuration()
        case "forever":
            return ForeverDuration()
        case "limited_period" if source.get("period") and source.get("period_unit") in {"month", "year"}:
            return RecurringDuration(amount=source["period"], unit=source["period_unit"])
        case "limited_period" if source.get("duration_month") and not source.get("period"):
            # Coupons made before lengths had a unit.
            return RecurringDuration(amount=source["duration_month"], unit="month")
        case "limited_period":
            raise Unmappable("period_unit: the contract has months and years only")
        case _:
            raise Unmappable("duration_type: unknown")


def _coupon_value(source: Mapping[str, Any]) -> FixedValue | PercentageValue:
    code = currency(source.get("currency_code"))
    match source.get("discount_type"):
        case "percentage":
            percent = source.get("discount_percentage")
            if not isinstance(percent, int | float) or isinstance(percent, bool):
                raise Unmappable("discount_percentage: missing")
            return PercentageValue(percent=float(percent))
        case "fixed_amount" if code is not None:
            amount = rounded(minor_units(source, "discount_amount", code))
            if amount is None:
                raise Unmappable("discount_amount: missing")
            return FixedValue(currency=code, flat=amount)
        case "offer_quantity":
            raise Unmappable("discount_type: the contract has no free units")
        case _:
            raise Unmappable("discount_type: unknown")


def product(source: Mapping[str, Any], options: MappingOptions) -> Product:
    """An item, with its family where families are on. A family is optional at Chargebee: see `UNGROUPED`."""
    family_id = (optional_text(source, "item_family_id") or UNGROUPED.id) if options.families else None
    return Product(
        id=required_text(source, "id"),
        type=ProductType.FAMILY if family_id else ProductType.STANDALONE,
        name=optional_text(source, "external_name") or required_text(source, "name"),
        description=plain_text(optional_text(source, "description")),
        unit_label=optional_text(source, "unit"),
        family_id=family_id,
    )


def family(source: Mapping[str, Any]) -> Family:
    """An item family."""
    return Family(
        id=required_text(source, "id"),
        name=required_text(source, "name"),
        description=plain_text(optional_text(source, "description")),
    )
