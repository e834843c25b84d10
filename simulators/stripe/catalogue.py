"""`/v1/products` and `/v1/prices`: https://docs.stripe.com/api/products, https://docs.stripe.com/api/prices"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.stripe import shapes
from simulators.stripe.calls import already_exists, assign, find, look_up, merge_metadata, require
from simulators.stripe.errors import exclusive, invalid, missing_parameter
from simulators.stripe.listing import page, same, within

if TYPE_CHECKING:
    from simulators.stripe.calls import Call
    from simulators.types import Json

_PRODUCT_MEMBERS = (
    "active",
    "description",
    "images",
    "marketing_features",
    "name",
    "shippable",
    "statement_descriptor",
    "tax_code",
    "type",
    "unit_label",
    "url",
)


def list_products(call: Call) -> Json:
    """`ids` cannot be combined with a cursor."""
    wanted = call.parameters
    for cursor in ("starting_after", "ending_before"):
        if "ids" in wanted and cursor in wanted:
            raise exclusive("ids", cursor)
    identifiers = set(wanted["ids"]) if "ids" in wanted else None

    def matches(row: Json) -> bool:
        return (
            same(row, wanted, "active", "shippable", "type", "url")
            and (identifiers is None or row["id"] in identifiers)
            and within(row["created"], wanted.get("created"))
        )

    return page(call.account.products, wanted, "/v1/products", matches)


def retrieve_product(call: Call) -> Json:
    return find(call.account.products, call.identifier)


def create_product(call: Call) -> Json:
    account, given = call.account, call.parameters
    identifier = given.get("id") or account.new_id("prod")
    if account.products.get(identifier) is not None:
        raise already_exists("Product")
    product = shapes.product(identifier, call.now, livemode=account.livemode, name=given["name"])
    _write_product(product, given)
    return account.products.add(product)


def update_product(call: Call) -> Json:
    product = find(call.account.products, call.identifier)
    default_price = look_up(call.account.prices, call.parameters, "default_price")
    if default_price is not None:
        product["default_price"] = default_price["id"]
    _write_product(product, call.parameters)
    product["updated"] = call.now
    return product


def _write_product(product: Json, given: Json) -> None:
    assign(product, given, *_PRODUCT_MEMBERS)
    for several in ("images", "marketing_features"):
        product[several] = product[several] or []
    merge_metadata(product, given.get("metadata"))


def list_prices(call: Call) -> Json:
    wanted = call.parameters
    keys = set(wanted["lookup_keys"]) if "lookup_keys" in wanted else None
    rhythm = wanted.get("recurring", {})

    def matches(row: Json) -> bool:
        return (
            same(row, wanted, "active", "currency", "product", "type")
            and (keys is None or row["lookup_key"] in keys)
            and (not rhythm or (row["recurring"] is not None and same(row["recurring"], rhythm, *rhythm)))
            and within(row["created"], wanted.get("created"))
        )

    return page(call.account.prices, wanted, "/v1/prices", matches)


def retrieve_price(call: Call) -> Json:
    return find(call.account.prices, call.identifier)


def create_price(call: Call) -> Json:
    account, given = call.account, call.parameters
    require(account.products, given, "product")
    _check_amount(given)
    price = shapes.price(
        account.new_id("price"),
        call.now,
        livemode=account.livemode,
        product=given["product"],
        currency=given["currency"],
    )
    assign(
        price,
        given,
        "active",
        "billing_scheme",
        "lookup_key",
        "nickname",
        "tax_behavior",
        "tiers_mode",
        "transform_quantity",
        "unit_amount",
        "unit_amount_decimal",
    )
    custom = given.get("custom_unit_amount")
    if custom is not None and custom["enabled"]:
        price["custom_unit_amount"] = {name: custom.get(name) for name in ("maximum", "minimum", "preset")}
    if "recurring" in given:
        price["type"] = "recurring"
        price["recurring"] = shapes.recurring(given["recurring"])
    merge_metadata(price, given.get("metadata"))
    account.keep_price(price, {name: given[name] for name in ("tiers", "currency_options") if name in given})
    return price


def _check_amount(given: Json) -> None:
    if given.get("billing_scheme") == "tiered":
        for name in ("tiers", "tiers_mode"):
            if name not in given:
                raise missing_parameter(name)
        if given["tiers"][-1]["up_to"] != "inf":
            raise invalid("The last tier's `up_to` must be `inf`.", param="tiers")
        return
    amounts = [name for name in ("unit_amount", "unit_amount_decimal", "custom_unit_amount") if name in given]
    if len(amounts) > 1:
        raise exclusive(*amounts)
    if not amounts:
        raise missing_parameter("unit_amount")


def update_price(call: Call) -> Json:
    """What a price costs and how often can never be changed."""
    account = call.account
    price = find(account.prices, call.identifier)
    assign(price, call.parameters, "active", "lookup_key", "nickname", "tax_behavior")
    merge_metadata(price, call.parameters.get("metadata"))
    if price["id"] in account.plans:
        # Items share this very dict, so that they show the change too.
        account.plans[price["id"]].update(shapes.plan(price))
    return price
