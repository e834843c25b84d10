"""How the Chargebee adapter reads. https://apidocs.chargebee.com/docs/api/"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from adapters.amounts import is_told
from adapters.chargebee import details, mapping, prices, states, subscriptions
from adapters.chargebee.catalogue import LISTED_ITEMS
from adapters.chargebee.client import WHOLE_PAGE, Page, among
from adapters.chargebee.connection import ChargebeeConnection
from adapters.chargebee.transport import JsonObject
from adapters.errors import NotFound
from adapters.fields import required_moment, required_text
from adapters.holes import Candidate, Rows
from adapters.phones import phone_spellings
from adapters.together import together
from gateway.contract import ContractModel, Coupon, Customer, Family, Price, Product, Subscription

M = TypeVar("M", bound=ContractModel)

# Said in each request: what lists are sorted by otherwise is not promised. Item families cannot be sorted.
_BY_AGE: Final = {"sort_by": {"asc": "created_at"}}
_BY_ID: Final = {"sort_by": {"asc": "id"}}
_ACTIVE: Final = {"status": {"is": "active"}}

_STAND_IN: Final = mapping.UNGROUPED.model_dump()
_STAND_IN_NEXT: Final = "ungrouped"
"""The cursor of the page that has the stand-in alone. Chargebee's own offsets are JSON arrays."""


