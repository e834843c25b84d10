"""What the adapters and the retry layer tell, logged and counted."""

from __future__ import annotations

from functools import cached_property
from logging import DEBUG
from typing import TYPE_CHECKING

import structlog

from gateway.observability.context import say_of_latest_call
from gateway.observability.first_times import FirstTimes
from gateway.observability.metrics import Metrics
from gateway.resilience import Circuit

if TYPE_CHECKING:
    from collections.abc import Collection

    from structlog.typing import FilteringBoundLogger

    from gateway.contract import Controller, Mode
    from gateway.resilience import CallOutcome, Cause

_log: FilteringBoundLogger = structlog.get_logger("gateway.provider")


class LoggingObserver:
    """The `gateway.resilience.Observer` of one backend in one mode. `metrics` None: what is counted is nobody's.

    Provider calls are logged at debug, what an operator should look at as a warning. What concerns one row or one
    unknown word is a warning the first time and debug after that: a list is read again and again.

    A backend that is loaded anew has an observer for each time, and only one's circuit is the backend's: that of the
    one `in_force`.
    """

    def __init__(self, backend: str, mode: Mode, metrics: Metrics | None = None, *, in_force: bool = True) -> None:
        self.backend = backend
        self.mode = mode
        self._metrics = (metrics or Metrics()).of(backend, mode)
        self._first_times = FirstTimes()
        self._circuit: str = Circuit.CLOSED
        self._in_force = False
        if in_force:
            self.come_into_force()

    def come_into_force(self) -> None:
        """Count the circuit as the backend's from now on."""
        self._in_force = True
        self._metrics.circuit(self._circuit)

    def retire(self) -> None:
        """Count the circuit no longer: what is still under way may turn it, and it is nobody's any more."""
        self._in_force = False

    @cached_property
    def _log(self) -> FilteringBoundLogger:
        """Bound once: a line that is filtered out, as most are here, then costs next to nothing."""
        bound: FilteringBoundLogger = _log.bind(backend=self.backend, mode=self.mode)
        return bound

    def expected(self, operations: Collection[str], vocabularies: Collection[str]) -> None:
        """Such calls and such words may come."""
        self._metrics.expect_calls(operations)
        self._metrics.expect_unknown_values(vocabularies)

    def called(self, operation: str, outcome: CallOutcome, seconds: float, request_id: str | None) -> None:
        """One provider call ended."""
        self._metrics.called(operation, outcome, seconds)
        if self._log.is_enabled_for(DEBUG):
            self._log.debug(
                "provider called",
                operation=operation,
                outcome=outcome,
                duration_ms=round(seconds * 1000, 1),
                provider_request_id=request_id,
            )
        say_of_latest_call(request_id)

    def retried(self, cause: Cause) -> None:
        """A provider call is about to be repeated."""
        self._metrics.retried(cause)
        self._log.warning("provider call repeated", cause=cause)

    def left_out(self, controller: str, row_id: str, reason: str) -> None:
        """An object could not be expressed in the contract."""
        self._metrics.left_out(controller)
        self._tell_once("left out", controller=controller, object_id=row_id, reason=reason)

    def unknown_value(self, field: str, value: str) -> None:
        """The provider used a word this version does not know."""
        self._metrics.unknown_value(field)
        self._tell_once("unknown value", field=field, value=value)

    def settled(self, action: str, outcome: str) -> None:
        """A write whose answer was lost was settled by reading."""
        self._metrics.settled(action, outcome)
        self._log.warning("outcome settled by reading", action=action, outcome=outcome)

    def shed(self, reason: str) -> None:
        """A provider call was not made."""
        # At debug: there are as many as requests, each of which is in the access log with its failure.
        self._metrics.shed(reason)
        self._log.debug("provider call shed", reason=reason)

    def looked_up(self, controller: Controller, hits: int, misses: int) -> None:
        """Objects of the catalogue were wanted."""
        self._metrics.looked_up(controller, hits, misses)

    def waited(self, seconds: float) -> None:
        """A provider call waited for its turn."""
        self._metrics.waited(seconds)

    def slowed_down(self, requests_per_second: float) -> None:
        """The provider refused a call for too many of them."""
        self._metrics.slowed_down()
        self._log.warning("provider calls slowed down", requests_per_second=round(requests_per_second, 2))

    def circuit_turned(self, state: str) -> None:
        """The circuit to the provider opened, is being tried, or closed."""
        self._circuit = state
        if self._in_force:
            self._metrics.circuit(state)
        if state == "open":
            self._log.error("provider is down: calls are refused at once", circuit=state)
        else:
            self._log.warning("circuit to the provider turned", circuit=state)

    def _tell_once(self, event: str, **facts: str) -> None:
        tell = self._log.warning if self._first_times.is_first((event, *facts.values())) else self._log.debug
        tell(event, **facts)
