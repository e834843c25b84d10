"""The same request again, one after the other or both at once: it is done once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

import pytest

from adapters.conformance import asks
from adapters.conformance.asks import ACTIONS, COUNTS_ON, REPEATABLE, Make
from adapters.conformance.provider import Budget, Calls, Trouble
from adapters.conformance.world import Start, World
from gateway.contract import Mode

MANY: Final = 20
WINDOW: Final[Mapping[str, object]] = {"limits": {"dedupe_s": 60}}
"""As it is where the owner says nothing; for these tests alone, see `world.open_world`."""


def writes_of(name: str, budget: Budget) -> int:
    """How many writes the action of `asks.ACTIONS` takes."""
    return budget.writes.get(name, 1)


async def many_at_once_do_it_once(once: World, many: World, name: str) -> None:
    """All are told that it is done, and the provider has what a single one leaves behind."""
    ask = ACTIONS[name](once.samples)
    if await once.does(ask):
        many.case.forget_calls()
        answers = await asyncio.gather(*(many.post(ask) for _ in range(MANY)))
        assert [(answer.status, answer.text) for answer in answers] == [(200, "")] * MANY
        assert len(many.case.writes()) == writes_of(name, many.case.budget)
        assert many.effect_on(ask) == once.effect_on(ask)


class TestRepeats:
    """The same request again, one after the other or both at once: it is done once."""

    @pytest.mark.parametrize(("name", "make"), REPEATABLE.items(), ids=REPEATABLE.keys())
    async def test_the_second_time_nothing_is_written(self, world: World, name: str, make: Make) -> None:
        ask = make(world.samples)
        if await world.does(ask):
            done = world.effect_on(ask)
            assert await world.does(ask)
            assert world.case.writes() == []
            assert world.effect_on(ask) == done

    @pytest.mark.parametrize("name", ACTIONS)
    async def test_many_at_once_are_done_once(self, start: Start, name: str) -> None:
        await many_at_once_do_it_once(await start(), await start(WINDOW), name)

    @pytest.mark.parametrize("name", REPEATABLE)
    async def test_many_at_once_are_done_once_by_what_the_subscription_is_alone(self, start: Start, name: str) -> None:
        """Without a window for repetitions."""
        await many_at_once_do_it_once(await start(), await start(), name)

    @pytest.mark.parametrize("name", ACTIONS)
    async def test_many_at_once_whose_first_answer_is_lost_are_done_once(self, start: Start, name: str) -> None:
        once, many = await start(), await start(WINDOW)
        many.case.trouble(Trouble.ANSWER_LOST, on=Calls.WRITES, times=1)
        await many_at_once_do_it_once(once, many, name)

    async def test_extensions_by_a_length_at_once_all_count(self, start: Start) -> None:
        """Two requests for another fourteen days are twenty-eight days: neither is lost to the other."""
        in_turn, at_once = await start(), await start()
        ask = ACTIONS[COUNTS_ON](in_turn.samples)
        if await in_turn.does(ask):
            answers = [(await in_turn.post(ask)).status]
            together = await asyncio.gather(*(at_once.post(ask) for _ in range(2)))
            assert [answer.status for answer in together] == [200, *answers]
            assert at_once.effect_on(ask) == in_turn.effect_on(ask)

    async def test_two_clicks_on_an_extension_extend_once(self, start: Start) -> None:
        once, twice = await start(), await start(WINDOW)
        ask = ACTIONS[COUNTS_ON](once.samples)
        if await once.does(ask):
            answers = [await twice.post(ask) for _ in range(2)]
            answers += await asyncio.gather(*(twice.post(ask) for _ in range(2)))
            assert [(answer.status, answer.text) for answer in answers] == [(200, "")] * 4
            assert twice.effect_on(ask) == once.effect_on(ask)

    async def test_an_extension_of_which_nobody_knows_is_not_counted_on(self, start: Start) -> None:
        """Carried out again it would count from whatever end the first one has left behind."""
        once, world = await start(), await start(WINDOW)
        ask = ACTIONS[COUNTS_ON](once.samples)
        if await once.does(ask):
            world.case.trouble(Trouble.ANSWER_LOST, on=Calls.WRITES)
            world.case.trouble(Trouble.KEY_REFUSED, on=Calls.LATER_READS)
            assert (await world.post(ask)).is_error(504)
            world.case.recover()
            assert (await world.post(ask)).is_error(504)
            assert world.effect_on(ask) == once.effect_on(ask)

    async def test_the_same_in_the_other_mode_is_another_request(self, start: Start) -> None:
        world = await start(WINDOW)
        for mode in Mode:
            ask = ACTIONS["cancel at once"](world.case.samples[mode])
            if world.offers(ask):
                assert (await world.post(ask, mode)).status == 200
                assert world.case.truth(mode, str(ask.subscription)).ended

    async def test_one_and_all_at_once_do_not_meet(self, world: World) -> None:
        held = world.samples.single
        one, every = asks.cancel(held, asks.AT_ONCE), asks.cancel_all(held.customer, asks.AT_ONCE)
        if world.offers(one):
            world.case.forget_calls()
            answers = await asyncio.gather(world.post(one), world.post(every), world.post(one))
            assert {answer.status for answer in answers} == {200}
            assert len(world.case.writes()) == writes_of("cancel at once", world.case.budget)

    async def test_different_actions_at_once_are_all_done(self, world: World) -> None:
        held = world.samples.active
        both = [asks.apply_coupon(held, world.samples.coupon), asks.cancel(held, asks.WITH_THE_PERIOD)]
        if all(world.offers(ask) for ask in both):
            answers = await asyncio.gather(*(world.post(ask) for ask in both))
            assert {answer.status for answer in answers} == {200}
            truth = world.truth(held)
            assert truth.coupons == (world.samples.coupon,)
            assert truth.ends_at == truth.period_end
