"""`/subscriptions` without its updates: https://developer.paddle.com/api-reference/subscriptions"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from simulators.paddle import lifecycle, moments, transactions
from simulators.paddle.calls import Answer, Call, find
from simulators.paddle.errors import invalid_field, refused
from simulators.paddle.guards import forbid_locked, forbid_scheduled
from simulators.paddle.listing import among, answer
from simulators.paddle.schemas import IMMEDIATELY, NEW_PERIOD, SAME_PERIOD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from simulators.paddle.store import Resumption
    from simulators.types import Json

_BOUNDS: Mapping[str, Callable[[datetime, datetime], bool]] = {
    "next_billed_at[LT]": operator.lt,
    "next_billed_at[LTE]": operator.le,
    "next_billed_at[GT]": operator.gt,
    "next_billed_at[GTE]": operator.ge,
}


def index(call: Call) -> Answer:
    """All statuses, unless some are asked for. A customer who does not exist has none."""
    account, query = call.account, call.query

    def matches(row: Json) -> bool:
        change = row["scheduled_change"]
        return (
            among(row, query, "id", "customer_id", "address_id", "status")
            and query.get("collection_mode", row["collection_mode"]) == row["collection_mode"]
            and ("price_id" not in query or any(item["price"]["id"] in query["price_id"] for item in row["items"]))
            and (
                "scheduled_change_action" not in query
                or (change is not None and change["action"] in query["scheduled_change_action"])
            )
            and _is_billed(row, query)
        )

    narrowed = None
    if "customer_id" in query:
        narrowed = [row for customer in set(query["customer_id"]) for row in account.of_customer.get(customer, ())]
    return answer(call, account.subscriptions, matches, among=narrowed)


def _is_billed(row: Json, query: Json) -> bool:
    wanted = [(within, query[name]) for name, within in _BOUNDS.items() if name in query]
    if not wanted:
        return True
    at = lifecycle.next_bill(row)
    return at is not None and all(within(at, bound) for within, bound in wanted)


def retrieve(call: Call) -> Answer:
    subscription = find(call.account.subscriptions, call.identifiers[0])
    extras = {name: transactions.INCLUDABLE[name](call.account, subscription) for name in call.query.get("include", ())}
    return Answer({**subscription, **extras} if extras else subscription)


def cancel(call: Call) -> Answer:
    """At the period's end, or at once; a paused one ends at once whatever is asked for.

    A second change at the period's end is refused while one is scheduled.
    """
    account, now = call.account, call.now
    subscription = find(account.subscriptions, call.identifiers[0])
    if subscription["status"] == "canceled":
        raise refused("subscription_update_when_canceled")
    forbid_locked(subscription, now)
    change = subscription["scheduled_change"]
    at_once = subscription["status"] == "paused" or call.body.get("effective_from") == IMMEDIATELY
    if at_once and change is not None and change["action"] not in account.immediate_cancel_overrides:
        raise refused("subscription_locked_pending_changes")
    if at_once:
        lifecycle.end(account, subscription, now)
    else:
        _forbid_while_past_due(call, subscription)
        forbid_scheduled(subscription)
        lifecycle.schedule(subscription, "cancel", _period_end(call, subscription))
    return _changed(call, subscription)


def pause(call: Call) -> Answer:
    """At the period's end, or at once except in a trial; until a date, or without an end."""
    account, now, body = call.account, call.now, call.body
    subscription = find(account.subscriptions, call.identifiers[0])
    _check_pausable(call, subscription)
    at_once = body.get("effective_from") == IMMEDIATELY
    until = _period_end(call, subscription)
    resume_at = body.get("resume_at")
    if resume_at is not None and resume_at <= (now if at_once else until):
        raise invalid_field(("resume_at", "must be later than the pause takes effect"))
    if body.get("on_resume") == SAME_PERIOD:
        _check_continuing(subscription, resume_at or now, ends=None if at_once else until)
    account.terms[subscription["id"]].on_resume = body.get("on_resume") or NEW_PERIOD
    if at_once:
        lifecycle.pause(subscription, now, resume_at)
    else:
        lifecycle.schedule(subscription, "pause", until, resume_at)
    return _changed(call, subscription)


