"""The state of one backend, as its requests see it: the same in this process alone and where others share it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import pytest

from gateway.contract import Mode
from gateway.resilience import DeadlineExceeded, Failure, LocalState, State, deadline
from gateway.shared.link import Link
from gateway.shared.state import SharedState
from gateway.shared.watcher import SilentWatcher
from tests.support.redis_server import RedisServer

WINDOW_S: Final = 60
PATIENCE_S: Final = 60.0
"""With what comes about, however busy the machine is."""


@pytest.fixture(params=["in this process", "in Redis", "in Redis, which is away"])
async def state(request: pytest.FixtureRequest) -> AsyncIterator[State]:
    """The state of a backend."""
    if request.param == "in this process":
        yield LocalState()
        return
    server: RedisServer = request.getfixturevalue("mortal_redis" if "away" in request.param else "redis")
    if "away" in request.param:
        server.kill()
    link = Link(server.address, patience_s=PATIENCE_S)
    yield SharedState("acme", LocalState(), link, SilentWatcher())
    await link.close()


async def hold(state: State, mode: Mode) -> None:
    async with state.locks(mode).hold("cus_ada"):
        pass


async def test_whoever_asks_for_the_locks_of_a_mode_gets_the_same(state: State) -> None:
    async with state.locks(Mode.LIVE).hold("cus_ada"):
        waiting = asyncio.create_task(hold(state, Mode.LIVE))
        await asyncio.sleep(0.01)
        assert not waiting.done()
    await waiting


async def test_live_and_test_do_not_wait_for_each_other(state: State) -> None:
    async with state.locks(Mode.LIVE).hold("cus_ada"):
        await asyncio.wait_for(hold(state, Mode.TEST), timeout=PATIENCE_S)


async def test_customers_do_not_wait_for_each_other(state: State) -> None:
    async with state.locks(Mode.LIVE).hold("cus_bob"):
        await asyncio.wait_for(hold(state, Mode.LIVE), timeout=PATIENCE_S)


async def test_those_who_wait_for_a_customer_have_their_turn_in_the_order_they_came(state: State) -> None:
    diary: list[int] = []

    async def write(number: int) -> None:
        async with state.locks(Mode.LIVE).hold("cus_ada"):
            diary.append(number)
            await asyncio.sleep(0)

    await asyncio.gather(*(write(number) for number in range(10)))
    assert diary == list(range(10))


async def test_nobody_waits_for_a_customer_longer_than_the_request_may(state: State) -> None:
    async with state.locks(Mode.LIVE).hold("cus_ada"):
        with deadline(0.01), pytest.raises(DeadlineExceeded, match="Another change for the same customer"):
            await hold(state, Mode.LIVE)


@pytest.mark.parametrize("error", [LookupError(), asyncio.CancelledError()], ids=["an error", "cancelled"])
async def test_whatever_ends_a_change_frees_the_customer(state: State, error: BaseException) -> None:
    with pytest.raises(type(error)):
        async with state.locks(Mode.LIVE).hold("cus_ada"):
            raise error
    await asyncio.wait_for(hold(state, Mode.LIVE), timeout=PATIENCE_S)


async def test_what_was_done_is_remembered_for_whoever_asks_later(state: State) -> None:
    done = []

    async def act() -> None:
        done.append("once")

    assert await state.repeats(WINDOW_S).once("request", act)
    assert not await state.repeats(WINDOW_S).once("request", act)
    assert done == ["once"]


async def test_what_was_done_is_remembered_when_the_window_changes(state: State) -> None:
    done = []

    async def act() -> None:
        done.append("once")

    assert await state.repeats(WINDOW_S).once("request", act)
    assert not await state.repeats(WINDOW_S / 2).once("request", act)
    assert done == ["once"]


async def test_twenty_at_once_are_done_once(state: State) -> None:
    done = []

    async def act() -> None:
        done.append("once")
        await asyncio.sleep(0.01)

    answers = await asyncio.gather(*(state.repeats(WINDOW_S).once("request", act) for _ in range(20)))
    assert (sorted(answers), done) == ([False] * 19 + [True], ["once"])


async def test_after_a_failure_the_next_is_carried_out(state: State) -> None:
    failures: list[Failure | None] = [Failure("refused"), None]

    async def act() -> None:
        failure = failures.pop(0)
        if failure is not None:
            raise failure

    with pytest.raises(Failure, match="refused"):
        await state.repeats(WINDOW_S).once("request", act)
    assert await state.repeats(WINDOW_S).once("request", act)


async def test_without_a_window_nothing_is_remembered(state: State) -> None:
    done = []

    async def act() -> None:
        done.append("again")

    for _ in range(2):
        assert await state.repeats(0).once("request", act)
    assert done == ["again", "again"]
