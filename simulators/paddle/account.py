"""One Paddle account, with what a test needs to arrange it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from simulators.paddle import discounting, identifiers, lifecycle, moments, shapes
from simulators.paddle.periods import boundary_after, period_containing
from simulators.paddle.store import Store, Terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulators.paddle.store import Resumption
    from simulators.types import Json

_TRIAL = timedelta(days=14)


def _filled(shape: Json, members: Json) -> Json:
    unknown = members.keys() - shape.keys()
    if unknown:
        noun = shapes.NOUNS[shape["id"][:3]]
        raise TypeError(f"a {noun} has no {', '.join(sorted(unknown))}")
    for name, value in members.items():
        shape[name] = moments.written(value) if isinstance(value, datetime) else value
    return shape


class Account(Store):
    """The state of one account. Every `add_` method stores an object and returns the stored dict.

    Members not given take Paddle's defaults; any member of the wire object can be given by name. Ids are given in
    full (see `identifiers.readable`) or made up. Times are aware datetimes and are stored as text. After changing
    dates in a stored dict by hand, call `touch()`. Amounts are integers of minor units.
    """

    def add_customer(self, *, email: str | None = None, created_at: datetime | None = None, **members: Any) -> Json:
        """A customer; without an e-mail it gets one of its own."""
        identifier = self._identifier(identifiers.CUSTOMER, members)
        shape = shapes.customer(identifier, self._stamp(created_at), email=email or f"{identifier}@example.com")
        return self.customers.add(_filled(shape, members))

    def add_address(
        self, *, customer: str, country_code: str = "US", created_at: datetime | None = None, **members: Any
    ) -> Json:
        """An address of a customer."""
        identifier = self._identifier(identifiers.ADDRESS, members)
        shape = shapes.address(identifier, self._stamp(created_at), customer=customer, country_code=country_code)
        address = self.addresses.add(_filled(shape, members))
        self.addresses_of.setdefault(customer, []).append(address)
        return address

    def add_product(self, *, name: str = "Plan", created_at: datetime | None = None, **members: Any) -> Json:
        """A product."""
        identifier = self._identifier(identifiers.PRODUCT, members)
        return self.products.add(_filled(shapes.product(identifier, self._stamp(created_at), name=name), members))

    def add_price(
        self,
        *,
        product: str | None = None,
        amount: int = 1000,
        currency: str = "USD",
        interval: str | None = "month",
        frequency: int = 1,
        overrides: Sequence[tuple[Sequence[str], int, str]] = (),
        trial: tuple[str, int] | None = None,
        quantity: tuple[int, int] = (1, 100),
        created_at: datetime | None = None,
        **members: Any,
    ) -> Json:
        """A price, monthly unless told otherwise; `interval=None` makes it one-time.

        `overrides` are country codes with an amount and its currency, `trial` is an interval and how many of them,
        `quantity` the least and the most. A product that does not exist is made.
        """
        if product is None:
            product = self.new_id(identifiers.PRODUCT)
        if product not in self.products.rows:
            self.add_product(id=product)
        identifier = self._identifier(identifiers.PRICE, members)
        shape = shapes.price(
            identifier, self._stamp(created_at), product=product, unit_price=shapes.money(amount, currency)
        )
        if interval is not None:
            shape["billing_cycle"] = {"interval": interval, "frequency": frequency}
        if trial is not None:
            shape["trial_period"] = shapes.trial_period({"interval": trial[0], "frequency": trial[1]})
        shape["unit_price_overrides"] = [
            {"country_codes": list(countries), "unit_price": shapes.money(other, code)}
            for countries, other, code in overrides
        ]
        shape["quantity"] = {"minimum": quantity[0], "maximum": quantity[1]}
        return self.prices.add(_filled(shape, members))

    def add_discount(self, *, created_at: datetime | None = None, **members: Any) -> Json:
        """A discount: without more, 10 percent on every bill for ever. `amount` is a string.

        The status follows from the dates and the uses, unless it is `archived`.
        """
        identifier = self._identifier(identifiers.DISCOUNT, members)
        discount = _filled(shapes.discount(identifier, self._stamp(created_at)), members)
        if discount["type"] != "percentage" and discount["currency_code"] is None:
            discount["currency_code"] = "USD"
        discount["status"] = discounting.status_at(discount, self.now())
        self.touch(discount)
        return self.discounts.add(discount)

    def add_subscription(
        self,
        *,
        customer: str,
        prices: Sequence[str | tuple[str, int]],
        status: str = "active",
        started_at: datetime | None = None,
        trial_ends_at: datetime | None = None,
        address: str | None = None,
        currency: str | None = None,
        discount: str | None = None,
        discount_waits: bool = False,
        scheduled: Literal["cancel", "pause"] | None = None,
        resume_at: datetime | None = None,
        on_resume: Resumption = "start_new_billing_period",
        payment_method: bool = True,
        **members: Any,
    ) -> Json:
        """A subscription.

        `prices` are price ids, or pairs of a price id and a quantity. `started_at` is when billing began and the
        anchor of the periods; the running period is the one around the present moment. A trialing one ends its trial
        in two weeks, a paused or canceled one was so from now on, unless told otherwise. `discount` is an id; it took
        effect at the start, or waits for the next bill. `scheduled` is planned for the period's end; `resume_at` ends
        a pause. `payment_method=False` is a trial without a card.
        """
        now = self.now()
        start = started_at or now
        identifier = self._identifier(identifiers.SUBSCRIPTION, members)
        items = [self._item(entry, start) for entry in prices]
        shape = shapes.subscription(
            identifier,
            self._stamp(start),
            customer=customer,
            currency=currency or items[0]["price"]["unit_price"]["currency_code"],
            livemode=self.livemode,
        )
        shape["status"] = status
        shape["items"] = items
        shape["address_id"] = address or self._address_of(customer)
        shape["billing_cycle"] = next(
            (dict(item["price"]["billing_cycle"]) for item in items if item["recurring"]), None
        )
        terms = Terms(start, payment_method=payment_method, on_resume=on_resume)
        if status == "trialing":
            _begin_trial(shape, terms, trial_ends_at or now + _TRIAL)
        else:
            _begin_billing(shape, terms, start, now)
        if discount is not None:
            shape["discount"] = self._put_on(shape, discount, None if discount_waits else start)
        _complete_status(shape, members, now, resume_at)
        until = lifecycle.period_end(shape)
        if scheduled is not None and until is not None:
            lifecycle.schedule(shape, scheduled, until, resume_at)
        if members.get("collection_mode") == "manual":
            shape["management_urls"]["update_payment_method"] = None
        return self.register(_filled(shape, members), terms)

    def _item(self, entry: str | tuple[str, int], at: datetime) -> Json:
        identifier, quantity = (entry, 1) if isinstance(entry, str) else entry
        price = self.prices.rows[identifier]
        return shapes.item(
            moments.written(at), price=price, product=self.products.rows[price["product_id"]], quantity=quantity
        )

    def _put_on(self, subscription: Json, identifier: str, starts_at: datetime | None) -> Json:
        discount = self.discounts.rows[identifier]
        discounting.count_use(self, discount)
        return discounting.attached(subscription, discount, starts_at)

    def _address_of(self, customer: str) -> str:
        """The customer's first address; one without any gets one, because no subscription lacks it."""
        addresses = self.addresses_of.get(customer)
        identifier: str = (addresses[0] if addresses else self.add_address(customer=customer))["id"]
        return identifier

    def _identifier(self, prefix: str, members: Json) -> str:
        """Raises ValueError for an id that no request could reach."""
        identifier: str = members.get("id") or self.new_id(prefix)
        if not identifiers.is_identifier(identifier, prefix):
            raise ValueError(f"{identifier!r} is no id of a {shapes.NOUNS[prefix]}")
        return identifier

    def _stamp(self, at: datetime | None) -> str:
        return moments.written(at or self.now())


