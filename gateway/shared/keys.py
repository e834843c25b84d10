"""What things are called in Redis.

Who can read a Redis should not learn who is a customer: ids, which may be e-mail addresses, stand there as digests.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gateway.contract import Mode

PREFIX: Final = "churnkey-gateway:1"
"""With a number, to be raised when another version would misread what is there."""


def lock_key(backend: str, mode: Mode, customer: str) -> str:
    """The lock of a customer."""
    return f"{PREFIX}:{backend}:{mode.value}:lock:{_digest(customer)}"


def request_key(backend: str, request: str) -> str:
    """What became of a request; `request` tells its mode."""
    return f"{PREFIX}:{backend}:request:{_digest(request)}"


def budget_key(backend: str, mode: Mode) -> str:
    """The calls of an account."""
    return f"{PREFIX}:{backend}:{mode.value}:budget"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:40]
