"""What holds for every object of Chargebee's shape, whatever its values: it is expressed, or said not to be.

Nothing but `Unmappable` and a refusal by the contract's models is raised, and what is expressed satisfies those models
when it is read back from its own JSON.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.chargebee import changes, mapping, prices, states
from adapters.chargebee.catalogue import Companions
from adapters.chargebee.options import MappingOptions
from adapters.chargebee.subscriptions import Context, subscription
from adapters.errors import Conflict, Unmappable
from tests.adapters.chargebee import strategies
from tests.adapters.chargebee.objects import MOMENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.contract import ContractModel

Json = dict[str, Any]

options = st.builds(MappingOptions, products=st.booleans(), families=st.booleans(), exact_intervals=st.booleans())
catalogues = st.builds(
    lambda prices, coupons: Companions({one["id"]: one for one in prices}, {one["id"]: one for one in coupons}),
    st.lists(strategies.item_prices, max_size=3),
    st.lists(strategies.coupons, max_size=2),
)
contexts = st.builds(lambda chosen, known: Context(chosen, known, MOMENT), options, catalogues)


def satisfies_the_contract(express: Callable[[], ContractModel | None]) -> None:
    try:
        model = express()
    except (Unmappable, ValidationError):
        return
    if model is not None:
        assert type(model).model_validate(json.loads(model.to_json())).to_json() == model.to_json()


@given(strategies.customers)
def test_customers(source: Json) -> None:
    satisfies_the_contract(lambda: mapping.customer(source))


@given(strategies.coupons)
def test_coupons(source: Json) -> None:
    satisfies_the_contract(lambda: mapping.coupon(source))
    satisfies_the_contract(lambda: mapping.running_coupon(source))


@given(strategies.items, options)
def test_products_and_families(source: Json, chosen: MappingOptions) -> None:
    satisfies_the_contract(lambda: mapping.product(source, chosen))
    satisfies_the_contract(lambda: mapping.family(source))


@given(
    strategies.item_prices,
    options,
    st.one_of(st.none(), strategies.lines),
    st.lists(strategies.item_tiers, max_size=2),
)
def test_prices(source: Json, chosen: MappingOptions, line: Json | None, tiers: list[Json]) -> None:
    satisfies_the_contract(lambda: prices.price(source, chosen, line=line, tiers=tiers))


@given(strategies.item_prices, options)
def test_what_is_listed_or_changed_to_can_always_be_told(source: Json, chosen: MappingOptions) -> None:
    assert prices.facts(source).id == source["id"]
    try:
        listed = prices.is_listed(source, chosen)
    except Unmappable:
        return
    assert listed in {True, False}


@given(strategies.subscriptions, contexts)
def test_subscriptions(source: Json, context: Context) -> None:
    satisfies_the_contract(lambda: subscription(source, context))


@given(strategies.subscriptions, catalogues, st.one_of(st.none(), strategies.subscriptions))
def test_states_are_read_from_every_subscription(source: Json, known: Companions, planned: Json | None) -> None:
    try:
        state = states.state(source, MOMENT, known, planned)
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
        shown = subscription(source, context).status.name
    except (Unmappable, ValidationError):
        return

    assert (shown == "canceled") is (source["status"] == "cancelled")


@given(strategies.subscriptions, contexts)
def test_the_metadata_is_text_to_text(source: Json, context: Context) -> None:
    assert all(isinstance(text, str) for text in mapping.metadata(source).values())


@given(strategies.subscriptions, catalogues)
def test_a_whole_list_keeps_every_other_item_or_is_refused(source: Json, known: Companions) -> None:
    held = [line["item_price_id"] for line in source["subscription_items"]]
    new = {"item_price_id": "new"}
    try:
        parameters = changes.whole_list(source, "plan-1", new, known)
    except Conflict:
        assert any(line["item_type"] not in {"plan", "addon"} for line in source["subscription_items"])
        return

    wanted: Any = parameters["subscription_items"]
    assert [line["item_price_id"] for line in wanted] == ["new", *(one for one in held if one != "plan-1")]
    assert None not in {value for line in wanted for value in line.values()}
