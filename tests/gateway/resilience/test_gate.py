"""Calls wait for each other: so many at once, at the pace, the urgent ones first, and none past its deadline."""

from __future__ import annotations

import asyncio
from typing import Final

import pytest

from gateway.resilience import Gate, Pace, Shed, Urgency, deadline
from tests.support.manual_time import ManualTime, until_nothing_moves
from tests.support.recording_observer import RecordingObserver

READ, ACTION, UNFINISHED = Urgency.READ, Urgency.ACTION, Urgency.UNFINISHED
SOON_S: Final = 0.01


class Setup:
    """A gate whose clock stands still. Whoever is in notes it in the diary and stays until it is let go."""

    def __init__(self, slots: int = 1, rate: float | None = None) -> None:
        self.now = ManualTime()
        self.observer = RecordingObserver()
        self.pace = Pace(rate, self.now)
        self.gate = Gate(slots, self.pace, self.observer, self.now.timer)
        self.diary: list[str] = []
        self._go: dict[str, asyncio.Event] = {}

    async def call(self, name: str, urgency: Urgency = READ, *, seconds: float = 60.0) -> asyncio.Task[None]:
        """Start a call, and let it come as far as it can."""
        self._go[name] = asyncio.Event()
        task = asyncio.create_task(self._call(name, urgency, seconds))
        await until_nothing_moves()
        return task

    async def end(self, *names: str) -> None:
        """Let these calls end, one after the other."""
        for name in names:
            self._go[name].set()
            await until_nothing_moves()

    async def _call(self, name: str, urgency: Urgency, seconds: float) -> None:
        with deadline(seconds):
            await self.gate.enter(urgency)
        self.diary.append(name)
        try:
            await self._go[name].wait()
        finally:
            self.gate.leave()


# -- slots --------------------------------------------------------------------------------------------------------


async def test_as_many_are_in_as_there_are_slots_and_the_others_follow_in_their_order() -> None:
    setup = Setup(slots=2)
    tasks = [await setup.call(name) for name in "abcde"]
    assert (setup.diary, setup.gate.waiting) == (["a", "b"], 3)
    await setup.end("b")
    assert setup.diary == ["a", "b", "c"]
    await setup.end("a", "c", "d", "e")
    assert setup.diary == ["a", "b", "c", "d", "e"]
    await asyncio.gather(*tasks)


async def test_the_urgent_ones_go_first_and_within_a_class_those_who_came_first() -> None:
    setup = Setup()
    tasks = [await setup.call("holder")]
    for name, urgency in [("list 1", READ), ("list 2", READ), ("act 1", ACTION), ("act 2", ACTION), ("u", UNFINISHED)]:
        tasks.append(await setup.call(name, urgency))
    order = ["holder", "u", "act 1", "act 2", "list 1", "list 2"]
    await setup.end(*order)
    assert setup.diary == order
    await asyncio.gather(*tasks)


async def test_a_flood_of_lists_does_not_keep_an_action_waiting_longer_than_one_call() -> None:
    setup = Setup(slots=3)
    floods = [await setup.call(f"list {number}") for number in range(200)]
    action = await setup.call("action", ACTION)
    await setup.end("list 1")
    assert setup.diary[-1] == "action"
    for task in (*floods, action):
        task.cancel()
    await asyncio.wait([*floods, action])


async def test_every_one_that_had_to_wait_is_told_of_whether_its_turn_came_or_not() -> None:
    setup = Setup()
    tasks = [await setup.call(name) for name in "abc"]
    assert setup.observer.waits == 0
    await setup.end("a")
    assert setup.observer.waits == 1
    tasks[2].cancel()
    await until_nothing_moves()
    assert setup.observer.waits == 2
    await setup.end("b")


async def test_one_that_stops_waiting_is_passed_over() -> None:
    setup = Setup()
    tasks = [await setup.call(name) for name in "abc"]
    tasks[1].cancel()
    await setup.end("a")
    assert setup.diary == ["a", "c"]
    await setup.end("c")
    assert setup.gate.waiting == 0


async def test_one_that_is_cancelled_just_as_its_turn_comes_passes_it_on() -> None:
    setup = Setup()
    tasks = [await setup.call(name) for name in "abc"]
    setup._go["a"].set()
    await asyncio.sleep(0)
    tasks[1].cancel()
    await until_nothing_moves()
    assert setup.diary[-1] == "c"
    await setup.end("c")
    await setup.call("d")
    assert setup.diary[-1] == "d"
    await setup.end("d")


