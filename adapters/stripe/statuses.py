"""The status of a Stripe Subscription in Churnkey's words, and the times it is made of. Pure functions.

Periods are on the items since API version 2025-03-31.basil; the rest is on the subscription itself:
https://docs.stripe.com/api/subscriptions/object
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from adapters.errors import Unmappable
from adapters.fields import an_object, missing, object_if_any, open_end
from adapters.stripe.mapping import at, metadata, moment, seconds
from adapters.stripe.models import Item, Subscription
from gateway.contract import StatusName, WrittenPeriod, WrittenStatus, moment_text, unix_text

if TYPE_CHECKING:
    from adapters.stripe.subscriptions import Context

PAUSED_AT: Final = "churnkey_paused_at"
"""The metadata key that holds when a pause began: Stripe keeps that nowhere."""
PAUSED_UNTIL: Final = "churnkey_paused_until"
"""The metadata key that tells which pause that note is of: a pause that ends leaves the notes behind."""

_YEARS: Final = range(1970, 2201)

SHOWN: Final[Mapping[str, StatusName]] = {
    "active": "active",
    "trialing": "trial",
    "past_due": "unpaid",
    "unpaid": "unpaid",
    "incomplete": "unpaid",
    "paused": "paused",
    "canceled": "canceled",
    "incomplete_expired": "canceled",
}
"""What Churnkey is shown for Stripe's statuses."""
_WHERE_PAUSED: Final[Mapping[str, StatusName]] = {"active": "paused", "trialing": "paused"}
SHOWN_WHERE: Final[Mapping[str, Mapping[str, StatusName]]] = {"collection is paused": _WHERE_PAUSED}
"""What is shown instead."""

_ENDED: Final = frozenset(status for status, shown in SHOWN.items() if shown == "canceled")


class Span(Struct, frozen=True, gc=False):
    """A span of time, in Unix seconds."""

    start: float
    end: float


def span(start: float | None, end: float | None) -> Span | None:
    """The time between the two; None where one of them is not told. It does not end before it starts."""
    return None if start is None or end is None else Span(end if end < start else start, end)


def common_span(starts: Iterable[float | None], ends: Iterable[float | None]) -> Span | None:
    """What is paid for by all items: from the latest start to the earliest end, as Stripe's own list filters have it.

    Periods are on the items alone since 2025-03-31.basil; items of different intervals have different ones.
    """
    return span(
        max((one for one in starts if one is not None), default=None),
        min((one for one in ends if one is not None), default=None),
    )


def current_period(items: Sequence[Item]) -> Span | None:
    """The time that the items are paid for: see `common_span`."""
    if len(items) == 1:
        return span(items[0].current_period_start, items[0].current_period_end)
    return common_span([item.current_period_start for item in items], [item.current_period_end for item in items])


def paused_until(pause: object, now: datetime) -> tuple[bool, datetime | None]:
    """Whether collection is paused by its `pause_collection`, and until when (None: without an end). The status stays
    `active` meanwhile."""
    if pause is None:
        return False, None
    if not isinstance(pause, dict):
        raise Unmappable("pause_collection: not an object")
    resumes = moment(pause.get("resumes_at"))
    return resumes is None or resumes > now, resumes


def is_paused_openly(source: Subscription, now: datetime) -> bool:
    """Whether it is paused and nothing is set to end that: collection without an end, or a trial nobody paid after."""
    return source.status == "paused" or (
        source.pause_collection is not None and paused_until(source.pause_collection, now) == (True, None)
    )


def cancels_at(cancel_at: object, with_period: object, period: Span | None) -> datetime | None:
    """When a scheduled cancellation takes effect, by its `cancel_at` and its `cancel_at_period_end`. Either field may
    carry it: the portal sets only `cancel_at`."""
    if cancel_at is not None:
        return moment(cancel_at)
    return moment(period.end) if with_period is True and period is not None else None


