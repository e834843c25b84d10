"""What one Stripe account holds: its objects, its settings, and the record of money that would have moved."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from simulators.agenda import Agenda
from simulators.stripe.idempotency import IdempotencyKeys
from simulators.tables import Charge, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulators.stripe.invoicing import Line

from simulators.types import Clock, Json, system_clock

API_VERSION: Final = "2026-10-28.endive"


@dataclass
class Store:
    """State and settings of one account."""

    id: str = "acct_1Simulated000001"
    livemode: bool = False
    restricted: frozenset[str] | None = None
    """The rights of a restricted key, such as `rak_coupon_read`; None: the key may do everything."""
    api_version: str = API_VERSION
    """The account's own version, for requests that name none. Objects have the same shape in every version here."""
    search_lag: timedelta = timedelta(0)
    """How long a new customer stays invisible to search."""
    search_available: bool = True
    """False: search is refused, as Stripe refuses it for merchants in India."""
    items_in_list_answers: int = 10
    """How many items a subscription embeds in a list, before `has_more`."""
    items_in_single_answers: int = 20
    """The same in every other answer."""
    declining: set[str] = field(default_factory=set)
    """The ids of customers whose payments fail."""
    deleted_coupon_expands_to: Literal["object", "id", "null"] = "object"
    """What a discount shows in place of a coupon deleted since, which Stripe does not document."""
    tax_percent: Decimal = Decimal(0)
    """What Stripe Tax adds to the invoices of subscriptions that have it (`automatic_tax`)."""
    clock: Clock = system_clock
    """The present moment; the simulator puts its own clock here."""

    charges: list[Charge] = field(default_factory=list, init=False)
    """What requests have charged at once, or tried to; renewals that merely became due are in `renewals`."""
    renewals: list[Charge] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.customers = Table("customer")
        self.products = Table("product")
        self.prices = Table("price")
        self.coupons = Table("coupon")
        self.promotion_codes = Table("promotion code")
        self.subscriptions = Table("subscription")
        self.schedules = Table("subscription schedule")
        self.discounts: dict[str, Json] = {}
        self.items: dict[str, Json] = {}
        self.extras: dict[str, Json] = {}
        """By the id of a price or coupon: the members that are served only when expanded."""
        self.plans: dict[str, Json] = {}
        """By price id: the older twin of a recurring price, which items still carry."""
        self.waiting: dict[str, Sequence[Line]] = {}
        """By subscription id: prorations that its next invoice takes along."""
        self.deleted: dict[str, Json] = {}
        """Tombstones of deleted customers and coupons, by id."""
        self.of_customer: dict[str, list[Json]] = {}
        """By customer id: its subscriptions in the order they were made."""
        self.agenda: Agenda[int] = Agenda()
        self.idempotency_keys = IdempotencyKeys()
        self._counter = itertools.count(1)

    def may(self, right: str) -> bool:
        """Whether the key has a right. To write includes to read: https://docs.stripe.com/keys/restricted-api-keys."""
        if self.restricted is None or right in self.restricted:
            return True
        return right.endswith("_read") and f"{right.removesuffix('_read')}_write" in self.restricted

    def now(self) -> int:
        """The present moment by the account's clock, in Unix seconds."""
        return int(self.clock().timestamp())

    def new_id(self, prefix: str) -> str:
        """An id that looks like Stripe's and is the same in every run."""
        mode = "Live" if self.livemode else "Test"
        return f"{prefix}_1Sim{mode}{next(self._counter):014d}"

    def touch(self, *rows: Json) -> None:
        """Say that stored objects were changed, so that their dates are looked at again; without any: all were."""
        tables = (self.customers, self.coupons, self.promotion_codes, self.subscriptions, self.schedules)
        for row in rows or itertools.chain.from_iterable(tables):
            self.agenda.mark(row)

    def register(self, subscription: Json) -> Json:
        """Take a subscription with its items into the account."""
        self.subscriptions.add(subscription)
        self.of_customer.setdefault(subscription["customer"], []).append(subscription)
        for item in subscription["items"]["data"]:
            self.items[item["id"]] = item
        self.touch(subscription)
        return subscription

    def discounts_of(self, holder: Json) -> list[Json]:
        """The discounts of a subscription or an item, as objects."""
        return [self.discounts[identifier] for identifier in holder["discounts"]]
