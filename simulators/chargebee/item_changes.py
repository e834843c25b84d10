"""The items of a subscription after `subscription_items` of `update_for_items`, checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.chargebee import pricing
from simulators.chargebee.errors import ApiError, invalid, missing_parameter, not_found, not_simulated, wrong_value

if TYPE_CHECKING:
    from simulators.chargebee.store import Store
    from simulators.types import Json


_QUANTITY = {"quantity", "quantity_in_decimal"}
_PRICE = {"unit_price", "unit_price_in_decimal"}


def changed(site: Store, row: Json, given: Json) -> Json:
    """The members that change: items, tiers, and the billing period, which is the plan's.

    Without `replace_items_list` what is given is added to the items that are there; where only one plan is
    possible a plan takes the other's place. What is not given for an item that stays, stays; an item that comes
    anew has a quantity of one and the price of the catalogue.

    Raises:
        ApiError: 404 for an unknown price, 400 for what a subscription cannot have.
    """
    replace = given.get("replace_items_list", False)
    wanted = _resolved(site, row, given["subscription_items"])
    _check_tiers(given.get("item_tiers", []), wanted)
    kept = [] if replace else _kept(site, row, wanted)
    items, tiers = [*kept], [tier for tier in row.get("item_tiers", ()) if _has(kept, tier["item_price_id"])]
    for price, request in wanted:
        held = None if replace else _held(row, price["id"])
        own = _tiers(given, price["id"])
        if held is not None and own is None:
            own = pricing.tiers_of(price["id"], row.get("item_tiers", []))
        items.append(pricing.subscription_item(price, _completed(price, held, request), own))
        tiers += pricing.item_tiers(price, own)
    items.sort(key=lambda item: item["item_type"] != "plan")
    plan = _check(site, items)
    return {
        "subscription_items": items,
        "item_tiers": tiers,
        "billing_period": plan["period"],
        "billing_period_unit": plan["period_unit"],
    }


def _resolved(site: Store, row: Json, requests: list[Json]) -> list[tuple[Json, Json]]:
    """What is asked for, with the item price of each."""
    wanted: list[tuple[Json, Json]] = []
    for request in requests:
        where = f"subscription_items[item_price_id][{request['index']}]"
        price = site.item_prices.get(request["item_price_id"])
        if price is None or price["status"] == "deleted":
            raise not_found(request["item_price_id"], param=where)
        if any(price is other for other, _ in wanted):
            raise ApiError(400, "duplicate_entry", "The item price is given twice", param=where)
        if price["item_type"] == "charge":
            raise not_simulated(where)
        if price["status"] == "archived" and _held(row, price["id"]) is None:
            raise invalid("The item price is archived", param=where)
        if price["currency_code"] != row["currency_code"]:
            raise invalid("The item price has another currency than the subscription", param=where)
        _check_terms(price, request)
        wanted.append((price, request))
    return wanted


def _check_terms(price: Json, request: Json) -> None:
    index = request["index"]
    for name in sorted(_QUANTITY & request.keys()):
        if price["pricing_model"] == "flat_fee":
            raise wrong_value(f"subscription_items[{name}][{index}]", "cannot be given for a flat fee")
    for name in sorted(_PRICE & request.keys()):
        if price["pricing_model"] in pricing.TIERED_MODELS:
            raise wrong_value(f"subscription_items[{name}][{index}]", "cannot be given for tiers")
    if request.get("item_type", price["item_type"]) != price["item_type"]:
        raise wrong_value(f"subscription_items[item_type][{index}]")


def _check_tiers(tiers: list[Json], wanted: list[tuple[Json, Json]]) -> None:
    tiered = {price["id"] for price, _ in wanted if price["pricing_model"] in pricing.TIERED_MODELS}
    for tier in tiers:
        if tier["item_price_id"] not in tiered:
            raise wrong_value(f"item_tiers[item_price_id][{tier['index']}]", "has no tiers, or is not changed")
        if "price" not in tier and "price_in_decimal" not in tier:
            raise missing_parameter(f"item_tiers[price][{tier['index']}]")


def _kept(site: Store, row: Json, wanted: list[tuple[Json, Json]]) -> list[Json]:
    """The items that stay as they are."""
    asked = {price["id"] for price, _ in wanted}
    new_plan = any(price["item_type"] == "plan" for price, _ in wanted)
    replaces_plan = new_plan and not site.several_plans
    return [
        item
        for item in row["subscription_items"]
        if item["item_price_id"] not in asked and not (replaces_plan and item["item_type"] == "plan")
    ]


def _completed(price: Json, held: Json | None, request: Json) -> Json:
    if held is None:
        return request
    kept = {name: held[name] for name in _QUANTITY if name in held and not _QUANTITY & request.keys()}
    if not _PRICE & request.keys():
        own = {name: held[name] for name in _PRICE if name in held}
        listed = {"unit_price": price.get("price"), "unit_price_in_decimal": price.get("price_in_decimal")}
        kept |= {name: value for name, value in own.items() if value != listed[name]}
    return {**kept, **request}


def _held(row: Json, identifier: str) -> Json | None:
    found = (item for item in row["subscription_items"] if item["item_price_id"] == identifier)
    return next(found, None)


def _has(items: list[Json], identifier: str) -> bool:
    return any(item["item_price_id"] == identifier for item in items)


def _tiers(given: Json, identifier: str) -> list[Json] | None:
    rows = [tier for tier in given.get("item_tiers", ()) if tier["item_price_id"] == identifier]
    return [{name: value for name, value in tier.items() if name != "index"} for tier in rows] or None


def _check(site: Store, items: list[Json]) -> Json:
    """The price of the plan."""
    prices = [site.item_prices.rows[item["item_price_id"]] for item in items]
    plans = [price for price in prices if price["item_type"] == "plan"]
    if not plans:
        raise invalid("A subscription needs a plan", param="subscription_items")
    if len(plans) > 1 and not site.several_plans:
        raise invalid("A subscription cannot have more than one plan", param="subscription_items")
    if len({(plan["period"], plan["period_unit"]) for plan in plans}) > 1:
        raise invalid("All plans need the same billing period", param="subscription_items")
    for price in prices:
        if price["item_type"] == "addon" and not pricing.divides(price, plans[0]):
            text = f"The billing period of the plan is no multiple of that of the addon {price['id']}"
            raise invalid(text, param="subscription_items")
    return plans[0]
