"""Which provider calls a piece of work took, noted for whoever asked, without handing anything through."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final

from msgspec import Struct

_MOST_CALLS: Final = 50


class NotedCall(Struct, frozen=True):
    """One attempt of a provider call, in the words of `Observer.called`."""

    operation: str
    outcome: str
    request_id: str | None


_trail: ContextVar[list[NotedCall] | None] = ContextVar("call_trail", default=None)


class call_trail:
    """The calls that the block makes, filled while it runs, with those of tasks that it starts. 50 at most."""

    __slots__ = ("_token",)

    def __enter__(self) -> list[NotedCall]:
        noted: list[NotedCall] = []
        self._token = _trail.set(noted)
        return noted

    def __exit__(self, *raised: object) -> None:
        _trail.reset(self._token)


def note_call(operation: str, outcome: str, request_id: str | None) -> None:
    """Note a call for the block that asked, if any does."""
    noted = _trail.get()
    if noted is not None and len(noted) < _MOST_CALLS:
        noted.append(NotedCall(operation, outcome, request_id))
