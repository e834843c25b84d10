"""What the suite must know of a billing provider to run against it: one `ProviderCase` for each adapter.

A case is the provider's simulator with two accounts full of samples, told by the roles the samples play, and a way to
look behind the gateway: what became of a subscription, how often the provider was called, what goes wrong there.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

if TYPE_CHECKING:
    from aiohttp import web

    from gateway.contract import Mode

NOW: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
"""The present moment, for the gateway and the provider alike; it stands still."""

SPOKEN: Final = "words-of-the-provider"
"""Part of whatever text an injected fault brings along. No answer of the gateway may repeat it."""


@dataclass(frozen=True, slots=True)
class Held:
    """A subscription and who holds it."""

    customer: str
    subscription: str


NO_SAMPLE: Final = "no-sample-"
"""What the ids begin with that stand in for a sample a provider does not have. A test that needs it is skipped."""


def _no(role: str) -> str:
    return f"{NO_SAMPLE}{role}"


def _nobodys(role: str) -> Held:
    return Held(_no(role), _no(role))


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """The ids of one account by what they are good for. Everything exists, except for what is called unknown.

    What the provider does not have, or the adapter does not serve, is left out; what needs it is skipped and says so.
    """

    customer: str
    """Holds `active` and more; the only one with this e-mail and this phone."""
    email: str
    phone: str = _no("phone")
    many: str
    """Another customer with several running subscriptions, some of them paid by the month and some by the year."""
    single: Held
    """Paid by the month, and the only running subscription of its customer."""
    yearly_only: str = _no("yearly_only")
    """A customer whose only running subscription is `yearly`."""
    nobody: str
    """A customer without any subscription."""

    active: Held
    """Paid by the month, one item at a quantity above one, nothing scheduled, no coupon."""
    others: Held
    """Another customer's, running."""
    trial: Held = _nobodys("trial")
    paused: Held = _nobodys("paused")
    canceled: Held
    unpaid: Held = _nobodys("unpaid")
    ending: Held = _nobodys("ending")
    """Set to end with its period."""
    ending_later: Held = _nobodys("ending_later")
    """Set to end on a date beyond its period."""
    yearly: Held = _nobodys("yearly")
    twelve_months: Held = _nobodys("twelve_months")
    """Paid for twelve months at once."""
    several_items: Held = _nobodys("several_items")
    """Several items, each at its own quantity."""
    scheduled: Held = _nobodys("scheduled")
    """A change to `scheduled_price` is waiting at the provider."""
    discounted: Held = _nobodys("discounted")
    """Paid by the month, with one coupon, which is neither `coupon` nor `second_coupon`."""
    discounted_twice: Held = _nobodys("discounted_twice")
    """With several coupons."""

    coupon: str = _no("coupon")
    second_coupon: str = _no("second_coupon")
    expired_coupon: str = _no("expired_coupon")

    price: str
    """Can take the place of `active`'s, at the same rhythm."""
    yearly_price: str = _no("yearly_price")
    """Can take the place of `active`'s, at another rhythm."""
    price_of_one_item: str = _no("price_of_one_item")
    """Fits exactly one item of `several_items`."""
    price_of_no_item: str = _no("price_of_no_item")
    """Fits none of the items of `several_items` better than the others."""
    archived_price: str = _no("archived_price")
    foreign_price: str = _no("foreign_price")
    """In another currency than `active`'s, where the provider does not convert."""
    scheduled_price: str = _no("scheduled_price")
    product: str = _no("product")
    family: str = _no("family")

    unknown_customer: str
    unknown_subscription: str
    unknown_price: str
    unknown_coupon: str
    unknown_product: str
    unknown_family: str


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a subscription at the provider. `quantity` is None where usage is metered."""

    price: str
    quantity: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """A subscription as the provider has it; two of them are equal when the same was done to both."""

    ended: bool
    ends_at: datetime | None
    """The moment of a cancellation that is scheduled."""
    paused: bool = False
    paused_until: datetime | None = None
    trial_end: datetime | None = None
    period_end: datetime | None
    coupons: tuple[str, ...] = ()
    items: tuple[Item, ...]
    planned_prices: tuple[str, ...] = ()
    """The prices that take over later, each change counted."""
    moved_at_once: tuple[int, ...] = ()
    """Money that requests have moved at once, in minor units, credits negative."""


class Trouble(Enum):
    """What goes wrong at the provider."""

    ANSWER_LOST = auto()
    """The call takes effect, and the connection breaks instead of an answer."""
    ANSWER_LATE = auto()
    """The call takes effect, and its answer comes after longer than a request may take."""
    ANSWER_HALF = auto()
    """The call takes effect, and the connection breaks in the middle of the answer."""
    ANSWER_DRIPS = auto()
    """The call takes effect, and its answer comes byte by byte, without end."""
    ANSWER_EMPTY = auto()
    """The call takes effect, and is answered with a success without a body."""
    ANSWER_A_PAGE = auto()
    """The call takes effect, and is answered with a page for people that calls itself a success."""
    LAST_ANSWER = auto()
    """Nothing but that the connection is closed after the answer."""
    CALL_LOST = auto()
    """The call is read, and the connection breaks before it takes effect."""
    CALL_UNREAD = auto()
    """The connection breaks before the call is read."""
    KEY_REFUSED = auto()
    RIGHT_MISSING = auto()
    """The key is good, and not for this."""
    TOO_MANY = auto()
    TOO_MANY_FOR_LONG = auto()
    """Too many, and not again for longer than a request may take."""
    TOO_MANY_BEFORE_IT = auto()
    """Too many, says whatever stands before the provider, with a page for people."""
    BUSY = auto()
    """Another request holds what the call is about; it has no effect."""
    BROKEN = auto()
    """A fault of the provider's own, answered in its own form; the call has no effect."""
    BROKEN_AFTER = auto()
    """The same, but it takes effect."""
    NONSENSE = auto()
    """502 and a page for people in place of the answer; the call has no effect."""
    NONSENSE_AFTER = auto()
    """The same, but it takes effect."""
    OVERLOADED = auto()
    """503 and a line of text from whatever stands before the provider; the call has no effect."""
    SLOW = auto()
    """Effect and answer come after longer than a request may take."""


