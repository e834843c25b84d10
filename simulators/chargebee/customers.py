"""`/customers`: https://apidocs.chargebee.com/docs/api/customers"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from simulators.chargebee import shapes
from simulators.chargebee.calls import assign, find, stamp
from simulators.chargebee.errors import ApiError
from simulators.chargebee.listing import page

if TYPE_CHECKING:
    from simulators.chargebee.calls import Call
    from simulators.chargebee.site import Site
    from simulators.types import Json

_MEMBERS = (
    "allow_direct_debit",
    "auto_close_invoices",
    "auto_collection",
    "company",
    "email",
    "first_name",
    "fraud_flag",
    "invoice_notes",
    "last_name",
    "locale",
    "meta_data",
    "net_term_days",
    "offline_payment_method",
    "phone",
    "preferred_currency_code",
    "taxability",
)


def index(call: Call) -> Json:
    site = call.site

    def value(row: Json, name: str) -> Any:
        found = row.get(name)
        if name == "email" and not site.emails_match_case and isinstance(found, str):
            return found.lower()
        return found

    return page(_folded(call), site.customers, lambda row: _answer(site, row), value=value)


def _folded(call: Call) -> Call:
    """The call with the e-mails it asks for in lower case, where the site does not mind the case."""
    if call.site.emails_match_case or "email" not in call.parameters:
        return call
    conditions = [
        replace(condition, operand=condition.operand.lower()) if isinstance(condition.operand, str) else condition
        for condition in call.parameters["email"]
    ]
    return replace(call, parameters={**call.parameters, "email": conditions})


def retrieve(call: Call) -> Json:
    return _answer(call.site, find(call, call.site.customers))


def create(call: Call) -> Json:
    given = call.parameters
    identifier = given.get("id") or call.site.new_id()
    if call.site.customers.get(identifier) is not None:
        raise ApiError(400, "duplicate_entry", f"The value {identifier} is already present.", param="id")
    customer = shapes.customer(identifier, call.now)
    _write(customer, given)
    if "billing_address" in given:
        customer["billing_address"] = shapes.billing_address(given["billing_address"])
    return _answer(call.site, call.site.customers.add(customer))


def update(call: Call) -> Json:
    customer = find(call, call.site.customers, for_writing=True)
    _write(customer, call.parameters)
    return _answer(call.site, stamp(customer, call.now))


def delete(call: Call) -> Json:
    """The subscriptions go with their customer."""
    customer = find(call, call.site.customers, for_writing=True)
    for row in (customer, *call.site.of_customer.get(customer["id"], ())):
        row["deleted"] = True
        stamp(row, call.now)
    return _answer(call.site, customer)


def _write(customer: Json, given: Json) -> None:
    assign(customer, given, *_MEMBERS, *(name for name in given if name.startswith("cf_")))


def _answer(site: Site, row: Json) -> Json:
    card = site.cards.get(row["id"])
    return {"customer": row} if card is None else {"customer": row, "card": card}
