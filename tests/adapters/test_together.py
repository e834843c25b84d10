"""Calls that are made side by side: nothing of them is left behind."""

from __future__ import annotations

import asyncio

import pytest

from adapters.errors import NotFound
from adapters.together import both, together

LONG_S = 60


async def answer(value: str, after: asyncio.Event | None = None) -> str:
    if after is not None:
        await after.wait()
    return value


async def fail(after: asyncio.Event | None = None) -> str:
    if after is not None:
        await after.wait()
    raise NotFound


class Slow:
    """A call that does not end by itself."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.given_up = False

    async def call(self) -> str:
        self.began.set()
        try:
            await asyncio.sleep(LONG_S)
        except asyncio.CancelledError:
            self.given_up = True
            raise
        return "too late"


async def test_answers_come_in_the_order_of_the_calls() -> None:
    later = asyncio.Event()

    async def release() -> str:
        later.set()
        return "b"

    assert await together([answer("a", later), release(), answer("c")]) == ["a", "b", "c"]
    assert await both(answer("a"), answer("b")) == ("a", "b")


async def test_nothing_to_call_is_no_answer() -> None:
    assert await together([]) == []


@pytest.mark.parametrize("first", [True, False], ids=["the first fails", "the second fails"])
async def test_when_one_fails_the_other_is_given_up_before_that_is_told(first: bool) -> None:
    slow = Slow()
    calls = (fail(slow.began), slow.call()) if first else (slow.call(), fail(slow.began))
    with pytest.raises(NotFound):
        await both(*calls)
    assert slow.given_up


async def test_whoever_is_cancelled_takes_all_calls_along() -> None:
    slow = Slow(), Slow()
    request = asyncio.create_task(together(one.call() for one in slow))
    for one in slow:
        await one.began.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert [one.given_up for one in slow] == [True, True]
