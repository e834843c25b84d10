"""Idempotency keys: https://docs.stripe.com/api/idempotent_requests

The first answer under a key is stored once the endpoint has begun to execute, errors and 500s included, and
replayed to requests with the same parameters. What validation refused is not stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.stripe.errors import ApiError

if TYPE_CHECKING:
    from simulators.delivery import Reply
    from simulators.forms import Pairs

LONGEST_KEY = 255


@dataclass(frozen=True)
class Fingerprint:
    """What must be the same for an answer to be replayed."""

    method: str
    path: str
    parameters: Pairs


@dataclass
class _Entry:
    fingerprint: Fingerprint
    reply: Reply | None = None


class IdempotencyKeys:
    """The keys of one account."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}

    def begin(self, key: str, fingerprint: Fingerprint) -> Reply | None:
        """The stored answer, or None after noting that the first request is under way.

        Raises:
            ApiError: 400 `idempotency_error` for other parameters or a key that is too long, 409 while the
                first request is still under way.
        """
        if len(key) > LONGEST_KEY:
            raise ApiError(
                400,
                f"Idempotency keys can be at most {LONGEST_KEY} characters long.",
                kind="idempotency_error",
                refused_early=True,
            )
        entry = self._entries.get(key)
        if entry is None:
            self._entries[key] = _Entry(fingerprint)
            return None
        if entry.fingerprint != fingerprint:
            raise ApiError(
                400,
                "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                f"Try using a key other than '{key}' if you meant to execute a different request.",
                kind="idempotency_error",
                refused_early=True,
            )
        if entry.reply is None:
            raise ApiError(
                409,
                "There is currently another in-progress request using this Idempotent Key. Try again later.",
                code="idempotency_key_in_use",
                kind="idempotency_error",
                refused_early=True,
            )
        return entry.reply

    def finish(self, key: str, reply: Reply | None) -> None:
        """Store the answer; None, or one that is not to be stored, frees the key."""
        if reply is None or not reply.stored:
            self._entries.pop(key, None)
        else:
            self._entries[key].reply = reply
