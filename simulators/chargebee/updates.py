"""`/subscriptions/{id}/update_for_items` and taking scheduled changes back.

See https://apidocs.chargebee.com/docs/api/subscriptions/update-subscription-for-items. What every call does
besides what it is asked for: it deletes a change that was scheduled before, and it starts a cancelled
subscription again unless `reactivate` is false.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.chargebee import coupons, item_changes, lifecycle
from simulators.chargebee.calls import assign
from simulators.chargebee.cancellations import unused
from simulators.chargebee.drafts import Draft
from simulators.chargebee.errors import invalid, not_simulated, wrong_state, wrong_value
from simulators.chargebee.subscriptions import answer, to_write
from simulators.periods import later

if TYPE_CHECKING:
    from simulators.chargebee.calls import Call
    from simulators.types import Json

LONGEST_TRIAL_IN_MONTHS = 180
_PLAIN = ("auto_collection", "invoice_notes", "meta_data", "net_term_days", "offline_payment_method", "po_number")


def update(call: Call) -> Json:
    """A paused subscription cannot be edited; one that does not renew has no next term to change anything in."""
    row = to_write(call)
    before: list[Json] = row.get("coupons", [])
    draft, changes = drafted(call)
    stored = draft.commit()
    coupons.redeem(call.site, before, changes.get("coupons", before), call.now)
    return answer(call.site, stored)


def drafted(call: Call) -> tuple[Draft, Json]:
    """The update, not carried out yet, and the members that change."""
    row, given = to_write(call), call.parameters
    status = row["status"]
    if status == "paused":
        raise wrong_state("A paused subscription cannot be changed")
    at_term_end = _at_term_end(given)
    if at_term_end and status in ("cancelled", "non_renewing", "future"):
        raise wrong_state(f"A {status} subscription cannot be changed at the end of its term")
    changes = _changes(call, row)
    draft = Draft.of(call.site, row, call.now)
    draft.scheduled = None
    draft.billed = given.get("invoice_immediately", call.site.invoices_immediately)
    assign(draft.subscription, given, *_PLAIN, *(name for name in given if name.startswith("cf_")))
    if at_term_end:
        if "trial_end" in given:
            raise not_simulated("trial_end")
        draft.scheduled = changes or None
    else:
        _change_now(draft, changes, given)
    return draft, changes


def remove_scheduled_changes(call: Call) -> Json:
    """Without any there is nothing to take back: 409."""
    row = to_write(call)
    if not row["has_scheduled_changes"]:
        raise wrong_state("The subscription does not have any scheduled changes")
    draft = Draft.of(call.site, row, call.now)
    draft.scheduled = None
    return answer(call.site, draft.commit())


def _at_term_end(given: Json) -> bool:
    option = given.get("change_option")
    if option is None:
        return bool(given.get("end_of_term", False))
    if "end_of_term" in given:
        raise invalid("Cannot be used along with change_option", param="end_of_term")
    if option == "specific_date":
        raise not_simulated("change_option")
    return bool(option == "end_of_term")


def _changes(call: Call, row: Json) -> Json:
    """Items and coupons as they are going to be."""
    given = call.parameters
    changes: Json = {}
    if "subscription_items" in given:
        changes = item_changes.changed(call.site, row, given)
    elif "item_tiers" in given or given.get("replace_items_list", False):
        raise invalid("Needs subscription_items", param="subscription_items")
    if "coupon_ids" in given:
        replace = given.get("replace_coupon_list", False)
        changes["coupons"] = coupons.added(call.site, {**row, **changes}, given["coupon_ids"], replace=replace)
    return changes


def _change_now(draft: Draft, changes: Json, given: Json) -> None:
    row = draft.subscription
    before = row["subscription_items"]
    period = (row["billing_period"], row["billing_period_unit"])
    lifecycle.change_members(row, changes)
    if row["status"] == "cancelled":
        # Any change of data starts it again, which is why a caller has to say that it should not.
        if given.get("reactivate", bool(changes) or "trial_end" in given):
            _reactivate(draft, given.get("trial_end"))
        elif "trial_end" in given:
            raise wrong_state("The trial of a cancelled subscription cannot be changed")
        return
    if "subscription_items" in changes and row["status"] in ("active", "non_renewing"):
        same = period == (row["billing_period"], row["billing_period_unit"])
        resets = not same or given.get("force_term_reset", False)
        _settle(draft, before, resets=resets, prorates=given.get("prorate", draft.site.prorates))
        if resets and draft.billed and given.get("include_delayed_charges", draft.site.bills_waiting_with_new_term):
            draft.settle_waiting(billed=True)
    if "trial_end" in given:
        _move_trial(draft, given["trial_end"])


def _settle(draft: Draft, before: list[Json], *, resets: bool, prorates: bool) -> None:
    """Credit what was paid for and is not used, charge what is new. A new term is charged in full, always."""
    row = draft.subscription
    after = row["subscription_items"]
    gone = before if resets else [item for item in before if item not in after]
    new = after if resets else [item for item in after if item not in before]
    if prorates:
        draft.move(-unused(row, lifecycle.total(gone), draft.at), "proration_credit")
    if resets:
        lifecycle.begin_term(draft)
        if row["status"] == "non_renewing":
            row["cancelled_at"] = row["current_term_end"]
            del row["next_billing_at"]
        lifecycle.invoice(draft, lifecycle.total(after), "new_term")
    elif prorates and new:
        lifecycle.invoice(draft, unused(row, lifecycle.total(new), draft.at), "proration_charge")


def _reactivate(draft: Draft, trial_end: int | None) -> None:
    row = draft.subscription
    for name in ("cancelled_at", "cancel_reason", "cancel_reason_code", "cancel_schedule_created_at"):
        row.pop(name, None)
    row.setdefault("started_at", draft.at)
    if trial_end is not None and trial_end > draft.at:
        _check_length(draft, trial_end)
        row.update(status="in_trial", trial_start=draft.at, trial_end=trial_end, next_billing_at=trial_end)
        for name in ("current_term_start", "current_term_end"):
            row.pop(name, None)
    else:
        lifecycle.activate(draft, "reactivation")


def _check_length(draft: Draft, trial_end: int) -> None:
    if trial_end > later(draft.at, "month", LONGEST_TRIAL_IN_MONTHS):
        raise wrong_value("trial_end", f"cannot be more than {LONGEST_TRIAL_IN_MONTHS} months away")


def _move_trial(draft: Draft, trial_end: int) -> None:
    """Zero takes the trial away, a moment that is past ends it; both charge for the first term at once.

    Not documented, and assumed: a cancellation at the end of the trial moves with the end.
    """
    row = draft.subscription
    if row["status"] not in ("future", "in_trial"):
        raise wrong_state(f"The trial of a {row['status']} subscription cannot be changed")
    _check_length(draft, trial_end)
    if row["status"] == "future":
        if trial_end == 0:
            row.pop("trial_end", None)
        elif trial_end <= row["start_date"]:
            raise wrong_value("trial_end", "should be after the start date")
        else:
            row["trial_end"] = trial_end
        row["next_billing_at"] = row.get("trial_end", row["start_date"])
        return
    ends_with_trial = row.get("cancelled_at") == row["trial_end"]
    if trial_end <= draft.at:
        row["trial_end"] = draft.at
        lifecycle.activate(draft, "trial_end")
        if ends_with_trial:
            row.update(status="non_renewing", cancelled_at=row["current_term_end"])
            row.pop("next_billing_at", None)
        return
    row["trial_end"] = trial_end
    if ends_with_trial:
        row["cancelled_at"] = trial_end
    elif "cancelled_at" not in row:
        row["next_billing_at"] = trial_end
