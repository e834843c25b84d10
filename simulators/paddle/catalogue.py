"""`/products`, `/prices` and `/discounts`: https://developer.paddle.com/api-reference/products/overview and beside it.

Lists hold what is active, unless other statuses are asked for; by its id everything is answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.paddle.calls import Answer, Call, find
from simulators.paddle.listing import among, in_scope, page

if TYPE_CHECKING:
    from simulators.paddle.account import Account
    from simulators.types import Json

EVENT_TYPES = (
    ("subscription.activated", "Occurs when a subscription becomes active.", "Subscription"),
    ("subscription.canceled", "Occurs when a subscription is canceled.", "Subscription"),
    ("subscription.paused", "Occurs when a subscription is paused.", "Subscription"),
)


def list_products(call: Call) -> Answer:
    query = call.query

    def matches(row: Json) -> bool:
        return in_scope(row, query) and _standard(row, query) and among(row, query, "id", "tax_category")

    rows, pagination = page(call, call.account.products, matches)
    return Answer([_product(call, row) for row in rows], {"pagination": pagination})


def retrieve_product(call: Call) -> Answer:
    return Answer(_product(call, find(call.account.products, call.identifiers[0])))


def list_prices(call: Call) -> Answer:
    query = call.query

    def matches(row: Json) -> bool:
        return (
            in_scope(row, query)
            and _standard(row, query)
            and among(row, query, "id", "product_id")
            and ("recurring" not in query or query["recurring"] == (row["billing_cycle"] is not None))
        )

    rows, pagination = page(call, call.account.prices, matches)
    return Answer([_price(call, row) for row in rows], {"pagination": pagination})


def retrieve_price(call: Call) -> Answer:
    return Answer(_price(call, find(call.account.prices, call.identifiers[0])))


def list_discounts(call: Call) -> Answer:
    query = call.query
    codes = {code.casefold() for code in query.get("code", ())}

    def matches(row: Json) -> bool:
        return (
            in_scope(row, query)
            and among(row, query, "id")
            and query.get("mode", row["mode"]) == row["mode"]
            and ("code" not in query or (row["code"] or "").casefold() in codes)
        )

    rows, pagination = page(call, call.account.discounts, matches)
    return Answer([_discount(call, row) for row in rows], {"pagination": pagination})


def retrieve_discount(call: Call) -> Answer:
    return Answer(_discount(call, find(call.account.discounts, call.identifiers[0])))


def list_event_types(_: Call) -> Answer:
    """No account's data is in it, and no permission is asked for."""
    return Answer(
        [
            {"name": name, "description": description, "group": group, "available_versions": [1]}
            for name, description, group in EVENT_TYPES
        ]
    )


def _standard(row: Json, query: Json) -> bool:
    """What was made for a single transaction is listed only if it is asked for."""
    return row["type"] in query.get("type", ("standard",))


def _product(call: Call, product: Json) -> Json:
    if "prices" not in call.query.get("include", ()):
        return product
    return {**product, "prices": _prices_of(call.account, product["id"])}


def _prices_of(account: Account, product: str) -> list[Json]:
    return [price for price in account.prices.newest_first() if price["product_id"] == product]


def _price(call: Call, price: Json) -> Json:
    if "product" not in call.query.get("include", ()):
        return price
    return {**price, "product": call.account.products.rows[price["product_id"]]}


def _discount(call: Call, discount: Json) -> Json:
    """Groups are not simulated: every discount is in none."""
    if "discount_group" not in call.query.get("include", ()):
        return discount
    return {**discount, "discount_group": None}
