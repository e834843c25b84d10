"""`/v1/customers`: https://docs.stripe.com/api/customers"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.stripe import search, shapes
from simulators.stripe.calls import assign, find, merge_metadata
from simulators.stripe.lifecycle import end_subscription
from simulators.stripe.listing import page, within

if TYPE_CHECKING:
    from simulators.stripe.calls import Call
    from simulators.types import Json

_PLAIN = (
    "balance",
    "business_name",
    "description",
    "email",
    "individual_name",
    "invoice_prefix",
    "name",
    "next_invoice_sequence",
    "phone",
    "preferred_locales",
    "test_clock",
)


def index(call: Call) -> Json:
    """Newest first. The e-mail is compared exactly; a customer on a test clock shows only if it is named."""
    wanted = call.parameters

    def matches(row: Json) -> bool:
        return (
            ("email" not in wanted or row["email"] == wanted["email"])
            and row["test_clock"] == wanted.get("test_clock")
            and within(row["created"], wanted.get("created"))
        )

    return page(call.account.customers, wanted, "/v1/customers", matches)


def retrieve(call: Call) -> Json:
    """A deleted customer is still answered: with 200, and nothing but its id."""
    tombstone = call.account.deleted.get(call.identifier)
    if tombstone is not None and tombstone["object"] == "customer":
        return tombstone
    return find(call.account.customers, call.identifier)


def find_by_query(call: Call) -> Json:
    return search.customers(call.account, call.parameters, call.now)


def create(call: Call) -> Json:
    account = call.account
    customer = shapes.customer(account.new_id("cus"), call.now, livemode=account.livemode)
    _write(customer, call.parameters)
    return account.customers.add(customer)


def update(call: Call) -> Json:
    customer = find(call.account.customers, call.identifier)
    _write(customer, call.parameters)
    return customer


def delete(call: Call) -> Json:
    """Cancels the customer's subscriptions at once."""
    account = call.account
    find(account.customers, call.identifier)
    for subscription in account.of_customer.get(call.identifier, []):
        if subscription["status"] not in ("canceled", "incomplete_expired"):
            end_subscription(account, subscription, call.now, reason="cancellation_requested")
    account.delete_customer(customer=call.identifier)
    return account.deleted[call.identifier]


def _write(customer: Json, given: Json) -> None:
    assign(customer, given, *_PLAIN)
    merge_metadata(customer, given.get("metadata"))
    if "tax_exempt" in given:
        customer["tax_exempt"] = given["tax_exempt"] or "none"
    if "address" in given:
        customer["address"] = shapes.address(given["address"] or None)
    if given.get("shipping"):
        shipping = given["shipping"]
        customer["shipping"] = {
            "address": shapes.address(shipping["address"]),
            "name": shipping["name"],
            "phone": shipping.get("phone") or None,
        }
    elif "shipping" in given:
        customer["shipping"] = None
