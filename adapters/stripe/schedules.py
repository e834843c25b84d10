"""Subscription schedules: what is planned, and the parameters that keep the plan while changing one thing of it.

An update of a schedule must repeat every running and later phase in full: what is not repeated is unset
(https://docs.stripe.com/api/subscription_schedules/update). Pure functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from adapters.errors import Conflict, Unmappable
from adapters.fields import list_if_any, missing, object_if_any, objects_if_any, text_if_any
from adapters.stripe.fields import items_of, reference
from adapters.stripe.mapping import seconds
from adapters.stripe.prices import interval
from gateway.contract import IntervalUnit

Parameters: TypeAlias = dict[str, Any]

_AS_THEY_ARE: Final = (
    "application_fee_percent",
    "billing_cycle_anchor",
    "collection_method",
    "currency",
    "description",
    "proration_behavior",
    "trial_end",
)
"""Fields of a phase that a request takes in the form in which an answer has them."""

_REFERENCES: Final = ("default_payment_method", "on_behalf_of")
"""Fields that an answer may have expanded and a request takes as an id."""

_OF_THE_RUNNING_PHASE: Final = frozenset(
    {"start_date", "end_date", "trial_end", "billing_cycle_anchor", "add_invoice_items"}
)
"""What must not be taken over from the running phase into the one after it."""

RUNNING: Final = frozenset({"not_started", "active"})
"""The statuses in which a schedule can still be released or changed."""


def later_phases(schedule: Mapping[str, Any], now: datetime) -> list[Mapping[str, Any]]:
    """The phases that have not begun, of a schedule that still runs."""
    if text_if_any(schedule, "status") not in RUNNING:
        return []
    return [phase for phase in objects_if_any(schedule, "phases") if _start(phase) > now.timestamp()]


def _start(phase: Mapping[str, Any]) -> float:
    return seconds(phase.get("start_date")) or 0.0


def repeated(phase: Mapping[str, Any]) -> Parameters:
    """A phase as parameters that leave everything as it is."""
    parameters: Parameters = {name: phase[name] for name in _AS_THEY_ARE if _is_plain_or_missing(phase, name)}
    if metadata := object_if_any(phase, "metadata"):
        parameters["metadata"] = dict(metadata)
    for name in _REFERENCES:
        if identifier := reference(phase.get(name)):
            parameters[name] = identifier
    parameters["start_date"] = phase["start_date"]
    if phase.get("end_date") is not None:
        parameters["end_date"] = phase["end_date"]
    parameters["items"] = [_item(item) for item in objects_if_any(phase, "items")]
    if discounts := repeated_discounts(phase.get("discounts")):
        parameters["discounts"] = discounts
    if rates := _ids(phase.get("default_tax_rates")):
        parameters["default_tax_rates"] = rates
    for name, convert in _NESTED.items():
        if (part := object_if_any(phase, name)) is not None:
            parameters[name] = convert(part)
    if invoice_items := [_invoice_item(item) for item in objects_if_any(phase, "add_invoice_items")]:
        parameters["add_invoice_items"] = invoice_items
    return parameters


def _is_plain_or_missing(holder: Mapping[str, Any], name: str) -> bool:
    """Whether a field is there, in a form that can be sent. Raises `Unmappable` for another: it would be sent as if it
    were missing, which unsets it."""
    value = holder.get(name)
    if value is not None and not isinstance(value, str | int | float):
        raise Unmappable(f"{name}: neither a text nor a number")
    return value is not None


def _item(item: Mapping[str, Any]) -> Parameters:
    parameters: Parameters = {"price": reference(item.get("price")) or missing("items.price")}
    if _is_plain_or_missing(item, "quantity"):
        parameters["quantity"] = item["quantity"]
    if discounts := repeated_discounts(item.get("discounts")):
        parameters["discounts"] = discounts
    if rates := _ids(item.get("tax_rates")):
        parameters["tax_rates"] = rates
    for name in ("metadata", "billing_thresholds"):
        if part := object_if_any(item, name):
            parameters[name] = dict(part)
    return parameters


def _invoice_item(item: Mapping[str, Any]) -> Parameters:
    parameters: Parameters = {"price": reference(item.get("price")) or missing("add_invoice_items.price")}
    for name in ("quantity", "discountable"):
        if _is_plain_or_missing(item, name):
            parameters[name] = item[name]
    if discounts := repeated_discounts(item.get("discounts")):
        parameters["discounts"] = discounts
    if rates := _ids(item.get("tax_rates")):
        parameters["tax_rates"] = rates
    if metadata := object_if_any(item, "metadata"):
        parameters["metadata"] = dict(metadata)
    if (period := object_if_any(item, "period")) is not None:
        parameters["period"] = {bound: _filled(moment) for bound, moment in period.items()}
    return parameters


def repeated_discounts(discounts: Any) -> list[Parameters]:
    """Discounts by their own ids where they have one, so that their months go on instead of starting again.

    Raises `Unmappable` where one cannot be told: it would be lost.
    """
    kept: list[Parameters] = []
    for discount in _listed(discounts):
        # A subscription's entry is a discount, or its id. A phase's has none of its own: it names a discount, or what
        # one is to be made of.
        if identifier := reference(discount):
            kept.append({"discount": identifier})
            continue
        for name in ("discount", "promotion_code", "coupon"):
            if identifier := reference(discount.get(name)):
                kept.append({name: identifier})
                break
        else:
            raise Unmappable("discounts: one cannot be told")
    return kept


def _ids(values: Any) -> list[str]:
    return [identifier or missing("id") for identifier in map(reference, _listed(values))]


def _listed(values: Any) -> list[Any]:
    """A list that may be missing. What is left out is unset, so nothing else is taken for missing."""
    return list_if_any({"list": values}, "list")


def _automatic_tax(value: Mapping[str, Any]) -> Parameters:
    parameters: Parameters = {"enabled": value.get("enabled", False)}
    if isinstance(value.get("liability"), dict):
        parameters["liability"] = _account(value["liability"])
    return parameters


def _invoice_settings(value: Mapping[str, Any]) -> Parameters:
    plain = ("custom_fields", "days_until_due", "description", "footer")
    parameters: Parameters = {name: value[name] for name in plain if value.get(name) is not None}
    if ids := _ids(value.get("account_tax_ids")):
        parameters["account_tax_ids"] = ids
    if isinstance(value.get("issuer"), dict):
        parameters["issuer"] = _account(value["issuer"])
    return parameters


def _account(value: Mapping[str, Any]) -> Parameters:
    parameters: Parameters = {"type": value.get("type", "self")}
    if identifier := reference(value.get("account")):
        parameters["account"] = identifier
    return parameters


def _filled(value: Mapping[str, Any]) -> Parameters:
    return {name: part for name, part in value.items() if part is not None}


_NESTED: Final[Mapping[str, Callable[[Mapping[str, Any]], Parameters]]] = {
    "automatic_tax": _automatic_tax,
    "billing_thresholds": _filled,
    "invoice_settings": _invoice_settings,
    "transfer_data": lambda value: {name: reference(part) or part for name, part in value.items() if part is not None},
}


@dataclass(frozen=True, slots=True)
class PriceChange:
    """Another price for the items that have `held_price_id`, from `at` on (Unix seconds).

    `interval` is the new price's: the added phase lasts one of it, after which the schedule releases the subscription.
    """

    held_price_id: str
    price_id: str
    quantity: int | None
    at: int
    interval: tuple[IntervalUnit, int]
    prorate: bool


def require_readable(subscription: Mapping[str, Any], price_id: str) -> None:
    """Raises `Unmappable` where it cannot be told what of a subscription its phases must keep. To be asked before a
    schedule is made for it."""
    for holder in (subscription, *items_of(subscription)):
        repeated_discounts(holder.get("discounts"))
    _interval_of(subscription, price_id)


def with_price_at_the_end(
    schedule: Mapping[str, Any], subscription: Mapping[str, Any], change: PriceChange
) -> list[Parameters]:
    """The running phase, ended with the paid period, and one more in which an item has another price.

    Raises `Conflict` where the schedule does not run, or does not have the item.
    """
    running = _running_phase(schedule, subscription, change.at)
    if all(item["price"] != change.held_price_id for item in running["items"]):
        raise Conflict("The subscription's schedule does not have the price that should change.")
    running["end_date"] = change.at
    added: Parameters = {name: value for name, value in running.items() if name not in _OF_THE_RUNNING_PHASE}
    added["items"] = [
        _with_price(item, change.price_id, change.quantity) if item["price"] == change.held_price_id else dict(item)
        for item in running["items"]
    ]
    unit, count = change.interval
    added["duration"] = {"interval": unit.value, "interval_count": count}
    added["proration_behavior"] = "create_prorations" if change.prorate else "none"
    if change.interval != _interval_of(subscription, change.held_price_id):
        # A new rhythm begins with the phase; without this the old billing date would stay and the new price wait.
        added["billing_cycle_anchor"] = "phase_start"
    return [running, added]


def _running_phase(schedule: Mapping[str, Any], subscription: Mapping[str, Any], until: int) -> Parameters:
    """The phase that holds until then, as parameters; its discounts are the live ones, by their own ids.

    A phase may name the coupon that a discount was made of: repeating that would make another discount.
    """
    phases = [
        phase
        for phase in objects_if_any(schedule, "phases")
        if _start(phase) < until and (phase.get("end_date") is None or phase["end_date"] >= until)
    ]
    if not phases:
        raise Conflict("The subscription's schedule has no phase that is running.")
    parameters = repeated(phases[-1])
    _set_or_drop(parameters, "discounts", repeated_discounts(subscription.get("discounts")))
    held = {reference(item.get("price")): repeated_discounts(item.get("discounts")) for item in items_of(subscription)}
    for item in parameters["items"]:
        _set_or_drop(item, "discounts", held.get(item["price"], []))
    return parameters


def _set_or_drop(parameters: Parameters, name: str, value: list[Parameters]) -> None:
    parameters.pop(name, None)
    if value:
        parameters[name] = value


def _interval_of(subscription: Mapping[str, Any], price_id: str) -> tuple[IntervalUnit, int] | None:
    for item in items_of(subscription):
        price = item.get("price") or {}
        if price.get("id") == price_id and isinstance(price.get("recurring"), dict):
            return interval(price["recurring"])
    return None


def _with_price(item: Parameters, price_id: str, quantity: int | None) -> Parameters:
    changed = {name: value for name, value in item.items() if name != "quantity"}
    changed["price"] = price_id
    if quantity is not None:
        changed["quantity"] = quantity
    return changed
