"""Stripe's objects for mapping cases: full shapes of the pinned API version, with some members set."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from adapters.stripe import subscriptions
from adapters.stripe.catalogue import Companions
from adapters.stripe.models import read
from adapters.stripe.options import MappingOptions
from adapters.stripe.subscriptions import Context
from simulators.stripe import shapes
from tests.adapters.stripe.support import at, unix

if TYPE_CHECKING:
    from datetime import datetime

    from gateway.contract import ContractModel, Subscription, WrittenSubscription

Json = dict[str, Any]

MOMENT: Final = at("2026-11-21T12:00")
STARTED: Final = unix("2026-01-01T00:00")
PERIOD: Final = (unix("2026-11-01T00:00"), unix("2026-12-01T00:00"))


def wire(model: ContractModel) -> Json:
    """What is sent to Churnkey."""
    found: Json = json.loads(model.to_json())
    return found


def customer(**members: Any) -> Json:
    return {**shapes.customer("cus_1", STARTED, livemode=False), **members}


def product(**members: Any) -> Json:
    return {**shapes.product("prod_1", STARTED, livemode=False, name="Pro"), **members}


def coupon(**members: Any) -> Json:
    return {**shapes.coupon("SAVE20", STARTED, livemode=False), "percent_off": 20.0, **members}


def discount(coupon: Any, **members: Any) -> Json:
    """A discount whose coupon is expanded, an id, deleted or null, as it is given."""
    made = shapes.discount("di_1", coupon="SAVE20", customer="cus_1", start=STARTED, end=None)
    return {**made, "source": {"type": "coupon", "coupon": coupon}, **members}


def recurring(interval: str = "month", interval_count: int = 1, usage_type: str = "licensed") -> Json:
    return shapes.recurring({"interval": interval, "interval_count": interval_count, "usage_type": usage_type})


def price(**members: Any) -> Json:
    """10 dollars a month, unless told otherwise."""
    made = shapes.price("price_1", STARTED, livemode=False, product="prod_1", currency="usd")
    amounts = {"unit_amount": 1000, "unit_amount_decimal": "1000"}
    return {**made, "type": "recurring", "recurring": recurring(), **amounts, **members}


def item(price: Json, *, period: tuple[int, int] = PERIOD, **members: Any) -> Json:
    made = shapes.item("si_1", STARTED, subscription="sub_1", price=price, plan={})
    made.update(current_period_start=period[0], current_period_end=period[1], **members)
    return made


def subscription(*items: Json, **members: Any) -> Json:
    """An active subscription to 10 dollars a month, unless told otherwise."""
    made = shapes.subscription("sub_1", STARTED, livemode=False, customer="cus_1", currency="usd")
    made["items"]["data"] = list(items or (item(price()),))
    return {**made, **members}


def context(
    *,
    now: datetime = MOMENT,
    products: dict[str, Json] | None = None,
    prices: dict[str, Json] | None = None,
    coupons: dict[str, Json] | None = None,
    **options: Any,
) -> Context:
    """What a subscription is read with."""
    return Context(MappingOptions(**options), Companions(products or {}, prices or {}, coupons or {}), now)


def shown(source: Json, context: Context) -> Subscription:
    """A subscription in Churnkey's words."""
    return subscriptions.subscription(read(source), context)


def written(source: Json, context: Context) -> WrittenSubscription:
    """A subscription as a list writes it."""
    return subscriptions.written_subscription(read(source), context)
