"""One Stripe account, with what a test needs to arrange it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.periods import boundary_after, period_containing
from simulators.stripe import discounting, shapes
from simulators.stripe.periods import interval_of
from simulators.stripe.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulators.types import Json

ENDED = ("canceled", "incomplete_expired")
_TWO_WEEKS = 14 * 86_400


def _filled(shape: Json, members: Json) -> Json:
    unknown = members.keys() - shape.keys()
    if unknown:
        raise TypeError(f"a {shape['object']} has no {', '.join(sorted(unknown))}")
    shape.update(members)
    return shape


class Account(Store):
    """The state of one account. Every `add_` method stores an object and returns the stored dict.

    Members not given take Stripe's defaults; any member of the wire object can be given by name. Ids are
    given or made up. After changing dates in a stored dict by hand, call `touch()`. Times are Unix seconds,
    amounts minor units.
    """

    def add_customer(self, **members: Any) -> Json:
        """A customer. `address` and `shipping["address"]` may be partial."""
        shape = shapes.customer(
            members.get("id") or self.new_id("cus"),
            members.get("created", self.now()),
            livemode=self.livemode,
        )
        customer = _filled(shape, members)
        customer["address"] = shapes.address(customer["address"])
        if customer["shipping"]:
            customer["shipping"] = {
                "address": shapes.address(customer["shipping"].get("address")),
                "name": customer["shipping"].get("name"),
                "phone": customer["shipping"].get("phone"),
            }
        return self.customers.add(customer)

    def delete_customer(self, *, customer: str) -> None:
        """Deleted as through the API, except that its subscriptions stay as they are."""
        self.customers.remove(customer)
        self.deleted[customer] = {"id": customer, "object": "customer", "deleted": True}

    def discount_customer(self, *, customer: str, coupon: str, start: int | None = None) -> Json:
        """Put a coupon on a customer, which no request can do in this API version."""
        holder = self.customers.rows[customer]
        wanted = discounting.Wanted(coupon)
        made = discounting.make(self, wanted, customer=customer, now=self.now() if start is None else start)
        holder["discount"] = made
        self.touch(holder)
        return made

    def add_product(self, *, name: str = "Plan", **members: Any) -> Json:
        """A product."""
        created = members.get("created", self.now())
        shape = shapes.product(members.get("id") or self.new_id("prod"), created, livemode=self.livemode, name=name)
        return self.products.add(_filled(shape, members))

    def add_price(
        self,
        *,
        product: str | None = None,
        currency: str = "usd",
        interval: str | None = "month",
        interval_count: int = 1,
        usage_type: str = "licensed",
        **members: Any,
    ) -> Json:
        """A price, monthly unless told otherwise; `interval=None` makes it one-time.

        `tiers` and `currency_options` may be given too; they are served when expanded. A product that does
        not exist is made.
        """
        extras: Json = {name: members.pop(name) for name in ("tiers", "currency_options") if name in members}
        if product is None or product not in self.products.rows:
            product = self.add_product(id=product or self.new_id("prod"))["id"]
        shape = shapes.price(
            members.get("id") or self.new_id("price"),
            members.get("created", self.now()),
            livemode=self.livemode,
            product=product,
            currency=currency,
        )
        price = _filled(shape, members)
        if interval is not None:
            rhythm = {"interval": interval, "interval_count": interval_count, "usage_type": usage_type}
            price["recurring"] = shapes.recurring(price["recurring"] or rhythm)
            price["type"] = "recurring"
        self.keep_price(price, extras)
        return price

    def keep_price(self, price: Json, extras: Json) -> None:
        """Store a price with its hidden members, and with the plan that is its older twin."""
        tiers = extras.get("tiers")
        if tiers:
            extras["tiers"] = [_tier(tier) for tier in tiers]
            price["billing_scheme"] = "tiered"
            price["tiers_mode"] = price["tiers_mode"] or "graduated"
        _complete_amount(price, "unit_amount")
        for option in extras.get("currency_options", {}).values():
            option.setdefault("custom_unit_amount", None)
            option.setdefault("tax_behavior", "unspecified")
            if "tiers" in option:
                option["tiers"] = [_tier(tier) for tier in option["tiers"]]
            option.setdefault("unit_amount", None)
            option.setdefault("unit_amount_decimal", None)
            _complete_amount(option, "unit_amount")
        self.extras[price["id"]] = extras
        self.prices.add(price)
        if price["recurring"] is not None:
            self.plans[price["id"]] = shapes.plan(price)

    def add_coupon(self, *, applies_to: Sequence[str] = (), **members: Any) -> Json:
        """A coupon; `applies_to` are product ids. Without percentage or amount it is 10 percent, once."""
        extras = {name: members.pop(name) for name in ("currency_options",) if name in members}
        if applies_to:
            extras["applies_to"] = {"products": list(applies_to)}
        shape = shapes.coupon(
            members.get("id") or self.new_id("coupon"),
            members.get("created", self.now()),
            livemode=self.livemode,
        )
        if members.get("amount_off") is not None:
            shape["currency"] = "usd"
        elif members.get("percent_off") is None:
            shape["percent_off"] = 10.0
        coupon = _filled(shape, members)
        coupon["valid"] = discounting.redeemable(coupon, self.now())
        self.extras[coupon["id"]] = extras
        self.touch(coupon)
        return self.coupons.add(coupon)

    def delete_coupon(self, *, coupon: str) -> None:
        """Deleted as through the API: discounts made from it live on."""
        self.coupons.remove(coupon)
        self.deleted[coupon] = {"id": coupon, "object": "coupon", "deleted": True}

    def add_promotion_code(self, *, coupon: str, code: str, **members: Any) -> Json:
        """A promotion code of an existing coupon."""
        shape = shapes.promotion_code(
            members.get("id") or self.new_id("promo"),
            members.get("created", self.now()),
            livemode=self.livemode,
            code=code,
            coupon=coupon,
        )
        promotion_code = _filled(shape, members)
        self.touch(promotion_code)
        return self.promotion_codes.add(promotion_code)

    def add_subscription(
        self,
        *,
        customer: str,
        prices: Sequence[str | tuple[str, int]],
        discounts: Sequence[str] = (),
        billing_mode: str = "flexible",
        **members: Any,
    ) -> Json:
        """A subscription.

        `prices` are price ids, or pairs of a price id and a quantity. `discounts` are coupon ids. The status
        decides what is not given: a trialing one ends its trial in two weeks, a canceled one ended now, a
        paused one says why. `start_date` is when billing began and the anchor of its periods; `created`
        follows it. The periods are those around the present moment, or the last one of an ended subscription.
        """
        first = self.prices.rows[prices[0] if isinstance(prices[0], str) else prices[0][0]]
        currency: str = members.get("currency") or first["currency"]
        now = self.now()
        start = members.setdefault("start_date", members.get("created", now))
        members.setdefault("created", start)
        shape = shapes.subscription(
            members.get("id") or self.new_id("sub"),
            members["created"],
            livemode=self.livemode,
            customer=customer,
            currency=currency,
        )
        shape["billing_mode"] = shapes.billing_mode(billing_mode)
        shape["billing_cycle_anchor"] = start
        subscription = _filled(shape, members)
        _complete_status(subscription, now)
        self._add_items(subscription, prices, now)
        if subscription["cancel_at_period_end"] and subscription["cancel_at"] is None:
            subscription["cancel_at"] = min(item["current_period_end"] for item in subscription["items"]["data"])
            subscription["canceled_at"] = subscription["canceled_at"] or now
        for coupon in discounts:
            wanted = discounting.Wanted(coupon)
            made = discounting.make(self, wanted, customer=customer, now=now, holder=subscription)
            subscription["discounts"].append(made["id"])
        holder = self.customers.get(customer)
        if holder is not None:
            holder["currency"] = holder["currency"] or subscription["currency"]
            subscription["test_clock"] = holder["test_clock"]
        return self.register(subscription)

    def _add_items(self, subscription: Json, prices: Sequence[str | tuple[str, int]], now: int) -> None:
        for entry in prices:
            identifier, quantity = (entry, 1) if isinstance(entry, str) else entry
            price = self.prices.rows[identifier]
            item = shapes.item(
                self.new_id("si"),
                subscription["created"],
                subscription=subscription["id"],
                price=price,
                plan=self.plans[identifier],
            )
            if "quantity" in item:
                item["quantity"] = quantity
            item["current_period_start"], item["current_period_end"] = _period(subscription, price, now)
            subscription["items"]["data"].append(item)

    def add_schedule(
        self,
        *,
        subscription: str | None = None,
        customer: str | None = None,
        phases: Sequence[Json] = (),
        **members: Any,
    ) -> Json:
        """A schedule: active and in charge of `subscription`, or else not started, for `customer`.

        A phase takes any member of the wire object; `items` are `{"price": ..., "quantity": ...}`; one
        without `end_date` lasts one period. Without phases the subscription's current period is the only one.
        """
        held = self.subscriptions.rows[subscription] if subscription is not None else None
        owner = held["customer"] if held is not None else customer
        if owner is None:
            raise TypeError("a schedule needs a subscription or a customer")
        shape = shapes.schedule(
            members.get("id") or self.new_id("sub_sched"),
            members.get("created", self.now()),
            livemode=self.livemode,
            customer=owner,
        )
        schedule = _filled(shape, members)
        schedule["phases"] = [self._phase(phase) for phase in phases]
        if held is not None:
            self.put_in_charge(schedule, held)
        self.touch(schedule)
        return self.schedules.add(schedule)

    def put_in_charge(self, schedule: Json, subscription: Json) -> None:
        """Attach a schedule to a running subscription."""
        if not schedule["phases"]:
            schedule["phases"] = [current_phase(self, subscription)]
        first = schedule["phases"][0]
        schedule["current_phase"] = {"start_date": first["start_date"], "end_date": first["end_date"]}
        schedule["status"] = "active"
        schedule["subscription"] = subscription["id"]
        schedule["billing_mode"] = subscription["billing_mode"]
        subscription["schedule"] = schedule["id"]
        self.touch(subscription)

    def _phase(self, given: Json) -> Json:
        items = [{**shapes.phase_item(item["price"], item.get("quantity")), **item} for item in given["items"]]
        price = self.prices.rows[items[0]["price"]]
        end = given.get("end_date") or boundary_after(given["start_date"], *interval_of(price), given["start_date"])
        phase = shapes.phase(given["start_date"], end, currency=price["currency"], items=items)
        return {**phase, **given, "end_date": end, "items": items}


def current_phase(store: Store, subscription: Json) -> Json:
    """The phase that says what a subscription is now, for its current period."""
    items = subscription["items"]["data"]
    phase = shapes.phase(
        max(item["current_period_start"] for item in items),
        min(item["current_period_end"] for item in items),
        currency=subscription["currency"],
        items=[],
    )
    describe(store, phase, subscription)
    return phase


def describe(store: Store, phase: Json, subscription: Json) -> None:
    """Write a subscription's items, discounts and trial into a phase."""
    phase["items"] = [
        shapes.phase_item(
            item["price"]["id"],
            item.get("quantity"),
            discounts=_phase_discounts(item),
            metadata=dict(item["metadata"]),
        )
        for item in subscription["items"]["data"]
    ]
    phase["discounts"] = _phase_discounts(subscription)
    phase["trial_end"] = subscription["trial_end"] if subscription["status"] == "trialing" else None
    store.touch(subscription)


