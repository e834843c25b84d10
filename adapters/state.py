"""What the base class must know of a subscription, a price or an item to decide about an action.

These are facts for decisions, not for display: the contract's models are for that. An adapter fills them from the
provider's object with pure functions in its `mapping.py`. What every action makes anew is a struct: a frozen dataclass
of as many members takes eight times as long to make. `msgspec.structs.replace` makes one like another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from msgspec import Struct, field

ProviderObject: TypeAlias = Mapping[str, Any]
"""A provider's JSON object as it came."""


class Standing(StrEnum):
    """Where a subscription is in its life, whatever the provider calls it. A pause of its billing is apart."""

    FUTURE = "future"
    TRIAL = "trial"
    ACTIVE = "active"
    UNPAID = "unpaid"
    INCOMPLETE = "incomplete"
    PAUSED = "paused"
    ENDED = "ended"
    UNKNOWN = "unknown"
    """The provider uses a word this version does not know: nothing is done to such a subscription."""


class ItemState(Struct, frozen=True):
    """One item of a subscription. `quantity` is None where usage is metered, or where quantities do not apply.

    `kind` is the provider's word for what kind of item it is, where a price of one kind cannot take the place of
    another's; None where there are no kinds.
    """

    id: str
    price_id: str
    product_id: str | None
    quantity: int | None
    metered: bool
    annual: bool
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class ScheduledChange:
    """A change that the provider will make later. `what` completes "…: <what>" in a message for people."""

    what: str
    price_id: str | None = None
    at: datetime | None = None


class SubscriptionState(Struct, frozen=True):
    """A subscription as actions see it. All times are aware UTC.

    `period_end` is the end of what is paid for. `paused` is true while billing is paused or set to be, `paused_until`
    is the pause's end (None: open-ended), `paused_from` its beginning where that is still to come. `cancel_at` is the
    moment of a scheduled cancellation, and `cancels_with_period` tells that it moves along when the period's end moves.
    `ends_only_now` is true where no running period is left that a cancellation could wait for. `coupon_ids` are those
    on the subscription itself, `coupon_codes` the codes by which some of them were put there, where the provider has
    such. `provider` is read by the adapter that made this state and by nobody else.
    """

    id: str
    customer_id: str
    standing: Standing
    currency: str
    items: tuple[ItemState, ...]
    period_end: datetime | None = None
    trial_end: datetime | None = None
    paused: bool = False
    paused_until: datetime | None = None
    paused_from: datetime | None = None
    cancel_at: datetime | None = None
    cancels_with_period: bool = False
    ends_only_now: bool = False
    coupon_ids: tuple[str, ...] = ()
    coupon_codes: tuple[str, ...] = ()
    scheduled: ScheduledChange | None = None
    provider: ProviderObject = field(default_factory=dict)

    @property
    def annual(self) -> bool:
        """Whether any item is paid by the year."""
        return any(item.annual for item in self.items)

    def __repr__(self) -> str:
        """Without `provider`, which may hold anything of the customer's."""
        shown = (f"{name}={getattr(self, name)!r}" for name in self.__struct_fields__ if name != "provider")
        return f"{type(self).__name__}({', '.join(shown)})"


@dataclass(frozen=True, slots=True)
class PriceFacts:
    """A price as a price change sees it. `currencies` are lower-case ISO 4217 codes, None where the provider converts;
    `kind` is as an item's."""

    id: str
    product_id: str | None
    currencies: frozenset[str] | None
    active: bool
    metered: bool
    kind: str | None = None
