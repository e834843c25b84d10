"""Time that passes without being waited for, on the clock of the running event loop.

A test of what happens when time is up needs no real time that is short enough to be waited for, and that a busy machine
takes for something else: the time is long, and over at once when what it is for has begun.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

_MEANWHILE_S: Final = 0.01


def pass_time(seconds: float) -> None:
    """Put the clock of the running loop forward: what is to happen within `seconds` happens now."""
    loop = asyncio.get_running_loop()
    before = loop.time
    loop.time = lambda: before() + seconds  # type: ignore[method-assign]  # of this loop alone, which ends with the test


def passing(seconds: float) -> Callable[[object], None]:
    """A hook for a fault: so much time passes once a request has arrived, and had its effect where it has one."""

    def arrived(request: object) -> None:
        asyncio.get_running_loop().call_later(_MEANWHILE_S, pass_time, seconds)

    return arrived
