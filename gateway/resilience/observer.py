"""What the inner layers tell the outside: counted and logged there, decided nowhere."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection

    from gateway.contract import Controller
    from gateway.resilience.failure import Cause


class CallOutcome(StrEnum):
    """What one attempt of a provider call came to: a closed list, whatever an adapter may raise.

    Those with a capital are the errors of the adapters by their names.
    """

    OK = "ok"
    TIMEOUT = "timeout"
    """No answer in time."""
    ABORTED = "aborted"
    """Cancelled, or failed in a way nobody foresaw."""
    NOT_FOUND = "NotFound"
    INVALID = "Invalid"
    CONFLICT = "Conflict"
    UNSUPPORTED = "Unsupported"
    CREDENTIALS = "Credentials"
    RATE_LIMITED = "RateLimited"
    UNAVAILABLE = "Unavailable"
    SILENT = "Timeout"
    """The provider's package, or its server, gave up waiting."""
    UNKNOWN_OUTCOME = "UnknownOutcome"
    UNREADABLE = "Unreadable"
    OTHER = "AdapterError"


class Observer(Protocol):
    """Told of what an operator would want to count. Nothing passed to it is personal or secret."""

    def expected(self, operations: Collection[str], vocabularies: Collection[str]) -> None:
        """What may be told: operations, by `called`, and fields, by `unknown_value`. More may come all the same."""

    def called(self, operation: str, outcome: CallOutcome, seconds: float, request_id: str | None) -> None:
        """One provider call ended; `request_id` is the provider's."""

    def retried(self, cause: Cause) -> None:
        """A provider call is about to be repeated."""

    def left_out(self, controller: str, row_id: str, reason: str) -> None:
        """A row of a list could not be expressed in the contract and was left out."""

    def unknown_value(self, field: str, value: str) -> None:
        """The provider used a word this version does not know."""

    def settled(self, action: str, outcome: str) -> None:
        """A write whose answer was lost was settled by reading: "done", "repeated", "refused" or "unknown"."""

    def shed(self, reason: str) -> None:
        """A provider call was not made: "overload" or "circuit open"."""

    def looked_up(self, controller: Controller, hits: int, misses: int) -> None:
        """So many objects of the catalogue were remembered, and so many had to be asked for, or waited for."""

    def waited(self, seconds: float) -> None:
        """A provider call that could not be made at once has its turn, or is given up, after so long."""

    def slowed_down(self, requests_per_second: float) -> None:
        """The provider refused a call for too many of them; this is the pace from now on."""

    def circuit_turned(self, state: str) -> None:
        """The circuit to the provider is now "closed", "open" or "half_open"."""


class SilentObserver:
    """An observer for those who watch nothing."""

    def expected(self, operations: Collection[str], vocabularies: Collection[str]) -> None:
        """Ignore it."""

    def called(self, operation: str, outcome: CallOutcome, seconds: float, request_id: str | None) -> None:
        """Ignore it."""

    def retried(self, cause: Cause) -> None:
        """Ignore it."""

    def left_out(self, controller: str, row_id: str, reason: str) -> None:
        """Ignore it."""

    def unknown_value(self, field: str, value: str) -> None:
        """Ignore it."""

    def settled(self, action: str, outcome: str) -> None:
        """Ignore it."""

    def shed(self, reason: str) -> None:
        """Ignore it."""

    def looked_up(self, controller: Controller, hits: int, misses: int) -> None:
        """Ignore it."""

    def waited(self, seconds: float) -> None:
        """Ignore it."""

    def slowed_down(self, requests_per_second: float) -> None:
        """Ignore it."""

    def circuit_turned(self, state: str) -> None:
        """Ignore it."""
