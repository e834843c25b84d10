"""Subscription schedules: what is planned, and the parameters that keep the plan while changing one thing of it.

An update of a schedule must repeat every running and later phase in full: what is not repeated is unset
(https://docs.stripe.com/api/subscription_schedules/update). Pure functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from adapters.stripe.prices import reference

Parameters: TypeAlias = dict[str, Any]

_AS_THEY_ARE: Final = (
    "application_fee_percent",
    "billing_cycle_anchor",
    "collection_method",
    "currency",
    "description",
    "metadata",
    "proration_behavior",
    "trial_end",
)
"""Fields of a phase that a request takes in the form in which an answer has them."""

_REFERENCES: Final = ("default_payment_method", "on_behalf_of")
"""Fields that an answer may have expanded and a request takes as an id."""

RUNNING: Final = frozenset({"not_started", "active"})
"""The statuses in which a schedule can still be released or changed."""


def later_phases(schedule: Mapping[str, Any], now: datetime) -> list[Mapping[str, Any]]:
    """The phases that have not begun, of a schedule that still runs."""
    if schedule.get("status") not in RUNNING:
        return []
    return [phase for phase in schedule.get("phases") or () if _start(phase) > now.timestamp()]


def remaining_phases(schedule: Mapping[str, Any], now: datetime) -> list[Mapping[str, Any]]:
    """The running phase and the later ones. Past ones need not be repeated."""
    return [
        phase
        for phase in schedule.get("phases") or ()
        if phase.get("end_date") is None or phase["end_date"] > now.timestamp()
    ]


def _start(phase: Mapping[str, Any]) -> float:
    start = phase.get("start_date")
    return float(start) if isinstance(start, int | float) else 0.0


def repeated(phase: Mapping[str, Any]) -> Parameters:
    """A phase as parameters that leave everything as it is."""
    parameters: Parameters = {name: phase[name] for name in _AS_THEY_ARE if phase.get(name) not in (None, {}, [])}
    for name in _REFERENCES:
        if identifier := reference(phase.get(name)):
            parameters[name] = identifier
    parameters["start_date"] = phase["start_date"]
    if phase.get("end_date") is not None:
        parameters["end_date"] = phase["end_date"]
    parameters["items"] = [_item(item) for item in phase.get("items") or ()]
    if discounts := repeated_discounts(phase.get("discounts")):
        parameters["discounts"] = discounts
    if rates := _ids(phase.get("default_tax_rates")):
        parameters["default_tax_rates"] = rates
    for name, convert in _NESTED.items():
        if isinstance(phase.get(name), dict):
            parameters[name] = convert(phase[name])
    if invoice_items := [_invoice_item(item) for item in phase.get("add_invoice_items") or ()]:
        parameters["add_invoice_items"] = invoice_items
    return parameters


def _item(item: Mapping[str, Any]) -> Parameters:
    parameters: Parameters = {"price": reference(item.get("price"))}
    if item.get("quantity") is not None:
        parameters["quantity"] = item["quantity"]
    if discounts := repeated_discounts(item.get("discounts")):
        parameters["discounts"] = discounts
    if rates := _ids(item.get("tax_rates")):
        parameters["tax_rates"] = rates
    for name in ("metadata", "billing_thresholds"):
        if item.get(name):
            parameters[name] = dict(item[name])
    return parameters


def _invoice_item(item: Mapping[str, Any]) -> Parameters:
    parameters: Parameters = {"price": reference(item.get("price"))}
    if item.get("quantity") is not None:
        parameters["quantity"] = item["quantity"]
    if discounts := repeated_discounts(item.get("discounts")):
        parameters["discounts"] = discounts
    if rates := _ids(item.get("tax_rates")):
        parameters["tax_rates"] = rates
    return parameters


def repeated_discounts(discounts: Any) -> list[Parameters]:
    """Discounts by their own ids where they have one, so that their months go on instead of starting again."""
    kept: list[Parameters] = []
    for discount in discounts or ():
        if isinstance(discount, str):
            kept.append({"discount": discount})
            continue
        for name in ("discount", "promotion_code", "coupon"):
            if identifier := reference(discount.get(name)):
                kept.append({name: identifier})
                break
        else:
            if identifier := reference(discount):
                kept.append({"discount": identifier})
    return kept


def _ids(values: Any) -> list[str]:
    return [identifier for value in values or () if (identifier := reference(value))]


def _automatic_tax(value: Mapping[str, Any]) -> Parameters:
    parameters: Parameters = {"enabled": value.get("enabled", False)}
    if isinstance(value.get("liability"), dict):
        parameters["liability"] = _account(value["liability"])
    return parameters


def _invoice_settings(value: Mapping[str, Any]) -> Parameters:
    parameters: Parameters = {}
    if value.get("days_until_due") is not None:
        parameters["days_until_due"] = value["days_until_due"]
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


def with_price_at_the_end(
    phases: Sequence[Mapping[str, Any]],
    *,
    held_price_id: str,
    price_id: str,
    quantity: int | None,
    period_end: int,
    interval: tuple[str, int],
    prorate: bool,
) -> list[Parameters]:
    """The running phase, ended with the paid period, and one more in which an item has another price.

    `interval` is the new price's: the added phase lasts one of it, after which the schedule releases the subscription.
    """
    running = repeated(phases[0])
    running["end_date"] = period_end
    added: Parameters = {
        name: value for name, value in running.items() if name not in {"start_date", "end_date", "trial_end"}
    }
    # Charges added once to the running phase belong to it alone.
    added.pop("add_invoice_items", None)
    added["items"] = [
        _with_price(item, price_id, quantity) if item["price"] == held_price_id else dict(item)
        for item in running["items"]
    ]
    added["duration"] = {"interval": interval[0], "interval_count": interval[1]}
    added["proration_behavior"] = "create_prorations" if prorate else "none"
    return [running, added]


def _with_price(item: Parameters, price_id: str, quantity: int | None) -> Parameters:
    changed = {name: value for name, value in item.items() if name != "quantity"}
    changed["price"] = price_id
    if quantity is not None:
        changed["quantity"] = quantity
    return changed