def _begin_trial(subscription: Json, terms: Terms, ends_at: datetime) -> None:
    terms.anchor = ends_at
    period = shapes.period(subscription["started_at"], moments.written(ends_at))
    subscription["current_billing_period"] = period
    for item in subscription["items"]:
        item["status"] = "trialing"
        item["trial_dates"] = dict(period)
    lifecycle.show_next_bill(subscription, ends_at if terms.payment_method else None)


def _begin_billing(subscription: Json, terms: Terms, start: datetime, now: datetime) -> None:
    cycle = subscription["billing_cycle"]
    begun, until = period_containing(start, cycle, now) if now > start else (start, boundary_after(start, cycle, start))
    terms.anchor = start
    subscription["first_billed_at"] = moments.written(start)
    subscription["current_billing_period"] = shapes.period(moments.written(begun), moments.written(until))
    lifecycle.mark_billed(subscription, begun)
    lifecycle.show_next_bill(subscription, until)


def _complete_status(subscription: Json, members: Json, now: datetime, resume_at: datetime | None) -> None:
    """What a status says about the other members, where they are not given."""
    if subscription["status"] == "paused":
        subscription["paused_at"] = moments.written(members.get("paused_at") or now)
        subscription["current_billing_period"] = None
        lifecycle.show_next_bill(subscription, None)
        if resume_at is not None:
            lifecycle.schedule(subscription, "resume", resume_at)
    elif subscription["status"] == "canceled":
        subscription["canceled_at"] = moments.written(members.get("canceled_at") or now)
        subscription["current_billing_period"] = None
        lifecycle.show_next_bill(subscription, None)
