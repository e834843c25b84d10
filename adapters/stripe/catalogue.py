"""What a subscription refers to but does not carry whole: products' names, tiers, item-level coupons.

Stripe expands four levels at most, so these do not come with a list of subscriptions
(https://docs.stripe.com/expand). They change rarely and are remembered for a while.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from adapters.errors import Invalid, NotFound, Unreadable
from adapters.fields import by_id
from adapters.stripe.client import WHOLE_PAGE, JsonObject, StripeApi
from adapters.stripe.mapping import family
from adapters.stripe.models import Discount, Price, Subscription
from adapters.stripe.options import MappingOptions
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

    def price(self, source: Price, currency: str | None) -> JsonObject | Price:
        """The fuller price where the embedded one was not enough."""
        return self.prices.get(detail_key(source, currency), source)


def needs_detail(price: Price, currency: str | None) -> bool:
    """Whether an embedded price lacks what its amount is made of: tiers, or the amount in another currency."""
    if currency is not None and currency != price.currency:
        return True
    return price.billing_scheme == "tiered" and not price.tiers


def detail_key(price: Price, currency: str | None) -> str:
    """Under which a price's details are remembered."""
    return price.id if currency is None or currency == price.currency else f"{price.id}{_IN}{currency}"


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

    async def companions(self, subscriptions: Iterable[Subscription]) -> Companions:
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

    def _named_by(self, subscriptions: Iterable[Subscription]) -> tuple[set[str], Mapping[str, str], set[str]]:
        """The ids of products, prices by their keys, and the ids of coupons."""
        products: set[str] = set()
        coupons: set[str] = set()
        prices: dict[str, str] = {}
        named = self._options.products
        for subscription in subscriptions:
            currency = subscription.currency
            if subscription.discounts:
                _add_bare_coupons(subscription.discounts, coupons)
            for item in subscription.items.data if subscription.items is not None else ():
                price = item.price
                if named and type(price.product) is str and price.product:
                    products.add(price.product)
                if needs_detail(price, currency):
                    prices[detail_key(price, currency)] = price.id
                if item.discounts:
                    _add_bare_coupons(item.discounts, coupons)
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
    instead of failing all. So is one that Stripe does not take for any, or that no path can name: only what refers to
    it would have named it so.
    """

    async def attempt(key: str) -> tuple[str, JsonObject | None]:
        try:
            return key, await load(key)
        except (NotFound, Invalid, Unreadable, ValueError):
            return key, None

    found = await together(attempt(key) for key in keys)
    return {key: value for key, value in found if value is not None}


def _add_bare_coupons(discounts: Iterable[Discount | str], coupons: set[str]) -> None:
    for discount in discounts:
        source = discount.source if type(discount) is Discount else None
        if source is not None and type(source.coupon) is str and source.coupon:
            coupons.add(source.coupon)
