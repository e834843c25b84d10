"""Names for the values that simulators store and serve, and the clock they go by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]
"""One object of a provider's API, as it stands on the wire."""

Clock = Callable[[], datetime]
"""Answers the present moment as an aware datetime."""


def system_clock() -> datetime:
    """The present moment."""
    return datetime.now(UTC)
