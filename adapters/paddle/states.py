"""What an action must know of a Paddle subscription. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import zip_longest
from typing import Final

from adapters.errors import Unmappable
from adapters.fields import flag_if_any, missing, objects_if_any, text_if_any
from adapters.paddle import models, prices
from adapters.paddle.mapping import moment
from adapters.paddle.subscriptions import (
    PAUSE,
    cancels_at,
    current_period,
    items_of,
    price_of,
    quantity_of,
    resumes_at,
    running_discount,
    scheduled,
    trial_end,
)
from adapters.state import ItemState, ProviderObject, Standing, SubscriptionState

STANDINGS: Final[Mapping[str, Standing]] = {
    "active": Standing.ACTIVE,
    "trialing": Standing.TRIAL,
    "past_due": Standing.UNPAID,
    # With a pause beside it: the end of one that runs can be moved.
    "paused": Standing.ACTIVE,
    "canceled": Standing.ENDED,
}
"""Paddle's statuses: https://developer.paddle.com/api-reference/subscriptions."""

_NEVER_MISSED: Final = ("scheduled_change", "current_billing_period", "discount")

_ENDS_ONLY_NOW: Final = frozenset({"past_due", "paused"})
"""No paid period is running that a cancellation could wait for: that of a past-due subscription is the unpaid one."""


def state(answer: ProviderObject, now: datetime) -> SubscriptionState:
    """A subscription as actions see it. The state keeps the answer as it came.

    Raises `Unmappable` without an owner, and where a part that a write depends on cannot be read.
    """
    source = models.read(models.Subscription, answer)
    _require_readable_parts(source, answer)
    status = text_if_any(answer, "status") or ""
    period, ends = current_period(source), cancels_at(source)
    pause = scheduled(source, PAUSE)
    discount = running_discount(source, now)
    ended = moment(source.canceled_at) is not None
    is_paused = status == "paused"
    return SubscriptionState(
        id=source.id,
        customer_id=source.customer_id or missing("customer_id"),
        standing=STANDINGS.get(status, Standing.ENDED if ended else Standing.UNKNOWN),
        currency=(source.currency_code or "").lower(),
        items=tuple(_item(item) for item in items_of(source)),
        # A paused subscription may keep its old period, at whose end nothing happens.
        period_end=trial_end(source) or (period.end if period and not is_paused else None),
        trial_end=trial_end(source),
        paused=is_paused or pause is not None,
        paused_until=resumes_at(source),
        paused_from=moment(pause.effective_at) if pause is not None and not is_paused else None,
        cancel_at=ends,
        cancels_with_period=ends is not None,
        ends_only_now=status in _ENDS_ONLY_NOW and ends is None,
        coupon_ids=(discount.id,) if discount else (),
        provider=answer,
    )


def _require_readable_parts(source: models.Subscription, answer: ProviderObject) -> None:
    """What is of another kind than documented is taken for missing, which does no harm where it is shown. Here an item
    would be removed by the next change, what is scheduled would not be put back, and a period that is paid for would be
    charged again."""
    for name in _NEVER_MISSED:
        if getattr(source, name) is None and answer.get(name) is not None:
            raise Unmappable(f"{name}: not an object")
    for item, held in zip_longest(objects_if_any(answer, "items"), source.items):
        if held is None or flag_if_any(item, "recurring") is not held.recurring:
            raise Unmappable("items: cannot be read")


def has_ended(row: object) -> bool:
    """Whether a row of a list is of what has ended."""
    return isinstance(row, dict) and row.get("status") == "canceled"


def subscription_of(state: SubscriptionState) -> models.Subscription:
    """The subscription that a state was made of, for what the state has no field for."""
    return models.read(models.Subscription, state.provider)


def is_paused(state: SubscriptionState) -> bool:
    """Whether a pause has begun, and not only been scheduled."""
    return state.paused and state.paused_from is None


def _item(source: models.Item) -> ItemState:
    price = price_of(source)
    return ItemState(
        id=price.id,
        price_id=price.id,
        product_id=price.product_id,
        quantity=quantity_of(source),
        metered=False,
        annual=prices.is_annual_cycle(price.billing_cycle),
    )
