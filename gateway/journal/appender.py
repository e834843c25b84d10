"""Appends lines, in a thread of its own where that may take time: a disk or a pipe that hangs keeps neither the event
loop nor a write."""

from __future__ import annotations

import asyncio
import queue
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future

PATIENCE_S: Final = 1.0
"""A line that is not written by then is given up. A healthy disk takes milliseconds."""
_MOST_WAITING: Final = 1000


class Target(Protocol):
    """Where lines go. `write` and `close` are called in one thread, and may block; nothing is called side by side."""

    def write_at_once(self, line: bytes) -> bool:
        """Append the line, in one piece, where nothing has to be waited for. Whether it was. Raises `OSError`."""

    def write(self, line: bytes, *, durable: bool) -> None:
        """Append the line, in one piece; with `durable` it is to survive the machine. Raises `OSError`."""

    def close(self) -> None:
        """Give it up. Raises nothing."""


class Behind(Exception):
    """The line was not written in time. It may still be, later."""


@dataclass(frozen=True, slots=True)
class _Order:
    line: bytes
    durable: bool
    loop: AbstractEventLoop
    done: Future[None]

    def tell(self, error: Exception | None) -> None:
        """Called in the thread: the loop may be closed by now, and the one who waited gone."""
        try:
            self.loop.call_soon_threadsafe(self._resolve, error)
        except RuntimeError:
            return

    def _resolve(self, error: Exception | None) -> None:
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)


class Appender:
    """Appends to one target, in the order of the calls. `patience_s` is how long anybody waits for a line."""

    def __init__(self, target: Target, *, patience_s: float = PATIENCE_S) -> None:
        self._target = target
        self._patience_s = patience_s
        self._orders: queue.Queue[_Order | None] = queue.Queue(_MOST_WAITING)
        self._is_behind = False
        # A daemon: the process must be able to end while a disk hangs.
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    async def append(self, line: bytes, *, durable: bool = False) -> None:
        """Return when the line is written. Raises `OSError` where it cannot be, `Behind` where that takes too long."""
        # What the thread has not finished goes first.
        if not self._orders.unfinished_tasks and self._target.write_at_once(line):
            return
        loop = asyncio.get_running_loop()
        order = _Order(line, durable, loop, loop.create_future())
        try:
            self._orders.put_nowait(order)
        except queue.Full:
            raise Behind from None
        # Once somebody has waited in vain nobody waits again until the thread has got on.
        patience = 0 if self._is_behind else self._patience_s
        try:
            async with asyncio.timeout(patience):
                await order.done
        except TimeoutError:
            self._is_behind = True
            raise Behind from None

    async def close(self) -> None:
        """Finish what is waiting, and close the target. A thread that hangs is left behind."""
        await asyncio.to_thread(self._finish)

    def _finish(self) -> None:
        try:
            self._orders.put(None, timeout=self._patience_s)
        except queue.Full:
            return
        self._thread.join(self._patience_s)

    def _run(self) -> None:
        while (order := self._orders.get()) is not None:
            error = self._written(order)
            self._is_behind = False
            self._orders.task_done()
            order.tell(error)
        self._target.close()

    def _written(self, order: _Order) -> Exception | None:
        try:
            self._target.write(order.line, durable=order.durable)
        except Exception as error:  # noqa: BLE001 - a thread that ends would take every later line with it
            return error
        return None
