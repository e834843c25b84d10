"""A write whose answer is lost: it happens once, or the answer says that nobody knows."""

from __future__ import annotations

from typing import Final

import pytest

from adapters.conformance.asks import ACTIONS, REPEATABLE
from adapters.conformance.provider import Calls, Trouble
from adapters.conformance.world import Start

SOON_S: Final = 0.25
"""Waited for in vain, and much longer than what is answered takes, also on a machine that has other things to do."""
ONCE_LOST = [Trouble.ANSWER_LOST, Trouble.CALL_LOST, Trouble.BROKEN]


class TestLostAnswers:
    """A write whose answer is lost: it happens once, or the answer says that nobody knows."""

    @pytest.mark.parametrize("trouble", ONCE_LOST, ids=lambda trouble: trouble.name.lower().replace("_", " "))
    @pytest.mark.parametrize("name", ACTIONS)
    async def test_lost_once_it_is_done_once(self, start: Start, name: str, trouble: Trouble) -> None:
        quiet, world = await start(), await start()
        ask = ACTIONS[name](world.samples)
        if await quiet.does(ask):
            world.case.trouble(trouble, on=Calls.WRITES, times=1)
            assert await world.does(ask)
            assert world.effect_on(ask) == quiet.effect_on(ask)

    @pytest.mark.parametrize("name", ACTIONS)
    async def test_late_once_it_is_done_once(self, start: Start, name: str) -> None:
        quiet, world = await start(), await start({"limits": {"call_timeout_s": SOON_S, "deadline_s": 8}})
        ask = ACTIONS[name](world.samples)
        if await quiet.does(ask):
            world.case.trouble(Trouble.ANSWER_LATE, on=Calls.WRITES, times=1)
            assert await world.does(ask)
            assert world.effect_on(ask) == quiet.effect_on(ask)

    @pytest.mark.parametrize("later", range(1, 4))
    @pytest.mark.parametrize("trouble", ONCE_LOST, ids=lambda trouble: trouble.name.lower().replace("_", " "))
    @pytest.mark.parametrize("name", ACTIONS)
    async def test_whichever_of_its_writes_is_lost_it_is_done_once(
        self, start: Start, name: str, trouble: Trouble, later: int
    ) -> None:
        """Where an action takes several writes, each of them can be the one."""
        quiet, world = await start(), await start()
        ask = ACTIONS[name](world.samples)
        if world.case.budget.writes.get(name, 1) > later and await quiet.does(ask):
            world.case.trouble(trouble, on=Calls.WRITES, times=1, skip=later)
            assert await world.does(ask)
            assert world.effect_on(ask) == quiet.effect_on(ask)

    @pytest.mark.parametrize("name", ACTIONS)
    async def test_while_no_write_arrives_nothing_happens_and_nothing_is_claimed(self, start: Start, name: str) -> None:
        world = await start()
        ask = ACTIONS[name](world.samples)
        before = world.effect_on(ask)
        if world.offers(ask):
            world.case.trouble(Trouble.CALL_LOST, on=Calls.WRITES)
            answer = await world.post(ask)
            assert answer.is_error(504), answer.text
            assert world.effect_on(ask) == before

    @pytest.mark.parametrize("name", ACTIONS)
    async def test_while_no_answer_arrives_it_happens_once_at_most(self, start: Start, name: str) -> None:
        """Every write takes effect, none is answered: reading settles it."""
        quiet, world = await start(), await start()
        ask = ACTIONS[name](world.samples)
        before = world.effect_on(ask)
        if await quiet.does(ask):
            world.case.trouble(Trouble.ANSWER_LOST, on=Calls.WRITES)
            answer = await world.post(ask)
            if answer.status == 200:
                assert world.effect_on(ask) == quiet.effect_on(ask)
            else:
                assert answer.is_error(504), answer.text
                assert world.effect_on(ask) in (before, quiet.effect_on(ask))

    @pytest.mark.parametrize("name", ACTIONS)
    async def test_when_it_cannot_be_looked_up_nothing_is_claimed_and_asking_again_does_it_once(
        self, start: Start, name: str
    ) -> None:
        quiet, world = await start(), await start()
        ask = ACTIONS[name](world.samples)
        if await quiet.does(ask):
            world.case.trouble(Trouble.ANSWER_LOST, on=Calls.WRITES, times=1)
            world.case.trouble(Trouble.CALL_LOST, on=Calls.LATER_READS)
            answer = await world.post(ask)
            assert answer.is_error(504), answer.text
            world.keeps_silent(answer)
            world.case.recover()
            if name in REPEATABLE:
                assert await world.does(ask)
                assert world.effect_on(ask) == quiet.effect_on(ask)

    @pytest.mark.parametrize("name", ACTIONS)
    async def test_what_was_not_sent_is_sent_when_the_provider_is_back(self, start: Start, name: str) -> None:
        quiet, world = await start(), await start()
        ask = ACTIONS[name](world.samples)
        if await quiet.does(ask):
            world.case.trouble(Trouble.CALL_LOST)
            answer = await world.post(ask)
            assert answer.is_error(503), answer.text
            world.case.recover()
            assert await world.does(ask)
            assert world.effect_on(ask) == quiet.effect_on(ask)