def scheduled_end(source: Subscription, period: Span | None) -> datetime | None:
    """When a cancellation will take effect; None for what has ended."""
    return None if source.status in _ENDED else cancels_at(source.cancel_at, source.cancel_at_period_end, period)


def status_of(source: Subscription, period: Span | None, context: Context) -> WrittenStatus:
    """The status. Raises `Unmappable` where what its name asks for is missing, or where nobody knows the name."""
    status = source.status
    current, trial = _written(period), _trial(source)
    if source.pause_collection is not None and status in _WHERE_PAUSED:
        is_paused, until = paused_until(source.pause_collection, context.now)
        if is_paused:
            return _paused(source, None, until, period, trial)
    match SHOWN.get(status):
        case "active":
            return WrittenStatus("active", current_period=current or missing("items: the current period"), trial=trial)
        case "trial":
            return WrittenStatus("trial", trial=trial or missing("trial_end"), current_period=current)
        case "unpaid":
            return WrittenStatus("unpaid", current_period=current, trial=trial)
        case "paused":
            return _paused(source, _pause_began(source, period), None, period, trial)
        case "canceled":
            return _ended(source, current, trial)
        case None:
            return _unknown(source, status, current, trial, context)


def _written(span: Span | None) -> WrittenPeriod | None:
    return None if span is None else WrittenPeriod(unix_text(span.start), unix_text(span.end))


def _unknown(
    source: Subscription,
    status: str,
    current: WrittenPeriod | None,
    trial: WrittenPeriod | None,
    context: Context,
) -> WrittenStatus:
    context.unknown_status(status[:40])
    if moment(source.ended_at) is not None:
        return _ended(source, current, trial)
    raise Unmappable("status: unknown")


def _trial(source: Subscription) -> WrittenPeriod | None:
    # As most have none.
    if source.trial_end is None:
        return None
    began, ends = seconds(source.trial_start), seconds(source.trial_end)
    return None if ends is None else _written(Span(ends if began is None else min(began, ends), ends))


def _ended(source: Subscription, current: WrittenPeriod | None, trial: WrittenPeriod | None) -> WrittenStatus:
    """`ended_at` is when it took effect; `canceled_at` is only when a cancellation was asked for."""
    for told in (source.ended_at, source.canceled_at, source.created):
        ended = seconds(told)
        if ended is not None:
            return WrittenStatus("canceled", canceled_at=unix_text(ended), current_period=current, trial=trial)
    raise Unmappable("ended_at: missing")


def _pause_began(source: Subscription, period: Span | None) -> datetime | None:
    details = object_if_any(an_object(source.status_details, "status_details") or {}, "paused") or {}
    return moment(details.get("transitioned_at")) or (moment(period.end) if period else None)


def _paused(
    source: Subscription,
    began: datetime | None,
    until: datetime | None,
    period: Span | None,
    trial: WrittenPeriod | None,
) -> WrittenStatus:
    start = began or _noted_start(source, until) or at(period.start if period else source.start_date)
    end = until or open_end(start)
    return WrittenStatus(
        "paused",
        start=moment_text(min(start, end)),
        end=moment_text(end),
        current_period=_written(period),
        trial=trial,
    )


def _noted_start(source: Subscription, until: datetime | None) -> datetime | None:
    """The note of when this pause began. Anybody may write metadata: what cannot be one is passed over, and so is the
    note of an earlier pause."""
    notes = metadata(source.metadata)
    noted_until = _noted(notes.get(PAUSED_UNTIL))
    if PAUSED_UNTIL in notes and noted_until != until:
        return None
    return _noted(notes.get(PAUSED_AT))


def _noted(text: str | None) -> datetime | None:
    try:
        noted = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return noted.astimezone(UTC) if noted.tzinfo is not None and noted.year in _YEARS else None


def note(moment: datetime) -> str:
    """A moment as it is noted in metadata: ISO 8601 in whole seconds, UTC."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
