"""`POST /v1/subscriptions/{id}`: https://docs.stripe.com/api/subscriptions/update

Everything is checked before anything is changed, so that a refused request leaves no trace.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.stripe import discounting, item_changes, lifecycle, phases, pricing
from simulators.stripe.account import ENDED, describe
from simulators.stripe.calls import Call, assign, find, merge_metadata
from simulators.stripe.errors import ApiError, exclusive, invalid, not_simulated

if TYPE_CHECKING:
    from simulators.stripe.item_changes import ItemChanges
    from simulators.types import Json

_LONGEST_TRIAL = 730 * 86_400
_AFTER_THE_END = {"cancellation_details", "expand", "metadata"}
_WHILE_INCOMPLETE = {"default_payment_method", "expand", "metadata"}


@dataclass(frozen=True)
class Bill:
    """What an update charges at once, in minor units, and why."""

    amount: int
    reason: str


@dataclass(frozen=True)
class Plan:
    """An update that was checked: what it will do."""

    items: ItemChanges
    discounts: list[discounting.Wanted] | None
    restart: str | None
    bill: Bill | None


def update(call: Call) -> Json:
    """Apply an update to a running subscription."""
    account, given = call.account, call.parameters
    subscription = find(account.subscriptions, call.identifier)
    plan = _check(call, subscription)
    declined = plan.bill is not None and subscription["customer"] in account.declining
    if declined and given.get("payment_behavior") == "error_if_incomplete":
        raise declined_card()
    if plan.items.touched:
        plan.items.apply(account, subscription, call.now)
    if plan.discounts is not None:
        discounting.settle(
            account, plan.discounts, holder=subscription, customer=subscription["customer"], now=call.now
        )
    _apply_periods(call, subscription, plan)
    _apply_cancellation(subscription, given, call.now)
    _apply_plain(subscription, given)
    if plan.bill is not None:
        lifecycle.charge(account, subscription, plan.bill.amount, plan.bill.reason, call.now)
    if declined:
        subscription["status"] = "past_due"
    if subscription["schedule"] is not None and ({"items", "discounts", "trial_end"} & given.keys()):
        _edit_running_phase(call, subscription)
    account.touch(subscription)
    return subscription


def _check(call: Call, subscription: Json) -> Plan:
    account, given = call.account, call.parameters
    _check_allowed(subscription, given)
    _check_cancellation(subscription, given, call.now)
    check_trial_end(given, call.now)
    _check_pause(given, call.now)
    items = item_changes.read(account, subscription, given.get("items"), call.now)
    restart = _restart_reason(call, subscription, items)
    return Plan(
        items=items,
        discounts=_read_discounts(call, subscription),
        restart=restart,
        bill=_bill(call, subscription, items, restart),
    )


def declined_card() -> ApiError:
    """The payment that a request needs was refused by the card's bank."""
    return ApiError(
        402,
        "Your card was declined.",
        code="card_declined",
        kind="card_error",
        decline_code="generic_decline",
    )


def _check_allowed(subscription: Json, given: Json) -> None:
    names = given.keys()
    if subscription["status"] in ENDED and names - _AFTER_THE_END:
        raise invalid(
            "A canceled subscription can only update its cancellation_details and metadata.",
            code="invalid_canceled_subscription_fields",
        )
    if subscription["status"] == "incomplete" and names - _WHILE_INCOMPLETE:
        raise invalid("An incomplete subscription can only update its metadata and default payment method.")
    if given.get("payment_behavior") == "pending_if_incomplete":
        raise not_simulated("payment_behavior")


def _check_cancellation(subscription: Json, given: Json, now: int) -> None:
    asked = [name for name in ("cancel_at", "cancel_at_period_end") if name in given]
    if not asked:
        return
    if len(asked) == 2:
        raise exclusive(*asked)
    if subscription["schedule"] is not None:
        raise invalid(
            f"The subscription is managed by the subscription schedule `{subscription['schedule']}`, and updating "
            "any cancelation behavior directly is not allowed. Please update the schedule instead.",
            param=asked[0],
        )
    at = given.get("cancel_at")
    if at == "max_billed_until":
        raise not_simulated("cancel_at")
    if isinstance(at, int) and at <= now:
        raise invalid("The `cancel_at` timestamp must be in the future.", param="cancel_at")


def check_trial_end(given: Json, now: int) -> None:
    """Raises ApiError 400 for a trial that ends in the past or more than two years ahead."""
    end = given.get("trial_end")
    if not isinstance(end, int):
        return
    if end <= now:
        raise invalid("Invalid timestamp: must be an integer Unix timestamp in the future.", param="trial_end")
    if end > now + _LONGEST_TRIAL:
        raise invalid("The maximum number of trial period days is 730 (2 years).", param="trial_end")


