"""What an action must know of a Chargebee subscription. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from adapters.chargebee import prices
from adapters.chargebee.catalogue import Companions
from adapters.chargebee.mapping import currency
from adapters.chargebee.subscriptions import lines, owes, scheduled_end, scheduled_pause
from adapters.durations import is_annual
from adapters.errors import Unmappable
from adapters.fields import (
    flag_if_any,
    object_if_any,
    objects_if_any,
    optional_text,
    required_text,
    text_if_any,
    unix_moment,
)
from adapters.intervals import interval
from adapters.state import ItemState, ScheduledChange, Standing, SubscriptionState

STANDINGS: Final[Mapping[str, Standing]] = {
    "future": Standing.FUTURE,
    "in_trial": Standing.TRIAL,
    "active": Standing.ACTIVE,
    "non_renewing": Standing.ACTIVE,
    "paused": Standing.PAUSED,
    "cancelled": Standing.ENDED,
    "transferred": Standing.ENDED,
}
"""https://apidocs.chargebee.com/docs/api/subscriptions#subscription_status"""

LIVE: Final = ("future", "in_trial", "active", "non_renewing", "paused")
"""The statuses of what has not ended."""

ENDED: Final = ("cancelled", "transferred")
"""The statuses of what has."""

_RUNNING: Final = ("active", "non_renewing", "in_trial")
"""The statuses of what is in a term or in a trial."""

NOTHING: Final = Companions()


def state(
    source: Mapping[str, Any],
    now: datetime,
    companions: Companions = NOTHING,
    planned: Mapping[str, Any] | None = None,
) -> SubscriptionState:
    """A subscription. `planned` is it with its scheduled changes, where it has any; `companions` know the items'
    products, which matter where there are several. Raises `Unmappable` without an owner, and one of `UNEXPRESSED` where
    a part that actions depend on cannot be read."""
    status = text_if_any(source, "status") or ""
    standing = STANDINGS.get(status, Standing.UNKNOWN)
    if standing is Standing.ACTIVE and owes(source):
        standing = Standing.UNPAID
    begins = scheduled_pause(source, now)
    is_paused = standing is Standing.PAUSED or begins is not None
    period_end = _period_end(source)
    return SubscriptionState(
        id=required_text(source, "id"),
        customer_id=required_text(source, "customer_id"),
        standing=standing,
        currency=currency(text_if_any(source, "currency_code")) or "",
        items=tuple(_item(source, line, companions) for line in lines(source)),
        period_end=period_end,
        trial_end=unix_moment(source.get("trial_end")) if standing is Standing.TRIAL else None,
        paused=is_paused,
        paused_until=unix_moment(source.get("resume_date")) if is_paused else None,
        paused_from=begins,
        cancel_at=scheduled_end(source, now),
        ends_only_now=standing is Standing.FUTURE or (not _runs(source) if period_end is None else period_end <= now),
        coupon_ids=_texts(source, "coupon_id"),
        coupon_codes=_texts(source, "coupon_code"),
        scheduled=_scheduled(source, planned),
        provider=source,
    )


def _texts(source: Mapping[str, Any], field: str) -> tuple[str, ...]:
    return tuple(text for part in objects_if_any(source, "coupons") if (text := text_if_any(part, field)))


def contract_of(source: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The contract term that the subscription is bound by."""
    contract = object_if_any(source, "contract_term")
    return contract if contract is not None and text_if_any(contract, "status") == "active" else None


def _period_end(source: Mapping[str, Any]) -> datetime | None:
    """The end of the term; of a trial, the trial's; under a contract, the contract's: a cancellation waits for it."""
    contract = contract_of(source)
    if contract is not None:
        return unix_moment(contract.get("contract_end"))
    if source.get("status") == "in_trial":
        return unix_moment(source.get("trial_end"))
    return unix_moment(source.get("current_term_end"))


def _runs(source: Mapping[str, Any]) -> bool:
    """Whether there is something that a cancellation could wait for, also where nobody says until when: taken for over,
    it would be cancelled at once."""
    return source.get("status") in _RUNNING or contract_of(source) is not None


def _item(source: Mapping[str, Any], line: Mapping[str, Any], companions: Companions) -> ItemState:
    identifier = required_text(line, "item_price_id")
    item_price = companions.item_prices.get(identifier, {})
    count = prices.quantity(line)
    is_metered = line.get("metered_quantity") is not None or prices.is_metered(item_price)
    has_seats = count is not None and count == count.to_integral_value() and not is_metered
    return ItemState(
        id=identifier,
        price_id=identifier,
        product_id=optional_text(item_price, "item_id"),
        quantity=int(count) if has_seats and count is not None else None,
        metered=is_metered,
        annual=_is_annual(source, line),
        kind=optional_text(line, "item_type"),
    )


def _is_annual(source: Mapping[str, Any], line: Mapping[str, Any]) -> bool:
    """By the item's own period, else the subscription's. One that nobody knows counts as a year: that only keeps the
    subscription from being paused."""
    holder = line if line.get("billing_period_unit") is not None else source
    try:
        return is_annual(*interval(holder.get("billing_period_unit"), holder.get("billing_period")))
    except Unmappable:
        return True


def _scheduled(source: Mapping[str, Any], planned: Mapping[str, Any] | None) -> ScheduledChange | None:
    if flag_if_any(source, "has_scheduled_changes") is not True:
        return None
    held = {str(line.get("item_price_id")) for line in lines(source)}
    new = [name for line in lines(planned or {}) if (name := str(line.get("item_price_id"))) not in held]
    if len(new) == 1:
        return ScheduledChange(f"the price {new[0]} with the next term", new[0])
    return ScheduledChange("other terms, later")
