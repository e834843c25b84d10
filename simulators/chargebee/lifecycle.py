"""What can happen to a subscription, by a request or by time: terms, invoices, pauses, ends.

Amounts are before taxes; an invoice counts as one use of every coupon on the subscription
(https://www.chargebee.com/docs/billing/2.0/product-catalog/coupons).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.chargebee import coupons
from simulators.periods import boundary_after, later

if TYPE_CHECKING:
    from simulators.chargebee.drafts import Draft
    from simulators.types import Json


def total(items: list[Json]) -> int:
    """What items cost a term, in minor units."""
    return sum(item["amount"] for item in items)


def begin_term(draft: Draft) -> None:
    """Begin a term now, from which later ones are counted."""
    row = draft.subscription
    draft.anchor = draft.at
    row["current_term_start"] = draft.at
    row["current_term_end"] = later(draft.at, row["billing_period_unit"], row["billing_period"])
    row["next_billing_at"] = row["current_term_end"]


def invoice(draft: Draft, amount: int, reason: str) -> None:
    """Charge for something, which uses the coupons."""
    draft.move(amount, reason)
    row = draft.subscription
    if draft.billed:
        draft.discount += coupons.discount(draft.site, row, amount)
    for applied in list(row.get("coupons", ())):
        coupon = draft.site.coupons.get(applied["coupon_id"])
        applied["applied_count"] += 1
        if coupon is None:
            # A test may take the coupon of a subscription away to see what a client does without it.
            continue
        if coupon["duration_type"] == "one_time":
            drop_coupon(row, applied)
        elif coupon["duration_type"] == "limited_period" and "apply_till" not in applied:
            applied["apply_till"] = _coupon_end(coupon, draft.at)


def _coupon_end(coupon: Json, start: int) -> int:
    if "period" in coupon:
        return later(start, coupon["period_unit"], coupon["period"])
    return later(start, "month", coupon["duration_month"])


def drop_coupon(row: Json, applied: Json) -> None:
    """Take a coupon off; a subscription without any has no such member."""
    row["coupons"].remove(applied)
    if not row["coupons"]:
        del row["coupons"]


def activate(draft: Draft, reason: str) -> None:
    """Let the first paid term begin."""
    take_schedule(draft)
    row = draft.subscription
    row["status"] = "active"
    row["activated_at"] = draft.at
    begin_term(draft)
    invoice(draft, total(row["subscription_items"]), reason)


def renew(draft: Draft) -> None:
    """Let the next term follow the one that ends now."""
    row = draft.subscription
    rhythm = (row["billing_period"], row["billing_period_unit"])
    take_schedule(draft)
    anchor: int = draft.site.anchors.get(row["id"]) or row["activated_at"]
    if rhythm != (row["billing_period"], row["billing_period_unit"]):
        anchor = draft.anchor = draft.at
    row["current_term_start"] = draft.at
    row["current_term_end"] = boundary_after(anchor, row["billing_period_unit"], row["billing_period"], draft.at)
    if row["status"] == "active":
        row["next_billing_at"] = row["current_term_end"]
    _count_down(row)
    invoice(draft, total(row["subscription_items"]), "renewal")


def _count_down(row: Json) -> None:
    left = row.get("remaining_billing_cycles", 0)
    if left == 0:
        return
    row["remaining_billing_cycles"] = left - 1
    if left == 1:
        row.update(status="non_renewing", cancelled_at=row["current_term_end"])
        row.pop("next_billing_at", None)


def take_schedule(draft: Draft) -> None:
    """Let what was scheduled for now come true."""
    if draft.scheduled is not None:
        change_members(draft.subscription, draft.scheduled)
        draft.scheduled = None


def change_members(row: Json, changes: Json) -> None:
    """Set members; those that would be empty lists are taken away."""
    row.update(changes)
    for name in ("item_tiers", "coupons"):
        if not row.get(name, True):
            del row[name]


def end(draft: Draft) -> None:
    """Cancel now."""
    row = draft.subscription
    row["status"] = "cancelled"
    row["cancelled_at"] = draft.at
    if "current_term_end" in row:
        row["current_term_end"] = min(row["current_term_end"], draft.at)
    for name in ("next_billing_at", "pause_date", "resume_date", "remaining_billing_cycles"):
        row.pop(name, None)
    draft.scheduled = None
    contract = row.get("contract_term")
    if contract is not None and contract["status"] == "active":
        contract["status"] = "terminated" if draft.at < contract["contract_end"] else "completed"


def end_contract(draft: Draft) -> None:
    """Let a contract that was served out be followed by another as long, or by none."""
    contract = draft.subscription["contract_term"]
    if contract["action_at_term_end"] == "renew":
        span = contract["contract_end"] - contract["contract_start"]
        contract.update(contract_start=draft.at, contract_end=draft.at + span)
    else:
        contract["status"] = "completed"


def pause(draft: Draft) -> None:
    """Pause now; `resume_date` is there already, if there is one."""
    row = draft.subscription
    row["status"] = "paused"
    row["pause_date"] = draft.at
    plan_resumption(row)


def plan_resumption(row: Json) -> None:
    """Work out when a paused subscription is billed next: never, if it is paused for good."""
    row.pop("next_billing_at", None)
    if "resume_date" in row:
        row["next_billing_at"] = max(row["resume_date"], row["current_term_end"])


def resume(draft: Draft, reason: str) -> None:
    """End a pause: inside the paid term nothing is charged, after it a new term begins."""
    row = draft.subscription
    row["status"] = "non_renewing" if "cancelled_at" in row else "active"
    row.pop("pause_date", None)
    row.pop("resume_date", None)
    if draft.at >= row["current_term_end"]:
        begin_term(draft)
        invoice(draft, total(row["subscription_items"]), reason)
    row["next_billing_at"] = row["current_term_end"]
    if row["status"] == "non_renewing":
        del row["next_billing_at"]


def unscheduled(row: Json) -> None:
    """Take a scheduled pause away."""
    row.pop("pause_date", None)
    row.pop("resume_date", None)
