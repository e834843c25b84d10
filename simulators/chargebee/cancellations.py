"""`/subscriptions/{id}/cancel_for_items` and taking a scheduled cancellation back.

See https://apidocs.chargebee.com/docs/api/subscriptions/cancel-subscription-for-items and
https://apidocs.chargebee.com/docs/api/subscriptions/remove-scheduled-cancellation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.chargebee import lifecycle
from simulators.chargebee.drafts import Draft
from simulators.chargebee.errors import invalid, missing_parameter, not_simulated, wrong_state, wrong_value
from simulators.chargebee.invoices import DUES
from simulators.chargebee.subscriptions import answer, has_contract, to_write

if TYPE_CHECKING:
    from simulators.chargebee.calls import Call
    from simulators.types import Json

_AT_TERM_END = ("end_of_term", "end_of_billing_term")


def cancel(call: Call) -> Json:
    """Cancels at once unless told otherwise. The options about money act on an immediate cancellation only.

    Not documented, and assumed: neither a future nor a paused subscription can be cancelled at the end of a term.
    """
    draft = drafted(call)
    return answer(call.site, draft.commit())


def drafted(call: Call) -> Draft:
    """The cancellation, not carried out yet."""
    row = to_write(call)
    if row["status"] == "cancelled":
        raise wrong_state("The subscription is cancelled already")
    _check_reason(call)
    moment = _contract_moment(call, row) if has_contract(row) else _moment(call, row)
    draft = Draft.of(call.site, row, call.now)
    if "cancel_reason_code" in call.parameters:
        draft.subscription["cancel_reason_code"] = call.parameters["cancel_reason_code"]
    if moment is None:
        _settle_money(draft, call.parameters)
        lifecycle.end(draft)
    else:
        _schedule(draft, moment)
    return draft


def _check_reason(call: Call) -> None:
    code = call.parameters.get("cancel_reason_code")
    if code is None and call.site.cancel_reason_required:
        raise missing_parameter("cancel_reason_code")
    if code is not None and code not in call.site.cancel_reason_codes:
        raise wrong_value("cancel_reason_code")


def _contract_moment(call: Call, row: Json) -> int | None:
    """When the contract, and the subscription with it, ends; None: at once."""
    option = call.parameters.get("contract_term_cancel_option")
    if option is None:
        raise invalid("The subscription has a contract term", param="contract_term_cancel_option")
    for name in ("cancel_option", "end_of_term"):
        if name in call.parameters:
            raise invalid("Cannot be used for a subscription with a contract term", param=name)
    if option == "terminate_immediately":
        return None
    if option == "end_of_contract_term":
        moment: int = row["contract_term"]["contract_end"]
        return moment
    # The other two have to be enabled by Chargebee's support.
    raise not_simulated("contract_term_cancel_option")


def _moment(call: Call, row: Json) -> int | None:
    """When a subscription without a contract ends; None: at once."""
    given = call.parameters
    if "contract_term_cancel_option" in given:
        raise invalid("The subscription has no contract term", param="contract_term_cancel_option")
    option = given.get("cancel_option")
    if "end_of_term" in given:
        if option is not None:
            raise invalid("Cannot be used along with cancel_option", param="end_of_term")
        option = "end_of_term" if given["end_of_term"] else "immediately"
    if "cancel_at" in given and option != "specific_date":
        raise invalid("Needs the cancel_option specific_date", param="cancel_at")
    if option in _AT_TERM_END:
        if row["status"] in ("future", "paused"):
            raise wrong_state(f"A {row['status']} subscription has no term to be cancelled at the end of")
        end: int = row["trial_end"] if row["status"] == "in_trial" else row["current_term_end"]
        return end
    if option == "specific_date":
        if "cancel_at" not in given:
            raise missing_parameter("cancel_at")
        moment: int = given["cancel_at"]
        if moment <= call.now:
            # Backdating has to be enabled, and is not simulated.
            raise wrong_value("cancel_at", "should be in the future")
        return moment
    return None


def _schedule(draft: Draft, moment: int) -> None:
    row = draft.subscription
    row["cancelled_at"] = moment
    row["cancel_schedule_created_at"] = draft.at
    if row["status"] == "active":
        row["status"] = "non_renewing"
    if row["status"] == "in_trial" and moment > row["trial_end"]:
        return
    if row["status"] in ("in_trial", "future") or moment <= row["current_term_end"]:
        row.pop("next_billing_at", None)
        row["remaining_billing_cycles"] = 0
        draft.scheduled = None
    if row.get("pause_date", 0) >= moment:
        lifecycle.unscheduled(row)


def _settle_money(draft: Draft, given: Json) -> None:
    """Give back, collect and write off what the request or the site says."""
    row = draft.subscription
    credited = 0
    if row["status"] in ("active", "non_renewing"):
        option = given.get("credit_option_for_current_term_charges", draft.site.credit_on_cancellation)
        if option == "consumption_based":
            raise not_simulated("credit_option_for_current_term_charges")
        price = lifecycle.total(row["subscription_items"])
        credited = {"none": 0, "full": price}.get(option, unused(row, price, draft.at))
        draft.move(-credited, "cancellation_credit")
    draft.settle_waiting(billed=given.get("unbilled_charges_option", draft.site.unbilled_on_cancellation) == "invoice")
    settle_dues(draft, given.get("account_receivables_handling", draft.site.dues_on_cancellation))


def settle_dues(draft: Draft, handling: str | None) -> None:
    """Collect unpaid invoices, or write them off."""
    row = draft.subscription
    if handling == "schedule_payment_collection":
        draft.move(row.get("total_dues", 0), DUES)
    if handling in ("schedule_payment_collection", "write_off"):
        row["due_invoices_count"] = 0
        row.pop("due_since", None)
        row.pop("total_dues", None)


def unused(row: Json, price: int, now: int) -> int:
    """The part of a term's price that belongs to what is left of the term, rounded down."""
    start, end = row["current_term_start"], row["current_term_end"]
    left = max(0, end - now)
    return int(price * left // max(1, end - start))


def remove_scheduled(call: Call) -> Json:
    """A subscription that is not going to be cancelled has nothing to take back: 409."""
    row = to_write(call)
    scheduled = row["status"] in ("in_trial", "active", "non_renewing") and row.get("cancelled_at", 0) > call.now
    if not scheduled or has_contract(row):
        raise wrong_state("The subscription has no cancellation to be removed")
    for name in ("contract_term", "contract_term_billing_cycle_on_renewal"):
        if name in call.parameters:
            raise not_simulated(name)
    draft = Draft.of(call.site, row, call.now)
    changed = draft.subscription
    for name in ("cancelled_at", "cancel_schedule_created_at", "cancel_reason_code", "remaining_billing_cycles"):
        changed.pop(name, None)
    if changed["status"] == "in_trial":
        changed["next_billing_at"] = changed["trial_end"]
    else:
        changed["status"] = "active"
        changed["next_billing_at"] = changed["current_term_end"]
    if call.parameters.get("billing_cycles"):
        changed["remaining_billing_cycles"] = call.parameters["billing_cycles"]
    return answer(call.site, draft.commit())
