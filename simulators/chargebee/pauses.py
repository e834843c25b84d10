"""Pausing and resuming: `/subscriptions/{id}/pause`, `resume`, and taking either back.

See https://apidocs.chargebee.com/docs/api/subscriptions/pause-a-subscription and
https://apidocs.chargebee.com/docs/api/subscriptions/resume-a-subscription.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.chargebee import lifecycle
from simulators.chargebee.cancellations import settle_dues
from simulators.chargebee.drafts import Draft
from simulators.chargebee.errors import OPERATION_FAILED, ApiError, invalid, missing_parameter, wrong_state, wrong_value
from simulators.chargebee.subscriptions import answer, has_contract, to_write
from simulators.periods import later

if TYPE_CHECKING:
    from simulators.chargebee.calls import Call
    from simulators.types import Json

_ONLY_WITH = {"pause_date": "specific_date", "skip_billing_cycles": "billing_cycles"}


def pause(call: Call) -> Json:
    """Pauses at once unless told otherwise; a later pause is scheduled and leaves the status as it is."""
    return answer(call.site, drafted(call).commit())


def drafted(call: Call) -> Draft:
    """The pause, not begun yet."""
    row = _to_pause(call)
    moment, resumption = _plan(call.parameters, row, call.now)
    draft = Draft.of(call.site, row, call.now)
    if resumption is not None:
        draft.subscription["resume_date"] = resumption
    if moment == call.now:
        lifecycle.pause(draft)
        if call.parameters.get("unbilled_charges_handling") == "invoice":
            draft.settle_waiting(billed=True)
    else:
        draft.subscription["pause_date"] = moment
    return draft


def _to_pause(call: Call) -> Json:
    """The subscription, if it may be paused.

    Raises:
        ApiError: 400 if pausing is switched off, for a contract, and for a scheduled change; 409 in other
            statuses than active and non-renewing, and if a pause is scheduled already.
    """
    row = to_write(call)
    if not call.site.pause_enabled:
        raise invalid(
            "Subscription pause feature is currently disabled for you. Enable it under Configure Chargebee -> Pause "
            "subscription.",
            older_code="pause_feature_not_enabled",
        )
    if row["status"] not in ("active", "non_renewing"):
        raise wrong_state(f"A {row['status']} subscription cannot be paused", older_code="invalid_state_for_pause")
    if "pause_date" in row:
        raise wrong_state("The subscription has a scheduled pause already", older_code="invalid_state_for_pause")
    if has_contract(row):
        raise invalid("Subscription is in contract so you cannot pause")
    if row["has_scheduled_changes"]:
        text = "The subscription has scheduled changes. Remove them before pausing it"
        raise ApiError(400, "operation_failed", text, kind=OPERATION_FAILED)
    return row


def _plan(given: Json, row: Json, now: int) -> tuple[int, int | None]:
    """When the pause begins and when it ends; None: never."""
    option = given.get("pause_option", "immediately")
    moment = _beginning(given, option, row, now)
    if moment >= row.get("cancelled_at", moment + 1):
        raise wrong_value("pause_date", "should be before the cancellation date")
    resumption = given.get("resume_date")
    if option == "billing_cycles":
        if resumption is not None:
            raise invalid("Cannot be used with the pause_option billing_cycles", param="resume_date")
        periods = given["skip_billing_cycles"] * row["billing_period"]
        return moment, later(moment, row["billing_period_unit"], periods)
    if resumption is not None and resumption <= moment:
        raise wrong_value("resume_date", "should be after the pause date")
    return moment, resumption


def _beginning(given: Json, option: str, row: Json, now: int) -> int:
    for name, needed in _ONLY_WITH.items():
        if name in given and option != needed:
            raise invalid(f"Needs the pause_option {needed}", param=name)
        if name not in given and option == needed:
            raise missing_parameter(name)
    if option == "specific_date":
        if given["pause_date"] <= now:
            raise wrong_value("pause_date", "should be in the future")
        return int(given["pause_date"])
    return now if option == "immediately" else int(row["current_term_end"])


def resume(call: Call) -> Json:
    """Resumes at once unless told otherwise. After the paid term this charges for a new one.

    Unpaid invoices are collected or left alone as the request says, else as the site is set up.
    """
    row = _paused(call)
    given = call.parameters
    draft = Draft.of(call.site, row, call.now)
    if given.get("resume_option", "immediately") == "immediately":
        if "resume_date" in given:
            raise invalid("Needs the resume_option specific_date", param="resume_date")
        usual = "schedule_payment_collection" if call.site.collects_dues_on_resumption else "no_action"
        settle_dues(draft, given.get("unpaid_invoices_handling", usual))
        draft.billed = given.get("charges_handling", "invoice_immediately") == "invoice_immediately"
        lifecycle.resume(draft, "resumption")
    else:
        if "resume_date" not in given:
            raise missing_parameter("resume_date")
        if given["resume_date"] <= call.now:
            raise wrong_value("resume_date", "should be in the future")
        draft.subscription["resume_date"] = given["resume_date"]
        lifecycle.plan_resumption(draft.subscription)
    return answer(call.site, draft.commit())


def _paused(call: Call) -> Json:
    row = to_write(call)
    if row["status"] != "paused":
        raise wrong_state(f"A {row['status']} subscription cannot be resumed")
    return row


def remove_scheduled_resumption(call: Call) -> Json:
    """Makes a pause one without an end."""
    row = _paused(call)
    if "resume_date" not in row:
        raise wrong_state("The subscription has no scheduled resumption")
    draft = Draft.of(call.site, row, call.now)
    del draft.subscription["resume_date"]
    lifecycle.plan_resumption(draft.subscription)
    return answer(call.site, draft.commit())


def remove_scheduled_pause(call: Call) -> Json:
    """For an active or non-renewing subscription with a pause ahead of it."""
    row = to_write(call)
    if row["status"] not in ("active", "non_renewing") or "pause_date" not in row:
        raise wrong_state("The subscription has no scheduled pause")
    draft = Draft.of(call.site, row, call.now)
    lifecycle.unscheduled(draft.subscription)
    return answer(call.site, draft.commit())
