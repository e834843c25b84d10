"""Opens the journals that the settings name, having told what earlier runs left without an outcome."""

from __future__ import annotations

import os
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from gateway.journal.appender import Appender
from gateway.journal.reading import read_journals
from gateway.journal.recorder import JournalRecorder
from gateway.journal.targets import FileTarget, StreamTarget
from gateway.observability import Redaction, secrets_in
from gateway.resilience import SilentRecorder, utc_now

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

    from structlog.typing import FilteringBoundLogger

    from gateway.contract import Mode
    from gateway.journal.reading import Told
    from gateway.resilience import Clock, Recorder
    from gateway.settings import BackendSettings

_log: FilteringBoundLogger = structlog.get_logger("gateway.journal")

_LOOKED_AT_BYTES: Final = 16 * 1024 * 1024
"""At the start the end of a file is read, some twenty thousand lines; the command reads all of it."""
_MOST_TOLD: Final = 20


class CannotOpenJournal(Exception):
    """A journal cannot be written where the settings want it; the message says whose, where and why."""


class Journals:
    """The open journals, one for each file however many backends name it."""

    def __init__(
        self, settings: Mapping[str, BackendSettings], appenders: Mapping[str, Appender], clock: Clock
    ) -> None:
        self._settings = settings
        self._appenders = appenders
        self._clock = clock

    def recorder(self, backend: str, mode: Mode) -> Recorder:
        """The recorder of a backend, by its name, in one mode."""
        settings = self._settings[backend]
        appender = self._appenders.get(_key(settings))
        if appender is None:
            return SilentRecorder()
        return JournalRecorder(backend, mode, appender, Redaction(secrets_in(settings)), self._clock)


@asynccontextmanager
async def open_journals(settings: Iterable[BackendSettings], *, clock: Clock = utc_now) -> AsyncIterator[Journals]:
    """The journals for as long as the block runs. Logs what earlier runs began and never ended.

    Raises `CannotOpenJournal`.
    """
    by_name = {one.name: one for one in settings}
    async with AsyncExitStack() as opened:
        appenders: dict[str, Appender] = {}
        for one in by_name.values():
            key = _key(one)
            if one.journal != "none" and key not in appenders:
                appenders[key] = Appender(_target(one))
                opened.push_async_callback(appenders[key].close)
        yield Journals(by_name, appenders, clock)


def _key(settings: BackendSettings) -> str:
    file = settings.journal_file
    # Not Path.resolve, which raises where links go in a circle.
    return settings.journal if file is None else os.path.realpath(file)


def _target(settings: BackendSettings) -> FileTarget | StreamTarget:
    file = settings.journal_file
    if file is None:
        return StreamTarget()
    try:
        target = FileTarget(file)
        _tell_open_writes(file)
    except OSError as error:
        raise CannotOpenJournal(f"{settings.name}: journal: {file}: {error.strerror}") from error
    return target


def _tell_open_writes(file: Path) -> None:
    history = read_journals([file], last_bytes=_LOOKED_AT_BYTES)
    found = history.open()
    # The latest are those that the last run was cut off from.
    for told in found[-_MOST_TOLD:]:
        _log.warning("write without an outcome", **_facts(told))
    if len(found) > _MOST_TOLD:
        _log.warning("more writes without an outcome", count=len(found) - _MOST_TOLD, file=str(file))
    if history.passed_over:
        _log.warning("journal lines passed over", count=history.passed_over, file=str(file))


def _facts(told: Told) -> dict[str, object]:
    line = told.facts
    names = ("backend", "mode", "action", "customer_id", "subscription_id", "request_id", "asked")
    return {"write_id": line["id"], "begun": line["time"], **{name: line.get(name) for name in names}}