def _phase_discounts(holder: Json) -> list[Json]:
    return [{"coupon": None, "discount": made, "promotion_code": None} for made in holder["discounts"]]


def _tier(given: Json) -> Json:
    tier: Json = {
        "flat_amount": None,
        "flat_amount_decimal": None,
        "unit_amount": None,
        "unit_amount_decimal": None,
        "up_to": None,
        **given,
    }
    if tier["up_to"] == "inf":
        tier["up_to"] = None
    _complete_amount(tier, "flat_amount")
    _complete_amount(tier, "unit_amount")
    return tier


def _complete_amount(terms: Json, member: str) -> None:
    """Stripe serves each amount twice; the whole number is null when there is a fraction of a minor unit."""
    whole, exact = terms[member], terms[f"{member}_decimal"]
    if whole is not None and exact is None:
        terms[f"{member}_decimal"] = str(whole)
    elif exact is not None and whole is None and Decimal(exact) == int(Decimal(exact)):
        terms[member] = int(Decimal(exact))


def _complete_status(subscription: Json, now: int) -> None:
    status = subscription["status"]
    if subscription["trial_end"] is not None or status == "trialing":
        if subscription["trial_end"] is None:
            subscription["trial_end"] = now + _TWO_WEEKS
        if subscription["trial_start"] is None:
            subscription["trial_start"] = subscription["start_date"]
        subscription["billing_cycle_anchor"] = subscription["trial_end"]
    if status in ENDED:
        ended = subscription["ended_at"] or now
        subscription["ended_at"] = ended
        subscription["canceled_at"] = subscription["canceled_at"] or ended
    if status == "paused" and subscription["status_details"] is None:
        subscription["status_details"] = shapes.paused_details(now, "trial_end_without_payment_method")


def _period(subscription: Json, price: Json, now: int) -> tuple[int, int]:
    if subscription["status"] == "trialing":
        return subscription["trial_start"], subscription["trial_end"]
    anchor = subscription["billing_cycle_anchor"]
    moment = max(subscription["ended_at"] or now, anchor)
    return period_containing(anchor, *interval_of(price), moment)
