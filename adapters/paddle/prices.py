"""A Paddle price as Churnkey's Price. Pure functions over what is read of it (`models.py`)."""

from __future__ import annotations

from typing import Final

from adapters import intervals
from adapters.durations import is_annual
from adapters.errors import Unmappable
from adapters.fields import missing
from adapters.paddle import models
from adapters.paddle.amounts import money
from adapters.paddle.mapping import USABLE
from adapters.paddle.options import MappingOptions
from adapters.state import PriceFacts
from gateway.contract import BillingDuration, FixedAmount, IntervalUnit, Price, PriceType

_LEAST: Final = 1
_MOST: Final = 100
"""The quantities a price allows unless it says otherwise: https://developer.paddle.com/api-reference/prices."""


def interval(cycle: models.BillingCycle | None) -> tuple[IntervalUnit, int]:
    """Unit and count of a billing cycle. Raises `Unmappable` for none, and for a unit that is not known."""
    if cycle is None:
        missing("billing_cycle")
    return intervals.interval(cycle.interval, cycle.frequency)


def duration(cycle: models.BillingCycle | None, options: MappingOptions) -> BillingDuration:
    """The billing cycle. Twelve months are a year; weeks and days become whole months unless they are to be exact."""
    return intervals.duration(*interval(cycle), exact=options.exact_intervals)


def is_approximated(cycle: models.BillingCycle | None, options: MappingOptions) -> bool:
    """Whether the contract's months only stand in for an interval of days or weeks."""
    unit, _ = interval(cycle)
    return intervals.is_approximated(unit, exact=options.exact_intervals)


def is_annual_cycle(cycle: models.BillingCycle | None) -> bool:
    """Whether the cycle is a year or longer. One that nobody knows counts as such: that only keeps it from being
    paused."""
    try:
        return is_annual(*interval(cycle))
    except Unmappable:
        return True


def is_recurring(source: models.Price) -> bool:
    """Whether it is a price of a subscription. One without a cycle is charged once."""
    return source.billing_cycle is not None


def is_listed(source: models.Price, options: MappingOptions) -> bool:
    """Whether a price is one that Churnkey may offer: in use, recurring, in an interval that it has a word for."""
    return source.status == USABLE and is_recurring(source) and not is_approximated(source.billing_cycle, options)


def price(
    source: models.Price,
    options: MappingOptions,
    *,
    product: models.Product | None = None,
    currency: str | None = None,
) -> Price:
    """A price, in its own currency, or in `currency` where it is set for that.

    `product` is the price's product where it does not come with it. The name is the price's own, else the product's:
    both are shown to customers, while the description is for the seller's eyes. Raises `Unmappable` for a price that
    does not recur.
    """
    product = product or source.product
    product_id = source.product_id if options.products else None
    # Without a product of its own, nothing else's name is shown.
    named = product.name if product is not None and product.id == product_id else None
    return Price(
        id=source.id,
        type=PriceType.PRODUCT if product_id else PriceType.STANDALONE,
        product_id=product_id,
        duration=duration(source.billing_cycle, options),
        amount=_amount(source, currency),
        name=source.name or named,
        description=source.description,
    )


def _amount(source: models.Price, currency: str | None) -> FixedAmount:
    """What one of them costs. Paddle converts where a price is not set for a currency, and does not say to what: then
    the price's own currency is shown. So it is where several countries of one currency pay different amounts."""
    own, amount = money(source.unit_price, "unit_price")
    if currency is not None and currency != own:
        amounts = {
            found
            for override in source.unit_price_overrides
            if override is not None
            for set_for, found in [money(override.unit_price, "unit_price_overrides")]
            if set_for == currency
        }
        if len(amounts) == 1:
            return FixedAmount(currency=currency, unit=amounts.pop())
    return FixedAmount(currency=own, unit=amount)


def facts(source: models.Price) -> PriceFacts:
    """What a price change must know. Paddle converts, so no currency stands in its way."""
    return PriceFacts(
        id=source.id,
        product_id=source.product_id,
        currencies=None,
        active=source.status == USABLE,
        metered=False,
    )


def allows(source: models.Price, quantity: int) -> bool:
    """Whether so many can be had."""
    limits = source.quantity
    least, most = (limits.minimum, limits.maximum) if limits is not None else (None, None)
    return (_LEAST if least is None else least) <= quantity <= (_MOST if most is None else most)
