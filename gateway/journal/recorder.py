"""Turns what is recorded of a write into lines, for one backend in one mode."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from gateway.contract import moment_text
from gateway.journal.appender import Behind
from gateway.journal.lines import Event, encoded
from gateway.journal.unfinished import Unfinished
from gateway.observability import said
from gateway.resilience import Failure

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from structlog.typing import FilteringBoundLogger

    from gateway.contract import Mode
    from gateway.journal.appender import Appender
    from gateway.journal.unfinished import Whose
    from gateway.observability import Redaction
    from gateway.resilience import Clock, WriteRecord, WriteResult

_log: FilteringBoundLogger = structlog.get_logger("gateway.journal")

_BEGUN: Final = Event.BEGUN.value
_ENDED: Final = Event.ENDED.value
_NOT_SENT: Final = Event.NOT_SENT.value
"""Plain texts: a member of an enumeration is looked through for secrets as any object is."""


class JournalRecorder:
    """The `gateway.resilience.Recorder` that writes the journal.

    A line that cannot be written goes to the log whole, as an error: the write goes on, and is on record there.
    `tell_lost` is called for each. `unfinished` is what earlier runs left, and is told for as long as `window` after it
    was begun.
    """

    def __init__(
        self,
        backend: str,
        mode: Mode,
        appender: Appender,
        redaction: Redaction,
        clock: Clock,
        tell_lost: Callable[[], None] = lambda: None,
        unfinished: Unfinished | None = None,
        window: timedelta = timedelta(0),
    ) -> None:
        self._backend = backend
        self._mode = str(mode)
        self._appender = appender
        self._redaction = redaction
        self._clock = clock
        self._tell_lost = tell_lost
        self._unfinished = Unfinished() if unfinished is None else unfinished
        self._window = window

    async def begun(self, write: WriteRecord) -> None:
        """Put the write on disk before it is sent. Synchronised: should the machine go down, it is known to be open."""
        await self._append(write, _BEGUN, _asked(write), durable=True)
        self._unfinished.forget(self._whose(write.action, write.subscription_id))

    def ended(self, write: WriteRecord, result: WriteResult) -> Awaitable[None]:
        """Add the outcome. Not synchronised: lost with the machine, it leaves a write to be looked at."""
        return self._append(write, _ENDED, _told(result), durable=False)

    def not_sent(self, write: WriteRecord, result: WriteResult) -> Awaitable[None]:
        """Tell all of it in one line."""
        return self._append(write, _NOT_SENT, _asked(write) | _told(result), durable=False)

    def unfinished(self, action: str, subscription_id: str) -> WriteRecord | None:
        """What the journal's file had when it was opened."""
        return self._unfinished.find(self._whose(action, subscription_id), self._clock, self._window)

    def _whose(self, action: str, subscription_id: str) -> Whose:
        return (self._backend, self._mode, action, subscription_id)

    async def _append(self, write: WriteRecord, event: str, facts: dict[str, object], *, durable: bool) -> None:
        line = self._redaction.clean(
            {
                "event": event,
                "id": write.id,
                "time": moment_text(self._clock()),
                "request_id": said("request_id"),
                "backend": self._backend,
                "mode": self._mode,
                "action": write.action,
                "customer_id": write.customer_id,
                "subscription_id": write.subscription_id,
                **facts,
            }
        )
        try:
            await self._appender.append(encoded(line), durable=durable)
        except Behind:
            self._lost(line, reason="it takes too long; it may still come")
        except OSError as error:
            self._lost(line, reason=error.strerror or type(error).__name__)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the record, the write must go on
            self._lost(line, exc_info=error)

    def _lost(self, line: object, **why: object) -> None:
        self._tell_lost()
        _log.error("journal line not written", line=line, **why)


def _asked(write: WriteRecord) -> dict[str, object]:
    if write.asked is None:
        return {"before": write.before}
    return {"asked": write.asked, "before": write.before}


def _told(result: WriteResult) -> dict[str, object]:
    """What there is none of is left out."""
    found: dict[str, object] = {"outcome": str(result.outcome)}
    if result.after is not None:
        found["after"] = result.after
    if result.failure is not None:
        found["error"] = _error(result.failure)
    if result.calls:
        found["calls"] = [
            {"operation": call.operation, "outcome": str(call.outcome), "request_id": call.request_id}
            for call in result.calls
        ]
    if result.seconds is not None:
        found["duration_ms"] = round(result.seconds * 1000, 1)
    return found


def _error(failure: Exception) -> dict[str, object]:
    """The error as the log tells it. Of one that nobody foresaw only the type: its text can hold anything."""
    told = failure.for_log() if isinstance(failure, Failure) else {"error": type(failure).__name__}
    return {name: value for name, value in told.items() if value is not None}
