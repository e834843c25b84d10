"""The discount of a subscription: at most one, put on by a request, begun and ended by time.

Rules: https://developer.paddle.com/api-reference/discounts/overview and the subscription errors there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from simulators.paddle import moments, pricing
from simulators.paddle.errors import ApiError, not_found, refused
from simulators.paddle.periods import later
from simulators.paddle.schemas import IMMEDIATELY

if TYPE_CHECKING:
    from datetime import datetime

    from simulators.paddle.store import Store
    from simulators.types import Json


def checked(store: Store, subscription: Json, items: list[Json], wanted: Json) -> Json:
    """The discount that a request wants to put on a subscription.

    Raises:
        ApiError: 404 for an unknown one; 400 for one that does not recur, is archived, is in another currency or
            restricted to other items, and for `immediately` in a trial.
    """
    discount = store.discounts.get(wanted["id"])
    if discount is None:
        raise not_found("discount", wanted["id"])
    if not discount["recur"]:
        raise refused("subscription_one_off_discount_not_valid")
    if discount["status"] == "archived":
        # What Paddle answers is not documented; an archived entity "can't be used".
        raise ApiError(400, "bad_request", "The discount is archived.", problems=[("discount.id", "archived")])
    if not store.applies_finished_discounts and discount["status"] in _FINISHED:
        raise refused(_FINISHED[discount["status"]])
    if discount["type"] != "percentage" and discount["currency_code"] != subscription["currency_code"]:
        raise refused(
            "subscription_invalid_discount_currency",
            discount=discount["currency_code"],
            subscription=subscription["currency_code"],
        )
    if not any(pricing.fits(discount, item["price"]) for item in items):
        raise refused("subscription_discount_not_valid_for_items")
    if subscription["status"] == "trialing" and wanted["effective_from"] == IMMEDIATELY:
        raise refused("subscription_trialing_discount_update_invalid_options")
    return discount


_FINISHED = {"expired": "discount_expired", "used": "discount_usage_limit_exceeded"}


def attached(subscription: Json, discount: Json, starts_at: datetime | None) -> Json:
    """A subscription's `discount`. Without a start it waits for the next bill.

    Its end is counted in billing periods, not in months. Payloads from before 2026 have no `type`, so that half of
    the subscriptions have none here: which half, their ids decide.
    """
    shape: Json = {"id": discount["id"], "starts_at": None, "ends_at": None}
    if crc32(subscription["id"].encode()) % 2:
        shape["type"] = "recurring"
    if starts_at is not None:
        begin(shape, discount, starts_at, subscription["billing_cycle"])
    return shape


def begin(shape: Json, discount: Json, at: datetime, cycle: Json) -> None:
    """The discount takes effect."""
    periods = discount["maximum_recurring_intervals"]
    shape["starts_at"] = moments.written(at)
    shape["ends_at"] = moments.written(later(at, cycle, periods)) if periods is not None else None


def count_use(store: Store, discount: Json) -> None:
    """One more redemption."""
    discount["times_used"] += 1
    store.touch(discount)


def in_effect(store: Store, subscription: Json) -> Json | None:
    """The discount that reduces what is billed in the running period."""
    shape = subscription["discount"]
    if shape is None or shape["starts_at"] is None:
        return None
    return store.discounts.get(shape["id"])


def status_at(discount: Json, now: datetime) -> str:
    """What time and use make of a discount that is not archived."""
    if discount["status"] == "archived":
        return "archived"
    if discount["expires_at"] is not None and moments.read(discount["expires_at"]) <= now:
        return "expired"
    spent = discount["usage_limit"] is not None and discount["times_used"] >= discount["usage_limit"]
    return "used" if spent else "active"
