"""Chargebee's objects for mapping cases: full shapes of the wire, with some members set."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from adapters.chargebee.catalogue import Companions
from adapters.chargebee.options import MappingOptions
from adapters.chargebee.subscriptions import Context
from simulators.chargebee import shapes
from tests.adapters.chargebee.support import at, unix

if TYPE_CHECKING:
    from datetime import datetime

    from gateway.contract import ContractModel

Json = dict[str, Any]

MOMENT: Final = at("2026-11-21T12:00")
STARTED: Final = unix("2026-01-01T00:00")
TERM: Final = {"current_term_start": unix("2026-11-01T00:00"), "current_term_end": unix("2026-12-01T00:00")}


def wire(model: ContractModel) -> Json:
    """What is sent to Churnkey."""
    found: Json = json.loads(model.to_json())
    return found


def _given(shape: Json, members: Json) -> Json:
    """The members set; None takes one away, since Chargebee sends no nulls."""
    return {name: value for name, value in {**shape, **members}.items() if value is not None}


def customer(**members: Any) -> Json:
    return _given(shapes.customer("ada", STARTED), members)


def item(**members: Any) -> Json:
    return _given(shapes.item("pro", STARTED), members)


def item_family(**members: Any) -> Json:
    return _given(shapes.item_family("cloud", STARTED), members)


def coupon(**members: Any) -> Json:
    """20 percent off one invoice, unless told otherwise."""
    shape = {**shapes.coupon("SAVE20", STARTED), "discount_type": "percentage", "discount_percentage": 20.0}
    return _given(shape, members)


def item_price(**members: Any) -> Json:
    """10 dollars a month for each unit, unless told otherwise."""
    shape = {
        **shapes.item_price("pro-month", STARTED),
        "item_id": "pro",
        "price": 1000,
        "period": 1,
        "period_unit": "month",
    }
    return _given(shape, members)


def tiered(model: str, *tiers: Json, **members: Any) -> Json:
    """A price with tiers; like Chargebee's it has no price of its own."""
    made = [{"object": "tier", **tier} for tier in tiers]
    return item_price(pricing_model=model, price=None, tiers=made, **members)


def line(item_price_id: str = "pro-month", **members: Any) -> Json:
    """Three units of a plan at 10 dollars, unless told otherwise."""
    shape = {
        "item_price_id": item_price_id,
        "item_type": "plan",
        "quantity": 3,
        "unit_price": 1000,
        "amount": 3000,
        "free_quantity": 0,
        "object": "subscription_item",
    }
    return _given(shape, members)


def subscription(*lines: Json, **members: Any) -> Json:
    """An active subscription to three units at 10 dollars a month, unless told otherwise."""
    shape = {
        **shapes.subscription("sub", STARTED, customer_id="ada"),
        "billing_period": 1,
        "billing_period_unit": "month",
        "started_at": STARTED,
        **TERM,
        "subscription_items": list(lines or (line(),)),
    }
    return _given(shape, members)


def companions(*item_prices: Json, coupons: tuple[Json, ...] = ()) -> Companions:
    """The catalogue beside a subscription: the price of its plan, unless told otherwise."""
    known = item_prices or (item_price(),)
    return Companions({one["id"]: one for one in known}, {one["id"]: one for one in coupons})


def context(*item_prices: Json, coupons: tuple[Json, ...] = (), now: datetime = MOMENT, **options: Any) -> Context:
    """What a subscription is read with."""
    return Context(MappingOptions(**options), companions(*item_prices, coupons=coupons), now)
