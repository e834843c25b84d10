"""What takes too long is given up, each piece by its own limit, and nothing else is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from typing import Final

import pytest

from gateway.resilience import TimeLimits

SOON: Final = 0.01
LATER: Final = 30.0


async def forever() -> None:
    await asyncio.get_running_loop().create_future()


async def test_what_ends_in_time_is_left_alone() -> None:
    limits = TimeLimits()
    with limits.within(SOON):
        await asyncio.sleep(0)
    await asyncio.sleep(2 * SOON)


async def test_what_takes_too_long_is_given_up_and_the_task_goes_on() -> None:
    limits = TimeLimits()
    with pytest.raises(TimeoutError), limits.within(SOON):
        await forever()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await asyncio.sleep(0)


async def test_each_piece_has_its_own_limit_whichever_began_first() -> None:
    limits, ended = TimeLimits(), list[str]()

    async def work(name: str, seconds: float) -> None:
        try:
            with limits.within(seconds):
                await forever()
        except TimeoutError:
            ended.append(name)

    working = [
        asyncio.create_task(work(name, seconds))
        for name, seconds in {"third": 5 * SOON, "never": LATER, "first": SOON, "second": 3 * SOON}.items()
    ]
    await asyncio.wait([working[0], working[2], working[3]])
    assert ended == ["first", "second", "third"]
    assert not working[1].done()
    working[1].cancel()


async def test_what_began_after_others_were_given_up_is_given_up_as_well() -> None:
    limits = TimeLimits()
    for _ in range(3):
        with pytest.raises(TimeoutError), limits.within(SOON):
            await forever()


async def within(limits: TimeLimits, seconds: float, work: Awaitable[object]) -> None:
    with limits.within(seconds):
        await work


async def test_where_one_is_within_another_the_one_that_is_over_ends() -> None:
    limits = TimeLimits()
    with pytest.raises(TimeoutError):
        await within(limits, SOON, within(limits, LATER, forever()))
    with limits.within(LATER), pytest.raises(TimeoutError):
        await within(limits, SOON, forever())


@pytest.mark.parametrize("both", [False, True], ids=["in time", "in the same moment as it is given up"])
async def test_a_task_that_somebody_else_cancels_is_cancelled(both: bool) -> None:
    limits = TimeLimits()

    async def work() -> None:
        with limits.within(SOON if both else LATER):
            await forever()

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    if both:
        asyncio.get_running_loop().call_later(SOON, task.cancel)
        # Both moments have passed when the loop gets to look at them.
        time.sleep(3 * SOON)  # noqa: ASYNC251 - the loop is to be late
    else:
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_error_of_its_own_is_what_is_raised() -> None:
    async def fail() -> None:
        try:
            await forever()
        except asyncio.CancelledError:
            raise ValueError("its own") from None

    with pytest.raises(ValueError, match="its own"):
        await within(TimeLimits(), SOON, fail())
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_for_many_pieces_there_is_one_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, timers = asyncio.get_running_loop(), list[float]()
    set_timer = loop.call_at

    def noted(when: float, *arguments: object, **keywords: object) -> asyncio.TimerHandle:
        timers.append(when)
        return set_timer(when, *arguments, **keywords)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(loop, "call_at", noted)
    limits = TimeLimits()
    for _ in range(100):
        with limits.within(LATER):
            pass
    assert len(timers) == 1


def test_outside_a_task_there_is_nothing_to_give_up() -> None:
    with pytest.raises(RuntimeError), TimeLimits().within(SOON):
        pass
