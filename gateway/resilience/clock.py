"""The time of day, passed in wherever it is needed so that a test can set it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Answers the present moment as an aware UTC datetime."""


def utc_now() -> datetime:
    """The system's clock, aware and in UTC."""
    return datetime.now(UTC)
