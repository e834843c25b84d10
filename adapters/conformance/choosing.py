"""Faults that meet only some of the calls, and those among them that are the same at every provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from adapters.conformance.provider import SPOKEN, Calls, Trouble
from simulators import faults

LONG_S: Final = 30
"""Longer than a request may take in the tests where anything takes long."""
_DRIP_S: Final = 0.01


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


ON_THE_WAY: Final[Mapping[Trouble, Callable[..., ChoosingFault]]] = {
    Trouble.ANSWER_LOST: ChoosingFault.lost_answer,
    Trouble.ANSWER_LATE: partial(ChoosingFault.slow, LONG_S, after_effect=True),
    Trouble.ANSWER_HALF: ChoosingFault.truncated,
    Trouble.ANSWER_DRIPS: partial(ChoosingFault.dripping, _DRIP_S),
    Trouble.ANSWER_EMPTY: partial(ChoosingFault.empty, effect=True),
    Trouble.ANSWER_A_PAGE: partial(ChoosingFault, status=200, body=f"<h1>{SPOKEN}</h1>", effect=True),
    Trouble.LAST_ANSWER: partial(ChoosingFault, headers={"Connection": "close"}),
    Trouble.CALL_LOST: ChoosingFault.dropped,
    Trouble.CALL_UNREAD: ChoosingFault.unread,
    Trouble.TOO_MANY_BEFORE_IT: partial(ChoosingFault, status=429, body=f"<h1>{SPOKEN}</h1>"),
    Trouble.OVERLOADED: partial(ChoosingFault, status=503, body=f"upstream connect error: {SPOKEN}"),
    Trouble.SLOW: partial(ChoosingFault.slow, LONG_S, after_effect=False),
}
"""What the network does, and what stands in it: no provider has a say in that."""