class Calls(Enum):
    """The calls of the provider that trouble meets."""

    ALL = auto()
    READS = auto()
    LATER_READS = auto()
    """Those that come after a write."""
    WRITES = auto()


@dataclass(frozen=True, slots=True)
class Budget:
    """How many calls of the provider an operation may take, the catalogue being known."""

    customer: int
    """To retrieve a customer."""
    subscriptions: int
    """To list a customer's subscriptions."""
    reads_for_one: int
    """Before an action on one subscription."""
    reads_for_all: int
    """Before an action on all of a customer's."""
    writes: Mapping[str, int]
    """By the names in `asks.ACTIONS`; 1 for what is not named."""
    reads_for_price: int = 0
    """Beside those, before a price changes, where a remembered price is not good enough."""


class ProviderCase(ABC):
    """One simulated provider, from its start to the end of a test."""

    name: ClassVar[str]
    """What the YAML calls the adapter (`backend: <name>`)."""
    budget: ClassVar[Budget]
    pause_slack: ClassVar[timedelta] = timedelta(0)
    """By how much a pause that is given as a length from the period's end may end early: providers round."""
    finds_by: ClassVar[frozenset[str]] = frozenset()
    """Which of `email` and `phone` a customer can be found by."""
    everything: ClassVar[Mapping[str, object]] = MappingProxyType({})
    """Sections of the YAML that switch on whatever is off by default and the provider can do."""
    secrets: ClassVar[tuple[str, ...]]
    """Keys, and what faults say; none of it may appear in an answer to an action, nor in anything that is written."""
    forbids: ClassVar[Mapping[str, frozenset[str]]] = MappingProxyType({})
    """By "apply coupon" and "change price": the roles of samples whose state does not allow it at the provider."""
    only_retrieved: ClassVar[frozenset[str]] = frozenset()
    """The members of a customer that a list leaves out, because they would cost a call for each row."""
    charges_without_key: ClassVar[bool] = False
    """Whether a change to `yearly_price` at once, which is charged for, is sent without an idempotency key: it could be
    charged for twice, so it is not sent again, and one that is not seen to have happened is told as unknown."""
    busy_status: ClassVar[int] = 503
    """The answer where another request holds what an action is about: 409 where the provider calls it a conflict."""

    sealed_by: ClassVar[str] = "customerId"
    """Whose id Churnkey's `authHash` is made over, as the body of a session's request calls it."""

    @property
    @abstractmethod
    def samples(self) -> Mapping[Mode, Samples]:
        """The samples of both accounts; no id is in both."""

    @property
    def personal(self) -> Iterable[str]:
        """Names, e-mails, phones and addresses of both accounts' customers: none of it may appear in anything that is
        written. What the samples have of it, unless a case knows more."""
        return [text for one in self.samples.values() for text in (one.email, one.phone)]

    @abstractmethod
    def application(self) -> web.Application:
        """The provider's API; it may be served at any address."""

    @abstractmethod
    def modes(self, address: str) -> Mapping[Mode, Mapping[str, object]]:
        """The entries of the YAML's `modes` for the provider at this address."""

    @abstractmethod
    def truth(self, mode: Mode, subscription: str) -> Truth:
        """What the provider has under this id."""

    @abstractmethod
    def subscriptions_of(self, mode: Mode, customer: str) -> list[str]:
        """All ids of a customer's subscriptions at the provider, ended ones included."""

    @abstractmethod
    def calls(self) -> list[str]:
        """The calls that arrived since `forget_calls`, whatever their answers."""

    @abstractmethod
    def writes(self) -> list[str]:
        """Those of `calls` that change something and were not refused."""

    @abstractmethod
    def keys(self) -> list[str]:
        """The idempotency keys of the writes that arrived since `forget_calls`, whatever their answers; one that was
        sent twice is there twice. Empty where the provider has none."""

    def prorated(self) -> bool:
        """Whether any of `writes` had unused time credited or charged, at once or with a later invoice."""
        return False

    @abstractmethod
    def forget_calls(self) -> None:
        """Begin to count anew."""

    @abstractmethod
    def trouble(
        self,
        kind: Trouble,
        *,
        on: Calls = Calls.ALL,
        times: int | None = None,
        skip: int = 0,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Let this happen to so many calls, None: to all of them, the next `skip` of them aside. `headers` come with
        the answer."""

    @abstractmethod
    def recover(self) -> None:
        """Let nothing go wrong any more."""
