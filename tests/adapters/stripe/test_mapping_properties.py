"""What holds for every object of Stripe's shape, whatever its values: it is expressed, or `Unmappable`.

Nothing else is raised, and what is expressed satisfies the contract's models when it is read back from its own JSON.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import Unmappable
from adapters.stripe import mapping, prices, states
from adapters.stripe.catalogue import Companions
from adapters.stripe.fields import items_of
from adapters.stripe.models import read
from adapters.stripe.options import MappingOptions
from adapters.stripe.statuses import paused_until, scheduled_end
from adapters.stripe.subscriptions import Context
from tests.adapters.stripe import strategies
from tests.adapters.stripe.objects import MOMENT, shown, written

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.contract import ContractModel

Json = dict[str, Any]

options = st.builds(
    MappingOptions,
    products=st.booleans(),
    exact_intervals=st.booleans(),
    family_key=st.sampled_from([None, "family"]),
)
contexts = st.builds(
    lambda chosen, coupons: Context(chosen, Companions(coupons={one["id"]: one for one in coupons}), MOMENT),
    options,
    st.lists(strategies.coupons, max_size=2),
)


def satisfies_the_contract(express: Callable[[], ContractModel | None]) -> None:
    try:
        model = express()
    except Unmappable:
        return
    if model is not None:
        assert type(model).model_validate(json.loads(model.to_json())).to_json() == model.to_json()


@given(strategies.customers)
def test_customers(source: Json) -> None:
    satisfies_the_contract(lambda: mapping.customer(source))


@given(strategies.coupons)
def test_coupons(source: Json) -> None:
    satisfies_the_contract(lambda: mapping.coupon(source))


@given(strategies.products, options)
def test_products_and_families(source: Json, chosen: MappingOptions) -> None:
    satisfies_the_contract(lambda: mapping.product(source, chosen))
    satisfies_the_contract(lambda: mapping.family(source, chosen))


@given(strategies.prices, options, st.one_of(st.none(), strategies.currencies), st.one_of(st.none(), st.integers(0, 9)))
def test_prices(source: Json, chosen: MappingOptions, currency: str | None, quantity: int | None) -> None:
    satisfies_the_contract(lambda: prices.price(source, chosen, currency=currency, quantity=quantity))


@given(strategies.prices, options)
def test_what_is_listed_or_changed_to_can_always_be_told(source: Json, chosen: MappingOptions) -> None:
    assert prices.is_listed(source, chosen) in {True, False}
    assert prices.facts(source).id == source["id"]


@given(strategies.subscriptions, contexts)
def test_subscriptions(source: Json, context: Context) -> None:
    satisfies_the_contract(lambda: shown(source, context))


@given(strategies.subscriptions, contexts)
def test_what_a_list_writes_is_what_the_model_of_it_writes(source: Json, context: Context) -> None:
    """Lists are written without models: whatever can be written has to satisfy them all the same."""
    try:
        row = written(source, context)
    except Unmappable:
        return

    assert json.loads(row.to_json()) == json.loads(row.model().to_json())


@given(strategies.subscriptions)
def test_states_are_read_from_every_subscription(source: Json) -> None:
    try:
        state = states.state(source, MOMENT)
    except Unmappable:
        return

    assert state.id == source["id"]
    assert all(
        one is None or one.utcoffset() == timedelta(0)
        for one in (state.period_end, state.trial_end, state.cancel_at, state.paused_until)
    )


@given(strategies.subscriptions, contexts)
def test_a_known_status_is_never_shown_as_another_life(source: Json, context: Context) -> None:
    """Only what has ended is `canceled`, and what has ended is nothing else."""
    try:
        name = shown(source, context).status.name
    except Unmappable:
        return

    ended = source["status"] in {"canceled", "incomplete_expired"}
    known = source["status"] in states.STANDINGS
    assert (name == "canceled") is (ended if known else True)


@given(strategies.subscriptions, contexts)
def test_what_most_are_not_is_told_as_if_each_were_looked_at_in_full(source: Json, context: Context) -> None:
    """Of most, nothing is scheduled and no collection is paused, which is seen without looking further."""
    try:
        told = written(source, context).metadata or {}
    except Unmappable:
        return
    at = scheduled_end(read(source), states.current_period(items_of(source)))
    is_without_end = paused_until(source["pause_collection"], MOMENT) == (True, None)
    paused = "true" if source["status"] == "paused" or is_without_end else None
    own = mapping.metadata(source["metadata"])

    assert told.get("cancelAt") == (own.get("cancelAt") if at is None else at.isoformat().replace("+00:00", "Z"))
    assert told.get("pauseIndefinite") == (paused or own.get("pauseIndefinite"))
