"""`PATCH /subscriptions/{id}` and its preview:
https://developer.paddle.com/api-reference/subscriptions/update-subscription

Everything is checked before anything is changed, so that a refused request leaves no trace.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from simulators.paddle import discounting, lifecycle, moments, pricing, transactions
from simulators.paddle.calls import Answer, Call, find
from simulators.paddle.errors import invalid_field, refused
from simulators.paddle.guards import LOCK, forbid_locked, forbid_scheduled
from simulators.paddle.item_changes import NEXT_PERIOD, ItemChanges
from simulators.paddle.item_changes import read as read_items
from simulators.paddle.schemas import IMMEDIATELY
from simulators.paddle.settlement import settlement

if TYPE_CHECKING:
    from datetime import datetime

    from simulators.paddle.account import Account
    from simulators.types import Json

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_HOW = {"on_payment_failure", "proration_billing_mode"}
_IN_A_TRIAL = {"discount", "items", "next_billed_at", "scheduled_change", *_HOW}
_WHILE_PAUSED = {"items", "scheduled_change", *_HOW}


@dataclass(frozen=True)
class Update:
    """A request that was checked: what it will do.

    `bills_at` is the new time of the next bill. `charge` less `credit`, in minor units before tax, moves at once, or
    with the next bill if it is `deferred`.
    """

    given: Json
    items: ItemChanges
    discount: Json | None
    bills_at: datetime | None
    charge: int
    credit: int
    deferred: bool

    @property
    def amount(self) -> int:
        """What the change comes to, a credit if it is negative."""
        return self.charge - self.credit

    @property
    def at_once(self) -> int:
        """What of it moves at once."""
        return 0 if self.deferred else self.amount


def update(call: Call) -> Answer:
    """Apply an update. One that changes nothing leaves `updated_at` as it is."""
    account = call.account
    subscription = find(account.subscriptions, call.identifiers[0])
    planned = _check(call, subscription)
    due = settlement(account, subscription, planned.at_once).due
    declined = due > 0 and subscription["customer_id"] in account.declining
    if declined and call.body.get("on_payment_failure") != "apply_change":
        raise refused("subscription_payment_declined")
    before = dict(subscription)
    _apply(account, subscription, planned, call.now)
    _book(account, subscription, planned, call.now)
    if declined:
        subscription["status"] = "past_due"
    if subscription != before:
        subscription["updated_at"] = moments.written(call.now)
        account.touch(subscription)
    return Answer(subscription)


def preview(call: Call) -> Answer:
    """What an update would do, without doing it."""
    account = call.account
    subscription = copy.deepcopy(find(account.subscriptions, call.identifiers[0]))
    planned = _check(call, subscription)
    kept = copy.copy(account.terms[subscription["id"]])
    try:
        _apply(account, subscription, planned, call.now)
        cost = transactions.Cost(planned.charge, planned.credit, planned.at_once)
        return Answer(transactions.preview(account, subscription, cost, call.now))
    finally:
        account.terms[subscription["id"]] = kept


def _check(call: Call, subscription: Json) -> Update:
    account, given, now = call.account, call.body, call.now
    mode = given.get("proration_billing_mode")
    _check_status(subscription, given, mode)
    forbid_locked(subscription, now)
    if given.get("scheduled_change") is not None:
        raise refused("subscription_scheduled_change_invalid_update")
    items = ItemChanges(subscription["items"])
    if "items" in given:
        items = _check_items(call, subscription, mode)
    _check_bill_time(subscription, given, mode, now)
    discount = None
    if given.get("discount") is not None:
        discount = discounting.checked(account, subscription, items.items, given["discount"])
    charge = items.charge + _for_longer(account, subscription, given, mode or "", now)
    planned = Update(
        given, items, discount, given.get("next_billed_at"), charge, items.credit, deferred=mode in NEXT_PERIOD
    )
    if settlement(account, subscription, planned.at_once).due > 0:
        _check_charges(account, subscription, now)
    return planned


def _check_status(subscription: Json, given: Json, mode: str | None) -> None:
    """What each status allows: the pages of the codes at https://developer.paddle.com/errors"""
    status, names = subscription["status"], given.keys()
    if status == "canceled":
        raise refused("subscription_update_when_canceled")
    if status == "past_due":
        raise refused("subscription_update_when_past_due")
    if status == "paused" and names - _WHILE_PAUSED:
        raise refused("subscription_only_update_items_on_paused_subscription")
    if status == "paused" and mode not in (None, "do_not_bill"):
        raise refused("subscription_incorrect_proration_on_paused_subscription")
    if status == "trialing" and names - _IN_A_TRIAL:
        raise refused("subscription_update_when_trialing")


