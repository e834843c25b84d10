"""Idempotency keys: https://apidocs.chargebee.com/docs/api/idempotency

The answer under a key is kept for thirty minutes and sent again to the same request. Chargebee does not
document whether it keeps answers that are errors; `Site.replays_errors` says whether this one does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.chargebee.errors import ApiError, wrong_state, wrong_value

if TYPE_CHECKING:
    from simulators.delivery import Reply
    from simulators.forms import Pairs

HEADER = "chargebee-idempotency-key"
LONGEST_KEY = 100
WINDOW = 30 * 60
"""Seconds for which an answer is kept."""


@dataclass(frozen=True)
class Fingerprint:
    """What must be the same for an answer to be replayed."""

    path: str
    parameters: Pairs


@dataclass
class _Entry:
    fingerprint: Fingerprint
    since: int
    reply: Reply | None = None


class IdempotencyKeys:
    """The keys of one site."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}

    def begin(self, key: str, fingerprint: Fingerprint, now: int) -> Reply | None:
        """The stored answer, or None after noting that the first request is under way. `now` in Unix seconds.

        Raises:
            ApiError: 400 for a key that is too long, 422 `unable_to_process_request` for another request under
                the same key, 409 while the first request is still under way.
        """
        if not 0 < len(key) <= LONGEST_KEY:
            raise wrong_value(HEADER, f"must have 1 to {LONGEST_KEY} characters")
        entry = self._entries.get(key)
        if entry is None or entry.since + WINDOW <= now:
            self._entries[key] = _Entry(fingerprint, now)
            return None
        if entry.fingerprint != fingerprint:
            text = "The idempotency key was used already with a different request."
            raise ApiError(422, "unable_to_process_request", text)
        if entry.reply is None:
            raise wrong_state("The previous request is still in progress. Please retry the request")
        return entry.reply

    def finish(self, key: str, reply: Reply | None) -> None:
        """Store the answer; None, or one that is not to be stored, frees the key."""
        if reply is None or not reply.stored:
            self._entries.pop(key, None)
        else:
            self._entries[key].reply = reply
