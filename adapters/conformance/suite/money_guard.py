"""What a change charges at once is known before it is made, and bounded by the owner."""

from __future__ import annotations

import pytest

from adapters.conformance.asks import ACTIONS, AT_ONCE, Ask, Make, change_price
from adapters.conformance.provider import ProviderCase, Trouble
from adapters.conformance.world import Start, World
from adapters.registry import find

CURRENCIES = ("usd", "eur", "gbp")


def guard(most: int, **more: object) -> dict[str, object]:
    """The section of the YAML that lets a change charge so much, whatever the currency."""
    return {"policy": {"max_immediate_charge": dict.fromkeys(CURRENCIES, most), **more}}


def to_another_rhythm(world: World, *, prorate: bool = False) -> Ask:
    return change_price(world.samples.active, world.samples.yearly_price, AT_ONCE, prorate=prorate)


def charged(world: World) -> int:
    """What the provider has charged at once, credits taken off."""
    return sum(world.truth(world.samples.active).moved_at_once)


class TestMoneyGuard:
    """What a change charges at once is known before it is made, and bounded by the owner."""

    @pytest.fixture(autouse=True)
    def asks_the_provider(self, provider: type[ProviderCase]) -> None:
        """An adapter that cannot ask has no such limit: settings that name one are refused."""
        if not find(provider.name).capabilities.previews_charges:
            pytest.skip(f"{provider.name} does not preview charges")

    @pytest.mark.parametrize("prorate", [False, True], ids=["not prorated", "prorated"])
    async def test_exactly_what_may_be_charged_is_charged_and_a_cent_more_is_not(
        self, start: Start, prorate: bool
    ) -> None:
        unbounded = await start()
        if not await unbounded.does(to_another_rhythm(unbounded, prorate=prorate)):
            return
        amount = charged(unbounded)
        assert amount > 0

        bounded = await start(guard(amount))
        assert await bounded.does(to_another_rhythm(bounded, prorate=prorate))
        assert charged(bounded) == amount

        too_narrow = await start(guard(amount - 1))
        message = await too_narrow.refuses(to_another_rhythm(too_narrow, prorate=prorate), 400)
        assert "more at once" in message
        assert charged(too_narrow) == 0

    @pytest.mark.parametrize("make", ACTIONS.values(), ids=ACTIONS.keys())
    async def test_what_charges_nothing_is_done_where_nothing_may_be_charged(self, start: Start, make: Make) -> None:
        world = await start(guard(0))
        ask = make(world.samples)
        if await world.does(ask):
            assert all(amount <= 0 for truth in world.effect_on(ask).values() for amount in truth.moved_at_once)

    async def test_in_a_currency_that_is_not_named_nothing_may_be_charged(self, start: Start) -> None:
        world = await start({"policy": {"max_immediate_charge": {"xts": 1_000_000}}})
        await world.refuses(to_another_rhythm(world), 400)

    async def test_a_dry_run_is_refused_as_the_change_itself_would_be(self, start: Start) -> None:
        world = await start(guard(0, dry_run=True))
        await world.refuses(to_another_rhythm(world), 400)

    async def test_where_the_provider_cannot_be_asked_nothing_is_changed(self, start: Start) -> None:
        world = await start(guard(1_000_000))
        ask = to_another_rhythm(world)
        if not world.offers(ask):
            return
        before = world.truth(world.samples.active)
        # Every call after the one that reads the subscription.
        reads = world.case.budget.reads_for_one + world.case.budget.reads_for_price
        world.case.trouble(Trouble.BROKEN, skip=reads)
        answer = await world.post(ask)
        assert answer.is_error(503), answer.text
        assert world.case.writes() == []
        assert world.truth(world.samples.active) == before
        world.keeps_silent(answer)
