"""What Chargebee does not embed in a subscription, its item prices and its coupons by id; and what of the catalogue
only a walk through it tells. All of it is remembered."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from adapters.chargebee.client import WHOLE_PAGE, ChargebeeApi, among
from adapters.chargebee.transport import JsonObject
from adapters.errors import Unmappable
from adapters.fields import by_id, optional_text
from adapters.together import both, together
from gateway.contract import Controller
from gateway.resilience import CatalogueCache, Observer

LISTED_ITEMS: Final = {"type": {"is": "plan"}, "status": {"is": "active"}, "sort_by": {"asc": "id"}}
"""The items that are products to Churnkey, in an order that is promised."""

_LONGEST_FILTER: Final = 6000
"""Characters of the ids that one request asks for, as they are written in its URL, which must stay below 8 kB."""


@dataclass(frozen=True, slots=True)
class Companions:
    """The objects beside some subscriptions, by id. One that is deleted is missing."""

    item_prices: Mapping[str, JsonObject] = field(default_factory=dict)
    coupons: Mapping[str, JsonObject] = field(default_factory=dict)


class Catalogue:
    """Remembers what is asked for of one site for `ttl_s` seconds."""

    def __init__(self, api: ChargebeeApi, ttl_s: float, observer: Observer) -> None:
        self._api = api
        self._item_prices: CatalogueCache[JsonObject] = CatalogueCache(Controller.PRICES, ttl_s, observer)
        self._coupons: CatalogueCache[JsonObject] = CatalogueCache(Controller.COUPONS, ttl_s, observer)
        self._ungrouped: CatalogueCache[bool] = CatalogueCache(Controller.FAMILIES, ttl_s, observer)

    def learn_item_prices(self, rows: Iterable[JsonObject]) -> None:
        """Remember listed item prices: they are whole in a list."""
        for identifier, row in by_id(rows).items():
            self._item_prices.put(identifier, row)

    def learn_coupons(self, rows: Iterable[JsonObject]) -> None:
        """Remember listed coupons."""
        for identifier, row in by_id(rows).items():
            self._coupons.put(identifier, row)

    async def item_price(self, item_price_id: str) -> JsonObject:
        """One item price, archived ones included. Raises `NotFound`."""
        return await self._item_prices.get(
            item_price_id, lambda identifier: self._api.retrieve("item_price", "item_prices", identifier)
        )

    async def coupon(self, coupon_id: str) -> JsonObject:
        """One coupon, also one that can no longer be used. Raises `NotFound`."""
        return await self._coupons.get(
            coupon_id, lambda identifier: self._api.retrieve("coupon", "coupons", identifier)
        )

    async def has_ungrouped(self) -> bool:
        """Whether some item that is listed has no family. No filter tells, so all of them are walked through."""
        return await self._ungrouped.get("any", lambda _: self._look_for_ungrouped())

    async def companions(self, subscriptions: Iterable[Any]) -> Companions:
        """Everything these subscriptions need beside themselves: one call for all item prices and one for all coupons
        that are not remembered, side by side; one more where a page or a URL cannot hold them."""
        rows = list(subscriptions)
        item_prices, coupons = await both(
            self.item_prices(_named(rows, "subscription_items", "item_price_id")),
            self._coupons_of(_named(rows, "coupons", "coupon_id")),
        )
        return Companions(item_prices, coupons)

    async def item_prices(self, item_price_ids: Collection[str]) -> Mapping[str, JsonObject]:
        """These item prices by id; one that is deleted is missing."""
        if not item_price_ids:
            return {}
        return await self._item_prices.get_many(
            item_price_ids, lambda missing: self._load("item_price", "item_prices", missing)
        )

    async def present_item_prices(self, item_price_ids: Collection[str]) -> Mapping[str, JsonObject]:
        """The same as they are at this moment, whatever is remembered: for a write that depends on their amounts.

        Raises `Unmappable` where one cannot be read, which must not be taken for deleted.
        """
        if not item_price_ids:
            return {}
        rows = await self._rows("item_price", "item_prices", item_price_ids)
        found = by_id(rows)
        if len(found) != len(rows):
            raise Unmappable("item_prices: not all can be read")
        self.learn_item_prices(rows)
        return found

    async def _coupons_of(self, coupon_ids: Collection[str]) -> Mapping[str, JsonObject]:
        if not coupon_ids:
            return {}
        return await self._coupons.get_many(coupon_ids, lambda missing: self._load("coupon", "coupons", missing))

    async def _look_for_ungrouped(self) -> bool:
        rows = await self._api.pages("item", "items", **LISTED_ITEMS)
        return any(isinstance(row, dict) and optional_text(row, "item_family_id") is None for row in rows)

    async def _load(self, kind: str, resource: str, identifiers: Collection[str]) -> Mapping[str, JsonObject]:
        return by_id(await self._rows(kind, resource, identifiers))

    async def _rows(self, kind: str, resource: str, identifiers: Collection[str]) -> list[Any]:
        # Without a filter for the status: running subscriptions refer to what is archived.
        pages = await together(
            self._api.page(kind, resource, limit=WHOLE_PAGE, id=among(part)) for part in _parts(identifiers)
        )
        return [row for page in pages for row in page.rows]


def _parts(identifiers: Iterable[str]) -> Iterator[list[str]]:
    """As many at a time as fit on a page and into a URL."""
    part: list[str] = []
    length = 0
    for identifier in identifiers:
        written = len(quote(json.dumps(identifier, ensure_ascii=False) + ", "))
        if part and (len(part) == WHOLE_PAGE or length + written > _LONGEST_FILTER):
            yield part
            part, length = [], 0
        part.append(identifier)
        length += written
    if part:
        yield part


def _named(rows: Iterable[Any], parts: str, field_name: str) -> set[str]:
    """What these rows name, as far as they can be read: one that cannot is left out where it is expressed."""
    lists = (row.get(parts) for row in rows if isinstance(row, dict))
    return {
        identifier
        for listed in lists
        if isinstance(listed, list)
        for part in listed
        if isinstance(part, dict) and isinstance(identifier := part.get(field_name), str) and identifier
    }
