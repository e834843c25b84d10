"""The state of one backend in this process."""

from __future__ import annotations

import asyncio

from gateway.contract import Mode
from gateway.resilience import LocalState


async def test_whoever_asks_for_the_locks_of_a_mode_gets_the_same() -> None:
    state = LocalState()
    async with state.locks(Mode.LIVE).hold("cus_ada"):
        waiting = asyncio.create_task(_hold(state, Mode.LIVE))
        await asyncio.sleep(0.01)
        assert not waiting.done()
    await waiting


async def test_live_and_test_do_not_wait_for_each_other() -> None:
    state = LocalState()
    async with state.locks(Mode.LIVE).hold("cus_ada"):
        await asyncio.wait_for(_hold(state, Mode.TEST), timeout=5)


async def test_what_was_done_is_remembered_for_whoever_asks_later() -> None:
    state, done = LocalState(), []

    async def act() -> None:
        done.append("once")

    assert await state.repeats(60).once("request", act)
    assert not await state.repeats(60).once("request", act)
    assert done == ["once"]


async def test_what_was_done_is_remembered_when_the_window_changes() -> None:
    state, done = LocalState(), []

    async def act() -> None:
        done.append("once")

    assert await state.repeats(60).once("request", act)
    assert not await state.repeats(30).once("request", act)
    assert done == ["once"]


async def test_without_a_window_nothing_is_remembered() -> None:
    state, done = LocalState(), []

    async def act() -> None:
        done.append("again")

    for _ in range(2):
        assert await state.repeats(0).once("request", act)
    assert done == ["again", "again"]


async def _hold(state: LocalState, mode: Mode) -> None:
    async with state.locks(mode).hold("cus_ada"):
        pass
