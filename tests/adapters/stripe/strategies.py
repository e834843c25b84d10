"""Hypothesis strategies of Stripe's objects: of the right shape, with any values, contradictory ones included."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]


def mostly(usual: st.SearchStrategy[Any], rare: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The rare one in about one case of twenty, so that objects of many fields are not always odd somewhere."""
    return st.integers(0, 19).flatmap(lambda number: rare if number == 19 else usual)


# Beyond the year 9999 as well, since nothing in a shape keeps a timestamp out of there.
moments = mostly(st.integers(10**9, 3 * 10**9), st.integers(-(10**11), 10**12))
texts = st.text(max_size=12)
words = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=12)
currencies = mostly(st.just("usd"), st.sampled_from(["eur", "jpy", "isk", "kwd", "gbp"]))
amounts = st.integers(0, 10**12)
decimals = st.one_of(st.decimals(0, 10**9, allow_nan=False, allow_infinity=False, places=12).map(str), amounts.map(str))
metadata = st.one_of(
    st.none(),
    st.dictionaries(texts, texts, max_size=3),
    st.fixed_dictionaries(
        {"churnkey_paused_at": st.one_of(texts, st.datetimes().map(lambda one: f"{one.isoformat()}+23:59"))}
    ),
)


def identifiers(prefix: str) -> st.SearchStrategy[str]:
    return st.text("0123456789abcXYZ", min_size=1, max_size=8).map(lambda tail: f"{prefix}_{tail}")


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


