"""The same request again gets the first one's answer, for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from gateway.resilience import Cause, DeadlineExceeded, Failure, Repeats, deadline


class Clock:
    """Seconds that pass when they are told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Deed:
    """Something that is done, and how often. It waits for its gate, and fails with `failure` while there is one."""

    def __init__(self, failure: Failure | None = None) -> None:
        self.times = 0
        self.failure = failure
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self) -> None:
        self.times += 1
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure


class LostStands:
    """The verdict that nothing lost is tried again."""

    def write(self, failure: Failure) -> str | None:
        return failure.message if failure.why is Cause.LOST else None

    def read(self, text: str) -> Failure:
        return Failure(text, cause=Cause.LOST)

    def unheard(self) -> Failure | None:
        return Failure("unheard", cause=Cause.LOST)


def lost() -> Failure:
    return Failure("lost", cause=Cause.LOST)


async def until_nothing_moves() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_second_one_is_answered_as_the_first_was() -> None:
    repeats, deed = Repeats(60), Deed()
    assert await repeats.once("request", deed)
    assert not await repeats.once("request", deed)
    assert deed.times == 1


async def test_another_request_is_carried_out() -> None:
    repeats, deed = Repeats(60), Deed()
    assert await repeats.once("one", deed)
    assert await repeats.once("other", deed)
    assert deed.times == 2


async def test_after_the_window_it_is_carried_out_again() -> None:
    clock, deed = Clock(), Deed()
    repeats = Repeats(60, clock)
    await repeats.once("request", deed)
    clock.now = 59.9
    assert not await repeats.once("request", deed)
    clock.now = 60.1
    assert await repeats.once("request", deed)
    assert deed.times == 2


async def test_the_window_counts_from_the_first_and_is_not_drawn_out() -> None:
    clock, deed = Clock(), Deed()
    repeats = Repeats(60, clock)
    for clock.now in (0.0, 40.0, 80.0):
        await repeats.once("request", deed)
    assert deed.times == 2


async def test_another_window_counts_for_what_is_done_under_it_and_forgets_nothing() -> None:
    clock, former, later = Clock(), Deed(), Deed()
    repeats = Repeats(60, clock)
    await repeats.once("former", former)
    shorter = repeats.with_window(5)
    await shorter.once("later", later)
    clock.now = 6.0
    assert not await shorter.once("former", former)
    assert await shorter.once("later", later)


async def test_the_first_one_is_waited_for_under_another_window_too() -> None:
    repeats, deed = Repeats(60), Deed()
    deed.gate.clear()
    first = asyncio.create_task(repeats.once("request", deed))
    second = asyncio.create_task(repeats.with_window(5).once("request", deed))
    await asyncio.sleep(0)
    deed.gate.set()
    assert (await first, await second) == (True, False)
    assert deed.times == 1


async def test_a_failure_is_no_answer_for_the_next() -> None:
    repeats, deed = Repeats(60), Deed(lost())
    with pytest.raises(Failure):
        await repeats.once("request", deed)
    deed.failure = None
    assert await repeats.once("request", deed)
    assert deed.times == 2


async def test_a_failure_that_is_final_stands() -> None:
    repeats, deed = Repeats(60), Deed(lost())
    for _ in range(3):
        with pytest.raises(Failure, match="lost"):
            await repeats.once("request", deed, LostStands())
    assert deed.times == 1


@pytest.mark.parametrize("failure", [None, lost()], ids=["done", "failed"])
async def test_those_that_come_meanwhile_wait_for_the_first_ones_answer(failure: Failure | None) -> None:
    repeats, deed = Repeats(60), Deed(failure)
    deed.gate.clear()
    together = [asyncio.create_task(repeats.once("request", deed)) for _ in range(20)]
    await until_nothing_moves()
    deed.gate.set()
    answers = await asyncio.gather(*together, return_exceptions=True)
    assert deed.times == 1
    assert answers == ([failure] * 20 if failure else [True] + [False] * 19)


async def test_waiting_ends_with_the_deadline_and_takes_the_answer_from_nobody() -> None:
    repeats, deed = Repeats(60), Deed()
    deed.gate.clear()
    first = asyncio.create_task(repeats.once("request", deed))
    await until_nothing_moves()
    patient = asyncio.create_task(repeats.once("request", deed))
    with deadline(0.01), pytest.raises(DeadlineExceeded):
        await repeats.once("request", deed)
    deed.gate.set()
    assert (await first, await patient) == (True, False)


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(lambda task: task.cancel(), id="cancelled"),
        pytest.param(lambda task: None, id="broken by an error of ours"),
    ],
)
async def test_what_is_no_failure_leaves_nothing_behind(end: Callable[[asyncio.Task[bool]], object]) -> None:
    repeats, gate = Repeats(60), asyncio.Event()

    async def break_down() -> None:
        await gate.wait()
        raise RuntimeError("an error of ours")

    task = asyncio.create_task(repeats.once("request", break_down))
    await until_nothing_moves()
    end(task)
    gate.set()
    with pytest.raises((RuntimeError, asyncio.CancelledError)):
        await task
    deed = Deed()
    assert await repeats.once("request", deed)


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(lambda task: task.cancel(), id="cancelled"),
        pytest.param(lambda task: None, id="broken by an error of ours"),
    ],
)
async def test_those_that_waited_for_what_was_no_failure_carry_it_out_once_themselves(
    end: Callable[[asyncio.Task[bool]], object],
) -> None:
    repeats, gate, deed = Repeats(60), asyncio.Event(), Deed()

    async def break_down() -> None:
        await gate.wait()
        raise RuntimeError("an error of ours")

    first = asyncio.create_task(repeats.once("request", break_down))
    await until_nothing_moves()
    waiting = [asyncio.create_task(repeats.once("request", deed)) for _ in range(3)]
    await until_nothing_moves()
    end(first)
    gate.set()
    with pytest.raises((RuntimeError, asyncio.CancelledError)):
        await first
    assert await asyncio.gather(*waiting) == [True, False, False]
    assert deed.times == 1


async def test_with_no_window_everything_is_carried_out_each_time() -> None:
    repeats, deed = Repeats(0), Deed()
    doing: list[Awaitable[bool]] = [repeats.once("request", deed) for _ in range(3)]
    assert await asyncio.gather(*doing) == [True] * 3
    assert deed.times == 3
