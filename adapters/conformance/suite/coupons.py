"""Applying a coupon: in place of those that are there, or beside them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from adapters.conformance.asks import apply_coupon, change_price
from adapters.conformance.world import Start, World

STACK: Final = {"actions": {"apply_coupon": {"mode": "stack"}}}


class TestCoupons:
    """Applying a coupon: in place of those that are there, or beside them."""

    async def test_it_is_there_and_nothing_else_changed(self, world: World) -> None:
        held = world.samples.active
        before = world.truth(held)
        if await world.does(apply_coupon(held, world.samples.coupon)):
            assert world.truth(held) == replace(before, coupons=(world.samples.coupon,))
            shown = await world.subscription(held)
            assert [discount["coupon"]["id"] for discount in shown["discounts"]] == [world.samples.coupon]

    async def test_it_shows_as_the_coupon_itself_would(self, world: World) -> None:
        held = world.samples.active
        if await world.does(apply_coupon(held, world.samples.coupon)):
            (discount,) = (await world.subscription(held))["discounts"]
            coupon = (await world.get(f"/coupons/{world.samples.coupon}")).json
            # How often it has been redeemed is counted apart.
            assert {**discount["coupon"], "redemptions": None} == {**coupon, "redemptions": None}

    async def test_it_takes_the_place_of_the_one_that_is_there(self, world: World) -> None:
        held = world.samples.discounted
        if await world.does(apply_coupon(held, world.samples.coupon)):
            assert world.truth(held).coupons == (world.samples.coupon,)
            assert await world.does(apply_coupon(held, world.samples.second_coupon))
            assert world.truth(held).coupons == (world.samples.second_coupon,)

    async def test_one_that_is_there_beside_others_takes_their_place_too(self, world: World) -> None:
        held = world.samples.discounted_twice
        kept = world.truth(held).coupons[-1]
        assert len(world.truth(held).coupons) > 1
        if await world.does(apply_coupon(held, kept)):
            assert world.truth(held).coupons == (kept,)

    async def test_beside_the_others_where_the_owner_wants_it(self, start: Start) -> None:
        world = await start(STACK)
        held = world.samples.discounted
        before = world.truth(held).coupons
        if await world.does(apply_coupon(held, world.samples.coupon)):
            assert world.truth(held).coupons == (*before, world.samples.coupon)
            assert await world.does(apply_coupon(held, world.samples.coupon))
            assert world.truth(held).coupons == (*before, world.samples.coupon)

    @pytest.mark.parametrize("field", ["id", "coupon", "couponId"])
    async def test_every_spelling_of_its_id_is_read(self, world: World, field: str) -> None:
        held = world.samples.active
        ask = apply_coupon(held, world.samples.coupon).having(**{"id": None, field: world.samples.coupon})
        if await world.does(ask):
            assert world.truth(held).coupons == (world.samples.coupon,)

    @pytest.mark.parametrize("role", ["trial", "paused", "unpaid", "ending", "yearly", "several_items"])
    async def test_whatever_runs_can_have_one(self, world: World, role: str) -> None:
        held = getattr(world.samples, role)
        before = world.truth(held)
        if role in world.case.forbids.get("apply coupon", ()):
            await world.refuses(apply_coupon(held, world.samples.coupon), 409)
        elif await world.does(apply_coupon(held, world.samples.coupon)):
            assert world.truth(held) == replace(before, coupons=(world.samples.coupon,))

    async def test_a_change_that_is_waiting_is_not_lost(self, world: World) -> None:
        held = world.samples.scheduled
        before = world.truth(held)
        ask = apply_coupon(held, world.samples.coupon)
        answer = await world.post(ask)
        assert answer.status in ({200, 409} if world.offers(ask) else {400})
        assert world.truth(held).planned_prices == before.planned_prices

    async def test_what_has_ended_cannot_have_one(self, world: World) -> None:
        await world.refuses(apply_coupon(world.samples.canceled, world.samples.coupon), 409)

    async def test_one_that_has_expired_is_refused(self, world: World) -> None:
        await world.refuses(apply_coupon(world.samples.active, world.samples.expired_coupon), 400)

    async def test_one_that_has_expired_does_not_cost_the_one_that_is_there(self, world: World) -> None:
        await world.refuses(apply_coupon(world.samples.discounted, world.samples.expired_coupon), 400)

    async def test_one_that_nobody_knows_is_not_found(self, world: World) -> None:
        await world.refuses(apply_coupon(world.samples.active, world.samples.unknown_coupon), 404)

    async def test_one_that_the_owner_does_not_allow_is_refused_unasked(self, start: Start) -> None:
        probe = await start()
        world = await start({"policy": {"coupons": {"allow": [probe.samples.coupon]}}})
        await world.refuses(apply_coupon(world.samples.active, world.samples.second_coupon), 400)
        assert world.case.calls() == []
        await world.does(apply_coupon(world.samples.active, world.samples.coupon))

    @pytest.mark.parametrize(
        "fields",
        [{"prorate": True}, {"scheduledAt": "immediate"}, {"prorate": False, "scheduledAt": "immediate"}],
        ids=lambda fields: " and ".join(fields),
    )
    async def test_a_change_of_price_on_this_path_is_a_change_of_price(
        self, world: World, fields: dict[str, object]
    ) -> None:
        """The documentation prints the path of a coupon above the change of a price."""
        held = world.samples.active
        quantity = world.truth(held).items[0].quantity
        ask = apply_coupon(held, world.samples.price).having(**{"scheduledAt": "immediate", **fields})
        answer = await world.post(ask)
        if world.offers(change_price(held, world.samples.price, prorate=bool(fields.get("prorate")))):
            assert (answer.status, answer.text) == (200, "")
            assert [(item.price, item.quantity) for item in world.truth(held).items] == [
                (world.samples.price, quantity)
            ]
            assert world.truth(held).coupons == ()
        else:
            assert answer.is_error(400)
