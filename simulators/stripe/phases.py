"""The phases of a schedule: taking effect one after another, and the end of the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.stripe import discounting, invoicing, lifecycle, shapes

if TYPE_CHECKING:
    from simulators.stripe.account import Account
    from simulators.types import Json


def running(schedule: Json) -> Json | None:
    """The phase that is in effect."""
    current = schedule["current_phase"]
    if current is None:
        return None
    return next((phase for phase in schedule["phases"] if phase["start_date"] == current["start_date"]), None)


def step(account: Account, schedule: Json, subscription: Json) -> None:
    """The running phase is over: the next one takes effect, or the schedule ends as it was told to."""
    over = schedule["current_phase"]["end_date"]
    following = next((phase for phase in schedule["phases"] if phase["start_date"] == over), None)
    if following is not None:
        enter(account, schedule, subscription, following)
    elif schedule["end_behavior"] == "cancel":
        schedule["status"] = "completed"
        schedule["completed_at"] = over
        schedule["current_phase"] = None
        lifecycle.end_subscription(account, subscription, over, reason="cancellation_requested")
    else:
        lifecycle.release(account, schedule, over, preserve_cancel_date=False)


def enter(account: Account, schedule: Json, subscription: Json, phase: Json) -> None:
    """Make the subscription what a phase says: its items, discounts, metadata and trial."""
    at = phase["start_date"]
    schedule["current_phase"] = {"start_date": at, "end_date": phase["end_date"]}
    before = lifecycle.rhythm(subscription)
    take_items(account, subscription, phase["items"], at)
    take_discounts(account, subscription, phase["discounts"], at)
    subscription["metadata"] = {**subscription["metadata"], **phase["metadata"]}
    if phase["trial_end"] is not None and phase["trial_end"] > at:
        lifecycle.begin_trial(subscription, phase["trial_end"], at)
        return
    if before != lifecycle.rhythm(subscription) or phase["billing_cycle_anchor"] == "phase_start":
        items = subscription["items"]["data"]
        lifecycle.restart_periods(subscription, items, at)
        invoicing.renew(account, subscription, items, "phase_start", at)


def take_items(account: Account, subscription: Json, wanted: list[Json], at: int) -> None:
    """Replace the items. One with the same price keeps its id, the others take over the ids that are left."""
    held: list[Json] = subscription["items"]["data"]
    left = list(held)
    chosen: list[Json | None] = []
    for entry in wanted:
        same = next((item for item in left if item["price"]["id"] == entry["price"]), None)
        if same is not None:
            left.remove(same)
        chosen.append(same)
    subscription["items"]["data"] = [
        _become(account, item or (left.pop(0) if left else None), entry, subscription, at)
        for item, entry in zip(chosen, wanted, strict=True)
    ]
    for item in left:
        account.items.pop(item["id"], None)


def _become(account: Account, item: Json | None, entry: Json, subscription: Json, at: int) -> Json:
    price = account.prices.rows[entry["price"]]
    plan = account.plans[entry["price"]]
    fresh = shapes.item(
        item["id"] if item is not None else account.new_id("si"),
        item["created"] if item is not None else at,
        subscription=subscription["id"],
        price=price,
        plan=plan,
    )
    timed = item if item is not None else subscription["items"]["data"][0]
    for bound in ("current_period_start", "current_period_end"):
        fresh[bound] = timed[bound]
    if "quantity" in fresh:
        fresh["quantity"] = entry.get("quantity", 1)
    fresh["metadata"] = dict(entry["metadata"])
    stored = fresh
    if item is not None:
        item.clear()
        item.update(fresh)
        stored = item
    account.items[stored["id"]] = stored
    take_discounts(account, stored, entry["discounts"], at, customer=subscription["customer"])
    return stored


def take_discounts(
    account: Account, holder: Json, entries: list[Json], at: int, *, customer: str | None = None
) -> None:
    """Replace the holder's discounts by those of a phase: existing ones by id, new ones from coupons."""
    wanted = []
    for entry in entries:
        code = account.promotion_codes.get(entry["promotion_code"] or "")
        if entry["discount"] is not None:
            existing = account.discounts[entry["discount"]]
            wanted.append(discounting.Wanted(existing["source"]["coupon"], existing=existing))
        elif code is not None:
            wanted.append(discounting.Wanted(code["promotion"]["coupon"], promotion_code=code))
        elif account.coupons.get(entry["coupon"]) is not None:
            wanted.append(discounting.Wanted(entry["coupon"]))
    discounting.settle(account, wanted, holder=holder, customer=customer or holder["customer"], now=at)
    # From now on the phase names what exists, so that entering it twice would not redeem twice.
    entries[:] = [{"coupon": None, "discount": made, "promotion_code": None} for made in holder["discounts"]]


def start(account: Account, schedule: Json) -> None:
    """A schedule's start date has come: its subscription begins."""
    first = schedule["phases"][0]
    subscription = account.add_subscription(
        customer=schedule["customer"],
        prices=[(item["price"], item.get("quantity", 1)) for item in first["items"]],
        start_date=first["start_date"],
        metadata=dict(first["metadata"]),
        billing_mode=schedule["billing_mode"]["type"],
        **({"trial_end": first["trial_end"], "status": "trialing"} if first["trial_end"] else {}),
    )
    take_discounts(account, subscription, first["discounts"], first["start_date"])
    account.put_in_charge(schedule, subscription)
    if schedule["end_behavior"] == "cancel":
        subscription["cancel_at"] = schedule["phases"][-1]["end_date"]
