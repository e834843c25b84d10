"""Reading the settings and putting them in force: at the start, and anew whenever the process is told to."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, TypeAlias

import structlog

from gateway.journal import Appenders, CannotOpenJournal, open_journals
from gateway.observability import CountingRecorder, LoggingObserver
from gateway.observability.metrics import Reloadable
from gateway.resilience import NO_TRACER
from gateway.server.accounts import UnfitAccount, examine_accounts
from gateway.server.backend import open_backends
from gateway.server.expected import expect
from gateway.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence

    from structlog.typing import FilteringBoundLogger

    from gateway.contract import Mode
    from gateway.observability import Metrics
    from gateway.observability.spans import Traces
    from gateway.resilience import Clock, Recorder, Tracer
    from gateway.server.backend import Backend, FindAdapter, StateOf
    from gateway.server.generations import Generations
    from gateway.settings import BackendSettings

Load: TypeAlias = "Callable[[], Iterable[BackendSettings]]"
"""Reads the settings as they are now. Called in a thread. Raises `SettingsError`."""

_log: FilteringBoundLogger = structlog.get_logger("gateway.server")

_PROBLEMS: Final = (SettingsError, CannotOpenJournal, UnfitAccount)
"""What can be wrong with settings; the text of each is a line for every problem, without a secret."""


class Settings:
    """The settings in force, from which the current generation of backends is made.

    Locks, the memory of what was just done (both from `state_of`) and the journals' files outlive a generation.
    """

    def __init__(
        self,
        generations: Generations,
        load: Load,
        find: FindAdapter,
        *,
        metrics: Metrics,
        clock: Clock,
        state_of: StateOf,
        traces: Traces | None = None,
    ) -> None:
        self._generations = generations
        self._load = load
        self._find = find
        self._metrics = metrics
        self._clock = clock
        self._state_of = state_of
        self._traces = traces
        self._appenders = Appenders()
        self._in_force: dict[str, BackendSettings] = {}
        self._observers: list[LoggingObserver] = []

    async def read(self) -> tuple[BackendSettings, ...]:
        """The settings as they are written now. Raises `SettingsError`."""
        # Reading YAML takes its time, and a directory may hang: requests are answered meanwhile.
        return await asyncio.to_thread(lambda: tuple(self._load()))

    async def put_in_force(self, settings: Sequence[BackendSettings]) -> None:
        """Make everything from these settings, and only then use it.

        Raises `CannotOpenJournal`, `UnfitAccount`, and what `open_backends` raises. Then nothing has changed.
        """
        observers: list[LoggingObserver] = []
        await self._generations.replace(self._opened(settings, observers))
        self._in_force = {one.name: one for one in settings}
        expect(self._metrics, self._generations.current.backends.values())
        self._count_circuits_of(observers)

    async def renew(self) -> None:
        """Read the settings again and put them in force; what is wrong with them is logged, and the old ones stay. What
        came of it is counted."""
        former = self._in_force
        try:
            await self.put_in_force(await self.read())
        except _PROBLEMS as error:
            self._metrics.reloaded(Reloadable.SETTINGS, done=False)
            _log.error("settings not reloaded", problems=str(error).splitlines())
        except Exception as error:  # noqa: BLE001 - whatever it is, what is in force goes on
            self._metrics.reloaded(Reloadable.SETTINGS, done=False)
            _log.error("settings not reloaded", exc_info=error)
        else:
            self._metrics.reloaded(Reloadable.SETTINGS, done=True)
            _log.info("settings reloaded", backends=self.modes(), **_changes(former, self._in_force))

    @property
    def in_force(self) -> Collection[BackendSettings]:
        """The settings of each backend as they are in force."""
        return self._in_force.values()

    def modes(self) -> dict[str, list[str]]:
        """The backends in force with their modes, for the log."""
        return {name: [mode.value for mode in one.adapter.modes.configured()] for name, one in self._in_force.items()}

    def _count_circuits_of(self, observers: list[LoggingObserver]) -> None:
        for former in self._observers:
            former.retire()
        # A backend that is gone would otherwise stay as it was last seen, down perhaps, until the process ends.
        self._metrics.provider_circuit.clear()
        for observer in observers:
            observer.come_into_force()
        self._observers = observers

    @asynccontextmanager
    async def _opened(
        self, settings: Sequence[BackendSettings], observers: list[LoggingObserver]
    ) -> AsyncIterator[Mapping[str, Backend]]:
        def observe(name: str, mode: Mode) -> LoggingObserver:
            observer = LoggingObserver(name, mode, self._metrics, in_force=False)
            observers.append(observer)
            return observer

        def record(name: str, mode: Mode) -> Recorder:
            counted = self._metrics.of(name, mode)
            recorder = CountingRecorder(journals.recorder(name, mode, counted.journal_line_lost), counted)
            return recorder if self._traces is None else self._traces.recorder(recorder)

        def follow(name: str, mode: Mode) -> Tracer:
            return NO_TRACER if self._traces is None else self._traces.tracer(name, mode)

        # The journals are opened first and closed last: what is under way at the end is still recorded.
        async with (
            open_journals(settings, clock=self._clock, appenders=self._appenders) as journals,
            open_backends(
                settings,
                self._find,
                clock=self._clock,
                observe=observe,
                record=record,
                follow=follow,
                state_of=self._state_of,
            ) as backends,
        ):
            await examine_accounts(backends)
            yield backends


def _changes(former: Mapping[str, BackendSettings], present: Mapping[str, BackendSettings]) -> dict[str, list[str]]:
    """The names of the backends that came, went, and are not what they were."""
    return {
        "added": sorted(present.keys() - former.keys()),
        "removed": sorted(former.keys() - present.keys()),
        "changed": sorted(name for name in present.keys() & former.keys() if present[name] != former[name]),
    }