def _check_pause(given: Json, now: int) -> None:
    pause = given.get("pause_collection") or {}
    if "resumes_at" in pause and pause["resumes_at"] <= now:
        raise invalid("`resumes_at` must be in the future.", param="pause_collection[resumes_at]")


def _read_discounts(call: Call, subscription: Json) -> list[discounting.Wanted] | None:
    given = call.parameters.get("discounts")
    if given is None or given == []:
        return None
    return discounting.read(
        call.account,
        given or [],
        holder=subscription,
        customer=subscription["customer"],
        currency=subscription["currency"],
        now=call.now,
        param="discounts",
    )


def _restart_reason(call: Call, subscription: Json, changes: ItemChanges) -> str | None:
    """Why the billing period starts anew with this update, None when it does not."""
    if subscription["status"] not in ("active", "past_due", "unpaid") or "trial_end" in call.parameters:
        return None
    if call.parameters.get("billing_cycle_anchor", {}).get("type") == "now":
        return "billing_cycle_anchor"
    if not changes.touched:
        return None
    if changes.other_rhythm():
        return "interval_change"
    held = subscription["items"]["data"]
    free = not any(item["price"]["recurring"]["usage_type"] == "metered" for item in held) and not pricing.total(
        call.account, held, subscription["currency"]
    )
    return "free_to_paid" if free and changes.total(call.account, subscription["currency"]) else None


def _bill(call: Call, subscription: Json, changes: ItemChanges, restart: str | None) -> Bill | None:
    """What Stripe charges at once: a restart of the period does, whatever `proration_behavior` says."""
    account, given = call.account, call.parameters
    after = lifecycle.one_period(account, subscription, changes.shapes())
    if subscription["status"] == "trialing":
        return Bill(after, "trial_end") if given.get("trial_end") == "now" and after else None
    if "trial_end" in given:
        return None
    proration = given.get("proration_behavior", "create_prorations")
    left = 0 if proration == "none" else lifecycle.unused(account, subscription, call.now)
    if restart is not None:
        return Bill(after - left, restart) if after > left else None
    before = lifecycle.one_period(account, subscription)
    if changes.touched and proration == "always_invoice" and after > before > 0:
        return Bill(pricing.share(after - before, left, before), "proration")
    return None


def _apply_periods(call: Call, subscription: Json, plan: Plan) -> None:
    end = call.parameters.get("trial_end")
    if isinstance(end, int):
        lifecycle.begin_trial(subscription, end, call.now)
    elif end == "now" and subscription["status"] == "trialing":
        lifecycle.finish_trial(call.account, subscription, call.now)
    elif plan.restart is not None:
        lifecycle.restart_periods(subscription, subscription["items"]["data"], call.now)


def _apply_cancellation(subscription: Json, given: Json, now: int) -> None:
    details = subscription["cancellation_details"]
    for name in ("comment", "feedback"):
        if name in given.get("cancellation_details", {}):
            details[name] = given["cancellation_details"][name] or None
    if "cancel_at" not in given and "cancel_at_period_end" not in given:
        return
    at = given.get("cancel_at")
    flagged = given.get("cancel_at_period_end", False)
    if flagged or at == "min_period_end":
        at = lifecycle.period_end(subscription)
    elif at == "max_period_end":
        at = max(item["current_period_end"] for item in subscription["items"]["data"])
    elif "cancel_at" not in given and not subscription["cancel_at_period_end"]:
        # Taking the flag back does not take back a date that was set without it.
        return
    subscription["cancel_at_period_end"] = flagged
    subscription["cancel_at"] = at or None
    subscription["canceled_at"] = now if at else None
    details["reason"] = "cancellation_requested" if at else None


def _apply_plain(subscription: Json, given: Json) -> None:
    merge_metadata(subscription, given.get("metadata"))
    assign(subscription, given, "collection_method", "days_until_due", "default_payment_method", "description")
    if "pause_collection" in given:
        pause = given["pause_collection"]
        subscription["pause_collection"] = (
            {"behavior": pause["behavior"], "resumes_at": pause.get("resumes_at")} if pause else None
        )
    if "trial_settings" in given:
        behavior = given["trial_settings"].get("end_behavior", {})
        subscription["trial_settings"] = {"end_behavior": {"missing_payment_method": "create_invoice", **behavior}}


def _edit_running_phase(call: Call, subscription: Json) -> None:
    """A direct change of a scheduled subscription is a change of the schedule's running phase."""
    schedule = call.account.schedules.get(subscription["schedule"])
    phase = phases.running(schedule) if schedule is not None else None
    if phase is not None:
        describe(call.account, phase, subscription)
