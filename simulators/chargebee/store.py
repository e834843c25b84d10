"""What one Chargebee site holds: its objects, its settings, and the record of money that would have moved."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Final, Literal

from simulators.agenda import Agenda
from simulators.chargebee.idempotency import IdempotencyKeys
from simulators.chargebee.invoices import Invoice
from simulators.chargebee.shelves import Shelf
from simulators.tables import Charge
from simulators.types import Clock, Json, system_clock

READ_ONLY: Final = frozenset({"configurations:read", "customers:read", "items:read", "subscriptions:read"})
"""The rights of a read-only key, which cannot read coupons (https://www.chargebee.com/docs/api_keys.html)."""


@dataclass
class Store:
    """State and settings of one site.

    Settings are what a merchant chooses in Chargebee's web pages, and, where Chargebee documents none, which of
    the possible behaviours this site shows.
    """

    name: str = "acme-test"
    test: bool = True
    product_catalog_version: Literal["v1", "v2"] = "v2"
    restricted: frozenset[str] | None = None
    """The rights of the key, such as `READ_ONLY`; None: it may do everything."""
    pause_enabled: bool = True
    """Pausing is off by default at Chargebee, for live and test sites apart."""
    several_plans: bool = False
    """Whether a subscription may have more than one plan."""
    several_coupons_of_a_kind: bool = False
    """Whether a subscription may have two coupons of a discount type; off by default at Chargebee."""
    cancel_reason_required: bool = False
    cancel_reason_codes: tuple[str, ...] = ("Too expensive", "Not Paid", "Other")
    """Case matters."""
    prorates: bool = True
    """What a change does when the request does not say."""
    invoices_immediately: bool = True
    """Whether what a change costs is billed at once when the request does not say, or with the next renewal."""
    credit_on_cancellation: Literal["none", "prorate", "full"] = "none"
    """What an immediate cancellation gives back when the request does not say."""
    unbilled_on_cancellation: Literal["invoice", "delete"] = "invoice"
    """What becomes of charges not yet billed in an immediate cancellation when the request does not say."""
    dues_on_cancellation: Literal["no_action", "schedule_payment_collection", "write_off"] = "no_action"
    """What becomes of unpaid invoices in an immediate cancellation when the request does not say."""
    bills_waiting_with_new_term: bool = True
    """Whether a term that begins because of a change is billed together with charges not yet billed, which Chargebee
    does not document."""
    taxes: dict[str, int] = field(default_factory=dict)
    """Tax in percent by country, on top of prices."""
    collects_dues_on_resumption: bool = False
    """Whether unpaid invoices are collected by a resumption at once when the request does not say."""
    emails_match_case: bool = True
    """Whether `email[is]` tells A from a, which Chargebee does not document."""
    shows_deleted: bool = True
    """Whether a deleted object is answered with `deleted: true`, or 404, which Chargebee does not document."""
    replays_errors: bool = False
    """Whether refusals are kept under an idempotency key, which Chargebee does not document."""
    declining: set[str] = field(default_factory=set)
    """The ids of customers whose payments fail."""
    clock: Clock = system_clock
    """The present moment; the simulator puts its own clock here."""

    charges: list[Charge] = field(default_factory=list, init=False)
    """What requests have charged or credited at once, before coupons and tax."""
    invoices: list[Invoice] = field(default_factory=list, init=False)
    """What requests have billed at once, with coupons, tax and credits: their `amount_due` is what was to be paid."""
    unbilled: list[Charge] = field(default_factory=list, init=False)
    """What requests have charged for, to be billed with the next renewal."""
    renewals: list[Charge] = field(default_factory=list, init=False)
    """What time has charged."""

    def __post_init__(self) -> None:
        self.customers = Shelf("customer")
        self.item_families = Shelf("item family")
        self.items = Shelf("item")
        self.item_prices = Shelf("item price")
        self.coupons = Shelf("coupon")
        self.subscriptions = Shelf("subscription")
        self.cards: dict[str, Json] = {}
        """By customer id."""
        self.coupon_codes: dict[str, str] = {}
        """By single-use code that is not used yet: its coupon's id."""
        self.scheduled_changes: dict[str, Json] = {}
        """By subscription id: the members that will be others when the term or the trial ends."""
        self.anchors: dict[str, int] = {}
        """By subscription id: the moment that its terms are counted from."""
        self.of_customer: dict[str, list[Json]] = {}
        """By customer id: its subscriptions in the order of their creation."""
        self.agenda: Agenda[int] = Agenda()
        """Of subscriptions. Ids are unique within a kind only, so that coupons have one of their own."""
        self.coupon_agenda: Agenda[int] = Agenda()
        self.idempotency_keys = IdempotencyKeys()
        self._counter = itertools.count(1)

    def now(self) -> int:
        """The present moment by the site's clock, in Unix seconds."""
        return int(self.clock().timestamp())

    def new_id(self) -> str:
        """An id in the manner of Chargebee's, the same in every run and other in a live site."""
        mode = "T" if self.test else "L"
        return f"Azz5aB{mode}Sim{next(self._counter):06d}"

    def touch(self, *subscriptions: Json) -> None:
        """Say that stored subscriptions were changed, so that their dates are looked at again; without any: all."""
        for row in subscriptions or self.subscriptions:
            self.agenda.mark(row)

    def register(self, subscription: Json) -> Json:
        """Take a subscription into the site."""
        rows = self.of_customer.setdefault(subscription["customer_id"], [])
        rows.append(subscription)
        rows.sort(key=lambda row: row["created_at"])
        self.touch(subscription)
        return self.subscriptions.add(subscription)
