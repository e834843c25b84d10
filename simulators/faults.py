"""Faults to inject: answers in place of the provider's, lost answers, broken bodies, delays.

A fault waits for a request that fits, acts on as many as it is told to, and is then used up.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self

if TYPE_CHECKING:
    from simulators.types import Json

Delivery = Literal["whole", "unread", "dropped", "truncated", "slow", "dripping"]
Hook = Callable[[Any], Awaitable[None] | None]
"""Is given the recorded request, of whichever class the simulator records."""


@dataclass(eq=False)
class Fault:
    """What goes wrong with the requests that fit; the class methods make the usual ones."""

    method: str | None = None
    """None fits all."""
    path: str = ""
    """A regular expression, found anywhere in the path."""
    times: int | None = 1
    """How many fitting requests are hit; None: all of them."""
    skip: int = 0
    """How many fitting requests are let through before."""
    status: int | None = None
    """Replaces the answer, together with `body`; None sends the true answer."""
    body: Json | str | bytes = b""
    """A dict is sent as JSON."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Added to those of the answer."""
    effect: bool | None = None
    """Whether the request is carried out; None: if its answer is not replaced."""
    delay_before: float = 0.0
    """Seconds waited before the effect."""
    delay_after: float = 0.0
    """Seconds waited after the effect."""
    delivery: Delivery = "whole"
    """`unread`: the connection is closed before the request's body is read; `dropped`: instead of an answer;
    `truncated`: half of the body is sent; `slow`: in two halves; `dripping`: byte by byte, without end."""
    body_delay: float = 0.0
    """Seconds between the two halves of a slow body, or between the bytes of a dripping one."""
    remembered: bool = False
    """Whether a replaced answer is stored under the idempotency key and replayed."""
    hook: Hook | None = None
    """Called before anything happens."""

    @property
    def takes_effect(self) -> bool:
        """Whether the request is carried out."""
        return self.status is None if self.effect is None else self.effect

    @property
    def at_the_edge(self) -> bool:
        """Whether the request never gets as far as the idempotency keys."""
        return not self.takes_effect and not self.remembered

    def fits(self, method: str, path: str) -> bool:
        return self.method in (None, method) and re.search(self.path, path) is not None

    @classmethod
    def html(cls, status: int = 502, **where: Any) -> Self:
        """A proxy's page instead of JSON."""
        return cls(
            status=status,
            body="<html><body><h1>502 Bad Gateway</h1></body></html>",
            headers={"Content-Type": "text/html"},
            **where,
        )

    @classmethod
    def empty(cls, status: int = 200, **where: Any) -> Self:
        """An answer without a body."""
        return cls(status=status, body=b"", **where)

    @classmethod
    def lost_answer(cls, **where: Any) -> Self:
        """The request takes effect and the connection is dropped before the answer."""
        return cls(delivery="dropped", effect=True, **where)

    @classmethod
    def dropped(cls, **where: Any) -> Self:
        """The connection is dropped before the request takes effect."""
        return cls(delivery="dropped", effect=False, **where)

    @classmethod
    def unread(cls, **where: Any) -> Self:
        """The connection is dropped before the request's body is read. It is recorded without one."""
        return cls(delivery="unread", effect=False, **where)

    @classmethod
    def truncated(cls, **where: Any) -> Self:
        """The request takes effect and half of the answer's body arrives."""
        return cls(delivery="truncated", **where)

    @classmethod
    def slow(cls, seconds: float, *, after_effect: bool = True, **where: Any) -> Self:
        """The answer takes long; the effect comes before the wait, or after it."""
        if after_effect:
            return cls(delay_after=seconds, **where)
        return cls(delay_before=seconds, **where)

    @classmethod
    def slow_body(cls, seconds: float, **where: Any) -> Self:
        """Headers and half of the body come at once, the rest later."""
        return cls(delivery="slow", body_delay=seconds, **where)

    @classmethod
    def dripping(cls, seconds: float, **where: Any) -> Self:
        """The request takes effect, and a byte of the answer comes every so many seconds. It never ends: after its
        last byte come blanks, so that no pause between two bytes is ever long."""
        return cls(delivery="dripping", body_delay=seconds, **where)

    @classmethod
    def calling(cls, hook: Hook, **where: Any) -> Self:
        """Run something when the request arrives, then answer as ever."""
        return cls(hook=hook, **where)


@dataclass
class _Waiting:
    """A fault with what is left of its counts."""

    fault: Fault
    skip: int
    left: int | None


class Faults:
    """The faults that wait for their requests."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []

    def add(self, fault: Fault) -> Fault:
        """Let a fault wait, behind those that wait already."""
        self._waiting.append(_Waiting(fault, fault.skip, fault.times))
        return fault

    @property
    def pending(self) -> list[Fault]:
        """Those that have not been used up. One that hits all requests is pending until `clear`."""
        return [waiting.fault for waiting in self._waiting]

    def clear(self) -> None:
        """Let none wait any more."""
        self._waiting.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The first fault that fits the request, counted as used once."""
        for waiting in self._waiting:
            if not waiting.fault.fits(method, path):
                continue
            if waiting.skip > 0:
                waiting.skip -= 1
                continue
            if waiting.left is not None:
                waiting.left -= 1
            self._waiting = [other for other in self._waiting if other.left != 0]
            return waiting.fault
        return None
