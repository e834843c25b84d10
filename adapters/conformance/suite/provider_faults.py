"""What the provider does wrong never looks like Churnkey's own mistake, and none of what it says is passed on.

Every read and every action with a few of the things that can go wrong; all of these are in `fault_table`.
"""

from __future__ import annotations

import asyncio
from typing import Final

import pytest

from adapters.conformance.asks import ACTIONS, Make
from adapters.conformance.provider import Calls, Trouble
from adapters.conformance.reads import READS, Read
from adapters.conformance.world import Answer, Start, World

SHORT: Final = {"limits": {"call_timeout_s": 0.05, "deadline_s": 5}}
"""A call that takes longer than a twentieth of a second is given up."""

HUNG_S: Final = 60

# Families may be gathered from the products, so the calls behind them are none of their own.
OWN: Final = {path: read for path, read in READS.items() if read.controller != "families"}
every_read = pytest.mark.parametrize("read", OWN.values(), ids=OWN.keys())
every_action = pytest.mark.parametrize("make", ACTIONS.values(), ids=ACTIONS.keys())


def named(*troubles: Trouble) -> pytest.MarkDecorator:
    """A parameter `trouble` with these values."""
    return pytest.mark.parametrize("trouble", troubles, ids=lambda trouble: trouble.name.lower().replace("_", " "))


def is_discreet(world: World, answer: Answer, status: int) -> None:
    """It is this error, in words of the gateway's own."""
    assert answer.is_error(status), (answer.status, answer.text)
    world.keeps_silent(answer)


async def fails(world: World, read: Read, trouble: Trouble, status: int) -> Answer | None:
    """It cannot be read with this going wrong all the time. None where it never can."""
    if not await world.serves(read):
        return None
    world.case.trouble(trouble)
    answer = await world.get(read.path(world.samples))
    is_discreet(world, answer, status)
    return answer


async def cannot(world: World, make: Make, status: int) -> None:
    """The action fails with this status where it is offered, and nothing has changed."""
    ask = make(world.samples)
    before = world.effect_on(ask)
    is_discreet(world, await world.post(ask), status if world.offers(ask) else 400)
    assert world.effect_on(ask) == before


