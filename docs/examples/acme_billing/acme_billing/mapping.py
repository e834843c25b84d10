"""Acme's objects in the contract's words. Pure functions; what cannot be expressed raises `Unmappable`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from adapters import intervals
from adapters.base import Unmappable
from adapters.fields import as_text, required_moment, required_text, unix_moment
from adapters.state import ItemState, Standing, SubscriptionState
from gateway.contract import (
    ActiveStatus,
    CanceledStatus,
    Customer,
    FixedAmount,
    Period,
    Price,
    PriceType,
    Subscription,
    SubscriptionDetail,
    SubscriptionItem,
    TrialStatus,
    UnpaidStatus,
)

STANDINGS: Final[Mapping[str, Standing]] = {
    "trialing": Standing.TRIAL,
    "active": Standing.ACTIVE,
    "past_due": Standing.UNPAID,
    "ended": Standing.ENDED,
}
"""Acme's statuses. A word that is not here is never taken for one that is."""

Row = Mapping[str, Any]


def customer(row: Row) -> Customer:
    """https://docs.acme-billing.example/customers"""
    return Customer(id=required_text(row, "id"), email=row.get("email"), name=row.get("name"))


def price(row: Row) -> Price:
    """https://docs.acme-billing.example/plans: `amount` is in minor units."""
    unit, count = intervals.interval(row.get("every"), 1)
    return Price(
        id=required_text(row, "id"),
        type=PriceType.STANDALONE,
        name=row.get("name"),
        duration=intervals.duration(unit, count, exact=False),
        amount=FixedAmount(currency=required_text(row, "currency").lower(), unit=row.get("amount")),
    )


def subscription(row: Row, unknown_status: Callable[[str], None]) -> Subscription:
    """https://docs.acme-billing.example/subscriptions: one plan, so many seats. Times are Unix seconds."""
    plan = price(_part(row, "plan"))
    cancel_at = unix_moment(row.get("cancel_at"))
    return Subscription(
        id=required_text(row, "id"),
        customer_id=required_text(row, "customer"),
        status=_status(row, unknown_status),
        start=required_moment(row, "started_at"),
        duration=plan.duration,
        items=(SubscriptionItem(price=plan, quantity=row["seats"]),),
        metadata={"cancelAt": as_text(cancel_at)} if cancel_at else None,
    )


def detail(row: Row) -> SubscriptionDetail:
    """What the contract has no words for, for Direct mode: weeks as weeks, and the end that is to come."""
    plan = _part(row, "plan")
    duration = intervals.duration(*intervals.interval(plan.get("every"), 1), exact=True)
    return SubscriptionDetail(
        duration,
        price_durations={required_text(plan, "id"): duration},
        ends_at=None if row.get("status") == "ended" else unix_moment(row.get("cancel_at")),
    )


def state(row: Row) -> SubscriptionState:
    """The same as an action sees it."""
    plan = _part(row, "plan")
    standing = STANDINGS.get(row.get("status", ""), Standing.UNKNOWN)
    period_end = unix_moment(row.get("period_end"))
    return SubscriptionState(
        id=required_text(row, "id"),
        customer_id=required_text(row, "customer"),
        standing=standing,
        currency=required_text(plan, "currency").lower(),
        items=(
            ItemState(
                "seats", required_text(plan, "id"), None, row["seats"], metered=False, annual=plan["every"] == "year"
            ),
        ),
        period_end=period_end,
        trial_end=period_end if standing is Standing.TRIAL else None,
        cancel_at=unix_moment(row.get("cancel_at")),
        cancels_with_period=row.get("cancel_at") is not None,
        provider=row,
    )


def _status(
    row: Row, unknown_status: Callable[[str], None]
) -> ActiveStatus | TrialStatus | UnpaidStatus | CanceledStatus:
    standing = STANDINGS.get(row.get("status", ""))
    if standing is Standing.ENDED:
        return CanceledStatus(canceled_at=required_moment(row, "ended_at"))
    period = Period(start=required_moment(row, "period_start"), end=required_moment(row, "period_end"))
    if standing is Standing.TRIAL:
        return TrialStatus(trial=period)
    if standing is Standing.ACTIVE:
        return ActiveStatus(current_period=period)
    if standing is Standing.UNPAID:
        return UnpaidStatus(current_period=period)
    unknown_status(str(row.get("status"))[:40])
    raise Unmappable("status: not known")


def _part(row: Row, name: str) -> Row:
    found = row.get(name)
    if not isinstance(found, dict):
        raise Unmappable(f"{name}: missing")
    return found
