"""What a change would charge at once, by Chargebee's own estimates, which change nothing.

https://apidocs.chargebee.com/docs/api/estimates. Of an estimate only `invoice_estimate` is made at once; beside it are
the renewal (`next_invoice_estimate`), what waits for it (`unbilled_charge_estimates`) and what is given back
(`credit_note_estimates`), none of which is charged now.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from adapters.chargebee.amounts import minor_units
from adapters.chargebee.mapping import currency
from adapters.chargebee.parameters import ALL_UPDATES, ChargebeeParameters
from adapters.chargebee.transport import JsonObject
from adapters.charges import Charge
from adapters.errors import Unmappable
from adapters.fields import object_if_any, text_if_any, whole_if_any
from adapters.intents import Cancel, ChangePrice, Intent, Pause
from adapters.state import Standing, SubscriptionState
from gateway.contract import Schedule

_PLACE: Final = ("line1", "line2", "line3", "city", "state_code", "zip", "country", "validation_status")
_TAXED_AS: Final = ("vat_number", "vat_number_prefix", "registered_for_gst", "taxability")
_LEAVES_DUES: Final = frozenset({"no_action", "write_off"})


class ChargebeeCharges(ChargebeeParameters):
    """The money guard's question.

    Cancellations at once, pauses at once that bill what is unbilled, and price changes at once can charge. All else
    cannot: what waits for the term's end, a trial's longer end, a coupon, a pause's new end, and a resumption before a
    cancellation, whose charges are left unbilled.
    """

    async def _charged_at_once(self, state: SubscriptionState, intent: Intent) -> Charge | None:
        match intent:
            case Cancel() if _may_end_now(state, intent):
                return await self._charged_by_cancelling(state)
            case Pause(when=Schedule.IMMEDIATE) if state.standing is not Standing.PAUSED and self._pause_bills():
                return await self._charged_by_pausing(state, intent)
            case ChangePrice(when=Schedule.IMMEDIATE):
                return await self._charged_by_changing(state, intent)
            case _:
                return None

    async def _charged_by_cancelling(self, state: SubscriptionState) -> Charge:
        """The final invoice, and what unpaid invoices come to unless the settings say that they are left alone: these
        are collected besides, and that an estimate tells of it is not documented."""
        parameters = self._cancel_parameters(state, Schedule.IMMEDIATE)
        estimate = await self._api.estimate(
            "subscriptions", state.id, "cancel_subscription_for_items_estimate", **parameters
        )
        billed = charged(estimate, state.currency)
        if parameters.get("account_receivables_handling") in _LEAVES_DUES:
            return billed
        return Charge(billed.amount + dues(state.provider, state.currency), state.currency)

    def _pause_bills(self) -> bool:
        return self._chargebee_settings.actions.pause.unbilled_charges_handling == "invoice"

    async def _charged_by_pausing(self, state: SubscriptionState, intent: Pause) -> Charge:
        """An estimate takes the dates in a part of their own, and not how unpaid invoices go on being collected: that
        is no charge of this pause (chargebee 3.29.0, `Estimate.PauseSubscriptionParams`)."""
        written = self._pause_parameters(intent)
        dates = {"resume_date": written.pop("resume_date")}
        written.pop("invoice_dunning_handling", None)
        async with self._noting_that_pausing_is_off():
            estimate = await self._api.estimate(
                "subscriptions", state.id, "pause_subscription_estimate", subscription=dates, **written
            )
        return charged(estimate, state.currency)

    async def _charged_by_changing(self, state: SubscriptionState, intent: ChangePrice) -> Charge:
        """Tax is left out of the estimate where it is not told the customer's addresses and VAT number:
        https://apidocs.chargebee.com/docs/api/estimates/estimate-for-updating-a-subscription"""
        parameters = {**ALL_UPDATES, **await self._change_parameters(state, intent)}
        if parameters.get("invoice_immediately") is not False:
            # Whether a new term's invoice takes along what was unbilled is not documented: as if it did.
            parameters["include_delayed_charges"] = True
        estimate = await self._api.estimate(
            "estimates",
            "update_subscription_for_items",
            subscription={"id": state.id},
            **parameters,
            **taxed_as(state.provider),
        )
        return charged(estimate, state.currency)


def _may_end_now(state: SubscriptionState, intent: Cancel) -> bool:
    """At once; or paused, which is ended at once where Chargebee does not let it end with its term."""
    return intent.when is Schedule.IMMEDIATE or (state.standing is Standing.PAUSED and not intent.unpause)


def charged(estimate: Mapping[str, Any], code: str) -> Charge:
    """What would be paid now: what is due after coupons, tax, and the credits that are used up. `code` is the
    subscription's currency.

    Raises `Unmappable` for an invoice without an amount, or in another currency.
    """
    single, several = estimate.get("invoice_estimate"), estimate.get("invoice_estimates")
    if several is not None and not isinstance(several, list):
        raise Unmappable("invoice_estimates: not a list")
    # Several are documented for unbilled charges only; overlooking money would be worse than counting it twice.
    bills = [*([single] if single is not None else []), *(several or [])]
    return Charge(sum(_due(bill, code) for bill in bills), code)


def _due(bill: object, code: str) -> int:
    if not isinstance(bill, dict):
        raise Unmappable("invoice_estimate: not an object")
    if currency(bill.get("currency_code")) not in {None, code}:
        raise Unmappable("currency_code: not the subscription's")
    due = minor_units(bill, "amount_due", code)
    if due is None:
        raise Unmappable("amount_due: missing")
    return math.ceil(due)


def dues(source: Mapping[str, Any], code: str) -> int:
    """What the subscription's unpaid invoices come to, where they are collected automatically.

    Raises `Unmappable` where there are some and the sum is not told.
    """
    customer = object_if_any(source, "customer") or {}
    setting = text_if_any(source, "auto_collection") or text_if_any(customer, "auto_collection")
    if not whole_if_any(source, "due_invoices_count") or setting == "off":
        return 0
    owed = minor_units(source, "total_dues", code)
    if owed is None:
        raise Unmappable("total_dues: missing")
    return math.ceil(owed)


def taxed_as(source: Mapping[str, Any]) -> JsonObject:
    """What the tax of a subscription is worked out from, as the parameters of an estimate."""
    customer = object_if_any(source, "customer") or {}
    found = {
        "billing_address": _told(customer.get("billing_address"), _PLACE),
        "shipping_address": _told(source.get("shipping_address"), _PLACE),
        "customer": _told(customer, _TAXED_AS),
    }
    return {name: part for name, part in found.items() if part}


def _told(holder: object, names: tuple[str, ...]) -> JsonObject:
    if not isinstance(holder, dict):
        return {}
    return {name: holder[name] for name in names if holder.get(name) not in (None, "")}
