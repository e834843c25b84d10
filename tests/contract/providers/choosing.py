"""Faults that meet only some of the calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simulators import faults
from tests.contract.provider import Calls


@dataclass(eq=False)
class ChoosingFault(faults.Fault):
    """A fault that tells reads from writes. `written` are the writes that arrived so far."""

    on: Calls = Calls.ALL
    written: Callable[[], Sequence[object]] = tuple

    def fits(self, method: str, path: str) -> bool:
        is_read = method == "GET"
        is_met = {
            Calls.ALL: True,
            Calls.READS: is_read,
            Calls.LATER_READS: is_read and bool(self.written()),
            Calls.WRITES: not is_read,
        }
        return is_met[self.on] and super().fits(method, path)
