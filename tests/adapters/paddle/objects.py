"""Paddle's objects for mapping cases: full shapes of version 1 of the API, with some members set."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from adapters.paddle.models import Discount, read
from adapters.paddle.options import MappingOptions
from adapters.paddle.subscriptions import Context
from simulators.paddle import shapes
from tests.adapters.paddle.support import ADA, MONTHLY, PRO, SAVE20, SUB, at

if TYPE_CHECKING:
    from datetime import datetime

    from gateway.contract import ContractModel

Json = dict[str, Any]

MOMENT: Final = at("2026-11-21T12:00")
MADE: Final = "2026-01-01T00:00:00.3Z"
BEGINS: Final = "2026-11-01T00:00:00Z"
ENDS: Final = "2026-12-01T00:00:00.000000Z"
LATER: Final = "2027-03-01T00:00:00Z"


def wire(model: ContractModel) -> Json:
    """What is sent to Churnkey."""
    found: Json = json.loads(model.to_json())
    return found


def customer(**members: Any) -> Json:
    return {**shapes.customer(ADA, MADE, email="ada@example.com"), **members}


def address(**members: Any) -> Json:
    return {**shapes.address("add_01", MADE, customer=ADA, country_code="GB"), **members}


def product(**members: Any) -> Json:
    return {**shapes.product(PRO, MADE, name="Pro"), **members}


def discount(**members: Any) -> Json:
    """20 percent off every bill, for ever, unless told otherwise."""
    return {**shapes.discount(SAVE20, MADE), "amount": "20", **members}


def cycle(interval: str = "month", frequency: int = 1) -> Json:
    return {"interval": interval, "frequency": frequency}


def price(**members: Any) -> Json:
    """10 dollars a month, unless told otherwise."""
    made = shapes.price(MONTHLY, MADE, product=PRO, unit_price=shapes.money(1000, "USD"))
    return {**made, "billing_cycle": cycle(), **members}


def item(price: Json, quantity: int = 1, **members: Any) -> Json:
    return {**shapes.item(MADE, price=price, product=product(), quantity=quantity), **members}


def subscription(*items: Json, **members: Any) -> Json:
    """An active subscription to 10 dollars a month, unless told otherwise."""
    made = shapes.subscription(SUB, MADE, customer=ADA, currency="USD", livemode=False)
    found = list(items or (item(price()),))
    return {
        **made,
        "items": found,
        "billing_cycle": found[0]["price"]["billing_cycle"],
        "current_billing_period": shapes.period(BEGINS, ENDS),
        "next_billed_at": ENDS,
        **members,
    }


def context(*, now: datetime = MOMENT, discounts: dict[str, Json] | None = None, **options: Any) -> Context:
    """What a subscription is read with."""
    terms = {identifier: read(Discount, one) for identifier, one in (discounts or {}).items()}
    return Context(MappingOptions(**options), now, terms)
