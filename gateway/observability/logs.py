"""One log for everything in the process: structlog's events and the standard library's records, on stderr.

The event name is a fixed phrase, everything that varies is a field. Exceptions appear as their types and the places
they passed through: their texts and the variables around them can hold anything, a customer's data or a key.
"""

from __future__ import annotations

import logging
import sys
import time
import traceback
from collections.abc import Iterable, Iterator, MutableMapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog

from gateway.observability.ascii_json import ascii_json
from gateway.observability.context import context, merge_context
from gateway.observability.redaction import Redaction

if TYPE_CHECKING:
    from structlog.typing import Processor

_MOST_FRAMES: Final = 30
_MOST_CAUSES: Final = 5
_PATH_PARTS: Final = 4
_NANOSECONDS: Final = 10**9
_SECONDS_REMEMBERED: Final = 4


class LineStream(Protocol):
    """Where finished lines go."""

    def write(self, text: str, /) -> object:
        """Write whole lines."""

    def flush(self) -> object:
        """Hold nothing back."""


class LogFormat(StrEnum):
    """How a line is written."""

    JSON = "json"
    CONSOLE = "console"
    """For people."""


def configure_logs(
    log_format: LogFormat = LogFormat.JSON,
    *,
    level: int = logging.INFO,
    secrets: Iterable[str] = (),
    stream: LineStream | None = None,
) -> Redaction:
    """Set up the whole process's logging; what was set up before is replaced. Answers what it is cleaned by, which may
    be told further secrets later.

    `level` counts for our own events. Other packages are heard from WARNING on, with a `level` of DEBUG from INFO on
    and never below: at DEBUG some of them write whole requests and answers. `secrets` are taken out wherever they
    appear. `stream` is stderr unless given.
    """
    output = stream or sys.stderr
    redaction = Redaction(secrets)
    # Events of our own take the short way to the stream: through the standard library a line costs twice as much, and
    # there is a line for every request. Records of other packages are led into the same chain.
    ending: list[Processor] = [
        _frames_instead_of_text,
        redaction,
        _timestamp,
        _renderer(log_format),
    ]
    structlog.configure(
        processors=[_say_whose, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # One for each name: our modules' names are few, and structlog asks anew for each line.
        logger_factory=cache(lambda name="gateway", *_: _StreamLogger(output, name)),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(output)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
            foreign_pre_chain=[
                merge_context,
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                _first_line,
            ],
        )
    )
    root = logging.getLogger()
    for former in root.handlers[:]:
        root.removeHandler(former)
    root.addHandler(handler)
    root.setLevel(logging.INFO if level <= logging.DEBUG else max(level, logging.WARNING))
    logging.captureWarnings(capture=True)
    return redaction


class _StreamLogger:
    """Writes finished lines, and has the name under which they were logged.

    A line that cannot be written is dropped, as the standard library does it: a log that is gone must not take the
    requests with it.
    """

    def __init__(self, stream: LineStream, name: str) -> None:
        self._stream = stream
        self.name = name

    def _write(self, line: str) -> None:
        try:
            # In one piece: another thread's line must not end up in the middle of it.
            self._stream.write(f"{line}\n")
            self._stream.flush()
        except (OSError, ValueError):
            return

    debug = info = warning = error = critical = _write


def _say_whose(logger: _StreamLogger, method: str, event: MutableMapping[str, object]) -> dict[str, object]:
    """What is said of records of other packages by three processors, in one."""
    return {**context(), **event, "level": method, "logger": logger.name}


def _renderer(log_format: LogFormat) -> Processor:
    if log_format is LogFormat.JSON:
        return lambda logger, method, event: ascii_json(event).decode("ascii")
    console = structlog.dev.ConsoleRenderer(colors=False)

    def render(logger: object, method: str, event: MutableMapping[str, Any]) -> str:
        if "exception" in event:
            lines = [line for one in event["exception"] for line in (one["type"], *(f"  {at}" for at in one["frames"]))]
            event["exception"] = "\n".join(lines)
        return console(logger, method, event)

    return render


def _first_line(logger: object, method: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """Keep the first line of another package's message: asyncio, for one, goes on with the repr of an exception."""
    event["event"] = str(event["event"]).partition("\n")[0]
    return event


def _timestamp(logger: object, method: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """The present moment in UTC, to the microsecond."""
    seconds, rest = divmod(time.time_ns(), _NANOSECONDS)
    event["timestamp"] = f"{_to_the_second(seconds)}.{rest // 1000:06}Z"
    return event


@lru_cache(_SECONDS_REMEMBERED)
def _to_the_second(seconds: int) -> str:
    """Formatting a date is most of what a line's time costs, and many lines are of the same second."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:-6]


def _frames_instead_of_text(
    logger: object, method: str, event: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    if "exc_info" in event:
        error = _error_in(event.pop("exc_info"))
        if error is not None:
            event["exception"] = [_described(one) for one in _chain(error)]
    event.pop("stack_info", None)
    return event


def _error_in(exc_info: object) -> BaseException | None:
    match exc_info:
        case BaseException():
            return exc_info
        case (_, BaseException() as error, _):
            return error
        case True:
            return sys.exception()
        case _:
            return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    for _ in range(_MOST_CAUSES):
        if current is None:
            return
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _described(error: BaseException) -> dict[str, object]:
    frames = traceback.extract_tb(error.__traceback__, limit=-_MOST_FRAMES)
    return {
        "type": f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins."),
        "frames": [f"{_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames],
    }


def _place(filename: str) -> str:
    """The end of a path: enough to find the file, without the directories of the machine."""
    return "/".join(PurePath(filename).parts[-_PATH_PARTS:])