def _check_items(call: Call, subscription: Json, mode: str | None) -> ItemChanges:
    if mode is None:
        raise refused("subscription_items_update_missing_proration_billing_mode")
    if subscription["scheduled_change"] is not None and mode in NEXT_PERIOD:
        raise refused("subscription_invalid_billing_mode_for_scheduled_change")
    return read_items(call.account, subscription, call.body["items"], mode, call.now)


def _check_bill_time(subscription: Json, given: Json, mode: str | None, now: datetime) -> None:
    """Raises ApiError for a time too soon, without a mode, or while a change is scheduled."""
    at = given.get("next_billed_at")
    if at is None:
        return
    forbid_scheduled(subscription)
    if mode is None:
        raise invalid_field(("proration_billing_mode", "is required when changing next_billed_at"))
    if subscription["status"] == "trialing" and mode != "do_not_bill":
        raise invalid_field(("proration_billing_mode", "must be do_not_bill for a subscription in trial"))
    if at < now + LOCK:
        raise refused("subscription_next_billed_at_too_soon")


def _check_charges(account: Account, subscription: Json, now: datetime) -> None:
    """Raises ApiError 429 once a subscription was charged too often."""
    charged = account.terms[subscription["id"]].charged
    while charged and charged[0] <= now - _DAY:
        charged.popleft()
    if len(charged) >= account.charges_a_day:
        raise refused("subscription_immediate_charge_24_hour_limit_exceeded", limit=account.charges_a_day)
    if sum(at > now - _HOUR for at in charged) >= account.charges_an_hour:
        raise refused("subscription_immediate_charge_hour_limit_exceeded", limit=account.charges_an_hour)


def _for_longer(account: Account, subscription: Json, given: Json, mode: str, now: datetime) -> int:
    """What a period costs more that becomes longer: nothing with `do_not_bill`, which gives the time away."""
    at = given.get("next_billed_at")
    until = lifecycle.period_end(subscription)
    if at is None or until is None or mode in ("", "do_not_bill") or subscription["status"] == "trialing":
        return 0
    starts = moments.read(subscription["current_billing_period"]["starts_at"])
    return pricing.share(lifecycle.cost(account, subscription), at - max(until, now), until - starts)


def _apply(account: Account, subscription: Json, planned: Update, now: datetime) -> None:
    """Change the object and when it is billed; no money, and no use of a discount, is written down here."""
    given = planned.given
    if "custom_data" in given:
        subscription["custom_data"] = given["custom_data"]
    if "scheduled_change" in given and subscription["scheduled_change"] is not None:
        lifecycle.unschedule(account, subscription)
    if planned.items.touched:
        subscription["items"] = planned.items.items
        first = next(item for item in planned.items.items if item["recurring"])
        subscription["billing_cycle"] = dict(first["price"]["billing_cycle"])
    if planned.discount is not None:
        starts_at = now if given["discount"]["effective_from"] == IMMEDIATELY else None
        subscription["discount"] = discounting.attached(subscription, planned.discount, starts_at)
    elif "discount" in given:
        subscription["discount"] = None
    if planned.items.restarts and subscription["status"] != "paused":
        _restart(account, subscription, now)
    if planned.bills_at is not None:
        lifecycle.move_period_end(account, subscription, planned.bills_at)


def _restart(account: Account, subscription: Json, now: datetime) -> None:
    """Another interval: a period begins now. What was scheduled for the old period's end moves to the new one's."""
    change = subscription["scheduled_change"]
    lifecycle.restart(account, subscription, now)
    until = lifecycle.period_end(subscription)
    if change is not None and until is not None:
        resume_at = moments.read(change["resume_at"]) if change["resume_at"] is not None else None
        lifecycle.schedule(subscription, change["action"], until, resume_at)


def _book(account: Account, subscription: Json, planned: Update, now: datetime) -> None:
    """Write down the money that moved, and that a discount was used."""
    terms = account.terms[subscription["id"]]
    if planned.discount is not None:
        discounting.count_use(account, planned.discount)
    if planned.deferred:
        terms.deferred += planned.amount
        return
    if settlement(account, subscription, planned.amount).due > 0:
        terms.charged.append(now)
    if planned.amount > 0:
        lifecycle.mark_billed(subscription, now)
    reason = planned.given.get("proration_billing_mode", "")
    lifecycle.charge(account, subscription, planned.amount, reason, now)
