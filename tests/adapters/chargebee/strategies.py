"""Hypothesis strategies of Chargebee's objects: of the right shape, with any values, contradictory ones included."""

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
identifiers = st.text("0123456789abcXYZ-", min_size=1, max_size=8)
prices_known = st.sampled_from(["plan-1", "plan-2", "addon-1"])
coupons_known = st.sampled_from(["SAVE20", "SAVE5"])
currencies = mostly(st.just("USD"), st.sampled_from(["EUR", "JPY", "ISK", "KWD", "", "GOLD"]))
amounts = st.integers(0, 10**12)
decimals = st.one_of(
    st.decimals(0, 10**9, allow_nan=False, allow_infinity=False, places=6).map(str),
    amounts.map(str),
    st.sampled_from(["", "-1", "NaN", "1e400", "many"]),
)
counts = st.integers(0, 10**6)
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(texts, inner, max_size=2)),
    max_leaves=4,
)


def word_of(*known: str) -> st.SearchStrategy[str]:
    """One of the documented words, or one that a later version may bring: enums are open."""
    return mostly(st.sampled_from(known), words)


def shaped(required: Json, optional: Json) -> st.SearchStrategy[Json]:
    """An object: like Chargebee's it lacks what it has no value for. Custom fields may be on any."""
    custom = st.dictionaries(words.map(lambda word: f"cf_{word}"), anything, max_size=2)
    fields = st.fixed_dictionaries(required, optional=optional)
    return st.builds(lambda own, more: {**more, **own}, fields, custom)


_ADDRESS = "first_name last_name company line1 line2 line3 city state state_code zip country"
addresses = st.fixed_dictionaries({}, optional=dict.fromkeys(_ADDRESS.split(), texts))

customers: st.SearchStrategy[Json] = shaped(
    {"id": identifiers},
    {
        "first_name": texts,
        "last_name": texts,
        "company": texts,
        "email": texts,
        "phone": texts,
        "billing_address": addresses,
        "preferred_currency_code": currencies,
        "auto_collection": word_of("on", "off"),
        "meta_data": anything,
        "created_at": moments,
        "deleted": st.booleans(),
    },
)

coupons: st.SearchStrategy[Json] = shaped(
    {
        "id": coupons_known,
        "discount_type": word_of("percentage", "fixed_amount", "offer_quantity"),
        "duration_type": word_of("one_time", "forever", "limited_period"),
        "status": word_of("active", "expired", "archived", "deleted", "future"),
    },
    {
        "name": texts,
        "invoice_name": texts,
        "discount_percentage": mostly(st.floats(0.01, 100), st.one_of(st.just(0), st.just(101.5), texts)),
        "discount_amount": amounts,
        "discount_quantity": counts,
        "currency_code": currencies,
        "duration_month": st.integers(0, 120),
        "period": st.integers(0, 120),
        "period_unit": word_of("day", "week", "month", "year"),
        "max_redemptions": counts,
        "redemptions": counts,
        "valid_till": moments,
        "deleted": st.booleans(),
    },
)

tiers: st.SearchStrategy[Json] = st.fixed_dictionaries(
    {},
    optional={
        "starting_unit": st.integers(0, 10**6),
        "ending_unit": st.integers(0, 10**6),
        "starting_unit_in_decimal": decimals,
        "ending_unit_in_decimal": decimals,
        "price": amounts,
        "price_in_decimal": decimals,
        "pricing_type": word_of("per_unit", "flat_fee", "package"),
        "package_size": st.integers(0, 10**4),
    },
)

item_prices: st.SearchStrategy[Json] = shaped(
    {
        "id": prices_known,
        "name": texts,
        "status": word_of("active", "archived", "deleted"),
        "pricing_model": word_of("flat_fee", "per_unit", "tiered", "volume", "stairstep"),
        "currency_code": currencies,
        "item_type": word_of("plan", "addon", "charge"),
    },
    {
        "item_id": identifiers,
        "external_name": texts,
        "description": texts,
        "price": amounts,
        "price_in_decimal": decimals,
        "period": st.integers(0, 1200),
        "period_unit": word_of("day", "week", "month", "year"),
        "free_quantity": counts,
        "tiers": st.lists(tiers, max_size=3),
        "usage_accumulation_reset_frequency": words,
        "deleted": st.booleans(),
    },
)

items: st.SearchStrategy[Json] = shaped(
    {"id": identifiers, "type": word_of("plan", "addon", "charge")},
    {
        "name": texts,
        "external_name": texts,
        "description": texts,
        "unit": texts,
        "item_family_id": identifiers,
        "status": word_of("active", "archived", "deleted"),
    },
)

lines: st.SearchStrategy[Json] = st.fixed_dictionaries(
    {"item_price_id": prices_known, "item_type": word_of("plan", "addon", "charge")},
    optional={
        "quantity": counts,
        "quantity_in_decimal": decimals,
        "metered_quantity": decimals,
        "unit_price": amounts,
        "unit_price_in_decimal": decimals,
        "amount": amounts,
        "billing_period": st.integers(0, 24),
        "billing_period_unit": word_of("day", "week", "month", "year"),
    },
)

item_tiers: st.SearchStrategy[Json] = st.builds(
    lambda tier, identifier: {**tier, "item_price_id": identifier}, tiers, prices_known
)

subscriptions: st.SearchStrategy[Json] = shaped(
    {
        "id": identifiers,
        "customer_id": identifiers,
        "status": word_of("future", "in_trial", "active", "non_renewing", "paused", "cancelled", "transferred"),
        "subscription_items": st.lists(lines, max_size=3),
        "currency_code": currencies,
        "current_term_start": moments,
        "current_term_end": moments,
        "billing_period": mostly(st.integers(1, 24), st.integers(0, 10**6)),
        "billing_period_unit": word_of("day", "week", "month", "year"),
    },
    {
        "start_date": moments,
        "started_at": moments,
        "created_at": moments,
        "trial_start": moments,
        "trial_end": moments,
        "pause_date": moments,
        "resume_date": moments,
        "cancelled_at": moments,
        "has_scheduled_changes": st.booleans(),
        "due_invoices_count": st.integers(0, 9),
        "auto_collection": word_of("on", "off"),
        "customer": customers,
        "meta_data": anything,
        "item_tiers": st.lists(item_tiers, max_size=3),
        "coupons": st.lists(
            st.fixed_dictionaries({"coupon_id": coupons_known}, optional={"apply_till": moments}), max_size=2
        ),
        "contract_term": st.fixed_dictionaries(
            {"status": word_of("active", "completed", "cancelled", "terminated")}, optional={"contract_end": moments}
        ),
        "deleted": st.booleans(),
    },
)
