"""`POST /v1/invoices/create_preview`: https://docs.stripe.com/api/invoices/create_preview

It answers the invoice that comes next once the update is made: the one that the update makes at once, else that of the
running period's end (https://github.com/bitwarden/server/pull/8209 met both). It changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from simulators.stripe import invoice_shapes, invoicing, lifecycle, subscription_updates
from simulators.stripe.account import ENDED
from simulators.stripe.calls import Call, look_up, require
from simulators.stripe.errors import ApiError, invalid, not_simulated

if TYPE_CHECKING:
    from simulators.stripe.invoicing import Invoice
    from simulators.types import Json

_DETAILS = "subscription_details"


def create_preview(call: Call) -> Json:
    """The next invoice of a subscription, were it updated as its details say.

    Raises:
        ApiError: 400 without a subscription, for another customer's, and for whatever the update would be refused
            for; 404 `invoice_upcoming_none` where no invoice comes.
    """
    account, given = call.account, call.parameters
    if "subscription" not in given:
        # https://github.com/stripe/stripe-node/issues/2347
        raise invalid(
            "You must provide at least one of: `subscription`, `schedule`, `subscription_details.items`, "
            "`schedule_details.phases`, `invoice_items`."
        )
    subscription = require(account.subscriptions, given, "subscription")
    named = look_up(account.customers, given, "customer")
    if named is not None and named["id"] != subscription["customer"]:
        raise invalid("The subscription does not belong to the customer.", param="subscription")
    customer = require(account.customers, subscription, "customer")
    invoice = _next_invoice(call, subscription)
    if invoice is None:
        raise ApiError(404, f"No upcoming invoices for customer: {customer['id']}", code="invoice_upcoming_none")
    return invoice_shapes.preview(
        account.new_id("upcoming_in"),
        invoice,
        subscription=subscription,
        customer=customer,
        start=lifecycle.period_start(subscription),
    )


def _next_invoice(call: Call, subscription: Json) -> Invoice | None:
    if subscription["status"] in ENDED:
        return None
    if _changes_later(call, subscription):
        raise not_simulated("subscription")
    try:
        plan = subscription_updates.check(replace(call, parameters=call.parameters.get(_DETAILS, {})), subscription)
    except ApiError as error:
        if error.param is not None:
            name, bracket, rest = error.param.partition("[")
            error.param = f"{_DETAILS}[{name}]{bracket}{rest}"
        raise
    if plan.invoice is not None:
        return plan.invoice
    return invoicing.upcoming(call.account, subscription, plan.items.shapes(), plan.prorations)


def _changes_later(call: Call, subscription: Json) -> bool:
    """Whether a schedule has a phase to come, with terms of its own."""
    schedule = call.account.schedules.get(subscription["schedule"] or "")
    return schedule is not None and any(phase["start_date"] > call.now for phase in schedule["phases"])
