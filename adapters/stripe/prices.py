"""A Stripe Price as Churnkey's Price. Pure functions over the JSON of API version 2026-10-28.endive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters import intervals
from adapters.errors import Unmappable
from adapters.fields import object_if_any, required_text, text_if_any
from adapters.state import PriceFacts
from adapters.stripe.amounts import fixed, tiered
from adapters.stripe.fields import reference
from adapters.stripe.options import MappingOptions
from gateway.contract import BillingDuration, FixedAmount, IntervalUnit, Price, PriceType, TieredAmount


def interval(recurring: Mapping[str, Any]) -> tuple[IntervalUnit, int]:
    """Unit and count of a billing interval. Raises `Unmappable` for a unit that is not known."""
    count = recurring.get("interval_count")
    return intervals.interval(recurring.get("interval"), 1 if count is None else count)


def duration(recurring: Mapping[str, Any], options: MappingOptions) -> BillingDuration:
    """The billing cycle. Twelve months are a year; weeks and days become whole months unless they are to be exact."""
    return intervals.duration(*interval(recurring), exact=options.exact_intervals)


def is_approximated(recurring: Mapping[str, Any], options: MappingOptions) -> bool:
    """Whether the contract's months only stand in for an interval of days or weeks."""
    return intervals.is_approximated(recurring.get("interval"), exact=options.exact_intervals)


def is_listed(price: Mapping[str, Any], options: MappingOptions) -> bool:
    """Whether a price is one that Churnkey may offer: recurring, with an amount, in an interval it has a word for."""
    recurring = object_if_any(price, "recurring")
    return recurring is not None and not price.get("custom_unit_amount") and not is_approximated(recurring, options)


def price(
    source: Mapping[str, Any],
    options: MappingOptions,
    *,
    product: Mapping[str, Any] | None = None,
    currency: str | None = None,
    quantity: int | None = None,
) -> Price:
    """A price, in its own currency or in `currency`, which then must be among its `currency_options`.

    `product` is the price's product where it is known; its name is what customers see, the nickname is hidden from
    them (https://docs.stripe.com/api/prices/object). `quantity` is a subscription item's. Raises `Unmappable` for a
    price that does not recur.
    """
    recurring = source.get("recurring")
    if not isinstance(recurring, dict):
        raise Unmappable("recurring: a one-time price has no billing cycle")
    embedded = source.get("product")
    if product is None and isinstance(embedded, dict):
        product = embedded
    product_id = reference(embedded) if options.products else None
    name = (product or {}).get("name")
    nickname = source.get("nickname")
    return Price(
        id=required_text(source, "id"),
        type=PriceType.PRODUCT if product_id else PriceType.STANDALONE,
        product_id=product_id,
        duration=duration(recurring, options),
        amount=_amount(source, currency, quantity),
        name=name or nickname or None,
        description=(nickname if name and nickname else (product or {}).get("description")) or None,
    )


def _amount(source: Mapping[str, Any], currency: str | None, quantity: int | None) -> FixedAmount | TieredAmount:
    own = str(source.get("currency", ""))
    if currency is None or currency == own:
        return _amount_in(source, source, own, quantity)
    option = (object_if_any(source, "currency_options") or {}).get(currency)
    if not isinstance(option, dict):
        raise Unmappable("currency_options: the subscription's currency is missing")
    return _amount_in(source, option, currency, quantity)


def _amount_in(
    source: Mapping[str, Any], amounts: Mapping[str, Any], currency: str, quantity: int | None
) -> FixedAmount | TieredAmount:
    match text_if_any(source, "billing_scheme"):
        case "tiered":
            return tiered(amounts, currency, source.get("tiers_mode"))
        case "per_unit" | None:
            return fixed(amounts, currency, quantity)
        case _:
            raise Unmappable("billing_scheme: unknown")


def packages(transform: object, quantity: int) -> int:
    """How many packages a quantity makes: a price with `transform_quantity` is for a package of several units.

    Raises `Unmappable` for a size that is none.
    """
    size = transform.get("divide_by") if isinstance(transform, dict) else None
    if not isinstance(transform, dict) or type(size) is not int or size < 1:
        raise Unmappable("transform_quantity: not a package")
    return quantity // size if transform.get("round") == "down" else -(-quantity // size)


def facts(source: Mapping[str, Any]) -> PriceFacts:
    """What a price change must know. The price must recur."""
    recurring = object_if_any(source, "recurring") or {}
    others = object_if_any(source, "currency_options") or {}
    return PriceFacts(
        id=required_text(source, "id"),
        product_id=reference(source.get("product")),
        currencies=frozenset({text_if_any(source, "currency") or "", *others}),
        active=source.get("active") is True,
        metered=text_if_any(recurring, "usage_type") == "metered",
    )