def expandable(prefix: str, whole: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A field as Stripe may answer it: an id, the object, a deleted object."""
    deleted = st.builds(lambda one: {"id": one, "deleted": True}, identifiers(prefix))
    return st.one_of(identifiers(prefix), whole, deleted)


def word_of(*known: str) -> st.SearchStrategy[str]:
    """One of the documented words, or one that a later version may bring: enums are open."""
    return mostly(st.sampled_from(known), words)


addresses = maybe(
    st.fixed_dictionaries(
        {}, optional={part: maybe(texts) for part in ("city", "country", "line1", "line2", "postal_code", "state")}
    )
)

coupons: st.SearchStrategy[Json] = st.fixed_dictionaries(
    {
        "id": identifiers("coupon"),
        "duration": word_of("once", "repeating", "forever"),
        "duration_in_months": maybe(st.integers(0, 120)),
        "percent_off": mostly(st.floats(0.01, 100), st.none()),
        "amount_off": maybe(amounts),
        "currency": maybe(currencies),
        "name": maybe(texts),
        "redeem_by": maybe(moments),
        "max_redemptions": maybe(st.integers(0, 10**6)),
        "times_redeemed": st.integers(0, 10**6),
        "valid": st.booleans(),
    }
)

discounts: st.SearchStrategy[Json] = st.fixed_dictionaries(
    {
        "id": identifiers("di"),
        "start": maybe(moments),
        "end": maybe(moments),
        "source": st.fixed_dictionaries({"type": st.just("coupon"), "coupon": maybe(expandable("coupon", coupons))}),
        "promotion_code": maybe(identifiers("promo")),
    }
)

products: st.SearchStrategy[Json] = st.fixed_dictionaries(
    {
        "id": identifiers("prod"),
        "name": texts,
        "description": maybe(texts),
        "unit_label": maybe(texts),
        "metadata": metadata,
    }
)

customers: st.SearchStrategy[Json] = st.fixed_dictionaries(
    {
        "id": identifiers("cus"),
        "name": maybe(texts),
        "business_name": maybe(texts),
        "individual_name": maybe(texts),
        "email": maybe(texts),
        "phone": maybe(texts),
        "address": addresses,
        "shipping": st.one_of(st.none(), st.just({}), st.fixed_dictionaries({"address": addresses})),
        "discount": maybe(discounts),
        "currency": maybe(currencies),
        "metadata": metadata,
        "created": moments,
    }
)

tiers: st.SearchStrategy[Json] = st.fixed_dictionaries(
    {
        "unit_amount": maybe(amounts),
        "unit_amount_decimal": maybe(decimals),
        "flat_amount": maybe(amounts),
        "flat_amount_decimal": maybe(decimals),
        "up_to": maybe(st.integers(1, 10**6)),
    }
)

rhythms: st.SearchStrategy[Json] = st.fixed_dictionaries(
    {
        "interval": word_of("day", "week", "month", "year"),
        "interval_count": st.integers(1, 1200),
        "usage_type": word_of("licensed", "metered"),
    }
)

prices: st.SearchStrategy[Json] = st.fixed_dictionaries(
    {
        "id": identifiers("price"),
        "active": st.booleans(),
        "billing_scheme": word_of("per_unit", "tiered"),
        "currency": currencies,
        "custom_unit_amount": maybe(st.just({"minimum": None})),
        "nickname": maybe(texts),
        "product": expandable("prod", products),
        "recurring": mostly(rhythms, st.none()),
        "tiers_mode": maybe(word_of("graduated", "volume")),
        "transform_quantity": maybe(
            st.fixed_dictionaries({"divide_by": st.integers(1, 10**9), "round": word_of("up", "down")})
        ),
        "unit_amount": maybe(amounts),
        "unit_amount_decimal": maybe(decimals),
    },
    optional={
        "tiers": mostly(st.lists(tiers, min_size=1, max_size=3), st.just([])),
        "currency_options": st.dictionaries(
            currencies,
            st.fixed_dictionaries(
                {"unit_amount": maybe(amounts), "unit_amount_decimal": maybe(decimals)},
                optional={"tiers": st.lists(tiers, max_size=2)},
            ),
            max_size=2,
        ),
    },
)

items: st.SearchStrategy[Json] = st.fixed_dictionaries(
    {
        "id": identifiers("si"),
        "price": prices,
        "current_period_start": moments,
        "current_period_end": moments,
        "discounts": st.lists(st.one_of(identifiers("di"), discounts), max_size=2),
    },
    optional={"quantity": maybe(st.integers(0, 10**6))},
)

schedules: st.SearchStrategy[Json] = st.fixed_dictionaries(
    {
        "id": identifiers("sub_sched"),
        "status": word_of("active", "not_started", "released", "completed", "canceled"),
        "end_behavior": word_of("release", "cancel"),
        "phases": st.lists(
            st.fixed_dictionaries(
                {
                    "start_date": st.integers(0, 4 * 10**9),
                    "end_date": st.integers(0, 4 * 10**9),
                    "items": st.lists(
                        st.fixed_dictionaries({"price": expandable("price", prices)}), min_size=1, max_size=2
                    ),
                }
            ),
            max_size=3,
        ),
    }
)

subscriptions: st.SearchStrategy[Json] = st.fixed_dictionaries(
    {
        "id": identifiers("sub"),
        "customer": expandable("cus", customers),
        "currency": currencies,
        "status": word_of(
            "active", "trialing", "past_due", "unpaid", "incomplete", "incomplete_expired", "paused", "canceled"
        ),
        "status_details": maybe(
            st.fixed_dictionaries({"paused": maybe(st.fixed_dictionaries({"transitioned_at": maybe(moments)}))})
        ),
        "start_date": moments,
        "created": moments,
        "ended_at": maybe(moments),
        "canceled_at": maybe(moments),
        "cancel_at": maybe(moments),
        "cancel_at_period_end": st.booleans(),
        "trial_start": maybe(moments),
        "trial_end": maybe(moments),
        "pause_collection": maybe(st.fixed_dictionaries({"behavior": word_of("void"), "resumes_at": maybe(moments)})),
        "schedule": maybe(expandable("sub_sched", schedules)),
        "metadata": metadata,
        "discounts": st.lists(st.one_of(identifiers("di"), discounts), max_size=3),
        "items": st.fixed_dictionaries(
            {
                "data": mostly(st.lists(items, min_size=1, max_size=3), st.just([])),
                "has_more": st.booleans(),
                "object": st.just("list"),
            }
        ),
    }
)
