"""What a subscription refers to but does not carry whole: products' names, tiers, item-level coupons.

Stripe expands four levels at most, so these do not come with a list of subscriptions
(https://docs.stripe.com/expand). They change rarely and are remembered for a while.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.errors import UNEXPRESSED, Invalid, NotFound, Unmappable, Unreadable
from adapters.fields import by_id, text_if_any
from adapters.stripe.client import WHOLE_PAGE, JsonObject, StripeApi
from adapters.stripe.fields import reference
from adapters.stripe.mapping import family
from adapters.stripe.options import MappingOptions
from adapters.stripe.prices import needs_detail
from adapters.together import together
from gateway.contract import Controller, Family
from gateway.resilience import CatalogueCache, Observer

_IN: Final = "\n"
"""Between a price's id and a currency; ids of old plans may hold anything that fits on a line."""


@dataclass(frozen=True, slots=True)
class Companions:
    """The objects beside some subscriptions, by id. A price in another currency than its own is under `detail_key`."""

    products: Mapping[str, JsonObject] = field(default_factory=dict)
    prices: Mapping[str, JsonObject] = field(default_factory=dict)
    coupons: Mapping[str, JsonObject] = field(default_factory=dict)

    def price(self, source: Mapping[str, Any], currency: str | None) -> Mapping[str, Any]:
        """The fuller price where the embedded one was not enough."""
        return self.prices.get(detail_key(source, currency), source)


def detail_key(source: Mapping[str, Any], currency: str | None) -> str:
    """Under which a price's details are remembered."""
    foreign = currency is not None and currency != source.get("currency")
    return f"{source.get('id')}{_IN}{currency}" if foreign else str(source.get("id"))


class Catalogue:
    """Remembers prices with their tiers, products and coupons of one account for `ttl_s` seconds."""

    def __init__(self, api: StripeApi, options: MappingOptions, ttl_s: float, observer: Observer) -> None:
        self._api = api
        self._options = options
        self._prices: CatalogueCache[JsonObject] = CatalogueCache(Controller.PRICES, ttl_s, observer)
        self._products: CatalogueCache[JsonObject] = CatalogueCache(Controller.PRODUCTS, ttl_s, observer)
        self._coupons: CatalogueCache[JsonObject] = CatalogueCache(Controller.COUPONS, ttl_s, observer)
        self._families: CatalogueCache[tuple[Family, ...]] = CatalogueCache(Controller.FAMILIES, ttl_s, observer)

    def learn_prices(self, prices: Iterable[JsonObject]) -> None:
        """Remember listed prices that were expanded as `price` would have them."""
        for identifier, price in by_id(prices).items():
            self._prices.put(identifier, price)

    def learn_products(self, products: Iterable[JsonObject]) -> None:
        """Remember listed products."""
        for identifier, product in by_id(products).items():
            self._products.put(identifier, product)

    async def price(self, price_id: str) -> JsonObject:
        """A price with its tiers, product and other currencies. Raises `NotFound`."""
        return await self._prices.get(price_id, self._load_price)

    async def families(self) -> tuple[Family, ...]:
        """The families that the products name, each once, by name. Walks through all products."""
        return await self._families.get("all", lambda _: self._load_families())

    async def companions(self, subscriptions: Iterable[Mapping[str, Any]]) -> Companions:
        """Everything these subscriptions need beside themselves: at most one call for all the products, one for each
        price with tiers or in a foreign currency, one for each coupon of an item; none when all is remembered."""
        products, prices, coupons = self._named_by(subscriptions)
        known = (self._products.known(products), self._prices.known(prices), self._coupons.known(coupons))
        if all(len(found) == len(keys) for found, keys in zip(known, (products, prices, coupons), strict=True)):
            return Companions(*known)
        return Companions(
            *await together(
                (
                    self._products.get_many(products, self._load_products),
                    self._prices.get_many(prices, self._load_prices),
                    self._coupons.get_many(coupons, self._load_coupons),
                )
            )
        )

    def _named_by(self, subscriptions: Iterable[Mapping[str, Any]]) -> tuple[set[str], Mapping[str, str], set[str]]:
        """The ids of products, prices by their keys, and the ids of coupons."""
        products: set[str] = set()
        coupons: set[str] = set()
        prices: dict[str, str] = {}
        for subscription in subscriptions:
            try:
                currency = subscription.get("currency")
                for item in items_of(subscription):
                    price = item.get("price") or {}
                    product = price.get("product")
                    if self._options.products and isinstance(product, str):
                        products.add(product)
                    if needs_detail(price, currency) and (price_id := reference(price)):
                        prices[detail_key(price, text_if_any(subscription, "currency"))] = price_id
                    if discounts := item.get("discounts"):
                        _add_bare_coupons(discounts, coupons)
                if discounts := subscription.get("discounts"):
                    _add_bare_coupons(discounts, coupons)
            except UNEXPRESSED:
                # It is left out where it is expressed, and says there why; the others are not.
                continue
        return products, prices, coupons

    async def _load_products(self, product_ids: Collection[str]) -> Mapping[str, JsonObject]:
        wanted = list(product_ids)
        parts = [wanted[start : start + WHOLE_PAGE] for start in range(0, len(wanted), WHOLE_PAGE)]
        pages = await together(self._api.get("products", ids=part, limit=WHOLE_PAGE) for part in parts)
        return by_id(product for page in pages for product in page["data"])

    async def _load_families(self) -> tuple[Family, ...]:
        found: dict[str, Family] = {}
        for product in await self._api.pages("products", active=True):
            group = family(product, self._options) if isinstance(product, dict) else None
            if group is not None:
                found.setdefault(group.id, group)
        return tuple(sorted(found.values(), key=lambda one: one.name.casefold()))

    async def _load_price(self, key: str) -> JsonObject:
        price_id, _, currency = key.partition(_IN)
        expand = ["tiers", "currency_options", *(["product"] if self._options.products else [])]
        if currency:
            expand.append(f"currency_options.{currency}.tiers")
        return await self._api.get("prices", price_id, expand=expand)

    async def _load_prices(self, keys: Collection[str]) -> Mapping[str, JsonObject]:
        return await _each(keys, self._load_price)

    async def _load_coupons(self, coupon_ids: Collection[str]) -> Mapping[str, JsonObject]:
        return await _each(coupon_ids, lambda coupon_id: self._api.get("coupons", coupon_id))


async def _each(keys: Collection[str], load: Callable[[str], Awaitable[JsonObject]]) -> Mapping[str, JsonObject]:
    """Load one by one, side by side; an object that is gone, or that nobody can read, is missing from the answer
    instead of failing all. So is one that Stripe does not take for any: only what refers to it would have named it so.
    """

    async def attempt(key: str) -> tuple[str, JsonObject | None]:
        try:
            return key, await load(key)
        except (NotFound, Invalid, Unreadable, Unmappable):
            return key, None

    found = await together(attempt(key) for key in keys)
    return {key: value for key, value in found if value is not None}


def items_of(subscription: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """A subscription's items, from the page that comes with it. Raises `Unmappable` for what is no such page."""
    page = subscription.get("items")
    items = page.get("data") if isinstance(page, dict) else None
    if type(items) is list:
        return items
    if page is None:
        return ()
    raise Unmappable("items: not a list")


def _add_bare_coupons(discounts: Any, coupons: set[str]) -> None:
    for discount in discounts:
        source = discount.get("source") if isinstance(discount, dict) else None
        coupon = source.get("coupon") if isinstance(source, dict) else None
        if coupon and isinstance(coupon, str):
            coupons.add(coupon)
