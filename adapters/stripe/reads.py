"""How the Stripe adapter reads. https://docs.stripe.com/api; what may be expanded: https://docs.stripe.com/expand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeVar

from adapters.amounts import is_told
from adapters.errors import Invalid, NotFound, Unmappable
from adapters.fields import flag_if_any, last_id, list_if_any, object_if_any, required_text
from adapters.holes import Candidate, Rows
from adapters.phones import phone_spellings
from adapters.stripe import details, mapping, models, parsers, prices, subscriptions
from adapters.stripe.client import WHOLE_PAGE, JsonObject
from adapters.stripe.connection import UNFOLLOWED, StripeConnection, require_new
from adapters.stripe.counted import CUSTOMER_SEARCH
from adapters.stripe.fields import is_deleted
from adapters.stripe.search import any_field_equals
from gateway.contract import Coupon, Customer, Emitted, Family, Price, Product, Subscription, WrittenSubscription

M = TypeVar("M", bound=Emitted)

_DISCOUNT: Final = ["discount.source.coupon"]
_DISCOUNTS: Final = ["data.discount.source.coupon"]
_CANDIDATES: Final = ["data.discount.source.coupon", "data.subscriptions"]
_SUBSCRIPTION: Final = [
    "discounts.source.coupon",
    "items.data.price.tiers",
    "items.data.price.product",
    "items.data.discounts",
]
_SUBSCRIPTIONS: Final = ["data.discounts.source.coupon", "data.items.data.discounts"]
_PRICES: Final = ["data.tiers", "data.product", "data.currency_options"]
_RUNNING: Final = frozenset({"active", "trialing", "past_due", "unpaid", "paused"})


class StripeReads(StripeConnection):
    """The controllers. A cursor is the id of the last object of a page, as Stripe's `starting_after` takes it."""

    # -- customers ----------------------------------------------------------------------------------------------

    async def _fetch_customer(self, customer_id: str) -> Customer:
        return mapping.customer(_existing(await self._api.get("customers", customer_id, expand=_DISCOUNT)))

    async def _list_customers(self, limit: int, cursor: str | None) -> Rows[Customer]:
        page = await self._api.get("customers", limit=limit, expand=_DISCOUNTS, **_after(cursor))
        return _rows(page, mapping.customer)

    async def _find_by_email(self, email: str) -> Sequence[Candidate]:
        """The list is up to date but minds the case, the search does not mind it but lags: both are asked, unless the
        list alone shows a customer with a running subscription."""
        listed = await self._api.get("customers", email=email, limit=WHOLE_PAGE, expand=_CANDIDATES)
        found = {required_text(row, "id"): _candidate(row) for row in listed["data"]}
        if any(candidate.live for candidate in found.values()):
            return list(found.values())
        return list(
            (
                {required_text(row, "id"): _candidate(row) for row in await self._search("email", [email])} | found
            ).values()
        )

    async def _find_by_phone(self, phone: str) -> Sequence[Candidate]:
        """There is no list by phone, and phones are stored as they were typed: usual spellings are searched for."""
        return [_candidate(row) for row in await self._search("phone", phone_spellings(phone))]

    async def _search(self, field: str, values: Sequence[str]) -> list[JsonObject]:
        try:
            page = await self._api.get(
                "customers", "search", query=any_field_equals(field, values), limit=WHOLE_PAGE, expand=_CANDIDATES
            )
        except Invalid:
            # Search is not offered to accounts in every country; what it would find is then not to be found.
            self.runtime.observer.unknown_value(CUSTOMER_SEARCH, "refused")
            return []
        return [row for row in page["data"] if not is_deleted(row)]

    # -- subscriptions ------------------------------------------------------------------------------------------

    async def _fetch_subscription(self, subscription_id: str) -> Subscription:
        found = models.read(await self._api.get("subscriptions", subscription_id, expand=self._expanded(_SUBSCRIPTION)))
        return subscriptions.subscription(found, await self._context_of([found]))

    async def _context_of(self, sources: Sequence[models.Subscription]) -> subscriptions.Context:
        for source in sources:
            if source.items is not None and source.items.has_more and source.items.data:
                await self._complete_shown(source, source.items)
        return self._context(await self._catalogue.companions(sources))

    async def _complete_shown(self, source: models.Subscription, items: models.Items) -> None:
        """Fetch the items that did not come with their subscription, which embeds only the first page of them.

        Where it cannot be told what is missing, nothing is left of them: a part must not be taken for the whole.
        """
        try:
            while items.has_more:
                following = models.read_items(await self._following_items(source.id, items.data[-1].id))
                require_new([one.id for one in items.data], [one.id for one in following.data])
                items.data += following.data
                items.has_more = following.has_more
        except UNFOLLOWED:
            source.items = None

    async def _list_subscriptions(self, customer_id: str, limit: int, cursor: str | None) -> Rows[WrittenSubscription]:
        page = await self._api.get_as(
            parsers.LISTED,
            "subscriptions",
            customer=customer_id,
            status="all",
            limit=limit,
            expand=_SUBSCRIPTIONS,
            **_after(cursor),
        )
        if not page["data"] and cursor is None:
            await self._require_customer(customer_id)
        context = await self._context_of([row for row in page["data"] if type(row) is models.Subscription])
        return replace(
            _rows(page, partial(_written, context=context)), detail=lambda row: details.detail(row, context.now)
        )

    # -- prices, products, families, coupons --------------------------------------------------------------------

    async def _fetch_price(self, price_id: str) -> Price:
        found = await self._catalogue.price(price_id)
        if found.get("recurring") is None:
            raise NotFound("There is no such price.")
        return prices.price(found, self._options)

    async def _list_prices(self, limit: int, cursor: str | None) -> Rows[Price]:
        page = await self._api.get(
            "prices", active=True, type="recurring", limit=limit, expand=self._expanded(_PRICES), **_after(cursor)
        )
        self._catalogue.learn_prices(page["data"])
        return _rows(page, self._offered_price)

    def _offered_price(self, row: Mapping[str, Any]) -> Price | None:
        """None for one that Churnkey may not offer, which is nobody's mistake, and nothing to be logged."""
        if not prices.is_listed(row, self._options):
            return None
        price = prices.price(row, self._options)
        return price if is_told(price.amount) else None

    async def _fetch_product(self, product_id: str) -> Product:
        return mapping.product(_existing(await self._api.get("products", product_id)), self._options)

    async def _list_products(self, limit: int, cursor: str | None) -> Rows[Product]:
        page = await self._api.get("products", active=True, limit=limit, **_after(cursor))
        self._catalogue.learn_products(page["data"])
        return _rows(page, lambda row: mapping.product(row, self._options))

    async def _fetch_family(self, family_id: str) -> Family:
        for family in await self._catalogue.families():
            if family.id == family_id:
                return family
        raise NotFound("There is no such family.")

    async def _list_families(self, limit: int, cursor: str | None) -> Rows[Family]:
        """All on one page: they are gathered from the products, so there is nothing to walk."""
        families = await self._catalogue.families()
        return Rows([family.model_dump() for family in families], Family.model_validate, None)

    async def _fetch_coupon(self, coupon_id: str) -> Coupon:
        return mapping.coupon(_existing(await self._api.get("coupons", coupon_id)))

    async def _list_coupons(self, limit: int, cursor: str | None) -> Rows[Coupon]:
        """Stripe cannot filter by validity, so a page may be short, or empty with more behind it."""
        page = await self._api.get("coupons", limit=limit, **_after(cursor))
        return _rows(page, lambda row: mapping.coupon(row) if flag_if_any(row, "valid") is True else None)


def _after(cursor: str | None) -> dict[str, str]:
    return {} if cursor is None else {"starting_after": cursor}


def _written(row: object, context: subscriptions.Context) -> WrittenSubscription:
    if type(row) is not models.Subscription:
        # Says why the parser could not read it. Nothing was fetched for it, so it is not shown in any case.
        models.read(row)
        raise Unmappable("of another form than a subscription")
    return subscriptions.written_subscription(row, context)


def _rows(page: JsonObject, express: Callable[[Any], M | None]) -> Rows[M]:
    """The cursor is the last object Stripe sent, whether or not it is listed."""
    rows = page["data"]
    return Rows(rows, express, last_id(rows) if rows and page.get("has_more") else None)


def _existing(found: JsonObject) -> JsonObject:
    """Stripe answers 200 for a deleted customer, with little more than `deleted: true`."""
    if is_deleted(found):
        raise NotFound
    return found


def _candidate(row: JsonObject) -> Candidate:
    running = list_if_any(object_if_any(row, "subscriptions") or {}, "data")
    return Candidate(
        customer=mapping.customer(row),
        created=mapping.required_moment(row, "created"),
        live=any(subscription.get("status") in _RUNNING for subscription in running),
    )
