"""`/v1/subscriptions` but for updates, and `/v1/subscription_items`: https://docs.stripe.com/api/subscriptions"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.stripe import discounting, item_changes, lifecycle, shapes
from simulators.stripe.account import ENDED
from simulators.stripe.calls import Call, assign, find, look_up, merge_metadata, require
from simulators.stripe.errors import exclusive, invalid, missing_in_parameter, missing_in_path, not_simulated
from simulators.stripe.listing import listed, page, same, within
from simulators.stripe.subscription_updates import check_trial_end, declined_card

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.types import Json

_DAY = 86_400


def index(call: Call) -> Json:
    """Newest first. Without `status` the canceled and the expired ones are left out."""
    account, wanted = call.account, call.parameters
    customer = wanted.get("customer")
    among = None
    if customer is not None:
        if customer not in account.deleted:
            require(account.customers, wanted, "customer")
        held = account.of_customer.get(customer, [])
        latest = held[::-1]
        among = sorted(latest, key=lambda row: row["created"], reverse=True)
    has_status = _status_filter(wanted.get("status"))

    def matches(row: Json) -> bool:
        return (
            has_status(row["status"])
            and same(row, wanted, "collection_method")
            and (customer is not None or row["test_clock"] == wanted.get("test_clock"))
            and _contains(row, wanted.get("price"))
            and _periods_within(row, wanted)
            and within(row["created"], wanted.get("created"))
        )

    return page(account.subscriptions, wanted, "/v1/subscriptions", matches, among)


def _status_filter(status: str | None) -> Callable[[str], bool]:
    if status is None:
        return lambda held: held not in ENDED
    if status == "ended":
        return lambda held: held in ENDED
    return lambda held: status in ("all", held)


def _contains(row: Json, price: str | None) -> bool:
    return price is None or any(item["price"]["id"] == price for item in row["items"]["data"])


def _periods_within(row: Json, wanted: Json) -> bool:
    if "current_period_start" not in wanted and "current_period_end" not in wanted:
        return True
    items = row["items"]["data"]
    return within(max(item["current_period_start"] for item in items), wanted.get("current_period_start")) and within(
        min(item["current_period_end"] for item in items), wanted.get("current_period_end")
    )


def retrieve(call: Call) -> Json:
    """Canceled ones too."""
    return find(call.account.subscriptions, call.identifier)


def create(call: Call) -> Json:
    """A new subscription, billed at once unless it starts with a trial."""
    account, given = call.account, call.parameters
    customer = require(account.customers, given, "customer")
    if "cancel_at" in given and given.get("cancel_at_period_end"):
        raise exclusive("cancel_at", "cancel_at_period_end")
    if "trial_end" in given and "trial_period_days" in given:
        raise exclusive("trial_end", "trial_period_days")
    check_trial_end(given, call.now)
    first = look_up(account.prices, given["items"][0], "price")
    currency = given.get("currency") or (first["currency"] if first is not None else "usd")
    subscription = shapes.subscription(
        account.new_id("sub"), call.now, livemode=account.livemode, customer=customer["id"], currency=currency
    )
    subscription["billing_mode"] = shapes.billing_mode(given.get("billing_mode", {}).get("type", "flexible"))
    subscription["start_date"] = given.get("backdate_start_date", call.now)
    subscription["items"]["data"] = [
        item_changes.new_item(account, subscription, entry, f"items[{position}]", call.now)
        for position, entry in enumerate(given["items"])
    ]
    item_changes.check_rhythm(subscription, subscription["items"]["data"])
    wanted = discounting.read(
        account,
        given.get("discounts") or [],
        holder=subscription,
        customer=customer["id"],
        currency=currency,
        now=call.now,
        param="discounts",
    )
    if customer["id"] in account.declining and given.get("payment_behavior") == "error_if_incomplete":
        raise declined_card()
    assign(subscription, given, "collection_method", "days_until_due", "default_payment_method", "description")
    merge_metadata(subscription, given.get("metadata"))
    discounting.settle(account, wanted, holder=subscription, customer=customer["id"], now=call.now)
    _begin(call, subscription)
    customer["currency"] = customer["currency"] or currency
    subscription["test_clock"] = customer["test_clock"]
    return account.register(subscription)


def _begin(call: Call, subscription: Json) -> None:
    account, given = call.account, call.parameters
    trial_end = given.get("trial_end")
    if "trial_period_days" in given:
        trial_end = call.now + given["trial_period_days"] * _DAY
    if isinstance(trial_end, int):
        lifecycle.begin_trial(subscription, trial_end, call.now)
    else:
        amount = lifecycle.one_period(account, subscription)
        lifecycle.charge(account, subscription, amount, "subscription_create", call.now)
        if amount and subscription["customer"] in account.declining:
            subscription["status"] = "incomplete"
    _begin_anchor(given, subscription, call.now)
    at = given.get("cancel_at")
    if given.get("cancel_at_period_end") or at == "min_period_end":
        at = lifecycle.period_end(subscription)
    elif at == "max_period_end":
        at = max(item["current_period_end"] for item in subscription["items"]["data"])
    elif at == "max_billed_until":
        raise not_simulated("cancel_at")
    subscription["cancel_at"] = at
    subscription["cancel_at_period_end"] = given.get("cancel_at_period_end", False)
    subscription["canceled_at"] = call.now if at else None


def _begin_anchor(given: Json, subscription: Json, now: int) -> None:
    anchor = given.get("billing_cycle_anchor")
    if anchor is None:
        return
    items = subscription["items"]["data"]
    if not now < anchor <= min(item["current_period_end"] for item in items):
        raise invalid(
            "billing_cycle_anchor must lie in the future and within one period.", param="billing_cycle_anchor"
        )
    subscription["billing_cycle_anchor"] = anchor
    for item in items:
        item["current_period_end"] = anchor


def cancel(call: Call) -> Json:
    """At once. A canceled subscription is not found here, although it can still be retrieved."""
    account, given = call.account, call.parameters
    subscription = find(account.subscriptions, call.identifier)
    if subscription["status"] in ENDED:
        raise missing_in_path("subscription", call.identifier)
    settle_cancellation(
        call, subscription, prorate=given.get("prorate", False), invoice=given.get("invoice_now", False)
    )
    details = given.get("cancellation_details", {})
    for name in ("comment", "feedback"):
        if name in details:
            subscription["cancellation_details"][name] = details[name] or None
    lifecycle.end_subscription(account, subscription, call.now, reason="cancellation_requested")
    return subscription


def settle_cancellation(call: Call, subscription: Json, *, prorate: bool, invoice: bool) -> None:
    """Record what a cancellation moves: a credit for unused time, and a last invoice for whatever is open."""
    left = lifecycle.unused(call.account, subscription, call.now) if subscription["status"] == "active" else 0
    if prorate:
        lifecycle.charge(call.account, subscription, -left, "cancel_proration", call.now)
    if invoice:
        lifecycle.record_invoice(call.account, subscription, "cancel_invoice_now", call.now)


def pause(call: Call) -> Json:
    """The true pause of 2026-09-30.endive: the status becomes `paused` and billing stops.

    https://docs.stripe.com/billing/subscriptions/pause: flexible billing mode, automatic collection, no
    schedule, and neither on trial nor paused, incomplete or canceled.
    """
    account, given = call.account, call.parameters
    subscription = find(account.subscriptions, call.identifier)
    if subscription["billing_mode"]["type"] != "flexible":
        raise invalid("Only subscriptions with `billing_mode[type]=flexible` can be paused.")
    if subscription["collection_method"] != "charge_automatically":
        raise invalid("Only subscriptions with `collection_method=charge_automatically` can be paused.")
    if subscription["schedule"] is not None:
        raise invalid(f"The subscription is managed by the subscription schedule `{subscription['schedule']}`.")
    if subscription["status"] not in ("active", "past_due", "unpaid"):
        raise invalid(f"A subscription with the status `{subscription['status']}` cannot be paused.")
    credit_from = given.get("bill_for", {}).get("unused_time_from", {}).get("type", "now")
    if credit_from != "none":
        since = lifecycle.period_start(subscription) if credit_from == "item_current_period_start" else call.now
        credit = lifecycle.unused(account, subscription, since)
        lifecycle.charge(account, subscription, -credit, "pause_credit", call.now)
    subscription["status"] = "paused"
    subscription["status_details"] = shapes.paused_details(call.now, "pause_requested")
    account.touch(subscription)
    return subscription


def resume(call: Call) -> Json:
    """Ends a true pause. By default a new period begins, and is billed."""
    account, given = call.account, call.parameters
    subscription = find(account.subscriptions, call.identifier)
    if subscription["status"] != "paused":
        raise invalid("Only a paused subscription can be resumed.")
    subscription["status"] = "active"
    subscription["status_details"] = None
    items = subscription["items"]["data"]
    if given.get("billing_cycle_anchor", {}).get("type", "now") == "now":
        lifecycle.restart_periods(subscription, items, call.now)
        lifecycle.charge(account, subscription, lifecycle.one_period(account, subscription), "resume", call.now)
    else:
        lifecycle.catch_up(subscription, call.now)
        if given.get("proration_behavior", "create_prorations") == "always_invoice":
            left = lifecycle.unused(account, subscription, call.now)
            lifecycle.charge(account, subscription, left, "resume", call.now)
    account.touch(subscription)
    return subscription


def list_items(call: Call) -> Json:
    """All items of one subscription, in the order in which they were made."""
    wanted = call.parameters
    subscription = require(call.account.subscriptions, wanted, "subscription")
    rows: list[Json] = subscription["items"]["data"]
    places = {row["id"]: position for position, row in enumerate(rows)}
    start, stop = 0, len(rows)
    for cursor in ("starting_after", "ending_before"):
        if cursor in wanted and wanted[cursor] not in places:
            raise missing_in_parameter("subscription item", wanted[cursor], cursor)
    limit = wanted.get("limit", 10)
    if "starting_after" in wanted:
        start = places[wanted["starting_after"]] + 1
    if "ending_before" in wanted:
        stop = places[wanted["ending_before"]]
        start = max(start, stop - limit)
        return listed(rows[start:stop], "/v1/subscription_items", has_more=start > 0)
    return listed(rows[start : start + limit], "/v1/subscription_items", has_more=stop > start + limit)


def retrieve_item(call: Call) -> Json:
    item = call.account.items.get(call.identifier)
    if item is None:
        raise missing_in_path("subscription item", call.identifier)
    return item
