"""How the Paddle adapter reads. https://developer.paddle.com/api-reference"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError

from adapters.errors import Invalid, Unmappable
from adapters.holes import Candidate, Rows, reason_of
from adapters.paddle import details, mapping, models, prices, subscriptions
from adapters.paddle.client import require_id
from adapters.paddle.connection import PaddleConnection
from adapters.paddle.counted import SUBSCRIPTION_STATUS
from adapters.paddle.models import read
from adapters.together import both, together
from gateway.contract import Controller, Coupon, Customer, Price, Product, Subscription

_LONGEST_FILTER: Final = 100
"""Characters in one value of a filter: https://developer.paddle.com/api-reference/customers/list-customers."""
_EVERY_STATUS: Final = "active,archived"
"""Lists show what is active unless they are told otherwise: https://developer.paddle.com/api-reference/about/default-scopes."""


class PaddleReads(PaddleConnection):
    """The controllers. A cursor is the id of the last object of a page, as Paddle's `after` takes it."""

    # -- customers ----------------------------------------------------------------------------------------------

    async def _fetch_customer(self, customer_id: str) -> Customer:
        """An archived customer is one, too: subscriptions may still run."""
        found, addresses = await both(self._api.get("customers", customer_id), self._addresses(customer_id))
        return mapping.customer(read(models.Customer, found), addresses)

    async def _addresses(self, customer_id: str) -> list[models.Address]:
        """The newest first, which is where the customer last paid from: checkouts add one each time."""
        page = await self._api.page("customers", customer_id, "addresses")
        return [read(models.Address, row) for row in page.rows if isinstance(row, dict)]

    async def _list_customers(self, limit: int, cursor: str | None) -> Rows[Customer]:
        """Without addresses, which would be a call for each customer."""
        page = await self._api.page("customers", after=cursor, per_page=limit)
        return Rows(page.rows, lambda row: mapping.customer(read(models.Customer, row)), page.next)

    async def _find_by_email(self, email: str) -> Sequence[Candidate]:
        """By the exact filter, as given and in small letters: whether it minds the case is not documented. Never by
        `search`, which also looks into names."""
        rows = await self._customers_with(email)
        if not rows and email != email.lower():
            rows = await self._customers_with(email.lower())
        wanted = [row for row in rows if (row.email or "").casefold() == email.casefold()]
        wanted = [row for row in wanted if row.status != "archived"] or wanted
        return await together(self._candidate(row) for row in wanted)

    async def _customers_with(self, email: str) -> list[models.Customer]:
        if "," in email or len(email) > _LONGEST_FILTER:
            # A comma would make two filters of it.
            return []
        try:
            page = await self._api.page("customers", query={"email": email, "status": _EVERY_STATUS})
        except Invalid:
            # What Paddle does not take for an address, nobody has.
            return []
        return [read(models.Customer, row) for row in page.rows]

    async def _candidate(self, row: models.Customer) -> Candidate:
        # No two customers have one e-mail, so nothing has to be found out to choose between them.
        return Candidate(
            customer=mapping.customer(row, await self._addresses(row.id)),
            created=mapping.required_moment(row.created_at, "created_at"),
            live=False,
        )

    # -- subscriptions ------------------------------------------------------------------------------------------

    async def _fetch_subscription(self, subscription_id: str) -> Subscription:
        found = read(models.Subscription, await self._api.get("subscriptions", subscription_id))
        express = await self._mapping_of([found])
        return express(found)

    async def _list_subscriptions(self, customer_id: str, limit: int, cursor: str | None) -> Rows[Subscription]:
        """All statuses: this list has no default scope."""
        page = await self._api.page(
            "subscriptions",
            query={"customer_id": require_id("customers", customer_id)},
            after=cursor,
            per_page=limit,
        )
        if not page.rows and cursor is None:
            await self._require_customer(customer_id)
        found = _by_id(page.rows)
        express = await self._mapping_of(found.values())

        def subscription_in(row: Mapping[str, Any]) -> models.Subscription:
            # One that could not be read is read again, to say why.
            return found.get(str(row.get("id"))) or read(models.Subscription, row)

        return Rows(
            page.rows,
            lambda row: express(subscription_in(row)),
            page.next,
            detail=lambda row: details.detail(subscription_in(row)),
        )

    async def _mapping_of(
        self, sources: Iterable[models.Subscription]
    ) -> Callable[[models.Subscription], Subscription]:
        now = self.runtime.clock()
        context = subscriptions.Context(
            self._options,
            now,
            await self._discounts_of(sources, now),
            lambda status: self.runtime.observer.unknown_value(SUBSCRIPTION_STATUS, status),
        )
        return lambda source: subscriptions.subscription(source, context)

    async def _discounts_of(
        self, sources: Iterable[models.Subscription], now: datetime
    ) -> Mapping[str, models.Discount]:
        """The discounts that run on these subscriptions, without those that cannot be expressed: to leave out the
        subscription instead would keep its customer from cancelling it."""
        wanted: set[str] = set()
        for source in sources:
            # One whose dates cannot be read is left out when it is expressed, and the others are not.
            with suppress(Unmappable):
                discount = subscriptions.running_discount(source, now)
                if discount is not None:
                    wanted.add(discount.id)
        found = await self._catalogue.discounts(wanted) if wanted else {}
        return {identifier: terms for identifier, terms in found.items() if self._is_expressible(identifier, terms)}

    def _is_expressible(self, discount_id: str, terms: models.Discount) -> bool:
        try:
            mapping.coupon(terms)
        except (Unmappable, ValidationError) as error:
            self.runtime.observer.left_out(Controller.COUPONS, discount_id, f"discount: {reason_of(error)}")
            return False
        return True

    # -- prices, products, coupons ------------------------------------------------------------------------------

    async def _fetch_price(self, price_id: str) -> Price:
        return prices.price(await self._recurring_price(price_id), self._options)

    async def _list_prices(self, limit: int, cursor: str | None) -> Rows[Price]:
        """Paddle cannot leave out weeks and days, so a page may be short, or empty with more behind it."""
        page = await self._api.page(
            "prices", query={**self._catalogue.price_query, "recurring": "true"}, after=cursor, per_page=limit
        )
        return Rows(page.rows, self._listed_price, page.next)

    def _listed_price(self, row: Mapping[str, Any]) -> Price | None:
        found = read(models.Price, row)
        self._catalogue.learn_price(found)
        return prices.price(found, self._options) if prices.is_listed(found, self._options) else None

    async def _fetch_product(self, product_id: str) -> Product:
        return mapping.product(read(models.Product, await self._api.get("products", product_id)))

    async def _list_products(self, limit: int, cursor: str | None) -> Rows[Product]:
        page = await self._api.page("products", after=cursor, per_page=limit)
        return Rows(page.rows, lambda row: mapping.product(read(models.Product, row)), page.next)

    async def _fetch_coupon(self, coupon_id: str) -> Coupon:
        """One that does not recur is answered as well, though it is neither listed nor applied."""
        return mapping.coupon(read(models.Discount, await self._api.get("discounts", coupon_id)))

    async def _list_coupons(self, limit: int, cursor: str | None) -> Rows[Coupon]:
        """Paddle cannot filter by what recurs, so a page may be short, or empty with more behind it."""
        page = await self._api.page("discounts", after=cursor, per_page=limit)
        now = self.runtime.clock()
        return Rows(page.rows, lambda row: self._listed_coupon(row, now), page.next)

    def _listed_coupon(self, row: Mapping[str, Any], now: datetime) -> Coupon | None:
        found = read(models.Discount, row)
        self._catalogue.learn_discount(found)
        return mapping.coupon(found) if mapping.is_listed_coupon(found, now) else None


def _by_id(rows: Iterable[Mapping[str, Any]]) -> Mapping[str, models.Subscription]:
    """By id, as the discounts of all must be looked up before the first is expressed."""
    found: dict[str, models.Subscription] = {}
    for row in rows:
        with suppress(Unmappable):
            one = read(models.Subscription, row)
            found[one.id] = one
    return found
