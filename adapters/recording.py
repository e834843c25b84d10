"""What the record says of an intent and of a subscription: ids, dates and words of ours, as JSON has them.

Members are named here one by one. What a provider's object holds beside them may be personal, so nothing is copied
that was not thought of, and never `SubscriptionState.provider` nor the words of a scheduled change, which may name a
product after a customer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Final

from adapters.errors import Conflict, Invalid, NotFound, UnknownOutcome, Unsupported
from adapters.intents import Extension
from gateway.contract import moment_text
from gateway.resilience import Failure, Outcome, WriteRecord

if TYPE_CHECKING:
    from adapters.intents import Intent
    from adapters.state import ItemState, ScheduledChange, SubscriptionState
    from gateway.contract import Action

# The same request would be refused again.
_VERDICTS: Final = (Conflict, Invalid, NotFound, Unsupported)


def described(intent: Intent) -> dict[str, object]:
    """An intent: its kind, and all its members, which are ids, dates and choices."""
    members = {member.name: _plain(getattr(intent, member.name)) for member in fields(intent)}
    return {"kind": type(intent).__name__, **members}


def summary(state: SubscriptionState) -> dict[str, object]:
    """A subscription by what actions change. What there is none of is left out."""
    found: dict[str, object] = {
        "standing": state.standing,
        "paused": state.paused or None,
        "paused_from": state.paused_from,
        "paused_until": state.paused_until,
        "cancel_at": state.cancel_at,
        "trial_end": state.trial_end,
        "period_end": state.period_end,
        "items": _items(state.items),
        "coupons": list(state.coupon_ids) or None,
        "scheduled": None if state.scheduled is None else _scheduled(state.scheduled),
    }
    return {name: _plain(value) for name, value in found.items() if value is not None}


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


def _items(items: Sequence[ItemState]) -> list[dict[str, object]]:
    return [{"id": item.id, "price": item.price_id, "quantity": item.quantity} for item in items]


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
