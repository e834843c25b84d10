"""A Paddle price as Churnkey's Price. Pure functions over the JSON of version 1 of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapters import intervals
from adapters.durations import is_annual
from adapters.errors import Unmappable
from adapters.fields import optional_text, required_text
from adapters.paddle.amounts import money
from adapters.paddle.mapping import USABLE
from adapters.paddle.options import MappingOptions
from adapters.state import PriceFacts
from gateway.contract import BillingDuration, FixedAmount, IntervalUnit, Price, PriceType

_LEAST: Final = 1
_MOST: Final = 100
"""The quantities a price allows unless it says otherwise: https://developer.paddle.com/api-reference/prices."""


def interval(cycle: object) -> tuple[IntervalUnit, int]:
    """Unit and count of a billing cycle. Raises `Unmappable` for none, and for a unit that is not known."""
    if not isinstance(cycle, dict):
        raise Unmappable("billing_cycle: missing")
    return intervals.interval(cycle.get("interval"), cycle.get("frequency"))


def duration(cycle: object, options: MappingOptions) -> BillingDuration:
    """The billing cycle. Twelve months are a year; weeks and days become whole months unless they are to be exact."""
    return intervals.duration(*interval(cycle), exact=options.exact_intervals)


def is_approximated(cycle: object, options: MappingOptions) -> bool:
    """Whether the contract's months only stand in for an interval of days or weeks."""
    unit, _ = interval(cycle)
    return intervals.is_approximated(unit, exact=options.exact_intervals)


def is_annual_cycle(cycle: object) -> bool:
    """Whether the cycle is a year or longer. One that nobody knows counts as such: that only keeps it from being
    paused."""
    try:
        return is_annual(*interval(cycle))
    except Unmappable:
        return True


def is_recurring(source: Mapping[str, Any]) -> bool:
    """Whether it is a price of a subscription. One without a cycle is charged once."""
    return isinstance(source.get("billing_cycle"), dict)


def is_listed(source: Mapping[str, Any], options: MappingOptions) -> bool:
    """Whether a price is one that Churnkey may offer: in use, recurring, in an interval that it has a word for."""
    return (
        source.get("status") == USABLE
        and is_recurring(source)
        and not is_approximated(source["billing_cycle"], options)
    )


def price(
    source: Mapping[str, Any],
    options: MappingOptions,
    *,
    product: Mapping[str, Any] | None = None,
    currency: str | None = None,
) -> Price:
    """A price, in its own currency, or in `currency` where it is set for that.

    `product` is the price's product where it does not come with it. The name is the price's own, else the product's:
    both are shown to customers, while the description is for the seller's eyes. Raises `Unmappable` for a price that
    does not recur.
    """
    embedded = source.get("product")
    if product is None and isinstance(embedded, dict):
        product = embedded
    product_id = optional_text(source, "product_id") if options.products else None
    # Without a product of its own, nothing else's name is shown.
    named = product if product is not None and product.get("id") == product_id else {}
    return Price(
        id=required_text(source, "id"),
        type=PriceType.PRODUCT if product_id else PriceType.STANDALONE,
        product_id=product_id,
        duration=duration(source.get("billing_cycle"), options),
        amount=_amount(source, currency),
        name=optional_text(source, "name") or optional_text(named, "name"),
        description=optional_text(source, "description"),
    )


def _amount(source: Mapping[str, Any], currency: str | None) -> FixedAmount:
    """What one of them costs. Paddle converts where a price is not set for a currency, and does not say to what: then
    the price's own currency is shown. So it is where several countries of one currency pay different amounts."""
    own, amount = money(source.get("unit_price"), "unit_price")
    if currency is not None and currency != own:
        overrides = source.get("unit_price_overrides") or ()
        amounts = {
            found
            for override in overrides
            if isinstance(override, dict)
            for set_for, found in [money(override.get("unit_price"), "unit_price_overrides")]
            if set_for == currency
        }
        if len(amounts) == 1:
            return FixedAmount(currency=currency, unit=amounts.pop())
    return FixedAmount(currency=own, unit=amount)


def facts(source: Mapping[str, Any]) -> PriceFacts:
    """What a price change must know. Paddle converts, so no currency stands in its way."""
    return PriceFacts(
        id=required_text(source, "id"),
        product_id=optional_text(source, "product_id"),
        currencies=None,
        active=source.get("status") == USABLE,
        metered=False,
    )


def allows(source: Mapping[str, Any], quantity: int) -> bool:
    """Whether so many can be had."""
    limits = source.get("quantity")
    least, most = (limits.get("minimum"), limits.get("maximum")) if isinstance(limits, dict) else (None, None)
    return (least if isinstance(least, int) else _LEAST) <= quantity <= (most if isinstance(most, int) else _MOST)
