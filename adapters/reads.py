"""The sequence of every read: is it offered, is the id plain, fetch, express in the contract, whose is it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeVar, final

from adapters.errors import UNEXPRESSED, NotFound, Unsupported
from adapters.holes import Candidate, Holes, Listing, Rows, reason_of
from adapters.identifiers import is_plain, require_plain
from adapters.offer import features
from gateway.contract import (
    MAX_LIMIT,
    Controller,
    Coupon,
    Customer,
    DetailedSubscription,
    Emitted,
    Family,
    Features,
    ListedSubscription,
    Price,
    Product,
    Subscription,
    WrittenSubscription,
)

M = TypeVar("M", bound=Emitted | DetailedSubscription)

_LONGEST_EMAIL: Final = 320
_LONGEST_PHONE: Final = 40
_ROWS_AT_ONCE: Final = 25
_MOST_PAGES: Final = 10
"""Of a customer's subscriptions, where they are answered in one piece."""


class Reads(Holes):
    """Everything Churnkey can ask. Ids that cannot be ids are `NotFound` before any call."""

    @final
    def features(self) -> Features:
        """The manifest: what is offered here. Makes no call."""
        return features(self.capabilities, self.offered)

    @final
    async def customer(self, customer_id: str) -> Customer:
        """One customer. Raises `NotFound`."""
        return await self._one(Controller.CUSTOMERS, customer_id, self._fetch_customer)

    @final
    async def customers(self, limit: int, cursor: str | None) -> Listing[Customer]:
        """A page of customers."""
        return await self._page(Controller.CUSTOMERS, lambda: self._list_customers(limit, cursor))

    @final
    async def customer_by_email(self, email: str) -> Customer:
        """The customer with this e-mail, case aside: of several the one with a running subscription, else the newest.

        Raises `NotFound`.
        """
        if not self.offered.capabilities.find_by_email:
            raise Unsupported("Customers cannot be found by e-mail here.")
        if not _is_line(email, _LONGEST_EMAIL) or "@" not in email:
            raise NotFound
        wanted = email.casefold()
        found = await self._readable(Controller.CUSTOMERS, self._find_by_email(email))
        return _best([one for one in found if (one.customer.email or "").casefold() == wanted])

    @final
    async def customer_by_phone(self, phone: str) -> Customer:
        """The only customer with this phone, or the only one of several with a running subscription.

        Raises `NotFound`, also where that leaves more than one: a phone may be shared, and what is done next is done
        to whoever is answered here.
        """
        if not self.offered.capabilities.find_by_phone:
            raise Unsupported("Customers cannot be found by phone here.")
        if not _is_line(phone, _LONGEST_PHONE) or not any(character.isdigit() for character in phone):
            raise NotFound
        found = await self._readable(Controller.CUSTOMERS, self._find_by_phone(phone))
        wanted = _digits(phone)
        found = [one for one in found if _digits(one.customer.phone or "") == wanted]
        chosen = [one for one in found if one.live] or found
        if len(chosen) != 1:
            raise NotFound
        return chosen[0].customer

    @final
    async def subscription(self, customer_id: str, subscription_id: str) -> Subscription:
        """One subscription of this customer. Raises `NotFound`, also when it is another customer's."""
        require_plain(customer_id)
        found = await self._one(Controller.SUBSCRIPTIONS, subscription_id, self._fetch_subscription)
        if found.customer_id != customer_id:
            raise NotFound
        return found

    @final
    async def subscriptions(self, customer_id: str, limit: int, cursor: str | None) -> Listing[ListedSubscription]:
        """A page of this customer's subscriptions, ended ones included. Raises `NotFound` for no such customer."""
        require_plain(customer_id)
        page = await self._page(Controller.SUBSCRIPTIONS, lambda: self._list_subscriptions(customer_id, limit, cursor))
        strangers = [one for one in page.data if one.customer_id != customer_id]
        if not strangers:
            return page
        # A provider that overlooks the filter would otherwise show one customer the others' subscriptions.
        for one in strangers:
            self.runtime.observer.left_out(Controller.SUBSCRIPTIONS, one.id, "customer: another one")
        return replace(page, data=tuple(one for one in page.data if one.customer_id == customer_id))

    @final
    async def all_subscriptions(self, customer_id: str) -> tuple[DetailedSubscription, ...]:
        """All of this customer's subscriptions, ended ones included, with what the contract has no words for.

        Raises `NotFound` for no such customer, and `Unsupported` where there are too many to be answered in one piece.
        """
        require_plain(customer_id)
        found: list[DetailedSubscription] = []
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            page = await self._page(Controller.SUBSCRIPTIONS, partial(self._detailed_page, customer_id, cursor))
            found += [one for one in page.data if self._is_of(one, customer_id)]
            cursor = page.next
            if cursor is None:
                return tuple(found)
        # A part of them would pass for the whole.
        raise Unsupported("The customer has more subscriptions than can be answered at once.")

    @final
    async def price(self, price_id: str) -> Price:
        """One price, archived ones included. Raises `NotFound`."""
        return await self._one(Controller.PRICES, price_id, self._fetch_price)

    @final
    async def prices(self, limit: int, cursor: str | None) -> Listing[Price]:
        """A page of the prices on offer."""
        return await self._page(Controller.PRICES, lambda: self._list_prices(limit, cursor))

    @final
    async def coupon(self, coupon_id: str) -> Coupon:
        """One coupon, also one that can no longer be used. Raises `NotFound`."""
        return await self._one(Controller.COUPONS, coupon_id, self._fetch_coupon)

    @final
    async def coupons(self, limit: int, cursor: str | None) -> Listing[Coupon]:
        """A page of the coupons that can be used."""
        return await self._page(Controller.COUPONS, lambda: self._list_coupons(limit, cursor))

    @final
    async def product(self, product_id: str) -> Product:
        """One product, archived ones included. Raises `NotFound`."""
        return await self._one(Controller.PRODUCTS, product_id, self._fetch_product)

    @final
    async def products(self, limit: int, cursor: str | None) -> Listing[Product]:
        """A page of the products on offer."""
        return await self._page(Controller.PRODUCTS, lambda: self._list_products(limit, cursor))

    @final
    async def family(self, family_id: str) -> Family:
        """One product family. Raises `NotFound`."""
        return await self._one(Controller.FAMILIES, family_id, self._fetch_family)

    @final
    async def families(self, limit: int, cursor: str | None) -> Listing[Family]:
        """A page of the product families."""
        return await self._page(Controller.FAMILIES, lambda: self._list_families(limit, cursor))

    async def _detailed_page(self, customer_id: str, cursor: str | None) -> Rows[DetailedSubscription]:
        page = await self._list_subscriptions(customer_id, MAX_LIMIT, cursor)
        return Rows(page.rows, partial(_in_detail, page), page.next)

    def _is_of(self, subscription: ListedSubscription | DetailedSubscription, customer_id: str) -> bool:
        if subscription.customer_id == customer_id:
            return True
        # A provider that overlooks the filter would otherwise show one customer the others' subscriptions.
        self.runtime.observer.left_out(Controller.SUBSCRIPTIONS, subscription.id, "customer: another one")
        return False

    def _one(self, controller: Controller, identifier: str, fetch: Callable[[str], Awaitable[M]]) -> Awaitable[M]:
        self._require(controller)
        require_plain(identifier)
        return self._readable(controller, fetch(identifier))

    async def _page(self, controller: Controller, fetch: Callable[[], Awaitable[Rows[M]]]) -> Listing[M]:
        self._require(controller)
        page = await self._readable(controller, fetch())
        data: list[M] = []
        for number, row in enumerate(page.rows, start=1):
            model = self._express(controller, page, row)
            if model is not None:
                data.append(model)
            if number % _ROWS_AT_ONCE == 0:
                # Others get their turn: a whole page at once would keep the event loop from them for too long.
                await asyncio.sleep(0)
        return Listing(tuple(data), page.next)

    def _require(self, controller: Controller) -> None:
        if not self.offered.has(controller):
            reason = self.offered.reason(f"controllers.{controller}")
            raise Unsupported(f"{controller.capitalize()} are not offered here: {reason}.")

    def _express(self, controller: Controller, page: Rows[M], row: Any) -> M | None:
        try:
            expressed = page.express(row)
        except UNEXPRESSED as error:
            # A list does not fail for one bad row: it is left out, and an operator is told.
            self.runtime.observer.left_out(controller, _id_of(row), reason_of(error))
            return None
        if expressed is not None and not is_plain(str(getattr(expressed, "id", ""))):
            # It could be offered, and then neither be asked for nor be applied.
            self.runtime.observer.left_out(controller, "", "id: no request could carry it safely")
            return None
        return expressed


def _id_of(row: object) -> str:
    """A row's id, as far as it has one: anything else in its place could be anything."""
    identifier = row.get("id") if isinstance(row, dict) else getattr(row, "id", None)
    return identifier if isinstance(identifier, str) else ""


def _in_detail(page: Rows[ListedSubscription], row: object) -> DetailedSubscription | None:
    expressed = page.express(row)
    if expressed is None:
        return None
    subscription = expressed.model() if isinstance(expressed, WrittenSubscription) else expressed
    return DetailedSubscription(subscription, page.detail(row) if page.detail is not None else None)


def _digits(phone: str) -> str:
    return "".join(character for character in phone if character.isdigit())


def _is_line(text: str, longest: int) -> bool:
    return 0 < len(text) <= longest and text.isprintable()


def _best(found: list[Candidate]) -> Customer:
    if not found:
        raise NotFound
    return max(found, key=lambda one: (one.live, one.created)).customer
