"""Changing a price: at once or with the next period, with the quantity and everything else kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from adapters.conformance.asks import ACTIONS, AT_ONCE, WITH_THE_PERIOD, Make, change_price
from adapters.conformance.provider import Held, Item
from adapters.conformance.world import Start, World
from gateway.contract import Schedule


def only_item(world: World, held: Held) -> Item:
    (item,) = world.truth(held).items
    return item


NO_CHANGE_OF_PRICE: Final = {name: make for name, make in ACTIONS.items() if "change price" not in name}


class TestPrices:
    """Changing a price: at once or with the next period, with the quantity and everything else kept."""

    @pytest.mark.parametrize("prorate", [False, None], ids=["not prorated", "not said"])
    async def test_at_once_the_item_has_the_price_and_its_quantity(self, world: World, prorate: bool | None) -> None:
        held = world.samples.active
        before = only_item(world, held)
        assert before.quantity is not None
        assert before.quantity > 1
        if await world.does(change_price(held, world.samples.price, AT_ONCE, prorate=prorate)):
            assert only_item(world, held) == Item(world.samples.price, before.quantity)
            (item,) = (await world.subscription(held))["items"]
            assert (item["price"]["id"], item["quantity"]) == (world.samples.price, before.quantity)

    async def test_it_shows_as_the_price_itself_would(self, world: World) -> None:
        held = world.samples.active
        if await world.does(change_price(held, world.samples.price, AT_ONCE)):
            (item,) = (await world.subscription(held))["items"]
            assert item["price"] == (await world.get(f"/prices/{world.samples.price}")).json

    async def test_without_proration_nothing_else_changes_and_no_money_moves(self, world: World) -> None:
        held = world.samples.active
        before = world.truth(held)
        if await world.does(change_price(held, world.samples.price, AT_ONCE, prorate=False)):
            assert world.truth(held) == replace(before, items=world.truth(held).items)

    @pytest.mark.parametrize("when", list(Schedule), ids=str)
    @pytest.mark.parametrize("prorate", [False, True], ids=["not asked for", "asked for"])
    async def test_unused_time_counts_where_that_is_asked_for_and_only_there(
        self, world: World, when: Schedule, prorate: bool
    ) -> None:
        if await world.does(change_price(world.samples.active, world.samples.price, when, prorate=prorate)):
            assert world.case.prorated() is prorate

    @pytest.mark.parametrize("offered", [False, True], ids=["where it is not offered", "where it is offered"])
    async def test_unused_time_counts_when_nothing_is_said(self, start: Start, offered: bool) -> None:
        world = await start({"actions": {"change_price": {"prorate": offered}}})
        if await world.does(change_price(world.samples.active, world.samples.price, AT_ONCE)):
            assert world.case.prorated() is world.manifest["actions"]["changePrice"]["prorate"]

    @pytest.mark.parametrize("make", NO_CHANGE_OF_PRICE.values(), ids=NO_CHANGE_OF_PRICE.keys())
    async def test_no_other_action_makes_unused_time_count(self, world: World, make: Make) -> None:
        if await world.does(make(world.samples)):
            assert not world.case.prorated()

    async def test_with_the_period_it_is_the_same_until_then_and_the_change_is_planned(self, world: World) -> None:
        held = world.samples.active
        before = world.truth(held)
        if await world.does(change_price(held, world.samples.price, WITH_THE_PERIOD)):
            assert world.truth(held) == replace(before, planned_prices=(world.samples.price,))
            (item,) = (await world.subscription(held))["items"]
            assert item["price"]["id"] == before.items[0].price

    async def test_when_nothing_is_said_it_is_the_periods_end(self, world: World) -> None:
        held = world.samples.active
        before = world.truth(held)
        said = change_price(held, world.samples.price, WITH_THE_PERIOD)
        if world.offers(said) and await world.does(said.having(scheduledAt=None)):
            assert world.truth(held) == replace(before, planned_prices=(world.samples.price,))

    async def test_at_once_to_another_rhythm_the_quantity_stays(self, world: World) -> None:
        held = world.samples.active
        quantity = only_item(world, held).quantity
        if await world.does(change_price(held, world.samples.yearly_price, AT_ONCE, prorate=False)):
            assert only_item(world, held) == Item(world.samples.yearly_price, quantity)

    async def test_with_the_period_to_another_rhythm_it_is_planned(self, world: World) -> None:
        held = world.samples.active
        before = world.truth(held)
        if await world.does(change_price(held, world.samples.yearly_price, WITH_THE_PERIOD)):
            assert world.truth(held) == replace(before, planned_prices=(world.samples.yearly_price,))

    @pytest.mark.parametrize("field", ["id", "price", "priceId", "planId"])
    async def test_every_spelling_of_its_id_is_read(self, world: World, field: str) -> None:
        held = world.samples.active
        ask = change_price(held, world.samples.price).having(**{"id": None, field: world.samples.price})
        if await world.does(ask):
            assert only_item(world, held).price == world.samples.price

    @pytest.mark.parametrize("role", ["trial", "discounted", "ending", "unpaid", "yearly"])
    async def test_at_once_trial_coupon_and_cancellation_stay(self, world: World, role: str) -> None:
        held = getattr(world.samples, role)
        before = world.truth(held)
        if role in world.case.forbids.get("change price", ()):
            await world.refuses(change_price(held, world.samples.price, AT_ONCE, prorate=False), 409)
        elif await world.does(change_price(held, world.samples.price, AT_ONCE, prorate=False)):
            after = world.truth(held)
            assert (after.trial_end, after.coupons, after.paused) == (before.trial_end, before.coupons, before.paused)
            assert (after.ends_at is None) is (before.ends_at is None)
            assert [item.quantity for item in after.items] == [item.quantity for item in before.items]

    async def test_with_the_period_coupons_stay(self, world: World) -> None:
        held = world.samples.discounted
        before = world.truth(held)
        if await world.does(change_price(held, world.samples.price, WITH_THE_PERIOD)):
            assert world.truth(held) == replace(before, planned_prices=(world.samples.price,))

    async def test_of_several_items_the_one_it_fits_is_changed_and_the_others_stay(self, world: World) -> None:
        held = world.samples.several_items
        before = world.truth(held).items
        if await world.does(change_price(held, world.samples.price_of_one_item, AT_ONCE, prorate=False)):
            after = world.truth(held).items
            assert [item.quantity for item in after] == [item.quantity for item in before]
            changed = [item.price for item, was in zip(after, before, strict=True) if item != was]
            assert changed == [world.samples.price_of_one_item]

    async def test_of_several_items_it_fits_none_of_none_is_changed(self, world: World) -> None:
        held = world.samples.several_items
        await world.refuses(change_price(held, world.samples.price_of_no_item, AT_ONCE), 409)
        await world.refuses(change_price(held, world.samples.price_of_no_item, WITH_THE_PERIOD), 409)

    async def test_a_change_that_is_waiting_is_named_and_not_lost(self, world: World) -> None:
        samples = world.samples
        for when in (AT_ONCE, WITH_THE_PERIOD):
            ask = change_price(samples.scheduled, samples.yearly_price, when)
            message = await world.refuses(ask, 409)
            assert samples.scheduled_price in message or not world.offers(ask)

    async def test_the_change_that_is_waiting_is_planned_already(self, world: World) -> None:
        samples = world.samples
        if await world.does(change_price(samples.scheduled, samples.scheduled_price, WITH_THE_PERIOD)):
            assert world.case.writes() == []

    async def test_the_price_that_it_has_is_changed_already(self, world: World) -> None:
        held = world.samples.active
        for when in (AT_ONCE, WITH_THE_PERIOD):
            if await world.does(change_price(held, only_item(world, held).price, when)):
                assert world.case.writes() == []

    async def test_what_is_set_to_end_has_no_next_period(self, world: World) -> None:
        await world.refuses(change_price(world.samples.ending, world.samples.price, WITH_THE_PERIOD), 409)

    async def test_what_has_ended_cannot_be_changed(self, world: World) -> None:
        for when in (AT_ONCE, WITH_THE_PERIOD):
            await world.refuses(change_price(world.samples.canceled, world.samples.price, when), 409)

    @pytest.mark.parametrize(
        ("role", "status"),
        [("archived_price", 400), ("foreign_price", 400), ("unknown_price", 404)],
        ids=["archived", "in another currency", "unknown"],
    )
    async def test_a_price_that_does_not_do_is_refused(self, world: World, role: str, status: int) -> None:
        price = getattr(world.samples, role)
        for when in (AT_ONCE, WITH_THE_PERIOD):
            await world.refuses(change_price(world.samples.active, price, when), status)

    async def test_one_that_the_owner_does_not_allow_is_refused_unasked(self, start: Start) -> None:
        probe = await start()
        world = await start({"policy": {"prices": {"allow": [probe.samples.price]}}})
        await world.refuses(change_price(world.samples.active, world.samples.yearly_price), 400)
        assert world.case.calls() == []
        await world.does(change_price(world.samples.active, world.samples.price))

    async def test_a_coupon_beside_a_price_is_refused(self, world: World) -> None:
        ask = change_price(world.samples.active, world.samples.price).having(coupon=world.samples.coupon)
        await world.refuses(ask, 400)
