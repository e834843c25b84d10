"""What the process is told by signals: to stop, and to read its settings again."""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

_STOP: Final = (signal.SIGTERM, signal.SIGINT)


class Signals:
    """The events that signals set: `stop` once, `reload` again and again."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.reload = asyncio.Event()

    async def until_stopped(self, work: Coroutine[Any, Any, None]) -> None:
        """Work until it is done or the process is told to stop, which cuts it off. Raises what the work raises."""
        working = asyncio.create_task(work)
        stopping = asyncio.create_task(self.stop.wait())
        try:
            await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                await working
        finally:
            for task in (working, stopping):
                task.cancel()
            await asyncio.gather(working, stopping, return_exceptions=True)


@contextmanager
def heeded_signals(*, reloads: bool) -> Iterator[Signals]:
    """Heed SIGTERM and SIGINT during the block, the first of them: after it they do what they do by default.

    With `reloads` SIGHUP as well, throughout, so that it never ends the process; without, it keeps its meaning.
    """
    loop = asyncio.get_running_loop()
    signals = Signals()
    former = signal.getsignal(signal.SIGHUP)

    def restore() -> None:
        for number in _STOP:
            loop.remove_signal_handler(number)

    def stop() -> None:
        signals.stop.set()
        restore()

    for number in _STOP:
        loop.add_signal_handler(number, stop)
    if reloads:
        loop.add_signal_handler(signal.SIGHUP, signals.reload.set)
    try:
        yield signals
    finally:
        restore()
        if reloads:
            loop.remove_signal_handler(signal.SIGHUP)
            signal.signal(signal.SIGHUP, former)
