"""`/subscriptions`: reading them, and what all writes share.

See https://apidocs.chargebee.com/docs/api/subscriptions.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from simulators.chargebee import lifecycle, pricing
from simulators.chargebee.calls import find
from simulators.chargebee.errors import invalid, wrong_state
from simulators.chargebee.listing import page

if TYPE_CHECKING:
    from simulators.chargebee.calls import Call
    from simulators.chargebee.site import Site
    from simulators.types import Json


def index(call: Call) -> Json:
    """Each entry has the customer and its card, too. Item prices and coupons are ids only."""
    site = call.site
    among = None
    for condition in call.parameters.get("customer_id", ()):
        if condition.operator == "is":
            among = site.of_customer.get(condition.operand, [])

    def value(row: Json, name: str) -> Any:
        if name == "item_price_id":
            return frozenset(item["item_price_id"] for item in row["subscription_items"])
        if name == "item_id":
            prices = (site.item_prices.get(item["item_price_id"]) for item in row["subscription_items"])
            return frozenset(price["item_id"] for price in prices if price is not None)
        return row.get(name, False) if name == "decommissioned" else row.get(name)

    return page(call, site.subscriptions, lambda row: answer(site, row), among=among, value=value)


def retrieve(call: Call) -> Json:
    return answer(call.site, find(call, call.site.subscriptions))


def retrieve_with_scheduled_changes(call: Call) -> Json:
    """The subscription as it will be. Without a scheduled change there is nothing to show: 409."""
    row = find(call, call.site.subscriptions)
    changes = call.site.scheduled_changes.get(row["id"])
    if changes is None:
        raise wrong_state("The subscription does not have any scheduled changes")
    changed = copy.deepcopy(row)
    lifecycle.change_members(changed, changes)
    changed["mrr"] = pricing.mrr(changed, changed["subscription_items"])
    return answer(call.site, changed)


def answer(site: Site, row: Json) -> Json:
    """A subscription with what comes along with it."""
    body: Json = {"subscription": row}
    customer = site.customers.get(row["customer_id"])
    if customer is not None:
        body["customer"] = customer
    card = site.cards.get(row["customer_id"])
    if card is not None:
        body["card"] = card
    return body


def to_write(call: Call) -> Json:
    """The subscription that the path names, if it may be changed at all.

    Raises:
        ApiError: 404 for an unknown or deleted one, 409 or 400 for one that is not managed here any more. That
            these cannot be changed is documented, with which error is not.
    """
    row = find(call, call.site.subscriptions, for_writing=True)
    if row["status"] == "transferred":
        raise wrong_state("The subscription was transferred to another business entity")
    if row.get("decommissioned", False):
        raise wrong_state("The subscription is decommissioned")
    if row["channel"] != "web":
        raise invalid(f"The subscription is managed by {row['channel']} and cannot be changed through the API")
    return row


def has_contract(row: Json) -> bool:
    """Whether a contract binds the subscription now."""
    return "contract_term" in row and row["contract_term"]["status"] == "active"
