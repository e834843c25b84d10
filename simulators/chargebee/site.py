"""One Chargebee site, with what a test needs to arrange it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.chargebee import coupons, pricing, shapes, states
from simulators.chargebee.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulators.types import Json

    Item = str | tuple[str, int] | Json


class Site(Store):
    """The state of one site. Every `add_` method stores an object and returns the stored dict.

    Members not given take Chargebee's defaults; any member of the wire object can be given by name, and custom
    fields as `cf_`; None leaves out a member that is there by default. Ids are given or made up. After changing
    dates in a stored subscription by hand, call `touch()`. Times are Unix seconds, amounts minor units as
    Chargebee counts them.
    """

    def add_customer(self, *, card: bool = False, **members: Any) -> Json:
        """A customer. `billing_address` may be partial; with `card` there is one to pay with."""
        shape = shapes.customer(members.get("id") or self.new_id(), members.get("created_at", self.now()))
        customer = _filled(shape, members, shapes.CUSTOMER)
        if "billing_address" in customer:
            customer["billing_address"] = shapes.billing_address(customer["billing_address"])
        if card:
            self.cards[customer["id"]] = shapes.card(customer["id"])
            customer["card_status"] = "valid"
            customer["primary_payment_source_id"] = self.cards[customer["id"]]["payment_source_id"]
        return self.customers.add(customer)

    def add_item_family(self, **members: Any) -> Json:
        """A product family."""
        shape = shapes.item_family(members.get("id") or self.new_id(), members.get("updated_at", self.now()))
        return self.item_families.add(_filled(shape, members, shapes.ITEM_FAMILY))

    def add_item(self, **members: Any) -> Json:
        """A plan, or what `type` says. A family that does not exist is made."""
        shape = shapes.item(members.get("id") or self.new_id(), members.get("updated_at", self.now()))
        item = _filled(shape, members, shapes.ITEM)
        family = item.get("item_family_id")
        if family is not None and self.item_families.get(family) is None:
            self.add_item_family(id=family)
        return self.items.add(item)

    def add_item_price(self, *, item_id: str | None = None, **members: Any) -> Json:
        """A price, monthly and per unit unless told otherwise; one with `tiers` is tiered.

        An item that does not exist is made. What kind of item it is, and its family, are the item's.
        """
        item = self.items.get(item_id) if item_id is not None else None
        if item is None:
            item = self.add_item(id=item_id or self.new_id(), type=members.get("item_type", "plan"))
        shape = shapes.item_price(members.get("id") or self.new_id(), members.get("created_at", self.now()))
        shape["item_id"] = item["id"]
        shape["item_type"] = item["type"]
        if "item_family_id" in item:
            shape["item_family_id"] = item["item_family_id"]
        if item["type"] != "charge":
            shape["period"], shape["period_unit"] = 1, "month"
        if "tiers" in members:
            shape["pricing_model"] = "tiered"
            members["tiers"] = [{**tier, "object": "tier"} for tier in members["tiers"]]
        elif "price_in_decimal" not in members:
            shape["price"] = 1000
        return self.item_prices.add(_filled(shape, members, shapes.ITEM_PRICE))

    def add_coupon(self, *, codes: Sequence[str] = (), **members: Any) -> Json:
        """A coupon; `codes` are single-use codes of it. Without a value it is 10 percent; the status follows."""
        shape = shapes.coupon(members.get("id") or self.new_id(), members.get("created_at", self.now()))
        if "discount_amount" in members:
            shape["discount_type"], shape["currency_code"] = "fixed_amount", "USD"
        elif "discount_quantity" in members:
            shape["discount_type"] = "offer_quantity"
        else:
            shape["discount_type"], shape["discount_percentage"] = "percentage", 10.0
        if "duration_month" in members or "period" in members:
            shape["duration_type"] = "limited_period"
        coupon = _filled(shape, members, shapes.COUPON)
        coupon["status"] = coupons.status_now(coupon, self.now())
        for code in codes:
            self.coupon_codes[code] = coupon["id"]
        self.coupon_agenda.mark(coupon)
        return self.coupons.add(coupon)

    def add_subscription(
        self,
        *,
        customer_id: str,
        items: Sequence[Item],
        coupons: Sequence[str | Json] = (),
        contract_end: int | None = None,
        **members: Any,
    ) -> Json:
        """A subscription.

        `items` are ids of item prices, pairs of one with a quantity, or hashes with `item_price_id` and any of
        `quantity` and `unit_price`; the first is the plan. `item_tiers` replace those of a price. `coupons` are
        ids, or hashes as on the wire. A contract binds it until `contract_end`.

        The status decides what is not given: one in trial ends its trial in two weeks, a future one starts in
        one, a cancelled one was cancelled now. `started_at` is when billing began; `created_at` follows it.
        `started_at=None` is for one cancelled before its start. The term is that around the present moment.
        """
        now = self.now()
        wanted = [_wanted(item) for item in items]
        prices = [self.item_prices.rows[item["item_price_id"]] for item in wanted]
        began = members.get("started_at") or now
        shape = shapes.subscription(
            members.get("id") or self.new_id(), members.get("created_at", min(began, now)), customer_id=customer_id
        )
        shape["currency_code"] = prices[0]["currency_code"]
        shape["billing_period"], shape["billing_period_unit"] = prices[0]["period"], prices[0]["period_unit"]
        overrides = members.pop("item_tiers", ())
        shape["subscription_items"], tiers = _priced(prices, wanted, overrides)
        if tiers:
            shape["item_tiers"] = tiers
        if coupons:
            shape["coupons"] = [
                shapes.applied_coupon(coupon) if isinstance(coupon, str) else {"object": "coupon", **coupon}
                for coupon in coupons
            ]
        states.complete(shape, members, now)
        if contract_end is not None:
            shape["contract_term"] = shapes.contract_term(
                self.new_id(), subscription_id=shape["id"], start=began, end=contract_end
            )
        subscription = _filled(shape, members, shapes.SUBSCRIPTION)
        if "current_term_start" in members:
            self.anchors[subscription["id"]] = members["current_term_start"]
        subscription.setdefault("mrr", pricing.mrr(subscription, subscription["subscription_items"]))
        return self.register(subscription)

    def schedule_change(self, *, subscription_id: str, items: Sequence[Item]) -> Json:
        """Let a subscription have other items from the end of its term on."""
        subscription = self.subscriptions.rows[subscription_id]
        wanted = [_wanted(item) for item in items]
        prices = [self.item_prices.rows[item["item_price_id"]] for item in wanted]
        priced, tiers = _priced(prices, wanted, ())
        self.scheduled_changes[subscription_id] = {
            "subscription_items": priced,
            "item_tiers": tiers,
            "billing_period": prices[0]["period"],
            "billing_period_unit": prices[0]["period_unit"],
        }
        subscription["has_scheduled_changes"] = True
        return subscription


def _priced(prices: list[Json], wanted: list[Json], overrides: Sequence[Json]) -> tuple[list[Json], list[Json]]:
    """The items and the tiers of a subscription."""
    items, tiers = [], []
    for price, item in zip(prices, wanted, strict=True):
        own = pricing.tiers_of(price["id"], list(overrides))
        items.append(pricing.subscription_item(price, item, own))
        tiers += pricing.item_tiers(price, own)
    return items, tiers


def _wanted(item: Item) -> Json:
    if isinstance(item, str):
        return {"item_price_id": item}
    if isinstance(item, tuple):
        return {"item_price_id": item[0], "quantity": item[1]}
    return item


def _filled(shape: Json, members: Json, known: frozenset[str]) -> Json:
    unknown = {name for name in members if name not in known and not name.startswith("cf_")}
    if unknown:
        raise TypeError(f"a {shape['object']} has no {', '.join(sorted(unknown))}")
    shape.update(members)
    if shape.get("status") == "deleted":
        shape["deleted"] = True
    return {name: value for name, value in shape.items() if value is not None}
