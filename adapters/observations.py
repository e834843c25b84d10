"""What is looked at before an account is served, and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from gateway.contract import Action

EVERY_ACTION: Final = frozenset(
    {Action.CANCEL, Action.PAUSE, Action.EXTEND_TRIAL, Action.APPLY_COUPON, Action.CHANGE_PRICE}
)
"""In `Right.needed_by`: the right is for writing."""


class Verdict(StrEnum):
    """What an observation comes to."""

    OK = "ok"
    REMARK = "remark"
    """Nothing fails by it, as far as can be told; the owner should know."""
    FINDING = "finding"
    """Something will not work."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing that was looked at. It holds no secret, nobody's data, and no text of the provider's.

    `subject` is what was looked at, `what` what was found, `advice` what the owner does about it.
    """

    subject: str
    verdict: Verdict
    what: str
    advice: str | None = None


@dataclass(frozen=True, slots=True)
class Right:
    """Something that a key must be allowed to do.

    `name` is what the provider's dashboard calls it, `purpose` what it is for. `advice` tells the owner how to give it
    to the key. It is needed while one of the features in `needed_by` is offered ("controllers.coupons", "cancel"), and
    while one in `previewed` is of which it has to be asked before what it would charge.
    """

    name: str
    purpose: str
    advice: str
    needed_by: frozenset[str]
    previewed: frozenset[str] = frozenset()

    def is_needed(self, offered: Collection[str], *, is_guarded: bool) -> bool:
        """Whether a key must have it, as things are offered. `is_guarded`: what one change may charge is bounded."""
        takers = self.needed_by | self.previewed if is_guarded else self.needed_by
        return not takers.isdisjoint(offered)


@dataclass(frozen=True, slots=True)
class Contact:
    """What the provider's answer to a small question tells beside its content.

    `date` is the time in its `Date` header, in whole seconds, None where there is none.
    """

    date: datetime | None = None
    observations: Sequence[Observation] = ()
