"""What one Paddle account holds: its objects, its settings, and the record of money that would have moved."""

from __future__ import annotations

import itertools
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from simulators.agenda import Agenda
from simulators.paddle import identifiers
from simulators.tables import Charge, Table
from simulators.types import Clock, Json, system_clock

if TYPE_CHECKING:
    from collections.abc import Iterable

Resumption = Literal["start_new_billing_period", "continue_existing_billing_period"]


class TableById(Table):
    """The objects of one kind in the order of their ids, which at Paddle is the order in which they were made."""

    def newest_first(self) -> list[Json]:
        if self._newest_first is None:
            self._newest_first = sorted(self.rows.values(), key=lambda row: row["id"], reverse=True)
            self._positions = {row["id"]: index for index, row in enumerate(self._newest_first)}
        return self._newest_first


@dataclass
class Terms:
    """What Paddle knows of a subscription and does not serve."""

    anchor: datetime
    """The moment from which its periods are counted."""
    payment_method: bool = True
    """False: a trial without a card."""
    on_resume: Resumption = "start_new_billing_period"
    """What a scheduled resumption does."""
    deferred: int = 0
    """What item changes left for the next bill, in minor units before tax."""
    charged: deque[datetime] = field(default_factory=deque)
    """When updates charged at once; what is older than a day is dropped."""


@dataclass
class Store:
    """State and settings of one account."""

    id: str = "simulated"
    """For the record of requests only: Paddle's answers name no account."""
    livemode: bool = False
    permissions: frozenset[str] | None = None
    """What the key may do, such as `subscription.read`; None: everything. To write includes to read."""
    declining: set[str] = field(default_factory=set)
    """The ids of customers whose payments fail."""
    malformed_id_status: Literal[400, 404] = 400
    """The answer to a path with an id of no valid form, which Paddle does not document."""
    email_ignores_case: bool = False
    """Whether the e-mail filter ignores case, which Paddle does not document."""
    applies_finished_discounts: bool = True
    """Whether an expired or used up discount can be put on a subscription. Paddle's API description says it can."""
    immediate_cancel_overrides: frozenset[str] = frozenset({"cancel", "resume"})
    """The scheduled changes that do not stand in the way of a cancellation at once. Whether `pause` is one of them
    is not documented."""
    schedules_while_past_due: bool = True
    """Whether a past due subscription takes a cancellation or a pause at the period's end; not documented either."""
    charges_an_hour: int = 20
    charges_a_day: int = 100
    """How often updates may charge a subscription at once:
    https://developer.paddle.com/api-reference/about/rate-limiting"""
    tax_rate: Decimal = Decimal(0)
    """What is added to every bill, 0.2 for a fifth of it. All prices are taken to be without tax, whatever their
    `tax_mode`, and one rate holds for all customers."""
    clock: Clock = system_clock
    """The present moment; the simulator puts its own clock here."""

    charges: list[Charge] = field(default_factory=list, init=False)
    """What requests have charged or credited at once, or tried to, tax included; what merely became due is in
    `renewals`. What the credit balance paid is in neither."""
    renewals: list[Charge] = field(default_factory=list, init=False)
    credit_balances: dict[tuple[str, str], int] = field(default_factory=dict, init=False)
    """By customer id and currency, in minor units: what later bills take from before a payment method is charged."""

    def __post_init__(self) -> None:
        self.customers = TableById("customer")
        self.addresses = TableById("address")
        self.products = TableById("product")
        self.prices = TableById("price")
        self.discounts = TableById("discount")
        self.subscriptions = TableById("subscription")
        self.addresses_of: dict[str, list[Json]] = {}
        """By customer id."""
        self.of_customer: dict[str, list[Json]] = {}
        """By customer id: its subscriptions."""
        self.terms: dict[str, Terms] = {}
        """By subscription id."""
        self.agenda: Agenda[datetime] = Agenda()
        self._numbers = itertools.count(1)

    def now(self) -> datetime:
        """The present moment by the account's clock."""
        return self.clock()

    def new_id(self, prefix: str) -> str:
        """An id of the real form, the same in every run."""
        return identifiers.numbered(prefix, next(self._numbers), self.mode)

    @property
    def mode(self) -> str:
        return "live" if self.livemode else "test"

    def touch(self, *rows: Json) -> None:
        """Say that stored objects were changed, so that their dates are looked at again; without any: all were."""
        everything: Iterable[Json] = itertools.chain(self.subscriptions, self.discounts)
        for row in rows or everything:
            self.agenda.mark(row)

    def register(self, subscription: Json, terms: Terms) -> Json:
        """Take a subscription into the account."""
        self.subscriptions.add(subscription)
        self.of_customer.setdefault(subscription["customer_id"], []).append(subscription)
        self.terms[subscription["id"]] = terms
        self.touch(subscription)
        return subscription
