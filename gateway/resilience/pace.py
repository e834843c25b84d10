"""How often the provider may be called: as the settings say, and slower for a while after it said "too many".

Pure arithmetic on a clock; `gateway.resilience.gate` does the waiting.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_DECREASE: Final = 0.5
"""What remains of the pace after a refusal."""
_SLOWEST: Final = 1.0
"""Calls a second. No refusal makes it slower than this, unless the settings do."""
_RECOVERY_S: Final = 30.0
"""Seconds from nothing back to the full pace, in equal steps."""
_HANDFUL: Final = 5.0
"""However slow the pace, so many may go at once after a rest: an action that has begun takes a few calls."""
LONGEST_BLOCK_S: Final = 60.0
"""Seconds for which a refusal may stop everything. After that a handful of calls is tried, whatever was wished for: one
header that is wrong, or meant for one endpoint, must not stop a backend for a day."""
_NEARLY: Final = 1e-6
"""Of a call. Sums of fractions, and timers that fire a moment early, must not cost another round."""


class Pace:
    """A budget of calls that fills up with time. `requests_per_second` None: unbounded, until the provider refuses.

    As many may begin at once as a second allows. A refusal halves the pace, measured by what was really called where
    that is less; it recovers in equal steps. `now` is any clock that only moves forward, in seconds.
    """

    def __init__(self, requests_per_second: float | None, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._configured = requests_per_second
        self._floor = min(_SLOWEST, requests_per_second or _SLOWEST)
        # None: calls need no budget. What the pace recovers to, and what was called at most when it was left.
        self._rate = requests_per_second
        self._ceiling = requests_per_second or 0.0
        self._budget = max(1.0, self._ceiling)
        # The moment up to which the budget has been filled. It lies ahead while the provider wants to be left alone.
        self._filled_at = now()
        self._slowed_at = -math.inf
        self._second_began, self._calls, self._calls_before = self._filled_at, 0, 0.0

    @property
    def requests_per_second(self) -> float | None:
        """The present pace; None where there is none."""
        self._fill()
        return self._rate

    def delay(self, place: int = 1) -> float:
        """The least number of seconds until the call in this place from now on may begin; 0 for at once."""
        if self._rate is not None:
            self._fill()
        if self._rate is None:
            return 0.0
        missing = place - self._budget
        blocked = max(0.0, self._filled_at - self._now())
        if missing <= _NEARLY:
            return blocked
        # rate * t + growth * t² / 2 = missing
        growth = self._growth
        if growth == 0.0:
            return blocked + missing / self._rate
        return blocked + (math.sqrt(self._rate**2 + 2 * growth * missing) - self._rate) / growth

    def spend(self) -> None:
        """A call begins."""
        now = self._now()
        elapsed = now - self._second_began
        if elapsed >= 1.0:
            self._second_began, self._calls, self._calls_before = now, 0, self._calls / elapsed
        self._calls += 1
        if self._rate is not None:
            self._fill()
            self._budget -= 1.0

    def refund(self) -> None:
        """A call that was to begin was not made."""
        self._calls -= 1
        self._budget = min(self._budget + 1.0, self._most)

    def slow_down(self, began: float, retry_after: float | None) -> float | None:
        """The provider refused a call, begun at that moment of the clock, for too many of them.

        Nothing begins for the next `retry_after` seconds. The new pace, or None where it has been slowed down already
        since the call began: many that were under way together are refused together, and that is one refusal.
        """
        self._fill()
        now = self._now()
        slower = None
        if began >= self._slowed_at:
            slower = self._slower(now)
            self._slowed_at = now
        if retry_after is not None:
            self._filled_at = max(self._filled_at, now + min(retry_after, LONGEST_BLOCK_S))
        return slower

    def _slower(self, now: float) -> float:
        called = max(self._calls_before, self._calls / max(1.0, now - self._second_began))
        if self._rate is None:
            self._ceiling = max(called, 2 * self._floor)
            self._rate, self._budget, self._filled_at = self._ceiling, self._most, max(now, self._filled_at)
        self._rate = max(self._floor, min(self._rate, called) * _DECREASE)
        self._budget = min(self._budget, self._handful)
        return self._rate

    @property
    def _handful(self) -> float:
        return max(1.0, min(_HANDFUL, self._configured or _HANDFUL))

    @property
    def _most(self) -> float:
        return max(self._rate or 0.0, self._handful)

    @property
    def _growth(self) -> float:
        """Calls a second, each second."""
        return self._ceiling / _RECOVERY_S if self._rate is not None and self._rate < self._ceiling else 0.0

    def _fill(self) -> None:
        if self._rate is None:
            return
        elapsed = self._now() - self._filled_at
        if elapsed <= 0.0:
            return
        self._filled_at += elapsed
        faster = min(self._ceiling, self._rate + self._growth * elapsed)
        earned = elapsed * (self._rate + faster) / 2
        self._rate = faster
        self._budget = min(self._budget + earned, self._most)
        if faster >= self._ceiling and self._configured is None:
            self._rate = None
