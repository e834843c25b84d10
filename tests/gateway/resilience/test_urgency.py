"""Urgency is told once, around an action, and found by everything inside."""

from __future__ import annotations

import asyncio

import pytest

from gateway.resilience import Urgency, current_urgency, note_change, with_urgency


@with_urgency(Urgency.ACTION)
async def act() -> Urgency:
    return current_urgency()


@with_urgency(Urgency.ACTION)
async def change() -> Urgency:
    note_change()
    return current_urgency()


async def test_what_nobody_calls_urgent_is_a_read() -> None:
    assert current_urgency() is Urgency.READ


async def test_an_action_is_urgent_and_what_comes_after_it_is_not() -> None:
    assert await act() is Urgency.ACTION
    assert current_urgency() is Urgency.READ


async def test_a_task_that_an_action_starts_is_as_urgent() -> None:
    @with_urgency(Urgency.ACTION)
    async def start() -> asyncio.Task[Urgency]:
        async def look() -> Urgency:
            return current_urgency()

        return asyncio.create_task(look())

    assert await (await start()) is Urgency.ACTION


async def test_an_action_that_has_changed_something_is_unfinished_until_it_ends() -> None:
    assert await change() is Urgency.UNFINISHED
    assert current_urgency() is Urgency.READ


async def test_one_part_that_has_changed_something_does_not_make_the_next_unfinished() -> None:
    @with_urgency(Urgency.ACTION)
    async def act_on_two() -> list[Urgency]:
        return [await change(), await act(), current_urgency()]

    assert await act_on_two() == [Urgency.UNFINISHED, Urgency.ACTION, Urgency.ACTION]


async def test_what_is_no_action_is_never_unfinished() -> None:
    note_change()
    assert current_urgency() is Urgency.READ


async def test_a_failure_leaves_no_urgency_behind() -> None:
    @with_urgency(Urgency.ACTION)
    async def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert current_urgency() is Urgency.READ
