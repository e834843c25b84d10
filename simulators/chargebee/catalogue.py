"""Item families, items, item prices and coupons: reading them; and what the site is set to.

See https://apidocs.chargebee.com/docs/api/item_prices and its neighbours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.chargebee.calls import find
from simulators.chargebee.listing import page

if TYPE_CHECKING:
    from simulators.chargebee.calls import Call
    from simulators.types import Json


def list_item_families(call: Call) -> Json:
    return page(call, call.site.item_families, lambda row: {"item_family": row})


def retrieve_item_family(call: Call) -> Json:
    return {"item_family": find(call, call.site.item_families)}


def list_items(call: Call) -> Json:
    return page(call, call.site.items, lambda row: {"item": row})


def retrieve_item(call: Call) -> Json:
    return {"item": find(call, call.site.items)}


def list_item_prices(call: Call) -> Json:
    return page(call, call.site.item_prices, lambda row: {"item_price": row})


def retrieve_item_price(call: Call) -> Json:
    return {"item_price": find(call, call.site.item_prices)}


def list_coupons(call: Call) -> Json:
    def value(row: Json, name: str) -> Any:
        if name == "applicable_item_price_ids":
            constraints = row.get("item_constraints", ())
            return frozenset(price for constraint in constraints for price in constraint.get("item_price_ids", ()))
        return row.get(name)

    return page(call, call.site.coupons, lambda row: {"coupon": row}, value=value)


def retrieve_coupon(call: Call) -> Json:
    return {"coupon": find(call, call.site.coupons)}


def configurations(call: Call) -> Json:
    """https://apidocs.chargebee.com/docs/api/configurations"""
    second = call.site.product_catalog_version == "v2"
    configuration = {
        "domain": call.site.name,
        "product_catalog_version": call.site.product_catalog_version,
        "chargebee_response_schema_type": "items" if second else "plans_addons",
        "object": "configuration",
    }
    return {"configurations": [configuration]}
