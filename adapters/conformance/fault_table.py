"""Everything that can go wrong with a provider call, and what is made of it: how Churnkey is answered, how often the
provider is called, what has changed there.

The same at every provider. What a call may do when it is repeated decides the column: a read changes nothing; a safe
write carries a key or sets an absolute state; an unsafe one would act twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import MappingProxyType
from typing import Final, TypeAlias

from adapters.conformance.provider import Trouble
from gateway.resilience import Cause

DEADLINE_S: Final = 8
"""Much longer than anything here takes, also on a machine that has other things to do."""
_SOON_S: Final = 0.25
_NOT_IN_TIME: Final = MappingProxyType({"call_timeout_s": _SOON_S})
"""For what never ends: a call is given up soon."""
_NOT_UNTOLD: Final = MappingProxyType({"retry_wait_s": 10})
"""For what is told by Retry-After: left to itself the gateway would not try again in time."""

Wish: TypeAlias = Callable[[], str]
"""Makes a Retry-After header."""


@dataclass(frozen=True, slots=True)
class Read:
    """What becomes of a read: the answer's status, and how often the provider was called."""

    status: int
    calls: int


@dataclass(frozen=True, slots=True)
class Write:
    """What becomes of an action: the answer's status, how often the write was sent, whether it has happened."""

    status: int
    calls: int
    happened: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """What can go wrong in the same way: the columns of the table."""

    read_once: Read
    read_always: Read
    safe_once: Write
    safe_always: Write
    unsafe_once: Write
    unsafe_always: Write


REFUSED: Final = Kind(
    read_once=Read(200, calls=2),
    read_always=Read(503, calls=3),
    safe_once=Write(200, calls=2, happened=True),
    safe_always=Write(503, calls=3, happened=False),
    unsafe_once=Write(200, calls=2, happened=True),
    unsafe_always=Write(503, calls=3, happened=False),
)
"""It certainly was not carried out."""
REFUSED_FOR_LONG: Final = Kind(
    read_once=Read(503, calls=1),
    read_always=Read(503, calls=1),
    safe_once=Write(503, calls=1, happened=False),
    safe_always=Write(503, calls=1, happened=False),
    unsafe_once=Write(503, calls=1, happened=False),
    unsafe_always=Write(503, calls=1, happened=False),
)
"""The same, and trying again must wait until after the deadline."""
BUSY: Final = Kind(
    read_once=Read(200, calls=2),
    read_always=Read(503, calls=3),
    safe_once=Write(200, calls=2, happened=True),
    safe_always=Write(503, calls=3, happened=False),
    unsafe_once=Write(503, calls=1, happened=False),
    unsafe_always=Write(503, calls=1, happened=False),
)
"""Another request is under way. Whether that is the same one sent before, nobody can tell. A provider may call it a
conflict, see `ProviderCase.busy_status`."""
NEVER_HAPPENED: Final = Kind(
    read_once=Read(200, calls=2),
    read_always=Read(503, calls=3),
    safe_once=Write(200, calls=2, happened=True),
    safe_always=Write(504, calls=2, happened=False),
    unsafe_once=Write(504, calls=1, happened=False),
    unsafe_always=Write(504, calls=1, happened=False),
)
"""It was not carried out, but nothing proves that: the subscription is read again, and a safe write sent once more."""
HAPPENED: Final = Kind(
    read_once=Read(200, calls=2),
    read_always=Read(503, calls=3),
    safe_once=Write(200, calls=1, happened=True),
    safe_always=Write(200, calls=1, happened=True),
    unsafe_once=Write(200, calls=1, happened=True),
    unsafe_always=Write(200, calls=1, happened=True),
)
"""It was carried out, and the answer does not say so: reading the subscription again tells."""


