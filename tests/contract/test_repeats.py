"""The same request again, one after the other or both at once: it is done once."""

from __future__ import annotations

import asyncio

import pytest

from tests.contract import asks
from tests.contract.asks import ACTIONS, COUNTS_ON, REPEATABLE, Make
from tests.contract.conftest import Start
from tests.contract.provider import Budget
from tests.contract.world import World


def writes_of(name: str, budget: Budget) -> int:
    """How many writes the action of `asks.ACTIONS` takes."""
    return budget.writes.get(name, 1)


@pytest.mark.parametrize(("name", "make"), REPEATABLE.items(), ids=REPEATABLE.keys())
async def test_the_second_time_nothing_is_written(world: World, name: str, make: Make) -> None:
    ask = make(world.samples)
    if await world.does(ask):
        done = world.effect_on(ask)
        assert await world.does(ask)
        assert world.case.writes() == []
        assert world.effect_on(ask) == done


@pytest.mark.parametrize("name", REPEATABLE)
async def test_two_at_once_are_done_once(start: Start, name: str) -> None:
    once, twice = await start(), await start()
    ask = REPEATABLE[name](once.samples)
    if await once.does(ask):
        twice.case.forget_calls()
        answers = await asyncio.gather(*(twice.post(ask) for _ in range(2)))
        assert [(answer.status, answer.text) for answer in answers] == [(200, "")] * 2
        assert len(twice.case.writes()) == writes_of(name, twice.case.budget)
        assert twice.effect_on(ask) == once.effect_on(ask)


async def test_many_at_once_are_done_once(world: World) -> None:
    ask = ACTIONS["cancel with the period"](world.samples)
    if world.offers(ask):
        world.case.forget_calls()
        answers = await asyncio.gather(*(world.post(ask) for _ in range(20)))
        assert {answer.status for answer in answers} == {200}
        assert len(world.case.writes()) == writes_of("cancel with the period", world.case.budget)


async def test_extensions_by_a_length_at_once_all_count(start: Start) -> None:
    """Two requests for another fourteen days are twenty-eight days: neither is lost to the other."""
    in_turn, at_once = await start(), await start()
    ask = ACTIONS[COUNTS_ON](in_turn.samples)
    if await in_turn.does(ask):
        answers = [(await in_turn.post(ask)).status]
        together = await asyncio.gather(*(at_once.post(ask) for _ in range(2)))
        assert [answer.status for answer in together] == [200, *answers]
        assert at_once.effect_on(ask) == in_turn.effect_on(ask)


async def test_one_and_all_at_once_do_not_meet(world: World) -> None:
    held = world.samples.single
    one, every = asks.cancel(held, asks.AT_ONCE), asks.cancel_all(held.customer, asks.AT_ONCE)
    if world.offers(one):
        world.case.forget_calls()
        answers = await asyncio.gather(world.post(one), world.post(every), world.post(one))
        assert {answer.status for answer in answers} == {200}
        assert len(world.case.writes()) == writes_of("cancel at once", world.case.budget)


async def test_different_actions_at_once_are_all_done(world: World) -> None:
    held = world.samples.active
    both = [asks.apply_coupon(held, world.samples.coupon), asks.cancel(held, asks.WITH_THE_PERIOD)]
    if all(world.offers(ask) for ask in both):
        answers = await asyncio.gather(*(world.post(ask) for ask in both))
        assert {answer.status for answer in answers} == {200}
        truth = world.truth(held)
        assert truth.coupons == (world.samples.coupon,)
        assert truth.ends_at == truth.period_end
