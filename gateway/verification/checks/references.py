"""Whatever one object says of another is so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gateway.contract import Controller
from gateway.verification.checks.lists import resolves
from gateway.verification.documents import JsonObject, inner
from gateway.verification.naming import is_usable
from gateway.verification.offer import BELONGING
from gateway.verification.visit import Check, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.verification.visit import Notes, Visit

_MOST: Final = 10
"""So many references of a kind are followed."""


async def prices_of_subscriptions(visit: Visit, notes: Notes) -> None:
    """The prices on subscriptions can be retrieved, archived or not."""
    found = ((f"{path}.id", price.get("id")) for path, price in _prices_in_use(visit))
    await _all_resolve(visit, notes, Controller.PRICES, found)


async def coupons_in_use(visit: Visit, notes: Notes) -> None:
    """The coupons of running discounts can be retrieved."""
    owners = [*_subscriptions(visit), *_rows(visit, Controller.CUSTOMERS)]
    found = (
        (f"{path}.discounts[{number}].coupon.id", inner(discount, "coupon").get("id"))
        for path, owner in owners
        for number, discount in enumerate(_entries(owner, "discounts"))
    )
    await _all_resolve(visit, notes, Controller.COUPONS, found)


async def products_of_prices(visit: Visit, notes: Notes) -> None:
    """The products that prices belong to can be retrieved."""
    prices = [*_rows(visit, Controller.PRICES), *_prices_in_use(visit)]
    found = ((f"{path}.productId", price.get("productId")) for path, price in prices)
    await _all_resolve(visit, notes, Controller.PRODUCTS, found)


async def families_of_products(visit: Visit, notes: Notes) -> None:
    """The families that products belong to can be retrieved."""
    products = _rows(visit, Controller.PRODUCTS)
    found = ((f"{path}.familyId", product.get("familyId")) for path, product in products)
    await _all_resolve(visit, notes, Controller.FAMILIES, found)


def one_type(controller: Controller) -> Check:
    """All prices, or all products, are of the one type that the manifest names."""

    async def check(visit: Visit, notes: Notes) -> None:
        rows = list(_rows(visit, controller))
        if controller is Controller.PRICES:
            rows += _prices_in_use(visit)
        typed = [(path, row["type"]) for path, row in rows if isinstance(row.get("type"), str)]
        if not typed:
            raise Skipped(f"no {controller} to look at in {visit.mode} mode")
        announced = visit.offer.types.get(controller)
        expected = announced or typed[0][1]
        source = f"features.controllers.{controller}.type" if announced else typed[0][0]
        odd = next((path for path, name in typed if name != expected), None)
        if odd is not None:
            advice = f"all {controller} of one integration are standalone, or all belong to a {BELONGING[controller]}"
            # Of prices the documentation says that they must be, of products that they should.
            note = notes.fail if controller is Controller.PRICES else notes.remark
            note(f"{odd}.type", f"not as in {source}", "one type for all", advice)

    return check


async def _all_resolve(
    visit: Visit, notes: Notes, controller: Controller, references: Iterator[tuple[str, object]]
) -> None:
    first: dict[str, str] = {}
    for path, identifier in references:
        if isinstance(identifier, str) and is_usable(identifier):
            first.setdefault(identifier, path)
    if first and controller not in visit.offer.controllers:
        raise Skipped(f"{controller} are off in the manifest")
    for identifier, path in list(first.items())[:_MOST]:
        await resolves(visit, notes, controller, identifier, path)


def _prices_in_use(visit: Visit) -> Iterator[tuple[str, JsonObject]]:
    for path, subscription in _subscriptions(visit):
        for number, item in enumerate(_entries(subscription, "items")):
            yield f"{path}.items[{number}].price", inner(item, "price")


def _subscriptions(visit: Visit) -> Iterator[tuple[str, JsonObject]]:
    for number, (_, row) in enumerate(visit.samples.subscriptions):
        yield f"subscriptions[{number}]", row


def _rows(visit: Visit, controller: Controller) -> Iterator[tuple[str, JsonObject]]:
    for number, row in enumerate(visit.samples.of(controller)):
        yield f"{controller}[{number}]", row


def _entries(owner: JsonObject, name: str) -> list[object]:
    found = owner.get(name)
    return found if isinstance(found, list) else []