def _never_answered(kind: Kind) -> Kind:
    """The same where the gateway stops waiting: of a read 504 is told."""
    return Kind(
        kind.read_once,
        Read(504, calls=3),
        kind.safe_once,
        kind.safe_always,
        kind.unsafe_once,
        kind.unsafe_always,
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that can go wrong. `on_read` and `on_write` are the classes of error that it is, with a call of either
    kind. `wish` is the Retry-After that comes along, `told` the bounds of the one that Churnkey gets."""

    trouble: Trouble
    on_read: Cause
    on_write: Cause
    kind: Kind
    limits: Mapping[str, float] | None = None
    wish: Wish | None = None
    told: tuple[int, int] | None = None


def _in_seconds(seconds: float) -> Wish:
    return lambda: format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


def _refused(kind: Kind, wish: Wish | None, told: tuple[int, int], trouble: Trouble = Trouble.TOO_MANY) -> Row:
    limits = None if wish is None else _NOT_UNTOLD
    return Row(trouble, Cause.RATE_LIMITED, Cause.RATE_LIMITED, kind, limits, wish, told)


def _lost(trouble: Trouble, kind: Kind, limits: Mapping[str, float] | None = None) -> Row:
    return Row(trouble, Cause.LOST, Cause.LOST, kind, limits)


def _unproven(trouble: Trouble, kind: Kind) -> Row:
    """An answer, but none of the provider's own: of a write it does not prove that nothing is under way."""
    return Row(trouble, Cause.UNAVAILABLE, Cause.LOST, kind)


ROWS: Final[Mapping[str, Row]] = {
    "429": _refused(REFUSED, None, told=(1, 1)),
    "429, try again now": _refused(REFUSED, lambda: "0", told=(1, 1)),
    "429, try again since a date": _refused(REFUSED, _in_seconds(-30), told=(1, 1)),
    "429, try again in seconds": _refused(REFUSED_FOR_LONG, lambda: "30", told=(30, 30)),
    "429, try again at a date": _refused(REFUSED_FOR_LONG, _in_seconds(30), told=(20, 30)),
    "429 and HTML": _refused(REFUSED, None, told=(1, 1), trouble=Trouble.TOO_MANY_BEFORE_IT),
    "429 and HTML, try again in seconds": _refused(
        REFUSED_FOR_LONG, lambda: "30", told=(30, 30), trouble=Trouble.TOO_MANY_BEFORE_IT
    ),
    "busy": Row(Trouble.BUSY, Cause.BUSY, Cause.BUSY, BUSY),
    "500": Row(Trouble.BROKEN, Cause.UNAVAILABLE, Cause.UNAVAILABLE, NEVER_HAPPENED),
    "500 after the effect": Row(Trouble.BROKEN_AFTER, Cause.UNAVAILABLE, Cause.UNAVAILABLE, HAPPENED),
    "502 and HTML": _unproven(Trouble.NONSENSE, NEVER_HAPPENED),
    "502 and HTML after the effect": _unproven(Trouble.NONSENSE_AFTER, HAPPENED),
    "503 and text": _unproven(Trouble.OVERLOADED, NEVER_HAPPENED),
    "200 and HTML": _unproven(Trouble.ANSWER_A_PAGE, HAPPENED),
    "200 and an empty body": _unproven(Trouble.ANSWER_EMPTY, HAPPENED),
    "half a body": _lost(Trouble.ANSWER_HALF, HAPPENED),
    "dropped before it was read": _lost(Trouble.CALL_UNREAD, NEVER_HAPPENED),
    "dropped before the effect": _lost(Trouble.CALL_LOST, NEVER_HAPPENED),
    "dropped after the effect": _lost(Trouble.ANSWER_LOST, HAPPENED),
    "silence before the effect": _lost(Trouble.SLOW, _never_answered(NEVER_HAPPENED), _NOT_IN_TIME),
    "silence after the effect": _lost(Trouble.ANSWER_LATE, _never_answered(HAPPENED), _NOT_IN_TIME),
    "a slow drip": _lost(Trouble.ANSWER_DRIPS, _never_answered(HAPPENED), _NOT_IN_TIME),
}

NOBODY_LISTENS: Final = Row(
    Trouble.LAST_ANSWER,
    Cause.NOT_SENT,
    Cause.NOT_SENT,
    Kind(
        read_once=Read(200, calls=1),
        read_always=Read(503, calls=0),
        safe_once=Write(200, calls=1, happened=True),
        safe_always=Write(503, calls=0, happened=False),
        unsafe_once=Write(200, calls=1, happened=True),
        unsafe_always=Write(503, calls=0, happened=False),
    ),
)
"""No connection can be made. Counted is what arrives, so what could not be sent is not."""
