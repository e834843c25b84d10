"""What time does to a site: starts, ends of trials, renewals, scheduled changes, cancellations, pauses, coupons.

Applied lazily before each request, event by event in the order of their times, so that a clock moved by a
year leaves what a year would have left. Of events at one instant a coupon's end comes first, then a
cancellation (so that there is no renewal), then a pause, and the renewal last. Chargebee does not document
these races.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from simulators.chargebee import coupons, lifecycle
from simulators.chargebee.calls import stamp
from simulators.chargebee.drafts import Draft
from simulators.chargebee.states import ENDED
from simulators.chargebee.subscriptions import has_contract

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulators.chargebee.store import Store
    from simulators.types import Json

    Action = Callable[[Draft], None]
    Event = tuple[int, int, Action]


def advance(site: Store, now: int) -> None:
    """Apply everything that became due up to now, which is in Unix seconds."""
    for coupon in site.coupon_agenda.take(now):
        site.coupon_agenda.plan(coupon, _settle_coupon(coupon, now))
    while rows := site.agenda.take(now):
        for row in rows:
            site.agenda.plan(row, _settle(site, row, now))


def _settle_coupon(coupon: Json, now: int) -> int | None:
    status = coupons.status_now(coupon, now)
    if status != coupon["status"]:
        coupon["status"] = status
        stamp(coupon, now)
    ahead = [coupon[name] for name in ("valid_from", "valid_till") if coupon.get(name, now) > now]
    return min(ahead, default=None)


def _settle(site: Store, subscription: Json, now: int) -> int | None:
    upcoming = min(_events(subscription), key=lambda event: event[:2], default=None)
    if upcoming is None:
        return None
    moment, _, action = upcoming
    if moment > now:
        return moment
    draft = Draft.of(site, subscription, moment)
    action(draft)
    _keep_books(draft)
    # Writing marks it as changed, so that it is looked at once more.
    draft.write()
    return None


def _events(row: Json) -> Iterator[Event]:
    if row["status"] in ENDED or row["deleted"]:
        return
    for applied in row.get("coupons", ()):
        if "apply_till" in applied:
            yield applied["apply_till"], 0, partial(_drop_coupon, identifier=applied["coupon_id"])
    if "cancelled_at" in row:
        yield row["cancelled_at"], 1, lifecycle.end
    if has_contract(row):
        yield row["contract_term"]["contract_end"], 2, lifecycle.end_contract
    yield from _status_events(row)


def _status_events(row: Json) -> Iterator[Event]:
    status = row["status"]
    if status == "future":
        yield row["start_date"], 2, _start
    elif status == "in_trial":
        yield row["trial_end"], 3, partial(lifecycle.activate, reason="trial_end")
    elif status == "paused":
        if "resume_date" in row:
            yield row["resume_date"], 2, partial(lifecycle.resume, reason="resumption")
    else:
        if "pause_date" in row:
            yield row["pause_date"], 2, lifecycle.pause
        yield row["current_term_end"], 4, lifecycle.renew


def _drop_coupon(draft: Draft, identifier: str) -> None:
    row = draft.subscription
    for applied in list(row["coupons"]):
        if applied["coupon_id"] == identifier:
            lifecycle.drop_coupon(row, applied)


def _start(draft: Draft) -> None:
    row = draft.subscription
    row["started_at"] = draft.at
    if row.get("trial_end", 0) > draft.at:
        row.update(status="in_trial", trial_start=draft.at)
    else:
        lifecycle.activate(draft, "start")


def _keep_books(draft: Draft) -> None:
    """Note what became due; what cannot be collected becomes a debt."""
    row, site = draft.subscription, draft.site
    if draft.charges:
        waiting = [charge for charge in site.unbilled if charge.subscription == row["id"]]
        site.unbilled = [charge for charge in site.unbilled if charge.subscription != row["id"]]
        draft.charges.extend(waiting)
    site.renewals.extend(draft.charges)
    owed = sum(charge.amount for charge in draft.charges)
    if owed and row["customer_id"] in site.declining:
        row["due_invoices_count"] = row["due_invoices_count"] + 1
        row.setdefault("due_since", draft.at)
        row["total_dues"] = row.get("total_dues", 0) + owed
