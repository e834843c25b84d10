"""What a subscription's status says about its dates: which members it has, and what they are by default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.periods import period_containing

if TYPE_CHECKING:
    from simulators.types import Json

ENDED = ("cancelled", "transferred")
_WEEK = 7 * 86_400


def complete(shape: Json, members: Json, now: int) -> None:
    """Add the dates that a subscription made by hand needs for its status. `members` are those given for it."""
    status = members.get("status", "active")
    if status == "future":
        shape["start_date"] = members.get("start_date", now + _WEEK)
        shape["next_billing_at"] = members.get("trial_end", shape["start_date"])
        return
    if status == "cancelled":
        shape["cancelled_at"] = now
    if "started_at" in members and members["started_at"] is None:
        return
    shape["started_at"] = members.get("started_at", now)
    if status == "in_trial":
        _complete_trial(shape, members, now)
    else:
        _complete_term(shape, members, now, status)


def _complete_trial(shape: Json, members: Json, now: int) -> None:
    shape["trial_start"] = members.get("trial_start", shape["started_at"])
    shape["trial_end"] = members.get("trial_end", now + 2 * _WEEK)
    if "cancelled_at" not in members:
        shape["next_billing_at"] = shape["trial_end"]


def _complete_term(shape: Json, members: Json, now: int, status: str) -> None:
    began = members.get("trial_end", shape["started_at"])
    shape["activated_at"] = members.get("activated_at", began)
    moment = now
    if status == "cancelled":
        moment = members.get("cancelled_at", now)
    if status == "paused":
        shape["pause_date"] = moment = members.get("pause_date", now)
    start, end = period_containing(
        shape["activated_at"], shape["billing_period_unit"], shape["billing_period"], max(moment, shape["activated_at"])
    )
    shape["current_term_start"] = members.get("current_term_start", start)
    shape["current_term_end"] = members.get("current_term_end", end)
    if status == "active":
        shape["next_billing_at"] = shape["current_term_end"]
    elif status == "non_renewing":
        shape["cancelled_at"] = shape["current_term_end"]
        shape["cancel_schedule_created_at"] = now
        shape["remaining_billing_cycles"] = 0
    elif status == "paused":
        resume = members.get("resume_date")
        if resume is not None:
            shape["next_billing_at"] = max(resume, shape["current_term_end"])
    elif status == "cancelled":
        # An immediate cancellation cuts the term short.
        shape["current_term_end"] = moment
