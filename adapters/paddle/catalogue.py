"""What a subscription names but does not carry: the terms of its discount. And the prices that it may change to.

They change rarely and are remembered for a while. Paddle has no way to ask for discounts along with subscriptions.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from adapters.errors import Credentials, NotFound, Unmappable, Unreadable
from adapters.paddle.client import NO_QUERY, PaddleApi, Query
from adapters.paddle.models import Discount, Price, read
from adapters.paddle.options import MappingOptions
from adapters.together import together
from gateway.contract import Controller
from gateway.resilience import CatalogueCache, Observer

_WITH_PRODUCT: Final[Query] = {"include": "product"}


class Catalogue:
    """Remembers prices and discounts of one account for `ttl_s` seconds."""

    def __init__(self, api: PaddleApi, options: MappingOptions, ttl_s: float, observer: Observer) -> None:
        self._api = api
        self._observer = observer
        # Without products the key may not be allowed to read them.
        self.price_query: Final = _WITH_PRODUCT if options.products else NO_QUERY
        self._prices: CatalogueCache[Price] = CatalogueCache(Controller.PRICES, ttl_s, observer)
        self._discounts: CatalogueCache[Discount] = CatalogueCache(Controller.COUPONS, ttl_s, observer)

    def learn_price(self, price: Price) -> None:
        """Remember a listed price that was asked for with `price_query`."""
        self._prices.put(price.id, price)

    def learn_discount(self, discount: Discount) -> None:
        """Remember a listed discount."""
        self._discounts.put(discount.id, discount)

    async def price(self, price_id: str) -> Price:
        """A price with its product, archived ones included. Raises `NotFound`, `Unmappable`."""
        return await self._prices.get(price_id, self._load_price)

    async def present_price(self, price_id: str) -> Price:
        """A price as it is now, for a change to it: at Paddle a price's rhythm can be edited, and what is charged at
        once depends on that. Raises `NotFound`, `Unmappable`."""
        found = await self._load_price(price_id)
        self._prices.put(price_id, found)
        return found

    async def discount(self, discount_id: str) -> Discount:
        """A discount in any state. Raises `NotFound`, `Unmappable`."""
        return await self._discounts.get(discount_id, self._load_discount)

    async def discounts(self, discount_ids: Collection[str]) -> Mapping[str, Discount]:
        """Those of these discounts that can be read, one call for each that is not remembered."""
        return await self._discounts.get_many(discount_ids, self._load_discounts)

    async def _load_price(self, price_id: str) -> Price:
        return read(Price, await self._api.get("prices", price_id, query=self.price_query))

    async def _load_discount(self, discount_id: str) -> Discount:
        return read(Discount, await self._api.get("discounts", discount_id))

    async def _load_discounts(self, discount_ids: Collection[str]) -> Mapping[str, Discount]:
        """Side by side; one that is gone, that the key may not read, or that nobody can read is missing instead of
        failing all."""

        async def attempt(discount_id: str) -> tuple[str, Discount | None]:
            try:
                return discount_id, await self._load_discount(discount_id)
            except (NotFound, Credentials, Unreadable) as failure:
                self._observer.left_out(Controller.COUPONS, discount_id, f"discount: {type(failure).__name__}")
            except Unmappable as error:
                self._observer.left_out(Controller.COUPONS, discount_id, f"discount: {error}")
            return discount_id, None

        found = await together(attempt(discount_id) for discount_id in discount_ids)
        return {discount_id: discount for discount_id, discount in found if discount is not None}