class TestProviderFaults:
    """What the provider does wrong never looks like Churnkey's own mistake, and none of what it says is passed on."""

    @named(Trouble.KEY_REFUSED, Trouble.RIGHT_MISSING)
    @every_read
    async def test_a_refused_key_is_never_told_as_a_refused_token(
        self, world: World, read: Read, trouble: Trouble
    ) -> None:
        await fails(world, read, trouble, 502)

    @named(Trouble.KEY_REFUSED, Trouble.RIGHT_MISSING)
    @pytest.mark.parametrize("calls", [Calls.READS, Calls.WRITES], ids=lambda calls: calls.name.lower())
    @every_action
    async def test_a_refused_key_stops_an_action(
        self, world: World, make: Make, calls: Calls, trouble: Trouble
    ) -> None:
        world.case.trouble(trouble, on=calls)
        await cannot(world, make, 502)

    @named(Trouble.KEY_REFUSED, Trouble.RIGHT_MISSING)
    async def test_a_refused_key_is_not_tried_again(self, world: World, trouble: Trouble) -> None:
        world.case.trouble(trouble)
        world.case.forget_calls()
        await world.get(f"/customers/{world.samples.customer}")
        assert len(set(world.case.calls())) == len(world.case.calls()) <= world.case.budget.customer

    @named(Trouble.TOO_MANY, Trouble.BROKEN, Trouble.NONSENSE, Trouble.CALL_LOST, Trouble.ANSWER_LOST)
    @every_read
    async def test_what_passes_is_not_noticed(self, start: Start, read: Read, trouble: Trouble) -> None:
        quiet, world = await start(), await start()
        if await world.serves(read):
            world.case.trouble(trouble, times=1)
            answer = await world.get(read.path(world.samples))
            assert (answer.status, answer.text) == (200, (await quiet.get(read.path(quiet.samples))).text)

    @named(Trouble.TOO_MANY)
    @every_action
    async def test_too_many_calls_for_a_moment_are_not_noticed(
        self, start: Start, make: Make, trouble: Trouble
    ) -> None:
        quiet, world = await start(), await start()
        ask = make(world.samples)
        if await quiet.does(ask):
            world.case.trouble(trouble, on=Calls.READS, times=1)
            world.case.trouble(trouble, on=Calls.WRITES, times=1)
            assert await world.does(ask)
            assert world.effect_on(ask) == quiet.effect_on(ask)

    @named(Trouble.TOO_MANY, Trouble.TOO_MANY_FOR_LONG)
    @every_read
    async def test_too_many_calls_are_told_with_when_to_come_back(
        self, world: World, read: Read, trouble: Trouble
    ) -> None:
        answer = await fails(world, read, trouble, 503)
        assert answer is None or int(answer.headers["Retry-After"]) >= 1

    @named(Trouble.TOO_MANY, Trouble.TOO_MANY_FOR_LONG)
    @pytest.mark.parametrize("calls", [Calls.READS, Calls.WRITES], ids=lambda calls: calls.name.lower())
    @every_action
    async def test_too_many_calls_leave_everything_as_it_was(
        self, world: World, make: Make, calls: Calls, trouble: Trouble
    ) -> None:
        world.case.trouble(trouble, on=calls)
        await cannot(world, make, 503)

    @named(Trouble.BROKEN, Trouble.NONSENSE, Trouble.CALL_LOST)
    @every_read
    async def test_a_provider_that_is_down_is_told_as_such(self, world: World, read: Read, trouble: Trouble) -> None:
        await fails(world, read, trouble, 503)

    @named(Trouble.BROKEN, Trouble.NONSENSE, Trouble.CALL_LOST)
    @every_action
    async def test_an_action_that_cannot_read_does_nothing(self, world: World, make: Make, trouble: Trouble) -> None:
        world.case.trouble(trouble, on=Calls.READS)
        await cannot(world, make, 503)

    @named(Trouble.BROKEN, Trouble.NONSENSE)
    @every_action
    async def test_an_action_that_cannot_write_claims_nothing(self, world: World, make: Make, trouble: Trouble) -> None:
        """A fault of the provider's own leaves open what happened, so it is told as that."""
        world.case.trouble(trouble, on=Calls.WRITES)
        await cannot(world, make, 504)

    @every_read
    async def test_a_provider_that_is_slow_is_not_waited_for(self, start: Start, read: Read) -> None:
        world = await start(SHORT)
        await fails(world, read, Trouble.SLOW, 504)

    @pytest.mark.parametrize("calls", [Calls.READS, Calls.WRITES], ids=lambda calls: calls.name.lower())
    @every_action
    async def test_an_action_at_a_slow_provider_claims_nothing(self, start: Start, make: Make, calls: Calls) -> None:
        world = await start(SHORT)
        world.case.trouble(Trouble.SLOW, on=calls)
        await cannot(world, make, 504)

    @named(Trouble.SLOW, Trouble.ANSWER_DRIPS)
    @pytest.mark.parametrize("method", ["read", "action"])
    async def test_the_deadline_is_the_last_word(self, start: Start, method: str, trouble: Trouble) -> None:
        """The calls may take longer than the whole request, and something may arrive all the time: it is answered."""
        world = await start({"limits": {"deadline_s": 1, "call_timeout_s": 60}})
        world.case.trouble(trouble)
        async with asyncio.timeout(HUNG_S):
            if method == "read":
                is_discreet(world, await world.get("/customers"), 504)
            else:
                await cannot(world, ACTIONS["cancel at once"], 504)

    async def test_after_trouble_everything_is_as_before(self, start: Start) -> None:
        world = await start({"limits": {"breaker": False}})
        before = (await world.get("/customers")).text
        for trouble in (Trouble.KEY_REFUSED, Trouble.TOO_MANY, Trouble.BROKEN, Trouble.CALL_LOST):
            world.case.trouble(trouble)
            assert (await world.get("/customers")).status >= 500
            world.case.recover()
            assert (await world.get("/customers")).text == before
