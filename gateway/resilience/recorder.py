"""What the record of writes must be told. Who keeps the record is not decided here."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from enum import StrEnum
from secrets import token_hex
from typing import Protocol

from msgspec import Struct, field

from gateway.resilience.call_trail import NotedCall

_ID_BYTES = 8


class Outcome(StrEnum):
    """What became of an action on one subscription."""

    DONE = "done"
    NOTHING_TO_DO = "nothing to do"
    """It was so already; nothing was sent."""
    REFUSED = "refused"
    """By us before anything was sent, or by the provider, which read it."""
    FAILED = "failed"
    """Not carried out. Where it takes several calls, the first of them may have been made: the calls tell."""
    UNKNOWN = "unknown"
    """Sent, and nobody knows whether it happened."""
    DRY_RUN = "dry run"
    """It would have been sent."""


class WriteRecord(Struct, frozen=True):
    """An action on one subscription, as it is recorded. Ids, dates and words of ours; nothing personal.

    `asked` is what was decided to be done, None where it was refused before that or nothing had to be done; `before` is
    the subscription it was decided on. Both hold what JSON can hold. `id` is this write's own.
    """

    action: str
    customer_id: str
    subscription_id: str
    asked: Mapping[str, object] | None
    before: Mapping[str, object]
    id: str = field(default_factory=lambda: token_hex(_ID_BYTES))


class WriteResult(Struct, frozen=True):
    """How it ended.

    `after` is the subscription as it was seen then, None where it was not; `failure` is what the caller is told;
    `calls` are the provider calls it took, settling included; `seconds` is how long all of it took.
    """

    outcome: Outcome
    after: Mapping[str, object] | None = None
    failure: Exception | None = None
    calls: Sequence[NotedCall] = ()
    seconds: float | None = None


class Recorder(Protocol):
    """Keeps the record. No method raises or waits for long: a record that cannot be kept stops no write."""

    def begun(self, write: WriteRecord) -> Awaitable[None]:
        """The write is about to be sent. Returns once that is on record."""

    def ended(self, write: WriteRecord, result: WriteResult) -> Awaitable[None]:
        """The write that was begun is over."""

    def not_sent(self, write: WriteRecord, result: WriteResult) -> Awaitable[None]:
        """Nothing is sent: nothing to do, refused, or a dry run."""

    def unfinished(self, action: str, subscription_id: str) -> WriteRecord | None:
        """The last write of this kind on the subscription, where an earlier process began it so short a while ago that
        its repetition may still come, and left no word of its end."""


class SilentRecorder:
    """For those who keep no record."""

    async def begun(self, write: WriteRecord) -> None:
        """Forget it."""

    async def ended(self, write: WriteRecord, result: WriteResult) -> None:
        """Forget it."""

    async def not_sent(self, write: WriteRecord, result: WriteResult) -> None:
        """Forget it."""

    def unfinished(self, action: str, subscription_id: str) -> WriteRecord | None:
        """None: nothing is remembered."""
