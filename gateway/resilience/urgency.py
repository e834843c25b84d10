"""How urgent a provider call is: told once, around what it belongs to, and found by whatever runs inside."""

from __future__ import annotations

from contextvars import ContextVar
from enum import IntEnum
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")
P = ParamSpec("P")


class Urgency(IntEnum):
    """The smaller goes first where calls have to wait for each other."""

    UNFINISHED = 0
    """What follows a write that was made or may have been: completing it, undoing it, finding out what became of it. It
    waits neither for the pace nor for a circuit: sparing the provider a call is not worth a change left half done."""
    ACTION = 1
    """A write, and the reads that belong to it: a customer waits for it."""
    READ = 2
    """Everything else."""


_current: Final[ContextVar[Urgency]] = ContextVar("urgency", default=Urgency.READ)


def current_urgency() -> Urgency:
    """The urgency of what is being done."""
    return _current.get()


def note_change() -> None:
    """Something was changed, or may have been: what is left to do of the action is `UNFINISHED`."""
    if _current.get() is Urgency.ACTION:
        _current.set(Urgency.UNFINISHED)


class urgency:
    """Everything that is done inside the block, and every task it starts, is this urgent."""

    __slots__ = ("_level", "_token")

    def __init__(self, level: Urgency) -> None:
        self._level = level

    def __enter__(self) -> None:
        self._token = _current.set(self._level)

    def __exit__(self, *raised: object) -> None:
        _current.reset(self._token)


def with_urgency(
    level: Urgency,
) -> Callable[[Callable[P, Coroutine[Any, Any, T]]], Callable[P, Coroutine[Any, Any, T]]]:
    """Decorate a coroutine function: all of it is as in `urgency`."""

    def decorate(function: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
        @wraps(function)
        async def run(*args: P.args, **kwargs: P.kwargs) -> T:
            with urgency(level):
                return await function(*args, **kwargs)

        return run

    return decorate
