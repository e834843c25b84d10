"""Waiting for what tells nobody when it happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

_WHEN_HUNG_S: Final = 60


async def until(has_happened: Callable[[], object]) -> None:
    """Look again and again, and give up when it takes so long that it never will."""
    async with asyncio.timeout(_WHEN_HUNG_S):
        while not has_happened():  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.005)
