"""Hypothesis strategies of Paddle's objects: of the right shape, with any values, contradictory ones included."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]


def mostly(usual: st.SearchStrategy[Any], rare: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The rare one in about one case of twenty, so that objects of many fields are not always odd somewhere."""
    return st.integers(0, 19).flatmap(lambda number: rare if number == 19 else usual)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


def _written(moment: datetime, digits: int) -> str:
    fraction = f".{'123456789'[:digits]}" if digits else ""
    return f"{moment.isoformat(timespec='seconds')}{fraction}Z"


moments = mostly(
    st.builds(_written, st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.integers(0, 9)),  # noqa: DTZ001 - the Z is added
    st.one_of(
        st.text(max_size=8),
        st.datetimes().map(lambda one: f"{one.isoformat()}+14:00"),
        st.just("2025-01-01 10:00:00"),
    ),
)
texts = st.text(max_size=12)
words = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=12)
currencies = mostly(st.just("USD"), st.sampled_from(["EUR", "JPY", "KRW", "CLP", "GBP"]))
amounts = mostly(st.integers(0, 10**12).map(str), st.one_of(texts, st.decimals().map(str)))
data = maybe(
    st.one_of(
        st.dictionaries(texts, st.one_of(texts, st.integers(), st.none(), st.booleans()), max_size=3),
        st.dictionaries(texts, st.dictionaries(texts, st.floats(), max_size=1), max_size=1),
        st.lists(texts, max_size=2),
    )
)


def identifiers(prefix: str) -> st.SearchStrategy[str]:
    return st.text("0123456789abcxyz", min_size=1, max_size=8).map(lambda tail: f"{prefix}_{tail}")


def word_of(*known: str) -> st.SearchStrategy[str]:
    """One of the documented words, or one that a later version may bring: enums are open."""
    return mostly(st.sampled_from(known), words)


def shaped(required: Json, optional: Json) -> st.SearchStrategy[Json]:
    """An object with some of its members missing, as older ones are."""
    return st.fixed_dictionaries(required, optional=optional)


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=5), inner, max_size=2)),
    max_leaves=4,
)
"""Any JSON."""


money = st.fixed_dictionaries({"amount": amounts, "currency_code": currencies})
cycles = mostly(
    st.fixed_dictionaries(
        {
            "interval": word_of("day", "week", "month", "year"),
            "frequency": mostly(st.integers(1, 24), st.integers(-1, 10**9)),
        }
    ),
    st.none(),
)

customers = shaped(
    {"id": identifiers("ctm")},
    {
        "name": maybe(texts),
        "email": maybe(texts),
        "status": word_of("active", "archived"),
        "custom_data": data,
        "created_at": maybe(moments),
        "later": texts,
    },
)
addresses = shaped(
    {"id": identifiers("add")},
    {
        part: maybe(texts)
        for part in ("first_line", "second_line", "city", "postal_code", "region", "country_code", "description")
    },
)
products = shaped(
    {"id": identifiers("pro"), "name": mostly(words, texts)},
    {"description": maybe(texts), "status": word_of("active", "archived"), "custom_data": data},
)
discounts = shaped(
    {
        "id": identifiers("dsc"),
        "type": word_of("percentage", "flat", "flat_per_seat"),
        "amount": st.one_of(st.integers(1, 100).map(str), amounts),
        "recur": st.booleans(),
    },
    {
        "status": word_of("active", "archived", "expired", "used"),
        "description": maybe(texts),
        "code": maybe(texts),
        "mode": word_of("standard", "custom"),
        "currency_code": maybe(currencies),
        "maximum_recurring_intervals": maybe(st.integers(1, 1000)),
        "usage_limit": maybe(st.integers(0, 1000)),
        "times_used": st.integers(0, 1000),
        "expires_at": maybe(moments),
    },
)
prices = shaped(
    {"id": identifiers("pri"), "unit_price": money, "billing_cycle": cycles},
    {
        "product_id": maybe(identifiers("pro")),
        "name": maybe(texts),
        "description": maybe(texts),
        "status": word_of("active", "archived"),
        "type": word_of("standard", "custom"),
        "unit_price_overrides": maybe(
            st.lists(
                st.fixed_dictionaries({"country_codes": st.lists(words, max_size=2), "unit_price": money}), max_size=3
            )
        ),
        "quantity": maybe(st.fixed_dictionaries({"minimum": st.integers(0, 9), "maximum": st.integers(0, 999)})),
        "product": maybe(products),
    },
)
periods = st.fixed_dictionaries({"starts_at": moments, "ends_at": moments})
items = shaped(
    {"price": prices, "quantity": st.integers(1, 10**6)},
    {"recurring": st.booleans(), "trial_dates": maybe(periods), "product": maybe(products), "status": words},
)
changes = st.fixed_dictionaries(
    {"action": word_of("cancel", "pause", "resume"), "effective_at": moments, "resume_at": maybe(moments)}
)
subscriptions = shaped(
    {
        "id": identifiers("sub"),
        "customer_id": identifiers("ctm"),
        "status": word_of("active", "trialing", "past_due", "paused", "canceled"),
        "items": st.lists(items, min_size=1, max_size=3),
        "billing_cycle": cycles,
        "started_at": maybe(moments),
        "created_at": moments,
        "updated_at": moments,
    },
    {
        "currency_code": currencies,
        "current_billing_period": maybe(periods),
        "scheduled_change": maybe(changes),
        "next_billed_at": maybe(moments),
        "first_billed_at": maybe(moments),
        "paused_at": maybe(moments),
        "canceled_at": maybe(moments),
        "custom_data": data,
        "discount": maybe(
            shaped({"id": identifiers("dsc")}, {"starts_at": maybe(moments), "ends_at": maybe(moments), "type": words})
        ),
    },
)
