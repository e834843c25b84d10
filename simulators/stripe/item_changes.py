"""The `items` parameter of a subscription: what it asks for, checked, and then done.

Rules: https://docs.stripe.com/billing/subscriptions/change-price and the parameter's description in the API
reference. An entry with an id changes that item, one without ADDS an item. A new price without a quantity
starts at one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulators.periods import boundary_after
from simulators.stripe import discounting, pricing, shapes
from simulators.stripe.calls import merge_metadata
from simulators.stripe.errors import ApiError, invalid, missing_in_parameter, missing_parameter
from simulators.stripe.periods import interval_of

if TYPE_CHECKING:
    from decimal import Decimal

    from simulators.stripe.account import Account
    from simulators.types import Json


@dataclass
class Planned:
    """One item as it will be. `stored` is the present item, None for one to be added."""

    entry: Json
    shape: Json
    param: str
    stored: Json | None = None
    discounts: list[discounting.Wanted] | None = None


@dataclass
class ItemChanges:
    """The items as they will be. Nothing is changed until `apply`."""

    planned: list[Planned] = field(default_factory=list)
    removed: list[Json] = field(default_factory=list)
    touched: bool = False

    def shapes(self) -> list[Json]:
        return [plan.shape for plan in self.planned]

    def total(self, account: Account, currency: str) -> Decimal:
        """One period of all items, before discounts, in minor units."""
        return pricing.total(account, self.shapes(), currency)

    def other_rhythm(self) -> bool:
        """Whether an item's billing interval changes: Stripe then bills at once and restarts the period."""
        return any(
            plan.stored is not None and interval_of(plan.stored["price"]) != interval_of(plan.shape["price"])
            for plan in self.planned
        )

    def apply(self, account: Account, subscription: Json, now: int) -> None:
        for plan in self.planned:
            item = plan.stored
            if item is None:
                item = plan.shape
                account.items[item["id"]] = item
            else:
                item.clear()
                item.update(plan.shape)
            plan.shape = item
            merge_metadata(item, plan.entry.get("metadata"))
            if plan.discounts is not None:
                discounting.settle(account, plan.discounts, holder=item, customer=subscription["customer"], now=now)
        for item in self.removed:
            account.items.pop(item["id"], None)
        subscription["items"]["data"] = self.shapes()


def read(account: Account, subscription: Json, entries: list[Json] | None, now: int) -> ItemChanges:
    """Check the parameter against the subscription.

    Raises:
        ApiError: 400 for an unknown item or price, a price that is inactive, one-time or in another currency,
            a quantity on a metered price, mixed intervals in classic billing mode, or when no item would be
            left.
    """
    held: dict[str, Json] = {item["id"]: item for item in subscription["items"]["data"]}
    changes = ItemChanges(touched=bool(entries))
    edits = {}
    for index, entry in enumerate(entries or []):
        param = f"items[{index}]"
        if "id" in entry:
            if entry["id"] not in held:
                raise missing_in_parameter("subscription item", entry["id"], f"{param}[id]")
            edits[entry["id"]] = (entry, param)
    for identifier, item in held.items():
        entry, param = edits.get(identifier, ({}, ""))
        if entry.get("deleted"):
            changes.removed.append(item)
        else:
            changes.planned.append(_edited(account, subscription, item, entry, param))
    for index, entry in enumerate(entries or []):
        if "id" not in entry:
            changes.planned.append(_added(account, subscription, entry, f"items[{index}]", now))
    if changes.touched:
        _read_discounts(account, subscription, changes, now)
        _check_together(subscription, changes)
    return changes


def _edited(account: Account, subscription: Json, item: Json, entry: Json, param: str) -> Planned:
    shape = dict(item)
    wanted = entry.get("price", item["price"]["id"])
    if wanted != item["price"]["id"]:
        price = recurring_price(account, wanted, subscription["currency"], f"{param}[price]")
        shape = shapes.item(
            item["id"],
            item["created"],
            subscription=subscription["id"],
            price=price,
            plan=account.plans[wanted],
        )
        kept = ("current_period_end", "current_period_start", "discounts", "metadata")
        shape.update({name: item[name] for name in kept})
    set_quantity(shape, entry, param)
    return Planned(entry, shape, param, stored=item)


