"""The holes an adapter fills, and the shapes it fills them with. Nothing here decides anything."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, NoReturn, TypeAlias, TypeVar

from pydantic import ValidationError

from adapters.charges import Charge, ChargeLimit
from adapters.errors import UNEXPRESSED, Unmappable, Unreadable
from adapters.observations import Contact, Observation, Right
from adapters.state import PriceFacts, SubscriptionState
from gateway.contract import (
    Controller,
    Coupon,
    Customer,
    DetailedSubscription,
    Emitted,
    Family,
    HashedId,
    ListedSubscription,
    Mode,
    Price,
    Product,
    Schedule,
    Subscription,
    SubscriptionDetail,
)
from gateway.resilience import (
    FIRST_WAIT_S,
    NO_TRACER,
    BreakerLimits,
    Budget,
    Clock,
    KeyedLocks,
    Locks,
    Observer,
    Recorder,
    SilentObserver,
    SilentRecorder,
    Tracer,
    WriteKey,
    utc_now,
)

if TYPE_CHECKING:
    from adapters.capabilities import Capabilities
    from adapters.intents import ApplyCoupon, Cancel, ChangePrice, ExtendTrial, Intent, Pause
    from adapters.offer import Offer
    from adapters.settings import AdapterSettings

M_co = TypeVar("M_co", bound=Emitted | DetailedSubscription, covariant=True)
T = TypeVar("T")

Shown: TypeAlias = SubscriptionState | None
"""A subscription after a write, as the provider's answer to the write shows it; None where the answer does not."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """What an adapter is given by the process it runs in. Times are in seconds.

    `locks` are those of the customers of the account that is served. With `charge_limit` None a change may charge
    whatever it comes to.
    """

    clock: Clock = utc_now
    observer: Observer = field(default_factory=SilentObserver)
    recorder: Recorder = field(default_factory=SilentRecorder)
    tracer: Tracer = NO_TRACER
    locks: Locks = field(default_factory=KeyedLocks)
    dry_run: bool = False
    charge_limit: ChargeLimit | None = None
    call_timeout_s: float = 8.0
    """For a single attempt of a provider call."""
    connect_timeout_s: float = 3.0
    max_in_flight: int = 15
    """Provider calls under way at once."""
    requests_per_second: float | None = None
    """How many provider calls are begun in a second; None: as many as the provider bears."""
    budget: Budget | None = None
    """What of them this process may begin, where others call the same account; None: it is alone."""
    breaker: BreakerLimits | None = field(default_factory=BreakerLimits)
    """When the provider counts as down; None: it never does."""
    retry_wait_s: float = FIRST_WAIT_S
    """Before the first repetition of a call, where the provider does not say."""


@dataclass(frozen=True, slots=True)
class Listing(Generic[M_co]):
    """One page of a list. `next` is the provider's own cursor of the following page, None on the last."""

    data: tuple[M_co, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Rows(Generic[M_co]):
    """One page as the provider gave it, and how a row of it is expressed in the contract.

    `express` answers None for a row that is not to be listed and raises `Unmappable` for one that cannot be; whatever
    else is in `UNEXPRESSED` counts as that, and so does a row that is no object, which need not be looked for. `next`
    follows the provider's own "more", never the number of rows. `detail` may tell of a subscription's row what the
    contract has no words for, and raises as `express` does.
    """

    rows: Sequence[Any]
    express: Callable[[Any], M_co | None]
    next: str | None
    detail: Callable[[Any], SubscriptionDetail] | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer who may be the one with a certain e-mail or phone. `live`: a subscription of theirs is running."""

    customer: Customer
    created: datetime
    live: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that an account cannot do, or that keeps it from being served at all.

    `feature` is what is taken out of the offer ("pause", "controllers.coupons"), None for a remark; `what` is then the
    reason, fit for a customer's eyes. `fatal`: nothing can be served from this account. `advice` is what the owner does
    about it.
    """

    what: str
    feature: str | None = None
    fatal: bool = False
    advice: str | None = None


class Holes(ABC):
    """What an adapter is made of. The base class's sequences, `Reads` and `Writes`, are built on these methods.

    A hole is called with ids that are plain (`adapters.identifiers`) and raises the errors of `adapters.errors`.
    """

    name: ClassVar[str]
    """What the YAML calls it (`backend: <name>`)."""
    capabilities: ClassVar[Capabilities]
    """What the class can do; the account and the settings may leave less, see `offered`."""
    settings_model: ClassVar[type[AdapterSettings]]
    rights: ClassVar[Sequence[Right]] = ()
    """What the key must be allowed to do, see `_prove_right`. Where none is named the lists are read instead."""
    hashed_id: ClassVar[HashedId] = HashedId.CUSTOMER
    """Which id Churnkey wants its `authHash` to be made over, for customers of this provider."""
    operations: ClassVar[Collection[str]] = ()
    """The provider calls that it makes, by the names it gives them: each is counted from the start, as 0. What is not
    named is counted from its first time on."""
    vocabularies: ClassVar[Collection[str]] = ()
    """Where a word of the provider may be one that this version does not know; counted likewise."""

    def __init__(self, mode: Mode, settings: AdapterSettings, runtime: Runtime) -> None:
        self.mode: Final = mode
        self.settings = settings
        self.runtime: Final = runtime

    @property
    @abstractmethod
    def offered(self) -> Offer:
        """What remains of the capabilities for this account under these settings."""

    @abstractmethod
    def note_lack(self, feature: str, reason: str) -> None:
        """Take a feature ("pause", "controllers.coupons") out of the offer: this account was found unable to do it."""

    # -- life ---------------------------------------------------------------------------------------------------

    @abstractmethod
    async def _open(self) -> None:
        """Open the connections to the provider. No call is made."""

    @abstractmethod
    async def _close(self) -> None:
        """Close them."""

    async def _examine(self) -> Sequence[Finding]:
        """What this account cannot do of all the adapter can, found by asking, without changing anything."""
        return ()

    # -- what is looked at before serving, by asking only: nothing may be sent that could change anything ------------

    def _describe_key(self) -> Observation | None:
        """What the key itself tells: of which kind and of which mode it is. Nothing of the key is repeated."""
        return None

    async def _contact(self) -> Contact:
        """Ask the provider something small. Raises `Credentials` where it refuses the key, but not for want of a
        right."""
        await self._list_customers(1, None)
        return Contact()

    async def _prove_right(self, right: Right) -> bool | None:
        """Whether the key has one of the `rights`; None where it would take a write to find out.

        May raise `Credentials` for a right that is missing.
        """
        return None

    # -- controllers --------------------------------------------------------------------------------------------

    async def _fetch_customer(self, customer_id: str) -> Customer:
        """One customer. A deleted one is `NotFound`."""
        self._unfilled("_fetch_customer")

    async def _list_customers(self, limit: int, cursor: str | None) -> Rows[Customer]:
        """A page of customers."""
        self._unfilled("_list_customers")

    async def _find_by_email(self, email: str) -> Sequence[Candidate]:
        """Everybody whose e-mail may be this one; case and a loose match do not matter, the base class compares."""
        self._unfilled("_find_by_email")

    async def _find_by_phone(self, phone: str) -> Sequence[Candidate]:
        """Everybody with this phone, however it is written."""
        self._unfilled("_find_by_phone")

    async def _fetch_subscription(self, subscription_id: str) -> Subscription:
        """One subscription, of whichever customer: the base class compares the owner."""
        self._unfilled("_fetch_subscription")

    async def _list_subscriptions(self, customer_id: str, limit: int, cursor: str | None) -> Rows[ListedSubscription]:
        """A page of a customer's subscriptions, ended ones included. An unknown customer is `NotFound`.

        The rows may be expressed as `Subscription`, or as `WrittenSubscription` where models would cost too much.
        """
        self._unfilled("_list_subscriptions")

    async def _fetch_price(self, price_id: str) -> Price:
        """One price, archived ones included."""
        self._unfilled("_fetch_price")

    async def _list_prices(self, limit: int, cursor: str | None) -> Rows[Price]:
        """A page of the prices on offer."""
        self._unfilled("_list_prices")

    async def _fetch_coupon(self, coupon_id: str) -> Coupon:
        """One coupon, also one that can no longer be used."""
        self._unfilled("_fetch_coupon")

    async def _list_coupons(self, limit: int, cursor: str | None) -> Rows[Coupon]:
        """A page of the coupons that can be used."""
        self._unfilled("_list_coupons")

    async def _fetch_product(self, product_id: str) -> Product:
        """One product, archived ones included."""
        self._unfilled("_fetch_product")

    async def _list_products(self, limit: int, cursor: str | None) -> Rows[Product]:
        """A page of the products on offer."""
        self._unfilled("_list_products")

    async def _fetch_family(self, family_id: str) -> Family:
        """One product family."""
        self._unfilled("_fetch_family")

    async def _list_families(self, limit: int, cursor: str | None) -> Rows[Family]:
        """A page of the product families."""
        self._unfilled("_list_families")

    # -- actions: each write answers the subscription as the provider's answer shows it, None where it does not ------

    async def _load(self, subscription_id: str) -> SubscriptionState:
        """The one read before an action: all that is needed to decide, and to settle afterwards."""
        self._unfilled("_load")

    async def _live_subscriptions(self, customer_id: str, *, upcoming: bool) -> Sequence[SubscriptionState]:
        """Every subscription of a customer that has not ended, all pages of them; an unknown customer is `NotFound`.

        `upcoming`: also those that have not started, where the provider keeps them apart.
        """
        self._unfilled("_live_subscriptions")

    async def _price_facts(self, price_id: str) -> PriceFacts:
        """What a price change must know of the new price. A price that cannot recur is `NotFound`."""
        self._unfilled("_price_facts")

    async def _cancel(self, state: SubscriptionState, intent: Cancel, key: WriteKey) -> Shown:
        """Cancel as intended."""
        self._unfilled("_cancel")

    async def _pause(self, state: SubscriptionState, intent: Pause, key: WriteKey) -> Shown:
        """Pause as intended; a subscription that is paused already gets the new end."""
        self._unfilled("_pause")

    async def _extend_trial(self, state: SubscriptionState, intent: ExtendTrial, key: WriteKey) -> Shown:
        """Move the trial's end, charging nothing."""
        self._unfilled("_extend_trial")

    async def _apply_coupon(self, state: SubscriptionState, intent: ApplyCoupon, key: WriteKey) -> Shown:
        """Apply the coupon. An unknown coupon is `NotFound`, one that cannot be used `Invalid`."""
        self._unfilled("_apply_coupon")

    async def _change_price(self, state: SubscriptionState, intent: ChangePrice, key: WriteKey) -> Shown:
        """Change one item's price, leaving the other items, all quantities and the discounts as they are."""
        self._unfilled("_change_price")

    async def _charged_at_once(self, state: SubscriptionState, intent: Intent) -> Charge | None:
        """What carrying out the intent would charge at once, as the provider itself previews it; nothing is changed.

        None where it cannot charge at once, which the state and the intent tell without a call.
        """
        self._unfilled("_charged_at_once")

    def _obstacle(self, state: SubscriptionState, intent: Intent) -> str | None:
        """Why this provider would refuse it, beyond what no provider does; told by the state alone, so that nothing has
        to be sent to find out. A sentence for a customer's eyes, None where nothing is in the way."""
        return None

    def _pause_end(self, when: Schedule, until: datetime) -> datetime:
        """The end of a pause given as a length, moved where the provider would misread the exact moment."""
        return until

    async def _readable(self, controller: Controller, answer: Awaitable[T]) -> T:
        try:
            return await answer
        except UNEXPRESSED as error:
            self.runtime.observer.left_out(controller, "", reason_of(error))
            raise Unreadable from None

    def _unfilled(self, hole: str) -> NoReturn:
        raise NotImplementedError(f"{type(self).__name__} must fill {hole}")

    def _switched_on(self, controller: Controller) -> bool:
        """Whether the settings switch on a controller that not every adapter has a setting for."""
        return controller is not Controller.FAMILIES


def reason_of(error: Exception) -> str:
    """Why an object cannot be expressed, without any of its values: of an error in `UNEXPRESSED`."""
    if isinstance(error, Unmappable):
        return str(error)
    if not isinstance(error, ValidationError):
        # Its text may quote what it met. Where it was met tells an odd object from a mistake of ours.
        return f"of another form than is documented: {type(error).__name__} in {_place_of(error)}"
    details = error.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(f"{'.'.join(str(part) for part in one['loc'])}: {one['type']}" for one in details[:3])


def _place_of(error: Exception) -> str:
    """The function that raised it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "?" if trace is None else trace.tb_frame.f_code.co_qualname
