"""What changing a price means: which item, how many of it, and when it is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import pytest

from adapters import decisions
from adapters.base import AdapterError, Conflict, Invalid
from adapters.intents import ChangePrice
from adapters.state import ItemState, PriceFacts, ScheduledChange, SubscriptionState
from gateway.contract import Schedule
from tests.support.memory_account import NOW, sample_subscription
from tests.support.replacing import replace

NOW_AT_ONCE, AT_THE_END = Schedule.IMMEDIATE, Schedule.END_OF_PERIOD
PRO: Final = PriceFacts("price_pro", "prod_pro", frozenset({"usd", "eur"}), active=True, metered=False)
BASIC: Final = replace(PRO, id="price_basic")

SEATS: Final = ItemState("item_seats", "price_basic", "prod_pro", 5, metered=False, annual=False)
SUPPORT: Final = ItemState("item_support", "price_support", "prod_support", 1, metered=False, annual=False)
USAGE: Final = ItemState("item_usage", "price_usage", "prod_usage", None, metered=True, annual=False)
PLAN: Final = replace(SUPPORT, id="item_plan", kind="plan")
NO_PRODUCT: Final = ItemState("item_plain", "price_plain", None, 2, metered=False, annual=False)


def holding(*items: ItemState) -> SubscriptionState:
    return replace(sample_subscription("sub_1"), items=items)


def change(state: SubscriptionState, price: PriceFacts = PRO, when: Schedule = NOW_AT_ONCE) -> ChangePrice | None:
    return decisions.change_price(state, price, when, prorate=True)


@pytest.mark.parametrize(
    ("items", "price", "chosen"),
    [
        pytest.param([SEATS], PRO, SEATS, id="the only one"),
        pytest.param([SUPPORT], PRO, SUPPORT, id="the only one, of another product"),
        pytest.param([USAGE], PRO, USAGE, id="the only one, metered"),
        pytest.param([SEATS, SUPPORT], PRO, SEATS, id="the only one of the price's product"),
        pytest.param([SUPPORT, SEATS, USAGE], PRO, SEATS, id="the only one of the price's product, whatever the order"),
        pytest.param([USAGE, SUPPORT], replace(PRO, product_id="prod_usage"), USAGE, id="its product before unmetered"),
        pytest.param([SUPPORT, USAGE], PRO, SUPPORT, id="the only one that is not metered"),
        pytest.param([NO_PRODUCT, USAGE], replace(PRO, product_id=None), NO_PRODUCT, id="without products"),
        pytest.param([SEATS, PLAN], replace(PRO, kind="plan"), PLAN, id="the only one of the price's kind"),
        pytest.param(
            [PLAN, replace(SUPPORT, kind="addon")],
            replace(PRO, kind="addon"),
            replace(SUPPORT, kind="addon"),
            id="the only one of its kind, of another product",
        ),
    ],
)
def test_the_item_whose_price_changes(items: list[ItemState], price: PriceFacts, chosen: ItemState) -> None:
    assert decisions.item_to_change(holding(*items), price) == chosen


@pytest.mark.parametrize(
    ("items", "price", "reason"),
    [
        pytest.param([], PRO, "has no item", id="none"),
        pytest.param([PLAN], replace(PRO, kind="addon"), "has no item", id="none of the price's kind"),
        pytest.param([SUPPORT, NO_PRODUCT], PRO, "not clear which", id="two of other products"),
        pytest.param([SEATS, replace(SEATS, id="item_2")], PRO, "not clear which", id="two of the price's product"),
        pytest.param([USAGE, replace(USAGE, id="item_2")], PRO, "not clear which", id="two metered ones"),
        pytest.param(
            [NO_PRODUCT, replace(NO_PRODUCT, id="item_2")],
            replace(PRO, product_id=None),
            "not clear which",
            id="no product is not a product in common",
        ),
    ],
)
def test_no_item_is_chosen_where_it_is_not_clear(items: list[ItemState], price: PriceFacts, reason: str) -> None:
    with pytest.raises(Conflict, match=reason):
        decisions.item_to_change(holding(*items), price)


@pytest.mark.parametrize(
    ("item", "price", "quantity"),
    [
        pytest.param(SEATS, PRO, 5, id="seats stay"),
        pytest.param(USAGE, PRO, 1, id="from metered to one"),
        pytest.param(SEATS, replace(PRO, metered=True), None, id="to metered"),
        pytest.param(replace(SEATS, quantity=0), PRO, 0, id="no seats stay no seats"),
    ],
)
def test_the_quantity_survives(item: ItemState, price: PriceFacts, quantity: int | None) -> None:
    changed = change(holding(item), price, AT_THE_END)
    assert changed is not None
    assert (changed.item_id, changed.price_id, changed.quantity) == (item.id, "price_pro", quantity)


@pytest.mark.parametrize("when", Schedule)
def test_a_change_at_the_end_knows_which_end_is_meant(when: Schedule) -> None:
    changed = change(holding(SEATS), PRO, when)
    assert changed is not None
    assert changed.at == (holding(SEATS).period_end if when is AT_THE_END else None)


REFUSALS: Final[dict[str, tuple[SubscriptionState, PriceFacts, Schedule, type[AdapterError], str]]] = {
    "inactive": (holding(SEATS), replace(PRO, active=False), NOW_AT_ONCE, Invalid, "no longer offered"),
    "another currency": (
        replace(holding(SEATS), currency="gbp"),
        PRO,
        NOW_AT_ONCE,
        Invalid,
        "its currency is not the subscription's",
    ),
    "another item has it": (
        holding(SEATS, replace(SUPPORT, price_id="price_pro")),
        PRO,
        NOW_AT_ONCE,
        Conflict,
        "Another item",
    ),
    "it is set to end": (
        replace(holding(SEATS), cancel_at=NOW + timedelta(days=14)),
        PRO,
        AT_THE_END,
        Conflict,
        "set to end",
    ),
}


@pytest.mark.parametrize(("state", "price", "when", "error", "reason"), REFUSALS.values(), ids=REFUSALS)
def test_a_price_change_is_refused(
    state: SubscriptionState, price: PriceFacts, when: Schedule, error: type[AdapterError], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        change(state, price, when)


def test_a_subscription_that_is_set_to_end_may_change_its_price_now() -> None:
    assert change(replace(holding(SEATS), cancel_at=NOW + timedelta(days=14))) is not None


def test_any_currency_will_do_where_the_provider_converts() -> None:
    assert change(replace(holding(SEATS), currency="gbp"), replace(PRO, currencies=None)) is not None


def test_any_of_the_prices_currencies_will_do() -> None:
    assert change(replace(holding(SEATS), currency="eur")) is not None


@pytest.mark.parametrize("when", Schedule)
@pytest.mark.parametrize("active", [True, False], ids=["on offer", "archived"])
def test_there_is_nothing_to_do_where_the_item_has_the_price_and_keeps_it(when: Schedule, active: bool) -> None:
    assert change(holding(SEATS), replace(BASIC, active=active), when) is None


def test_keeping_a_price_is_refused_now_while_a_change_away_from_it_is_waiting() -> None:
    waiting = replace(holding(SEATS), scheduled=ScheduledChange("the price price_pro from 2026-03-29", "price_pro"))
    with pytest.raises(Conflict, match="the price price_pro from 2026-03-29"):
        change(waiting, BASIC, NOW_AT_ONCE)


def test_keeping_a_price_beyond_the_period_is_a_change_while_another_is_waiting() -> None:
    waiting = replace(holding(SEATS), scheduled=ScheduledChange("the price price_pro from 2026-03-29", "price_pro"))
    changed = change(waiting, BASIC, AT_THE_END)
    assert changed is not None
    assert not changed.is_met_by(waiting)
