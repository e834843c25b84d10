"""Opens the journals that the settings name, having told what earlier runs left without an outcome."""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from gateway.journal.appender import Appender
from gateway.journal.reading import read_journals
from gateway.journal.recorder import JournalRecorder
from gateway.journal.targets import FileTarget, StreamTarget
from gateway.journal.unfinished import Unfinished
from gateway.observability import Redaction, secrets_in
from gateway.resilience import SilentRecorder, utc_now

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping

    from structlog.typing import FilteringBoundLogger

    from gateway.contract import Mode
    from gateway.journal.reading import History, Told
    from gateway.resilience import Clock, Recorder
    from gateway.settings import BackendSettings, LimitSettings

_log: FilteringBoundLogger = structlog.get_logger("gateway.journal")

_LOOKED_AT_BYTES: Final = 16 * 1024 * 1024
"""At the start the end of a file is read, some twenty thousand lines; the command reads all of it."""
_MOST_TOLD: Final = 20


class CannotOpenJournal(Exception):
    """Journals cannot be written where the settings want them; the message says whose, where and why, one a line."""


@dataclass(frozen=True, slots=True)
class OpenJournal:
    """One journal, and what it had of earlier runs when it was opened."""

    appender: Appender
    unfinished: Unfinished


@dataclass(slots=True)
class _Lent:
    journal: OpenJournal
    borrowers: int = 0


class Appenders:
    """The open appenders of the process: one for each file, however many backends name it under whichever settings.

    It is opened for the first that needs it, and closed after the last.
    """

    def __init__(self) -> None:
        self._lent: dict[str, _Lent] = {}
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def lend(self, settings: BackendSettings) -> AsyncIterator[OpenJournal]:
        """The journal of a backend. Raises `CannotOpenJournal`."""
        key = _key(settings)
        async with self._opening:
            if key not in self._lent:
                # In a thread: reading what earlier runs left takes its time, and requests may be under way.
                target, unfinished = await asyncio.to_thread(_open, settings)
                self._lent[key] = _Lent(OpenJournal(Appender(target), unfinished))
            lent = self._lent[key]
            lent.borrowers += 1
        try:
            yield lent.journal
        finally:
            lent.borrowers -= 1
            if not lent.borrowers:
                del self._lent[key]
                await lent.journal.appender.close()


class Journals:
    """The open journals of the backends, by their names."""

    def __init__(
        self, settings: Mapping[str, BackendSettings], journals: Mapping[str, OpenJournal], clock: Clock
    ) -> None:
        self._settings = settings
        self._journals = journals
        self._clock = clock

    def recorder(self, backend: str, mode: Mode, tell_lost: Callable[[], None] = lambda: None) -> Recorder:
        """The recorder of a backend, by its name, in one mode; `tell_lost` is called for a line that is not written."""
        settings = self._settings[backend]
        journal = self._journals.get(backend)
        if journal is None:
            return SilentRecorder()
        redaction, window = Redaction(secrets_in(settings)), _repetitions_come(settings.limits)
        return JournalRecorder(
            backend, mode, journal.appender, redaction, self._clock, tell_lost, journal.unfinished, window
        )


@asynccontextmanager
async def open_journals(
    settings: Iterable[BackendSettings], *, clock: Clock = utc_now, appenders: Appenders | None = None
) -> AsyncIterator[Journals]:
    """The journals for as long as the block runs, sharing those of `appenders` that are open already.

    Logs what earlier runs began and never ended, for each file that is opened now. Raises `CannotOpenJournal`.
    """
    by_name = {one.name: one for one in settings}
    lender = Appenders() if appenders is None else appenders
    async with AsyncExitStack() as opened:
        lent: dict[str, OpenJournal] = {}
        problems: list[str] = []
        for one in by_name.values():
            if one.journal == "none":
                continue
            try:
                lent[one.name] = await opened.enter_async_context(lender.lend(one))
            except CannotOpenJournal as error:
                problems.append(str(error))
        if problems:
            raise CannotOpenJournal("\n".join(problems))
        yield Journals(by_name, lent, clock)


def _key(settings: BackendSettings) -> str:
    file = settings.journal_file
    # Not Path.resolve, which raises where links go in a circle.
    return settings.journal if file is None else os.path.realpath(file)


def _repetitions_come(limits: LimitSettings) -> timedelta:
    """For how long after its beginning a write's repetition gets its answer: after it has ended, however late."""
    return timedelta(seconds=limits.deadline_s + limits.dedupe_s if limits.dedupe_s else 0)


def _open(settings: BackendSettings) -> tuple[FileTarget | StreamTarget, Unfinished]:
    file = settings.journal_file
    if file is None:
        return StreamTarget(), Unfinished()
    try:
        target = FileTarget(file)
        try:
            history = read_journals([file], last_bytes=_LOOKED_AT_BYTES)
        except OSError:
            target.close()
            raise
    except OSError as error:
        raise CannotOpenJournal(f"{settings.name}: journal: {file}: {error.strerror}") from error
    _tell_open_writes(history, file)
    return target, Unfinished(history.writes)


def _tell_open_writes(history: History, file: Path) -> None:
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
