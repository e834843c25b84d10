"""`/v1/subscription_schedules`: https://docs.stripe.com/api/subscription_schedules"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.stripe import lifecycle, phase_parameters, phases, pricing, shapes
from simulators.stripe.account import ENDED, Account
from simulators.stripe.calls import Call, find, look_up, merge_metadata, require
from simulators.stripe.errors import ApiError, invalid, missing_parameter
from simulators.stripe.listing import page, same, within
from simulators.stripe.subscriptions import settle_cancellation

if TYPE_CHECKING:
    from simulators.types import Json

_CHANGEABLE = ("active", "not_started")


def index(call: Call) -> Json:
    wanted = call.parameters
    if wanted.get("customer") not in call.account.deleted:
        look_up(call.account.customers, wanted, "customer")

    def matches(row: Json) -> bool:
        return (
            same(row, wanted, "customer")
            and (not wanted.get("scheduled") or row["status"] == "not_started")
            and all(
                within(row[name], wanted.get(name))
                for name in ("canceled_at", "completed_at", "created", "released_at")
            )
        )

    return page(call.account.schedules, wanted, "/v1/subscription_schedules", matches)


def retrieve(call: Call) -> Json:
    return find(call.account.schedules, call.identifier)


def create(call: Call) -> Json:
    """From a subscription, which allows nothing else but metadata; or from phases, for a customer."""
    if "from_subscription" in call.parameters:
        return _from_subscription(call)
    account, given = call.account, call.parameters
    customer = require(account.customers, given, "customer")
    for name in ("start_date", "phases"):
        if not given.get(name):
            raise missing_parameter(name)
    schedule = shapes.schedule(
        account.new_id("sub_sched"), call.now, livemode=account.livemode, customer=given["customer"]
    )
    start = call.now if given["start_date"] == "now" else given["start_date"]
    opening = given["phases"][0]
    first = account.prices.get(opening["items"][0]["price"]) if opening["items"] else None
    currency = opening.get("currency") or (first["currency"] if first is not None else "usd")
    owner = phase_parameters.Owner(
        account=account,
        customer=given["customer"],
        currency=currency,
        billing_mode=schedule["billing_mode"],
        holder={"discounts": [], **customer},
        now=call.now,
    )
    schedule["phases"] = phase_parameters.read(owner, given["phases"], start)
    schedule["end_behavior"] = _end_behavior(given, schedule)
    merge_metadata(schedule, given.get("metadata"))
    account.schedules.add(schedule)
    if start <= call.now:
        phases.start(account, schedule)
    account.touch(schedule)
    return schedule


def _from_subscription(call: Call) -> Json:
    account, given = call.account, call.parameters
    others = sorted(given.keys() - {"expand", "from_subscription", "metadata"})
    if others:
        raise invalid(
            f"You cannot set `{others[0]}` if `from_subscription` is set.",
            param=others[0],
            code="parameters_exclusive",
        )
    subscription = require(account.subscriptions, given, "from_subscription")
    if subscription["status"] in (*ENDED, "incomplete"):
        raise invalid(
            "You cannot create a subscription schedule from a subscription that is currently in the "
            f"`{subscription['status']}` status.",
            param="from_subscription",
        )
    if subscription["schedule"] is not None:
        raise invalid(
            f"You cannot migrate a subscription that is already attached to a schedule: `{subscription['schedule']}`.",
            param="from_subscription",
        )
    schedule = account.add_schedule(subscription=subscription["id"], created=call.now)
    if subscription["cancel_at"] is not None:
        schedule["end_behavior"] = "cancel"
    merge_metadata(schedule, given.get("metadata"))
    return schedule


def update(call: Call) -> Json:
    """`phases` replaces the running phase and all that follow; what is not repeated is unset."""
    account, given = call.account, call.parameters
    schedule = find(account.schedules, call.identifier)
    _check_status(schedule, "update")
    behavior = _end_behavior(given, schedule)
    subscription = account.subscriptions.get(schedule["subscription"] or "")
    if "phases" in given:
        replaced = _replacement(call, schedule, subscription)
        past = [phase for phase in schedule["phases"] if phase["start_date"] < replaced[0]["start_date"]]
        schedule["phases"] = [*past, *replaced]
        if subscription is not None:
            _take_running_phase(call, schedule, subscription, replaced[0])
    if subscription is not None:
        _carry_end(schedule, subscription, behavior, call.now)
        account.touch(subscription)
    schedule["end_behavior"] = behavior
    merge_metadata(schedule, given.get("metadata"))
    account.touch(schedule)
    return schedule


def _replacement(call: Call, schedule: Json, subscription: Json | None) -> list[Json]:
    account = call.account
    holder = subscription or {"discounts": [], **account.customers.rows.get(schedule["customer"], {})}
    owner = phase_parameters.Owner(
        account=account,
        customer=schedule["customer"],
        currency=(subscription or schedule["phases"][0])["currency"],
        billing_mode=schedule["billing_mode"],
        holder=_with_planned_discounts(holder, schedule),
        now=call.now,
    )
    given = call.parameters["phases"]
    if not given:
        raise missing_parameter("phases")
    current = schedule["current_phase"]
    if current is not None:
        # Phases that are over may be sent along; they change nothing.
        given = [phase for phase in given if not _is_past(phase, schedule)] or given
        if given[0].get("start_date") not in (None, current["start_date"]):
            raise invalid("You can not modify the start date of the current phase.", param="phases[0][start_date]")
    return phase_parameters.read(owner, given, None)


def _is_past(phase: Json, schedule: Json) -> bool:
    begins = phase.get("start_date")
    return any(
        begins == known["start_date"] and begins < schedule["current_phase"]["start_date"]
        for known in schedule["phases"]
    )


def _with_planned_discounts(holder: Json, schedule: Json) -> Json:
    planned = [entry["discount"] for phase in schedule["phases"] for entry in phase["discounts"] if entry["discount"]]
    inherited = [made for item in holder.get("items", {}).get("data", []) for made in item["discounts"]]
    return {**holder, "discounts": [*holder["discounts"], *planned, *inherited]}


def _take_running_phase(call: Call, schedule: Json, subscription: Json, phase: Json) -> None:
    """Make the subscription what the new version of the running phase says."""
    account = call.account
    proration = call.parameters.get("proration_behavior", "create_prorations")
    before = lifecycle.one_period(account, subscription)
    left = lifecycle.unused(account, subscription, call.now)
    rhythm = lifecycle.rhythm(subscription)
    phases.take_items(account, subscription, phase["items"], call.now)
    phases.take_discounts(account, subscription, phase["discounts"], call.now)
    subscription["metadata"] = {**subscription["metadata"], **phase["metadata"]}
    schedule["current_phase"] = {"start_date": phase["start_date"], "end_date": phase["end_date"]}
    trial_end = phase["trial_end"]
    if trial_end is not None and trial_end > call.now:
        lifecycle.begin_trial(subscription, trial_end, call.now)
        return
    after = lifecycle.one_period(account, subscription)
    if subscription["status"] == "trialing":
        # The trial was not repeated, so it is over now, and billed.
        lifecycle.finish_trial(account, subscription, call.now)
        lifecycle.charge(account, subscription, after, "trial_end", call.now)
    elif lifecycle.rhythm(subscription) != rhythm:
        lifecycle.restart_periods(subscription, subscription["items"]["data"], call.now)
        credit = 0 if proration == "none" else left
        lifecycle.charge(account, subscription, max(after - credit, 0), "interval_change", call.now)
    elif proration == "always_invoice" and after > before > 0:
        due = pricing.share(after - before, left, before)
        lifecycle.charge(account, subscription, due, "proration", call.now)


def _carry_end(schedule: Json, subscription: Json, behavior: str, now: int) -> None:
    if behavior == "cancel":
        subscription["cancel_at"] = schedule["phases"][-1]["end_date"]
        subscription["canceled_at"] = subscription["canceled_at"] or now
        subscription["cancel_at_period_end"] = False
    elif schedule["end_behavior"] == "cancel":
        subscription["cancel_at"] = subscription["canceled_at"] = None
        subscription["cancel_at_period_end"] = False


def _end_behavior(given: Json, schedule: Json) -> str:
    behavior = given.get("end_behavior", schedule["end_behavior"])
    if behavior not in ("cancel", "release"):
        raise invalid("The end behaviors `none` and `renew` can no longer be set.", param="end_behavior")
    return str(behavior)


def release(call: Call) -> Json:
    """The subscription runs on, and what later phases planned is lost."""
    schedule = find(call.account.schedules, call.identifier)
    _check_status(schedule, "release")
    preserve = call.parameters.get("preserve_cancel_date", False)
    lifecycle.release(call.account, schedule, call.now, preserve_cancel_date=preserve)
    return schedule


def cancel(call: Call) -> Json:
    """Cancels the subscription as well; a last invoice and proration are the defaults here, unlike there."""
    account, given = call.account, call.parameters
    schedule = find(account.schedules, call.identifier)
    _check_status(schedule, "cancel")
    subscription = account.subscriptions.get(schedule["subscription"] or "")
    if subscription is not None:
        settle_cancellation(
            call, subscription, prorate=given.get("prorate", True), invoice=given.get("invoice_now", True)
        )
        lifecycle.end_subscription(account, subscription, call.now, reason="cancellation_requested")
    _close(account, schedule, call.now)
    return schedule


def _close(account: Account, schedule: Json, now: int) -> None:
    schedule["status"] = "canceled"
    schedule["canceled_at"] = now
    schedule["current_phase"] = None
    account.touch(schedule)


def _check_status(schedule: Json, verb: str) -> None:
    if schedule["status"] not in _CHANGEABLE:
        raise ApiError(
            400,
            f"You cannot {verb} a subscription schedule that is currently in the `{schedule['status']}` status. It "
            "must have a status of `not_started` or `active`.",
        )