def _added(account: Account, subscription: Json, entry: Json, param: str, now: int) -> Planned:
    if entry.get("deleted"):
        raise missing_parameter(f"{param}[id]")
    shape = new_item(account, subscription, entry, param, now)
    present = subscription["items"]["data"]
    rhythm = interval_of(shape["price"])
    twin = next((item for item in present if interval_of(item["price"]) == rhythm), None)
    if twin is not None:
        shape["current_period_start"] = twin["current_period_start"]
        shape["current_period_end"] = twin["current_period_end"]
    return Planned(entry, shape, param)


def new_item(account: Account, subscription: Json, entry: Json, param: str, now: int) -> Json:
    """An item for an entry without an id, its period beginning now."""
    if "price" not in entry:
        raise missing_parameter(f"{param}[price]")
    price = recurring_price(account, entry["price"], subscription["currency"], f"{param}[price]")
    shape = shapes.item(
        account.new_id("si"),
        now,
        subscription=subscription["id"],
        price=price,
        plan=account.plans[price["id"]],
    )
    shape["current_period_end"] = boundary_after(now, *interval_of(price), now)
    set_quantity(shape, entry, param)
    return shape


def set_quantity(shape: Json, entry: Json, param: str) -> None:
    """Raises ApiError 400 when a metered price is given a quantity."""
    if "quantity" not in entry:
        return
    if "quantity" not in shape:
        raise invalid(
            f"The price `{shape['price']['id']}` is metered: `quantity` cannot be set for it.",
            param=f"{param}[quantity]",
        )
    shape["quantity"] = entry["quantity"]


def recurring_price(account: Account, identifier: str, currency: str, param: str) -> Json:
    """A price that can be subscribed to in this currency."""
    price = account.prices.get(identifier)
    if price is None:
        raise missing_in_parameter("price", identifier, param)
    if not price["active"]:
        raise invalid("The price specified is inactive. This field only accepts active prices.", param=param)
    if price["type"] != "recurring":
        raise invalid(
            "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
            param=param,
        )
    options = account.extras.get(identifier, {}).get("currency_options", {})
    if price["currency"] != currency and currency not in options:
        raise invalid(
            f"The price specified only supports `{price['currency']}`. This doesn't match the expected currency: "
            f"`{currency}`.",
            param=param,
        )
    return price


def _read_discounts(account: Account, subscription: Json, changes: ItemChanges, now: int) -> None:
    for plan in changes.planned:
        given = plan.entry.get("discounts")
        if given == "" or given:
            plan.discounts = discounting.read(
                account,
                given or [],
                holder=plan.shape,
                customer=subscription["customer"],
                currency=subscription["currency"],
                now=now,
                param=f"{plan.param}[discounts]",
            )


def _check_together(subscription: Json, changes: ItemChanges) -> None:
    items = changes.shapes()
    if not items:
        raise invalid("A subscription must have at least one active item.", param="items")
    if len(items) > 20:
        raise ApiError(400, "A subscription cannot have more than 20 items.", param="items")
    if len({item["price"]["id"] for item in items}) < len(items):
        raise invalid("Cannot add multiple subscription items with the same price.", param="items")
    check_rhythm(subscription, items)


def check_rhythm(subscription: Json, items: list[Json]) -> None:
    """In classic billing mode all items share one interval; mixed ones need the flexible mode."""
    if subscription["billing_mode"]["type"] == "classic" and len({interval_of(item["price"]) for item in items}) > 1:
        raise invalid(
            "Currency and interval fields must match across all plans on this subscription. Found mismatch in "
            "interval field.",
            param="items",
        )
