"""What holds for every object of Paddle's shape, whatever its values: it is expressed, or it is left out with a reason.

Nothing else is raised, and what is expressed satisfies the contract's models when it is read back from its own JSON.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.errors import Unmappable
from adapters.paddle import mapping, prices, states
from adapters.paddle.models import Address, Customer, Discount, Price, Product, Subscription, read
from adapters.paddle.options import MappingOptions
from adapters.paddle.subscriptions import Context, subscription
from tests.adapters.paddle import strategies
from tests.adapters.paddle.objects import MOMENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.contract import ContractModel

Json = dict[str, Any]

options = st.builds(MappingOptions, products=st.booleans(), exact_intervals=st.booleans())
contexts = st.builds(
    lambda chosen, discounts: Context(chosen, MOMENT, {one["id"]: read(Discount, one) for one in discounts}),
    options,
    st.lists(strategies.discounts, max_size=2),
)


def satisfies_the_contract(express: Callable[[], ContractModel]) -> None:
    try:
        model = express()
    except (Unmappable, ValidationError):
        # The base class leaves such a row out, and says why.
        return
    assert type(model).model_validate(json.loads(model.to_json())).to_json() == model.to_json()


@given(strategies.customers, st.lists(strategies.addresses, max_size=3))
def test_customers(source: Json, addresses: list[Json]) -> None:
    satisfies_the_contract(lambda: mapping.customer(read(Customer, source), [read(Address, one) for one in addresses]))


@given(strategies.discounts)
def test_coupons(source: Json) -> None:
    satisfies_the_contract(lambda: mapping.coupon(read(Discount, source)))


@given(strategies.products)
def test_products(source: Json) -> None:
    satisfies_the_contract(lambda: mapping.product(read(Product, source)))


@given(strategies.prices, options, st.one_of(st.none(), strategies.currencies))
def test_prices(source: Json, chosen: MappingOptions, currency: str | None) -> None:
    satisfies_the_contract(lambda: prices.price(read(Price, source), chosen, currency=currency))


@given(strategies.prices, st.integers(0, 1000))
def test_what_is_changed_to_can_always_be_told(source: Json, quantity: int) -> None:
    price = read(Price, source)
    assert prices.facts(price).id == source["id"]
    assert prices.allows(price, quantity) in {True, False}


@given(strategies.subscriptions, contexts)
def test_subscriptions(source: Json, context: Context) -> None:
    satisfies_the_contract(lambda: subscription(read(Subscription, source), context))


@given(strategies.subscriptions)
def test_states_are_read_from_every_subscription(source: Json) -> None:
    try:
        state = states.state(source, MOMENT)
    except Unmappable:
        return

    assert state.id == source["id"]
    assert all(
        one is None or one.utcoffset() == timedelta(0)
        for one in (state.period_end, state.trial_end, state.cancel_at, state.paused_until, state.paused_from)
    )


@given(strategies.subscriptions, contexts)
def test_a_known_status_is_never_shown_as_another_life(source: Json, context: Context) -> None:
    """Only what has ended is `canceled`, and what has ended is nothing else."""
    try:
        shown = subscription(read(Subscription, source), context).status.name
    except (Unmappable, ValidationError):
        return

    ended = source["status"] == "canceled"
    known = source["status"] in states.STANDINGS
    assert (shown == "canceled") is (ended if known else True)


@given(strategies.subscriptions)
def test_the_item_of_a_price_change_is_always_sent_with_all_others(source: Json) -> None:
    """No item that is billed again is missing among those an action knows of."""
    try:
        state = states.state(source, MOMENT)
    except Unmappable:
        return

    recurring = [one for one in source["items"] if one.get("recurring", True)]
    assert [(one.price_id, one.quantity) for one in state.items] == [
        (one["price"]["id"], one["quantity"]) for one in recurring
    ]
