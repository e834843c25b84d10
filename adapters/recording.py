"""What the record says of an intent and of a subscription: ids, dates and words of ours, as JSON has them.

Members are named here one by one. What a provider's object holds beside them may be personal, so nothing is copied
that was not thought of, and never `SubscriptionState.provider` nor the words of a scheduled change, which may name a
product after a customer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Final, get_args

from adapters.errors import Conflict, Invalid, NotFound, UnknownOutcome, Unsupported
from adapters.intents import Extension, Intent
from gateway.contract import moment_text
from gateway.resilience import Failure, Outcome, WriteRecord

if TYPE_CHECKING:
    from adapters.state import ScheduledChange, SubscriptionState
    from gateway.contract import Action

# The same request would be refused again.
_VERDICTS: Final = (Conflict, Invalid, NotFound, Unsupported)

_MEMBERS: Final[Mapping[type[Intent], tuple[str, ...]]] = {
    kind: tuple(member.name for member in fields(kind)) for kind in get_args(Intent)
}

_MOMENTS: Final = ("paused_from", "paused_until", "cancel_at", "trial_end", "period_end")
"""Of a subscription's state, and by the same names of its summary."""


def described(intent: Intent) -> dict[str, object]:
    """An intent: its kind, and all its members, which are ids, dates and choices."""
    found: dict[str, object] = {"kind": type(intent).__name__}
    for name in _MEMBERS[type(intent)]:
        found[name] = _plain(getattr(intent, name))
    return found


def summary(state: SubscriptionState) -> dict[str, object]:
    """A subscription by what actions change. What there is none of is left out."""
    found: dict[str, object] = {"standing": str(state.standing)}
    if state.paused:
        found["paused"] = True
    for name in _MOMENTS:
        moment = getattr(state, name)
        if moment is not None:
            found[name] = moment_text(moment)
    found["items"] = [{"id": item.id, "price": item.price_id, "quantity": item.quantity} for item in state.items]
    if state.coupon_ids:
        found["coupons"] = list(state.coupon_ids)
    if state.scheduled is not None:
        found["scheduled"] = _scheduled(state.scheduled)
    return found


def extension_of(record: WriteRecord) -> Extension | None:
    """The extension of a trial that a record tells of, maybe of another version; None where it cannot be told."""
    asked = record.asked or {}
    try:
        since, until = _moment_in(record.before["trial_end"]), _moment_in(asked["until"])
    except (KeyError, TypeError, ValueError):
        return None
    # Nothing is extended backwards: such a line was damaged, and what it counts from may be the end of the calendar.
    return Extension(since, until) if since <= until else None


def record_of(action: Action, state: SubscriptionState, intent: Intent | None) -> WriteRecord:
    """What is recorded of an action on this subscription before anything is sent. Each is a write of its own."""
    return WriteRecord(
        action=str(action),
        customer_id=state.customer_id,
        subscription_id=state.id,
        asked=None if intent is None else described(intent),
        before=summary(state),
    )


def outcome_of(error: Exception) -> Outcome:
    """What a write that raised this came to. An error that nobody foresaw tells nothing of the write."""
    if isinstance(error, UnknownOutcome) or not isinstance(error, Failure):
        return Outcome.UNKNOWN
    return Outcome.REFUSED if isinstance(error, _VERDICTS) else Outcome.FAILED


def _scheduled(change: ScheduledChange) -> dict[str, object]:
    return {"price": change.price_id, "at": _plain(change.at)}


def _moment_in(text: object) -> datetime:
    moment = datetime.fromisoformat(str(text))
    if moment.tzinfo is None:
        raise ValueError("without a time zone")
    return moment


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return moment_text(value)
    # An enumeration's member is its word.
    return str(value) if isinstance(value, str) else value
