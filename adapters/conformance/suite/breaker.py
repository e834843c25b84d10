"""A provider that is down costs nobody their patience: soon it is not even asked, until one call finds it again."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import pytest

from adapters.conformance.asks import ACTIONS, Make
from adapters.conformance.provider import Calls, Trouble
from adapters.conformance.world import Answer, Start, World
from gateway.contract import Mode

MOMENT_S: Final = 0.02
WHEN_HUNG_S: Final = 60
DOWN: Final = [Trouble.SLOW, Trouble.BROKEN, Trouble.NONSENSE, Trouble.CALL_LOST, Trouble.ANSWER_LOST]
every_way_down = pytest.mark.parametrize("trouble", DOWN, ids=lambda trouble: trouble.name.lower().replace("_", " "))


def limits(*, failures: int = 3, open_s: float = 60, call_timeout_s: float = 4) -> dict[str, Any]:
    breaker = {"failures": failures, "open_s": open_s}
    return {"limits": {"deadline_s": 5, "call_timeout_s": call_timeout_s, "breaker": breaker}}


async def read(world: World, mode: Mode = Mode.TEST) -> Answer:
    """A read that takes one call of every provider."""
    return await world.get("/customers", mode)


def is_turned_away(world: World, answer: Answer) -> bool:
    world.keeps_silent(answer)
    return answer.is_error(503) and int(answer.headers["Retry-After"]) >= 1


async def open_circuit(world: World, trouble: Trouble = Trouble.CALL_LOST) -> None:
    """Let a read fail until the provider is not asked any more."""
    world.case.trouble(trouble)
    assert (await read(world)).status in {503, 504}
    world.case.forget_calls()


class TestBreaker:
    """A provider that is down costs nobody their patience: soon it is not even asked, until one call finds it again."""

    @every_way_down
    async def test_a_provider_that_is_down_is_not_asked_any_more(self, start: Start, trouble: Trouble) -> None:
        world = await start(limits(call_timeout_s=0.05))
        await open_circuit(world, trouble)
        assert is_turned_away(world, await read(world))
        assert is_turned_away(world, await world.post(ACTIONS["cancel at once"](world.samples)))
        assert world.case.calls() == []

    async def test_a_provider_that_is_not_there_is_told_with_when_to_come_back(self, start: Start) -> None:
        world = await start(limits())
        await world.provider.close()
        assert (await read(world)).is_error(503)
        answer = await read(world)
        assert is_turned_away(world, answer)
        assert 55 <= int(answer.headers["Retry-After"]) <= 60

    async def test_the_other_mode_is_asked_all_the_same(self, start: Start) -> None:
        world = await start(limits())
        await open_circuit(world)
        world.case.recover()
        assert (await read(world, Mode.LIVE)).status == 200
        assert is_turned_away(world, await read(world))

    async def test_one_call_alone_looks_whether_it_is_back(self, start: Start) -> None:
        # Long enough for the others to come while that call is under way, on a busy machine too.
        world = await start(limits(open_s=MOMENT_S, call_timeout_s=4))
        await open_circuit(world)
        world.case.recover()
        world.case.trouble(Trouble.SLOW)
        await asyncio.sleep(2 * MOMENT_S)
        looking = asyncio.create_task(read(world))
        async with asyncio.timeout(WHEN_HUNG_S):
            while not world.case.calls():  # noqa: ASYNC110 - the provider tells nobody
                await asyncio.sleep(0.001)
        # Whoever comes meanwhile does not wait for it.
        answers = await asyncio.gather(*(read(world) for _ in range(9)))
        assert not looking.done()
        assert [answer.status for answer in answers] == [503] * 9
        assert (await looking).status == 504
        assert len(world.case.calls()) == 1

    @pytest.mark.parametrize("finder", ["read", "action"])
    async def test_when_that_call_finds_it_everything_is_as_before(self, start: Start, finder: str) -> None:
        world = await start(limits(open_s=MOMENT_S))
        await open_circuit(world)
        world.case.recover()
        await asyncio.sleep(2 * MOMENT_S)
        if finder == "read":
            assert (await read(world)).status == 200
        else:
            assert await world.does(ACTIONS["cancel with the period"](world.samples))
        answers = await asyncio.gather(*(read(world) for _ in range(10)))
        assert {answer.status for answer in answers} == {200}

    @pytest.mark.parametrize("trouble", [Trouble.KEY_REFUSED, Trouble.RIGHT_MISSING, None], ids=str)
    async def test_a_provider_that_refuses_is_not_down(self, start: Start, trouble: Trouble | None) -> None:
        world = await start(limits(failures=1))
        if trouble is not None:
            world.case.trouble(trouble)
        for _ in range(5):
            path = "/customers" if trouble else f"/customers/{world.samples.unknown_customer}"
            assert (await world.get(path)).status == (502 if trouble else 404)
        world.case.recover()
        assert (await read(world)).status == 200

    @pytest.mark.parametrize("make", ACTIONS.values(), ids=ACTIONS.keys())
    async def test_a_write_whose_answer_is_lost_is_looked_up_though_its_loss_opened_the_circuit(
        self, start: Start, make: Make
    ) -> None:
        quiet, world = await start(), await start(limits(failures=1))
        ask = make(world.samples)
        if await quiet.does(ask):
            world.case.trouble(Trouble.ANSWER_LOST, on=Calls.WRITES, times=1)
            answer = await world.post(ask)
            if ask.subscription is not None:
                assert (answer.status, answer.text) == (200, "")
                assert world.effect_on(ask) == quiet.effect_on(ask)
            assert is_turned_away(world, await read(world))

    @pytest.mark.parametrize("name", ACTIONS)
    async def test_an_action_of_several_writes_is_not_cut_in_two_by_the_circuit(self, start: Start, name: str) -> None:
        quiet, world = await start(), await start(limits(failures=1))
        ask = ACTIONS[name](world.samples)
        if world.case.budget.writes.get(name, 1) > 1 and await quiet.does(ask):
            world.case.trouble(Trouble.CALL_LOST, on=Calls.WRITES, times=1, skip=1)
            assert await world.does(ask)
            assert world.effect_on(ask) == quiet.effect_on(ask)

    async def test_switched_off_the_provider_is_asked_however_often_it_fails(self, start: Start) -> None:
        world = await start({"limits": {"breaker": False}})
        for _ in range(4):
            await open_circuit(world)
        world.case.recover()
        assert (await read(world)).status == 200
