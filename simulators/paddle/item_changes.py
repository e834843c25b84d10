"""The `items` of an update: the whole list that a subscription shall have, and what the change costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulators.paddle import discounting, lifecycle, moments, pricing, shapes
from simulators.paddle.errors import refused

if TYPE_CHECKING:
    from datetime import datetime

    from simulators.paddle.account import Account
    from simulators.types import Json

NEXT_PERIOD = ("full_next_billing_period", "prorated_next_billing_period")
SMALLEST_CHARGE = 70
"""About what Paddle charges at least, in US cents. Other currencies' limits are not simulated."""


@dataclass(frozen=True)
class ItemChanges:
    """The new list, and whether it differs from what is there.

    `restarts`: the interval is another one, so that a period begins at the moment of the change. `charge` is what the
    change costs, `credit` what it gives back for time that was paid for, in minor units before tax.
    """

    items: list[Json] = field(default_factory=list)
    touched: bool = False
    restarts: bool = False
    charge: int = 0
    credit: int = 0


def read(account: Account, subscription: Json, wanted: list[Json], mode: str, now: datetime) -> ItemChanges:
    """Check a whole list of items. An item that is there and not in the list is removed.

    Raises:
        ApiError: 400 for an empty list, a price twice, unknown, archived, one-time or of another interval than the
            others, a new item without a quantity, a quantity out of range; and see `_check_trial`.
    """
    if not wanted:
        raise refused("subscription_all_items_removed")
    if len({entry["price_id"] for entry in wanted}) < len(wanted):
        raise refused("subscription_duplicate_price_ids")
    items = [_item(account, subscription, entry, now) for entry in wanted]
    recurring = [item for item in items if item["recurring"]]
    if not recurring:
        raise refused("subscription_no_recurring_items_remain")
    cycle = recurring[0]["price"]["billing_cycle"]
    if any(item["price"]["billing_cycle"] != cycle for item in recurring):
        raise refused("subscription_new_items_not_valid")
    before = [(item["price"]["id"], item["quantity"]) for item in subscription["items"]]
    after = [(item["price"]["id"], item["quantity"]) for item in items]
    if sorted(before) == sorted(after):
        return ItemChanges(subscription["items"])
    if subscription["status"] == "trialing":
        _check_trial(before, after, mode)
        return ItemChanges(items, touched=True)
    restarts = cycle != subscription["billing_cycle"]
    if restarts and mode in NEXT_PERIOD:
        # https://developer.paddle.com/changelog/2024/change-billing-frequency-proration-billing-mode names the
        # three modes that remain, and no code.
        raise refused("subscription_new_items_not_valid")
    charge, credit = _amounts(account, subscription, items, mode, now, restarts=restarts)
    return ItemChanges(items, touched=True, restarts=restarts, charge=charge, credit=credit)


def _check_trial(before: list[tuple[str, int]], after: list[tuple[str, int]], mode: str) -> None:
    """In a trial quantities may change, without a bill; what is on the subscription may not."""
    if mode != "do_not_bill" or {price for price, _ in before} != {price for price, _ in after}:
        raise refused("subscription_trialing_items_update_invalid_options")


def _item(account: Account, subscription: Json, entry: Json, now: datetime) -> Json:
    items: list[Json] = subscription["items"]
    held = next((item for item in items if item["price"]["id"] == entry["price_id"]), None)
    if held is not None:
        quantity: int = entry["quantity"] if "quantity" in entry else held["quantity"]
        _check_quantity(held["price"], quantity)
        if quantity == held["quantity"]:
            return held
        return {**held, "quantity": quantity, "updated_at": moments.written(now)}
    price = account.prices.get(entry["price_id"])
    if price is None or price["status"] != "active":
        raise refused("subscription_price_not_found")
    if price["billing_cycle"] is None:
        raise refused("subscription_new_items_not_valid")
    if "quantity" not in entry:
        raise refused("subscription_quantity_missing_for_new_items")
    _check_quantity(price, entry["quantity"])
    made = shapes.item(
        moments.written(now),
        price=price,
        product=account.products.rows[price["product_id"]],
        quantity=entry["quantity"],
    )
    made["next_billed_at"] = subscription["next_billed_at"]
    return made


def _check_quantity(price: Json, quantity: int) -> None:
    if not price["quantity"]["minimum"] <= quantity <= price["quantity"]["maximum"]:
        raise refused("subscription_quantity_not_valid")


def _amounts(
    account: Account, subscription: Json, items: list[Json], mode: str, now: datetime, *, restarts: bool
) -> tuple[int, int]:
    """What the change costs, and what is given back: https://developer.paddle.com/concepts/subscriptions/proration

    Raises:
        ApiError: 400 when it is more than nothing and less than Paddle charges.
    """
    period = subscription["current_billing_period"]
    if mode == "do_not_bill" or period is None:
        return 0, 0
    discount = discounting.in_effect(account, subscription)
    after = pricing.one_period(account, subscription, items, discount)
    if mode.startswith("full_"):
        added = items if restarts else _added(subscription["items"], items)
        charge, credit = pricing.one_period(account, subscription, added, discount), 0
    else:
        before = lifecycle.cost(account, subscription)
        left, whole = pricing.left_of(moments.read(period["starts_at"]), moments.read(period["ends_at"]), now)
        charge, credit = after if restarts else pricing.share(after, left, whole), pricing.share(before, left, whole)
    if subscription["currency_code"] == "USD" and 0 < charge - credit < SMALLEST_CHARGE:
        raise refused("subscription_update_transaction_balance_less_than_charge_limit")
    return charge, credit


def _added(before: list[Json], after: list[Json]) -> list[Json]:
    """What is more than before, as items."""
    held = {item["price"]["id"]: item["quantity"] for item in before}
    more = [{**item, "quantity": item["quantity"] - held.get(item["price"]["id"], 0)} for item in after]
    return [item for item in more if item["quantity"] > 0]
