"""stderr, where nobody waits for whoever reads it: a log that is not read must not keep a payment waiting."""

from __future__ import annotations

import atexit
import os
import queue
import select
import threading
from typing import Final

import structlog

STDERR: Final = 2
_MOST_WAITING: Final = 10_000
_PATIENCE_S: Final = 1.0
"""Of the end of the process, for what still waits."""


class PatientStream:
    """Writes lines to a descriptor that somebody else opened and reads.

    A line is written at once where there is room for it. Where there is none, lines wait for a thread, which starts
    then and waits for the reader; so many of them at most, and what comes beyond is left out and counted. It has what
    `logging.StreamHandler` needs of a stream. May be used by several threads.
    """

    def __init__(
        self, descriptor: int = STDERR, *, most_waiting: int = _MOST_WAITING, patience_s: float = _PATIENCE_S
    ) -> None:
        self._descriptor = descriptor
        self._patience_s = patience_s
        self._room = select.poll()
        self._room.register(descriptor, select.POLLOUT)
        self._waiting: queue.Queue[bytes] = queue.Queue(most_waiting)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._left_out = 0

    def write(self, text: str, /) -> None:
        """Write whole lines, now or later."""
        line = text.encode("utf-8", "backslashreplace")
        with self._lock:
            # What waits goes first.
            if not self._waiting.unfinished_tasks and self._has_room_for(line):
                self._put(line)
            else:
                self._hand_over(line)

    def flush(self) -> None:
        """Nothing is held back that could be written."""

    def finish(self) -> None:
        """Let what waits be written, for `patience_s` seconds at most."""
        # `Queue.join` waits without end, and Python 3.12.1 starts no thread any more when the process ends.
        with self._waiting.all_tasks_done:
            self._waiting.all_tasks_done.wait_for(lambda: not self._waiting.unfinished_tasks, self._patience_s)

    def _has_room_for(self, line: bytes) -> bool:
        # A pipe that is ready takes a line of this length at once; a file and a terminal always are, unless stopped.
        return len(line) <= select.PIPE_BUF and bool(self._room.poll(0))

    def _hand_over(self, line: bytes) -> None:
        if self._thread is None:
            # A daemon: the process must be able to end while nobody reads.
            self._thread = threading.Thread(target=self._run, name="log", daemon=True)
            self._thread.start()
            atexit.register(self.finish)
        try:
            self._waiting.put_nowait(line)
        except queue.Full:
            self._left_out += 1

    def _run(self) -> None:
        while True:
            self._put(self._waiting.get())
            self._waiting.task_done()
            if self._waiting.empty():
                self._tell_what_was_left_out()

    def _tell_what_was_left_out(self) -> None:
        with self._lock:
            count, self._left_out = self._left_out, 0
        if count:
            structlog.get_logger("gateway.log").warning("log lines left out", count=count)

    def _put(self, line: bytes) -> None:
        try:
            while line:
                line = line[os.write(self._descriptor, line) :]
        except OSError:
            # Nobody is there to read it, or to be told.
            return
