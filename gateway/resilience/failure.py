"""What the retry layer needs to know of a provider call that failed."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class Cause(StrEnum):
    """Why a provider call failed, as far as it matters for trying again."""

    RATE_LIMITED = "rate_limited"
    """Refused for too many requests; it was not executed."""
    BUSY = "busy"
    """The object is locked by another request, or the same request is still running; it was not executed."""
    NOT_SENT = "not_sent"
    """No connection could be made; the provider has not seen the request."""
    UNAVAILABLE = "unavailable"
    """The provider answered with a fault of its own; a write may or may not have happened."""
    LOST = "lost"
    """The request went out and no whole answer came back in time; a write may still be under way."""


class Failure(Exception):
    """A provider call that did not succeed. The adapters' error taxonomy derives from it.

    `why` is None where trying again cannot help; a class has its usual cause, an instance may have another. With
    `final` the provider itself said that repeating is useless. `retry_after` is the provider's wish in seconds.
    """

    cause: ClassVar[Cause | None] = None

    def __init__(
        self,
        message: str,
        *,
        cause: Cause | None = None,
        retry_after: float | None = None,
        final: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.why: Cause | None = None if final else cause or type(self).cause
        self.retry_after = retry_after

    def for_log(self) -> dict[str, object]:
        """What an operator wants to know of it. The message is in our own words and holds nothing personal."""
        return {"error": type(self).__name__, "message": self.message}


class Shed(Failure):
    """A provider call was not made, because it would have waited too long or the provider is down. Nothing happened.

    Not tried again in the same request; `retry_after` says when it may be worth while.
    """
