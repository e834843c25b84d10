"""The items of a price change, as Chargebee wants them. Pure functions.

https://apidocs.chargebee.com/docs/api/subscriptions#update_subscription_for_items
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapters.chargebee import prices
from adapters.chargebee.catalogue import Companions
from adapters.chargebee.subscriptions import lines
from adapters.errors import Conflict, Unmappable
from adapters.fields import objects_if_any, text_if_any, whole_if_any
from adapters.intents import ChangePrice

_PLAN: Final = "plan"
_PRECISE: Final = "quantity_in_decimal"
_KEPT: Final = ("quantity", _PRECISE, "billing_cycles", "trial_end")
"""What another item keeps beside its price."""
_OWN_PRICE: Final = ("unit_price", "unit_price_in_decimal")
_TIER: Final = (
    "item_price_id",
    "starting_unit",
    "ending_unit",
    "price",
    "starting_unit_in_decimal",
    "ending_unit_in_decimal",
    "price_in_decimal",
    "pricing_type",
    "package_size",
)


def new_line(item_price: Mapping[str, Any], intent: ChangePrice, source: Mapping[str, Any]) -> dict[str, object]:
    """The item at its new price, with its quantity where the price has one: for a flat fee none may be sent."""
    line: dict[str, object] = {"item_price_id": intent.price_id}
    if intent.quantity is None or item_price.get("pricing_model") == prices.FLAT_FEE:
        return line
    held = next((one for one in lines(source) if one.get("item_price_id") == intent.item_id), {})
    if held.get(_PRECISE) is not None:
        return line | {_PRECISE: held[_PRECISE]}
    return line | {"quantity": intent.quantity}


def keeps_the_term(source: Mapping[str, Any], item_price: Mapping[str, Any]) -> bool:
    """Whether the term goes on: a plan with another period begins a new one, an addon's period is its own affair.

    Raises `Unmappable` where that cannot be told: a new term is billed at once.
    """
    if text_if_any(item_price, "item_type") != _PLAN:
        return True
    own = (text_if_any(source, "billing_period_unit"), whole_if_any(source, "billing_period"))
    return own == (text_if_any(item_price, "period_unit"), whole_if_any(item_price, "period"))


def whole_list(
    source: Mapping[str, Any], item_id: str, new: Mapping[str, object], known: Companions
) -> dict[str, object]:
    """The parameters that replace all items: the others as they are, with what was overridden for this subscription.

    Raises `Conflict` where that cannot be said of all of them.
    """
    if len(lines(source)) != len(objects_if_any(source, "subscription_items")):
        raise Conflict("The subscription has one-time charges waiting, which a change of this price would lose.")
    others = [line for line in lines(source) if line.get("item_price_id") != item_id]
    tiers = [
        _kept(tier, _TIER) for tier in objects_if_any(source, "item_tiers") if tier.get("item_price_id") != item_id
    ]
    parameters: dict[str, object] = {
        "replace_items_list": True,
        "subscription_items": [new, *(_other(line, known) for line in others)],
    }
    return parameters | ({"item_tiers": tiers} if tiers else {})


def _other(line: Mapping[str, Any], known: Companions) -> dict[str, object]:
    item_price = known.item_prices.get(str(line.get("item_price_id")))
    kept = {"item_price_id": line.get("item_price_id"), **_kept(line, _KEPT)}
    if item_price is not None and item_price.get("pricing_model") == prices.FLAT_FEE:
        kept.pop("quantity", None)
    if item_price is None or _is_overridden(line, item_price):
        kept |= _kept(line, _OWN_PRICE)
    return kept


def _is_overridden(line: Mapping[str, Any], item_price: Mapping[str, Any]) -> bool:
    if text_if_any(item_price, "pricing_model") not in {prices.FLAT_FEE, "per_unit"}:
        # Tiers are sent apart; a unit price here is only what they came to.
        return False
    pairs = zip(_OWN_PRICE, ("price", "price_in_decimal"), strict=True)
    amounts = [(_number_or_text(line, own), _number_or_text(item_price, listed)) for own, listed in pairs]
    return any(held is not None and held != usual for held, usual in amounts)


def _number_or_text(source: Mapping[str, Any], name: str) -> int | str | None:
    """A field as it is. Raises `Unmappable` where it is of another type, and nothing can be told by it."""
    value = source.get(name)
    if value is not None and type(value) is not int and not isinstance(value, str):
        raise Unmappable(f"{name}: neither a whole number nor a text")
    return value


def _kept(source: Mapping[str, Any], names: Sequence[str]) -> dict[str, object]:
    return {name: source[name] for name in names if _number_or_text(source, name) is not None}
