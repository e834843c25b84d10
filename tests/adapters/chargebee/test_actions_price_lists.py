"""Changing the price of one of several items (traps 3): the whole list is sent, and the others stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.errors import Conflict
from tests.adapters.chargebee.support import API, DAY, LATER, NOW, change, sent

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.chargebee.adapter import ChargebeeAdapter
    from gateway.contract import Schedule
    from simulators.chargebee import ChargebeeSimulator, Site
    from tests.simulators.chargebee.client import MovableClock

Json = dict[str, Any]

PRICE = f"GET {API}/item_prices/pro-more"


@pytest.fixture
def subscribe(site: Site, clock: MovableClock) -> Callable[..., Json]:
    """Ten days into its term, unless told otherwise."""

    def make(*items: Any, **members: Any) -> Json:
        given = {"started_at": clock.seconds - 10 * DAY, **members}
        return site.add_subscription(
            id="sub", customer_id="ada", items=items or [("pro-month", 3)], coupons=["SAVE20"], **given
        )

    return make


def held_items(subscription: Json) -> list[tuple[str, int | None]]:
    return [(line["item_price_id"], line.get("quantity")) for line in subscription["subscription_items"]]


def asked(simulator: ChargebeeSimulator) -> dict[str, str]:
    ((_, parameters),) = sent(simulator)
    return parameters


@pytest.mark.parametrize("when", [NOW, LATER], ids=["at once", "later"])
async def test_addons_stay_as_they_are(
    adapter: ChargebeeAdapter,
    site: Site,
    clock: MovableClock,
    subscribe: Callable[..., Json],
    when: Schedule,
) -> None:
    calls = {"item_price_id": "calls-month", "quantity": 40, "unit_price": 7}
    held = subscribe(("pro-month", 3), "help-month", calls)
    await adapter.change_price(change("pro-more", when))
    clock.move(days=31)
    await adapter.subscription("ada", "sub")

    assert held_items(held) == [("pro-more", 3), ("help-month", None), ("calls-month", 40)]
    assert held["subscription_items"][2]["unit_price"] == 7


@pytest.mark.parametrize("when", [NOW, LATER], ids=["at once", "later"])
async def test_3_where_several_plans_are_possible_the_new_one_takes_the_place_of_the_old_one(
    adapter: ChargebeeAdapter,
    site: Site,
    clock: MovableClock,
    subscribe: Callable[..., Json],
    when: Schedule,
) -> None:
    """On such a site a plan is added by the same call that replaces it on another, and both would be billed."""
    site.several_plans = True
    held = subscribe(("pro-month", 3), "help-month")
    await adapter.change_price(change("pro-more", when))
    clock.move(days=31)
    await adapter.subscription("ada", "sub")

    assert held_items(held) == [("pro-more", 3), ("help-month", None)]
    assert [renewal.amount for renewal in site.renewals] == [6300]


TIERS = [{"starting_unit": 1, "ending_unit": 10, "price": 900}, {"starting_unit": 11, "price": 600}]
OWN = [{"item_price_id": "volume", "starting_unit": 1, "price": 500, "pricing_type": "per_unit"}]


@pytest.fixture
def two_plans(site: Site, subscribe: Callable[..., Json]) -> Json:
    """Two plans, one with tiers of its own; an addon at a price of its own, and one at the listed price."""
    site.several_plans = True
    site.add_item_price(id="volume", item_id="storage", pricing_model="volume", tiers=TIERS)
    calls = {"item_price_id": "calls-month", "quantity": 40, "unit_price": 7}
    return subscribe(("pro-month", 3), ("volume", 20), "help-month", calls, item_tiers=OWN)


async def test_3_of_several_plans_the_whole_list_is_sent(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, two_plans: Json
) -> None:
    """With what each pays: what is not sent again falls back to the listed price."""
    await adapter.change_price(change("pro-more"))

    assert asked(simulator) == {
        "replace_items_list": "true",
        "subscription_items[item_price_id][0]": "pro-more",
        "subscription_items[quantity][0]": "3",
        "subscription_items[item_price_id][1]": "volume",
        "subscription_items[quantity][1]": "20",
        "subscription_items[item_price_id][2]": "help-month",
        "subscription_items[item_price_id][3]": "calls-month",
        "subscription_items[quantity][3]": "40",
        "subscription_items[unit_price][3]": "7",
        "item_tiers[item_price_id][0]": "volume",
        "item_tiers[starting_unit][0]": "1",
        "item_tiers[price][0]": "500",
        "item_tiers[pricing_type][0]": "per_unit",
        "change_option": "immediately",
        "prorate": "false",
        "invoice_immediately": "false",
        "reactivate": "false",
    }


@pytest.mark.parametrize("when", [NOW, LATER], ids=["at once", "later"])
async def test_the_others_pay_what_they_paid(
    adapter: ChargebeeAdapter, site: Site, clock: MovableClock, two_plans: Json, when: Schedule
) -> None:
    paid = {line["item_price_id"]: line["amount"] for line in two_plans["subscription_items"]}
    await adapter.change_price(change("pro-more", when))
    clock.move(days=31)
    await adapter.subscription("ada", "sub")
    pays = {line["item_price_id"]: line["amount"] for line in two_plans["subscription_items"]}

    assert pays == {"pro-more": 6000} | {name: paid[name] for name in ("volume", "help-month", "calls-month")}
    assert (paid["volume"], paid["calls-month"], site.charges) == (20 * 500, 40 * 7, [])


@pytest.mark.parametrize("when", [NOW, LATER], ids=["at once", "later"])
async def test_what_the_others_pay_is_told_from_the_present_list_not_from_a_remembered_one(
    adapter: ChargebeeAdapter, site: Site, clock: MovableClock, subscribe: Callable[..., Json], when: Schedule
) -> None:
    """What pays the remembered price would be taken to pay the listed one, and be raised to it without a word."""
    held = subscribe(("pro-month", 3), ("calls-month", 40))
    await adapter.subscription("ada", "sub")
    site.item_prices.rows["calls-month"]["price"] = 99
    await adapter.change_price(change("pro-more", when))
    clock.move(days=31)
    await adapter.subscription("ada", "sub")

    assert [line["amount"] for line in held["subscription_items"]] == [6000, 400]


async def test_an_addon_can_be_changed_for_another_one(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, subscribe: Callable[..., Json]
) -> None:
    site.add_item_price(id="calls-cheap", item_id="calls", price=5)
    held = subscribe(("pro-month", 3), ("calls-month", 40))
    await adapter.change_price(change("calls-cheap"))

    assert held_items(held) == [("pro-month", 3), ("calls-cheap", 40)]
    assert asked(simulator)["replace_items_list"] == "true"
    assert site.charges == []


async def test_3_an_addon_with_a_rhythm_of_its_own_begins_no_new_term(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, subscribe: Callable[..., Json]
) -> None:
    """The term is the plan's, so that what proration comes to can wait for the renewal here as well."""
    site.add_item_price(id="calls-dear", item_id="calls", price=50)
    subscribe(("pro-year", 3), ("calls-month", 40))
    await adapter.change_price(change("calls-dear", prorate=True))

    assert asked(simulator)["invoice_immediately"] == "false"
    assert [charge.amount for charge in site.charges if charge.amount > 0] == []


async def test_a_plan_is_never_exchanged_for_an_addon(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, subscribe: Callable[..., Json]
) -> None:
    subscribe()

    with pytest.raises(Conflict, match="no item whose price could change"):
        await adapter.change_price(change("help-month"))
    assert simulator.writes() == []


async def test_one_time_charges_that_a_whole_list_would_lose_are_in_its_way(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, two_plans: Json
) -> None:
    two_plans["subscription_items"].append(
        {"item_price_id": "setup", "item_type": "charge", "quantity": 1, "unit_price": 9900, "amount": 9900}
    )

    with pytest.raises(Conflict, match="one-time charges"):
        await adapter.change_price(change("pro-more"))
    assert simulator.writes() == []


async def test_which_of_several_plans_is_meant_is_not_guessed(
    adapter: ChargebeeAdapter, site: Site, simulator: ChargebeeSimulator, two_plans: Json
) -> None:
    site.add_item_price(id="third", item_id="another", price=100)

    with pytest.raises(Conflict, match="several items"):
        await adapter.change_price(change("third"))
    assert simulator.writes() == []