class ChargebeeReads(ChargebeeConnection):
    """The controllers. A cursor is Chargebee's own offset, which belongs to one list with its filters and its order."""

    # -- customers ----------------------------------------------------------------------------------------------

    async def _fetch_customer(self, customer_id: str) -> Customer:
        return mapping.customer(_existing(await self._api.retrieve("customer", "customers", customer_id)))

    async def _list_customers(self, limit: int, cursor: str | None) -> Rows[Customer]:
        page = await self._api.page("customer", "customers", limit=limit, offset=cursor, **_BY_AGE)
        return _rows(page, mapping.customer)

    async def _find_by_email(self, email: str) -> Sequence[Candidate]:
        """Whether the filter minds the case is not documented: small letters are asked for as well."""
        return await self._candidates(await self._customers_with("email", dict.fromkeys((email, email.lower()))))

    async def _find_by_phone(self, phone: str) -> Sequence[Candidate]:
        """Phones are kept as they were typed, and only whole ones can be asked for: the usual spellings are tried."""
        return await self._candidates(await self._customers_with("phone", phone_spellings(phone)))

    async def _customers_with(self, field: str, spellings: Iterable[str]) -> list[JsonObject]:
        filters: list[dict[str, Any]] = [{field: {"is": spelling}} for spelling in spellings]
        pages = await together(self._api.page("customer", "customers", limit=WHOLE_PAGE, **one) for one in filters)
        found = {required_text(row, "id"): row for page in pages for row in page.rows}
        return [row for row in found.values() if row.get("deleted") is not True]

    async def _candidates(self, rows: Sequence[JsonObject]) -> Sequence[Candidate]:
        """Who of several has a running subscription takes a further call; of one alone it does not matter."""
        live: set[str] = set()
        if len(rows) > 1:
            running = await self._api.pages(
                "subscription",
                "subscriptions",
                customer_id=among([required_text(row, "id") for row in rows]),
                status=among(states.LIVE),
                **_BY_AGE,
            )
            live = {str(row.get("customer_id")) for row in running}
        return [Candidate(mapping.customer(row), required_moment(row, "created_at"), row["id"] in live) for row in rows]

    # -- subscriptions ------------------------------------------------------------------------------------------

    async def _fetch_subscription(self, subscription_id: str) -> Subscription:
        found = await self._api.retrieve("subscription", "subscriptions", subscription_id)
        if _is_gone(found):
            raise NotFound
        return subscriptions.subscription(found, await self._context_of([found]))

    async def _list_subscriptions(self, customer_id: str, limit: int, cursor: str | None) -> Rows[Subscription]:
        page = await self._api.page(
            "subscription", "subscriptions", limit=limit, offset=cursor, customer_id={"is": customer_id}, **_BY_AGE
        )
        if not page.rows and cursor is None:
            await self._require_customer(customer_id)
        context = await self._context_of(page.rows)
        return replace(
            _rows(page, lambda row: None if _is_gone(row) else subscriptions.subscription(row, context)),
            detail=lambda row: details.detail(row, context.companions, context.now),
        )

    async def _context_of(self, sources: Sequence[JsonObject]) -> subscriptions.Context:
        return self._context(await self._catalogue.companions(sources))

    # -- prices, products, families, coupons --------------------------------------------------------------------

    async def _fetch_price(self, price_id: str) -> Price:
        found = _existing(await self._catalogue.item_price(price_id))
        if not prices.is_recurring(found):
            raise NotFound("There is no such price.")
        return prices.price(found, self._options)

    async def _list_prices(self, limit: int, cursor: str | None) -> Rows[Price]:
        """Plans only: what takes the place of a customer's plan is another plan."""
        page = await self._api.page(
            "item_price", "item_prices", limit=limit, offset=cursor, item_type={"is": "plan"}, **_ACTIVE, **_BY_ID
        )
        self._catalogue.learn_item_prices(page.rows)
        return _rows(page, self._offered_price)

    def _offered_price(self, row: Mapping[str, Any]) -> Price | None:
        """None for one that Churnkey may not offer, which is nobody's mistake, and nothing to be logged."""
        if not prices.is_listed(row, self._options):
            return None
        price = prices.price(row, self._options)
        return price if is_told(price.amount) else None

    async def _fetch_product(self, product_id: str) -> Product:
        return mapping.product(_existing(await self._api.retrieve("item", "items", product_id)), self._options)

    async def _list_products(self, limit: int, cursor: str | None) -> Rows[Product]:
        page = await self._api.page("item", "items", limit=limit, offset=cursor, **LISTED_ITEMS)
        return _rows(page, lambda row: mapping.product(row, self._options))

    async def _fetch_family(self, family_id: str) -> Family:
        try:
            return mapping.family(_existing(await self._api.retrieve("item_family", "item_families", family_id)))
        except NotFound:
            # Only now: an id of the site's own is never hidden.
            if family_id != mapping.UNGROUPED.id:
                raise
            return mapping.UNGROUPED

    async def _list_families(self, limit: int, cursor: str | None) -> Rows[Family]:
        """The site's own; after the last of them the one that stands in where products have none."""
        if cursor == _STAND_IN_NEXT:
            return _rows(Page([_STAND_IN], None), mapping.family)
        page = await self._api.page("item_family", "item_families", limit=limit, offset=cursor)
        if page.next is None and await self._needs_stand_in():
            page = Page([*page.rows, _STAND_IN], None) if len(page.rows) < limit else page._replace(next=_STAND_IN_NEXT)
        return _rows(page, lambda row: None if _is_gone(row) else mapping.family(row))

    async def _needs_stand_in(self) -> bool:
        return await self._catalogue.has_ungrouped() and await self._fetch_family(_STAND_IN["id"]) is mapping.UNGROUPED

    async def _fetch_coupon(self, coupon_id: str) -> Coupon:
        found = _existing(await self._catalogue.coupon(coupon_id))
        if not mapping.has_words(found):
            raise NotFound("There is no such coupon.")
        return mapping.coupon(found)

    async def _list_coupons(self, limit: int, cursor: str | None) -> Rows[Coupon]:
        page = await self._api.page("coupon", "coupons", limit=limit, offset=cursor, **_ACTIVE, **_BY_AGE)
        self._catalogue.learn_coupons(page.rows)
        return _rows(page, _offered_coupon)


def _rows(page: Page, express: Callable[[Mapping[str, Any]], M | None]) -> Rows[M]:
    return Rows(page.rows, express, page.next)


def _offered_coupon(row: Mapping[str, Any]) -> Coupon | None:
    """None for a kind that the contract has no words for: that is nobody's mistake, and nothing to be logged."""
    if not mapping.is_active(row) or not mapping.has_words(row):
        return None
    return mapping.coupon(row)


def _is_gone(row: Mapping[str, Any]) -> bool:
    """Deleted, or the stale copy that a move between business entities leaves behind."""
    return row.get("deleted") is True or row.get("status") in {"deleted", subscriptions.TRANSFERRED}


def _existing(found: JsonObject) -> JsonObject:
    """Whether a deleted object is answered at all is not documented."""
    if _is_gone(found):
        raise NotFound
    return found
