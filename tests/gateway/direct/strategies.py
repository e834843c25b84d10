"""Hypothesis strategies of the contract's subscriptions: everything that the models admit, likely or not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Any, TypeVar

from hypothesis import strategies as st

from gateway.contract import (
    MAX_SAFE_INTEGER,
    ActiveStatus,
    BillingDuration,
    CanceledStatus,
    Coupon,
    CycleDuration,
    DetailedSubscription,
    FixedAmount,
    FixedValue,
    ForeverDuration,
    IntervalUnit,
    OnceDuration,
    PausedStatus,
    PercentageValue,
    Period,
    Price,
    PriceType,
    RecurringDuration,
    Subscription,
    SubscriptionDetail,
    SubscriptionDiscount,
    SubscriptionItem,
    Tier,
    TieredAmount,
    TrialStatus,
    UnpaidStatus,
)

M = TypeVar("M")


def made(model: Callable[..., M], **parts: st.SearchStrategy[Any]) -> st.SearchStrategy[M]:
    """Like `st.builds`, which would fill in, under their names on the wire, the parts that a model seems to lack."""
    return st.fixed_dictionaries(parts).map(lambda chosen: model(**chosen))


identifiers = st.text(min_size=1, max_size=8)
texts = st.none() | st.text(max_size=8)
moments = st.datetimes(timezones=st.just(UTC))
currencies = st.sampled_from(["usd", "eur", "jpy"])
money = st.none() | st.integers(0, 10_000) | st.integers(0, MAX_SAFE_INTEGER)
counts = st.integers(1, 24) | st.integers(1, MAX_SAFE_INTEGER)
quantities = st.integers(0, 20) | st.integers(0, MAX_SAFE_INTEGER)
metadata = st.none() | st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=2)

durations = made(BillingDuration, amount=counts, unit=st.sampled_from(IntervalUnit))
periods = st.tuples(moments, moments).map(lambda both: Period(start=min(both), end=max(both)))
maybe_periods = st.none() | periods

tiers = made(Tier, unit=money, flat=money, up_to=st.none() | counts)
amounts = made(FixedAmount, currency=currencies, unit=money, flat=money) | made(
    TieredAmount,
    currency=currencies,
    mode=st.sampled_from(["graduated", "total"]),
    tiers=st.lists(tiers, min_size=1, max_size=4).map(tuple),
)
prices = made(
    Price,
    id=identifiers,
    type=st.just(PriceType.STANDALONE),
    duration=durations,
    amount=amounts,
    name=texts,
    description=texts,
) | made(
    Price, id=identifiers, type=st.just(PriceType.PRODUCT), product_id=identifiers, duration=durations, amount=amounts
)
items = made(SubscriptionItem, id=st.none() | identifiers, price=prices, quantity=quantities)

coupons = made(
    Coupon,
    id=identifiers,
    name=texts,
    code=texts,
    value=made(FixedValue, currency=currencies, unit=money, flat=money)
    | made(PercentageValue, percent=st.integers(1, 100), currency=st.none() | currencies),
    duration=st.just(OnceDuration())
    | st.just(ForeverDuration())
    | made(RecurringDuration, amount=counts, unit=st.sampled_from([IntervalUnit.MONTH, IntervalUnit.YEAR]))
    | made(CycleDuration, cycles=counts),
)
discounts = made(SubscriptionDiscount, coupon=coupons, start=moments, end=st.none() | moments)

statuses = (
    made(ActiveStatus, current_period=periods, trial=maybe_periods)
    | made(TrialStatus, trial=periods, current_period=maybe_periods)
    | periods.map(lambda pause: PausedStatus(start=pause.start, end=pause.end))
    | made(CanceledStatus, canceled_at=moments, current_period=maybe_periods)
    | made(UnpaidStatus, current_period=maybe_periods)
)
subscriptions = made(
    Subscription,
    id=identifiers,
    customer_id=identifiers,
    status=statuses,
    start=moments,
    duration=durations,
    items=st.lists(items, max_size=3).map(tuple),
    discounts=st.none() | st.lists(discounts, max_size=2).map(tuple),
    metadata=metadata,
)
details = made(
    SubscriptionDetail,
    duration=durations,
    price_durations=st.dictionaries(identifiers, durations, max_size=2),
    is_pause_open=st.booleans(),
    has_started=st.booleans(),
    ends_at=st.none() | moments,
)
detailed_subscriptions = st.builds(DetailedSubscription, subscriptions, st.none() | details)
