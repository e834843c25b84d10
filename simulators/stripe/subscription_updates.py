"""`POST /v1/subscriptions/{id}`: https://docs.stripe.com/api/subscriptions/update

Everything is checked before anything is changed, so that a refused request leaves no trace.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.periods import boundary_after
from simulators.stripe import discounting, invoicing, item_changes, lifecycle, phases, pricing
from simulators.stripe.account import ENDED, describe
from simulators.stripe.calls import Call, assign, find, merge_metadata
from simulators.stripe.errors import ApiError, exclusive, invalid, not_simulated
from simulators.stripe.periods import interval_of

if TYPE_CHECKING:
    from simulators.stripe.invoicing import Invoice, Line
    from simulators.stripe.item_changes import ItemChanges
    from simulators.types import Json

_LONGEST_TRIAL = 730 * 86_400
_AFTER_THE_END = {"cancellation_details", "expand", "metadata"}
_WHILE_INCOMPLETE = {"default_payment_method", "expand", "metadata"}


@dataclass(frozen=True)
class Plan:
    """An update that was checked: what it will do.

    `invoice` is what it bills at once, None where it bills nothing; `prorations` then wait for the next invoice.
    """

    items: ItemChanges
    discounts: list[discounting.Wanted] | None
    restart: str | None
    invoice: Invoice | None
    prorations: list[Line]


def update(call: Call) -> Json:
    """Apply an update to a running subscription."""
    account, given = call.account, call.parameters
    subscription = find(account.subscriptions, call.identifier)
    plan = check(call, subscription)
    is_due = plan.invoice is not None and plan.invoice.amount_due > 0
    declined = is_due and subscription["customer"] in account.declining
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
    if plan.invoice is not None:
        invoicing.collect(account, subscription, plan.invoice)
    elif plan.prorations:
        invoicing.wait(account, subscription, plan.prorations)
    if declined:
        subscription["status"] = "past_due"
    if subscription["schedule"] is not None and ({"items", "discounts", "trial_end"} & given.keys()):
        _edit_running_phase(call, subscription)
    account.touch(subscription)
    return subscription


def check(call: Call, subscription: Json) -> Plan:
    """What an update with the call's parameters would do; nothing is changed. Raises ApiError where it is refused."""
    account, given = call.account, call.parameters
    _check_allowed(subscription, given)
    _check_cancellation(subscription, given, call.now)
    check_trial_end(given, call.now)
    _check_pause(given, call.now)
    items = item_changes.read(account, subscription, given.get("items"), call.now)
    restart = _restart_reason(call, subscription, items)
    discounts = _read_discounts(call, subscription)
    invoice, prorations = _billed(call, subscription, items, restart)
    return Plan(items, discounts, restart, invoice, prorations)


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


def _billed(
    call: Call, subscription: Json, changes: ItemChanges, restart: str | None
) -> tuple[Invoice | None, list[Line]]:
    """What Stripe bills at once, and what it prorates: a restart of the period is billed whatever
    `proration_behavior` says."""
    account, given, now = call.account, call.parameters, call.now
    items = changes.shapes()
    if subscription["status"] == "trialing":
        if given.get("trial_end") != "now":
            return None, []
        periods = invoicing.whole_periods(account, subscription, _restarted(items, now))
        return invoicing.at_once(account, subscription, periods, (), "trial_end", now), []
    if "trial_end" in given:
        return None, []
    proration = given.get("proration_behavior", "create_prorations")
    taken_back = [] if proration == "none" else invoicing.credit(account, subscription, now)
    if restart is not None:
        periods = invoicing.whole_periods(account, subscription, _restarted(items, now))
        return invoicing.at_once(account, subscription, periods, taken_back, restart, now), []
    if not changes.touched or proration == "none":
        return None, []
    prorations = [*taken_back, *invoicing.debit(account, subscription, items, now)]
    if proration == "always_invoice":
        return invoicing.at_once(account, subscription, (), prorations, "proration", now), []
    return None, prorations


def _restarted(items: list[Json], now: int) -> list[Json]:
    """The items with a period that begins now."""
    return [
        {
            **item,
            "current_period_start": now,
            "current_period_end": boundary_after(now, *interval_of(item["price"]), now),
        }
        for item in items
    ]


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
