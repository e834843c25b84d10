"""An observer that keeps everything it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from gateway.contract import Controller
    from gateway.resilience import CallOutcome, Cause


@dataclass
class RecordingObserver:
    """What was told, in order. Durations are not kept: no test may depend on them."""

    calls: list[tuple[str, str, str | None]] = field(default_factory=list)
    """Operation, outcome, the provider's request id."""
    retries: list[Cause] = field(default_factory=list)
    rows_left_out: list[tuple[str, str, str]] = field(default_factory=list)
    """Controller, id of the row, reason."""
    unknown_values: list[tuple[str, str]] = field(default_factory=list)
    settlements: list[tuple[str, str]] = field(default_factory=list)
    """Action, outcome."""
    sheds: list[str] = field(default_factory=list)
    look_ups: list[tuple[Controller, int, int]] = field(default_factory=list)
    """Controller, how many were known, how many not."""
    waits: int = 0
    paces: list[float] = field(default_factory=list)
    circuit: list[str] = field(default_factory=list)

    def expected(self, operations: Collection[str], vocabularies: Collection[str]) -> None:
        """Keep nothing of it: it is what the adapter's class declares."""

    def called(self, operation: str, outcome: CallOutcome, seconds: float, request_id: str | None) -> None:
        """Keep it."""
        self.calls.append((operation, outcome, request_id))

    def retried(self, cause: Cause) -> None:
        """Keep it."""
        self.retries.append(cause)

    def left_out(self, controller: str, row_id: str, reason: str) -> None:
        """Keep it."""
        self.rows_left_out.append((controller, row_id, reason))

    def unknown_value(self, field: str, value: str) -> None:
        """Keep it."""
        self.unknown_values.append((field, value))

    def settled(self, action: str, outcome: str) -> None:
        """Keep it."""
        self.settlements.append((action, outcome))

    def shed(self, reason: str) -> None:
        """Keep it."""
        self.sheds.append(reason)

    def looked_up(self, controller: Controller, hits: int, misses: int) -> None:
        """Keep it."""
        self.look_ups.append((controller, hits, misses))

    def waited(self, seconds: float) -> None:
        """Keep that it did."""
        self.waits += 1

    def slowed_down(self, requests_per_second: float) -> None:
        """Keep it."""
        self.paces.append(requests_per_second)

    def circuit_turned(self, state: str) -> None:
        """Keep it."""
        self.circuit.append(state)