async def test_whoever_has_waited_past_its_deadline_is_turned_away_and_told_when_to_come_back() -> None:
    setup = Setup()
    holder = await setup.call("holder")
    with pytest.raises(Shed) as caught:
        await (await setup.call("late", seconds=SOON_S))
    assert caught.value.retry_after == 1.0
    assert (setup.observer.sheds, setup.gate.waiting) == (["overload"], 0)
    await setup.end("holder")
    await holder


async def test_whoever_has_no_time_at_all_does_not_wait() -> None:
    setup = Setup()
    holder = await setup.call("holder")
    late = await setup.call("late", seconds=0.0)
    assert late.done()
    with pytest.raises(Shed):
        await late
    await setup.end("holder")
    await holder


# -- the pace -----------------------------------------------------------------------------------------------------


async def test_calls_begin_at_the_pace() -> None:
    setup = Setup(slots=100, rate=2.0)
    tasks = [await setup.call(name) for name in "abcdef"]
    seen = [len(setup.diary)]
    for _ in range(4):
        await setup.now.advance(0.5)
        seen.append(len(setup.diary))
    assert seen == [2, 3, 4, 5, 6]
    await setup.end(*"abcdef")
    await asyncio.gather(*tasks)


async def test_a_newcomer_does_not_overtake_those_whose_turn_has_just_come() -> None:
    setup = Setup(slots=100, rate=1.0)
    tasks = [await setup.call(name) for name in ("first", "waiting")]
    setup.now.move(1.0)
    tasks.append(await setup.call("newcomer"))
    assert setup.diary == ["first", "waiting"]
    await setup.now.advance(1.0)
    assert setup.diary == ["first", "waiting", "newcomer"]
    await setup.end("first", "waiting", "newcomer")
    await asyncio.gather(*tasks)


async def test_an_action_does_not_wait_for_slots_held_by_lists_that_wait_for_the_pace() -> None:
    setup = Setup(slots=2, rate=1.0)
    tasks = [await setup.call(name) for name in ("list 1", "list 2", "list 3", "list 4")]
    tasks.append(await setup.call("action", ACTION))
    await setup.now.advance(1.0)
    assert setup.diary == ["list 1", "action"]
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def test_a_wait_that_would_pass_the_deadline_is_not_begun() -> None:
    setup = Setup(slots=100, rate=1.0)
    tasks = [await setup.call(str(number)) for number in range(10)]
    late = await setup.call("late", seconds=9.0)
    assert late.done()
    with pytest.raises(Shed) as caught:
        await late
    assert caught.value.retry_after == pytest.approx(10.0)
    # For an action there are only actions before it.
    action = await setup.call("action", ACTION, seconds=9.0)
    assert not action.done()
    for task in (*tasks, action):
        task.cancel()
    await asyncio.wait([*tasks, action])


async def test_a_call_that_was_not_made_leaves_its_turn_to_the_next() -> None:
    setup = Setup(slots=2, rate=1.0)
    await setup.gate.enter(READ)
    waiting = await setup.call("next")
    setup.gate.leave(called=False)
    await until_nothing_moves()
    assert setup.diary == ["next"]
    await setup.end("next")
    await waiting


async def test_after_a_refusal_everybody_waits_as_long_as_the_provider_wishes() -> None:
    setup = Setup(slots=100)
    first = await setup.call("refused")
    setup.gate.slow_down(setup.now(), 5.0)
    others = [await setup.call("list"), await setup.call("action", ACTION)]
    await setup.now.advance(4.9)
    assert setup.diary == ["refused"]
    await setup.now.advance(0.2)
    assert setup.diary == ["refused", "action", "list"]
    assert setup.observer.paces == [1.0]
    await setup.end("refused", "action", "list")
    await asyncio.gather(first, *others)


async def test_a_wish_beyond_the_deadline_turns_everybody_away_at_once() -> None:
    setup = Setup(slots=100)
    setup.gate.slow_down(setup.now(), 30.0)
    for urgency in (READ, ACTION):
        call = await setup.call("later", urgency, seconds=20.0)
        with pytest.raises(Shed) as caught:
            await call
        assert caught.value.retry_after == 30.0


async def test_what_is_unfinished_does_not_wait_for_the_pace_but_for_a_slot() -> None:
    setup = Setup(slots=2)
    setup.gate.slow_down(setup.now(), 30.0)
    tasks = [await setup.call("list")]
    tasks += [await setup.call(name, UNFINISHED) for name in ("undo 1", "undo 2", "undo 3")]
    assert setup.diary == ["undo 1", "undo 2"]
    await setup.end("undo 1")
    assert setup.diary == ["undo 1", "undo 2", "undo 3"]
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def test_without_a_clock_of_its_own_it_waits_on_the_event_loop() -> None:
    gate = Gate(10, Pace(200.0))
    with deadline(5.0):
        for _ in range(204):
            await gate.enter(READ)
            gate.leave()
