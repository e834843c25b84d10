"""Several provider calls at once."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")


async def both(first: Coroutine[Any, Any, A], second: Coroutine[Any, Any, B]) -> tuple[A, B]:
    """The answers of two calls, see `together`."""
    one, other = asyncio.ensure_future(first), asyncio.ensure_future(second)
    await _settled([one, other])
    return one.result(), other.result()


async def together(calls: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """The answers of calls that are made side by side, in the order of the calls.

    Raises what the first one that fails raises; the others are given up then. Left alone they would go on, and be
    repeated, after the request was answered.
    """
    tasks = [asyncio.ensure_future(call) for call in calls]
    await _settled(tasks)
    return [task.result() for task in tasks]


async def _settled(tasks: Iterable[asyncio.Task[Any]]) -> None:
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