def _check_pausable(call: Call, subscription: Json) -> None:
    status = subscription["status"]
    if status == "canceled":
        raise refused("subscription_is_canceled_action_invalid")
    if status == "paused":
        raise refused("subscription_cannot_be_paused")
    if status == "trialing" and not call.account.terms[subscription["id"]].payment_method:
        raise refused("subscription_pausing_not_allowed_for_cardless_trial")
    if status == "trialing" and call.body.get("effective_from") == IMMEDIATELY:
        raise refused("subscription_update_when_trialing")
    if call.body.get("effective_from") != IMMEDIATELY:
        _forbid_while_past_due(call, subscription)
    forbid_locked(subscription, call.now)
    forbid_scheduled(subscription)


def _check_continuing(subscription: Json, at: datetime, *, ends: datetime | None) -> None:
    """The running period can go on only if the resumption falls into it. `ends`: it is over before the pause."""
    if subscription["status"] == "past_due":
        raise refused("subscription_continuing_existing_billing_period_not_allowed_subscription_past_due")
    if ends is not None or not lifecycle.can_continue(subscription, at):
        raise refused("subscription_continuing_existing_billing_period_not_allowed")


def resume(call: Call) -> Answer:
    """A paused one at once or on a date; of one that is yet to be paused, the date on which the pause ends."""
    subscription = find(call.account.subscriptions, call.identifiers[0])
    at = call.body.get("effective_from", IMMEDIATELY)
    if subscription["status"] == "canceled":
        raise refused("subscription_is_canceled_action_invalid")
    if subscription["status"] != "paused":
        _end_scheduled_pause(call, subscription, at)
        return _changed(call, subscription)
    if call.body.get("on_resume") == SAME_PERIOD:
        _check_continuing(subscription, call.now if at == IMMEDIATELY else at, ends=None)
    if at == IMMEDIATELY:
        _resume_now(call, subscription)
    else:
        _check_later(at, call.now)
        terms = call.account.terms[subscription["id"]]
        terms.on_resume = call.body.get("on_resume") or terms.on_resume
        lifecycle.schedule(subscription, "resume", at)
    return _changed(call, subscription)


def _end_scheduled_pause(call: Call, subscription: Json, at: datetime | str) -> None:
    change = subscription["scheduled_change"]
    if change is None or change["action"] != "pause" or isinstance(at, str):
        raise refused("subscription_must_be_paused")
    begins = moments.read(change["effective_at"])
    _check_later(at, begins)
    if call.body.get("on_resume") == SAME_PERIOD:
        _check_continuing(subscription, at, ends=begins)
    lifecycle.schedule(subscription, "pause", begins, at)


def _resume_now(call: Call, subscription: Json) -> None:
    account = call.account
    how: Resumption = call.body.get("on_resume") or NEW_PERIOD
    if how == NEW_PERIOD and subscription["customer_id"] in account.declining:
        raise refused("subscription_payment_declined")
    account.terms[subscription["id"]].on_resume = how
    if lifecycle.resume(account, subscription, call.now):
        lifecycle.charge(account, subscription, lifecycle.cost(account, subscription), "resume", call.now)
        lifecycle.mark_billed(subscription, call.now)


def activate(call: Call) -> Answer:
    """End a trial now, and charge the first period."""
    account, now = call.account, call.now
    subscription = find(account.subscriptions, call.identifiers[0])
    if subscription["status"] != "trialing":
        raise refused("subscription_cannot_activate", status=subscription["status"])
    forbid_locked(subscription, now)
    forbid_scheduled(subscription)
    if not account.terms[subscription["id"]].payment_method:
        raise refused("subscription_missing_payment_method_cannot_activate")
    if subscription["customer_id"] in account.declining:
        raise refused("subscription_payment_declined")
    lifecycle.finish_trial(account, subscription, now)
    lifecycle.charge(account, subscription, lifecycle.cost(account, subscription), "activate", now)
    lifecycle.mark_billed(subscription, now)
    return _changed(call, subscription)


def _check_later(at: datetime, moment: datetime) -> None:
    if at <= moment:
        raise invalid_field(("effective_from", "must be in the future, and later than the pause begins"))


def _forbid_while_past_due(call: Call, subscription: Json) -> None:
    if subscription["status"] == "past_due" and not call.account.schedules_while_past_due:
        raise refused("subscription_update_when_past_due")


def _period_end(call: Call, subscription: Json) -> datetime:
    return lifecycle.period_end(subscription) or call.now


def _changed(call: Call, subscription: Json) -> Answer:
    subscription["updated_at"] = moments.written(call.now)
    call.account.touch(subscription)
    return Answer(subscription)
