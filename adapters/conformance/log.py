"""Reading what was logged."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import structlog

from gateway.observability import LogFormat, begin_context, configure_logs


class Log:
    """What the process wrote to its log, as text and as events."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.within: list[Log] = []
        """What was recorded apart meanwhile."""

    @property
    def text(self) -> str:
        """Everything written so far."""
        return self.stream.getvalue()

    @property
    def whole(self) -> str:
        """The same, with what was recorded apart."""
        return self.text + "".join(log.whole for log in self.within)

    def events(self, name: str | None = None) -> list[dict[str, Any]]:
        """The events in order, only those called `name` when it is given."""
        events = [json.loads(line) for line in self.text.splitlines()]
        return [event for event in events if name is None or event["event"] == name]


@contextmanager
def recorded_log(
    *, level: int = logging.DEBUG, secrets: Iterable[str] = (), log_format: LogFormat = LogFormat.JSON
) -> Iterator[Log]:
    """Send the whole process's log here for the block, and put everything back as it was."""
    root = logging.getLogger()
    handlers, former_level = root.handlers[:], root.level
    former = structlog.get_config() if structlog.is_configured() else None
    log = Log()
    if _recording:
        _recording[-1].within.append(log)
    _recording.append(log)
    configure_logs(log_format, level=level, secrets=secrets, stream=log.stream)
    try:
        yield log
    finally:
        logging.captureWarnings(capture=False)
        root.handlers[:] = handlers
        root.setLevel(former_level)
        structlog.reset_defaults()
        if former is not None:
            structlog.configure(**former)
        begin_context()
        _recording.remove(log)


_recording: Final[list[Log]] = []
"""From the outside in."""
