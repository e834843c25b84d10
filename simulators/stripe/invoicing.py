"""Invoices: what an update of a subscription bills at once, what waits for the next invoice, and renewals.

Nothing here is decided twice: the preview of an update shows the very invoice that the update itself collects.
Rules: https://docs.stripe.com/billing/subscriptions/prorations and
https://docs.stripe.com/billing/customer/balance. Tax is exclusive, and only where a subscription has Stripe Tax.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from simulators.periods import boundary_after
from simulators.stripe import lifecycle, pricing
from simulators.stripe.periods import interval_of
from simulators.tables import Charge

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from simulators.stripe.account import Account
    from simulators.types import Json


_BILLED = ("active", "past_due", "trialing", "unpaid")


@dataclass(frozen=True)
class Line:
    """What one item costs for a span of time. `amount` is in minor units, below zero for a credit.

    A proration is net of the subscription's discounts, a whole period is not: its invoice takes them off.
    """

    amount: int
    item: Json
    start: int
    end: int
    proration: bool = False


@dataclass(frozen=True)
class Invoice:
    """An invoice of a subscription, made at `at`. Amounts are in minor units.

    `starting_balance` is the customer's: what they owe, or below zero what they are owed.
    """

    at: int
    reason: str
    lines: tuple[Line, ...]
    discount: int
    tax: int
    starting_balance: int

    @property
    def subtotal(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def total(self) -> int:
        """After discounts and tax. Below zero it is a credit to the customer's balance."""
        return self.subtotal - self.discount + self.tax

    @property
    def amount_due(self) -> int:
        return max(self.total + self.starting_balance, 0)

    @property
    def ending_balance(self) -> int:
        return min(self.total + self.starting_balance, 0)


def at_once(
    account: Account, subscription: Json, periods: Iterable[Line], prorations: Iterable[Line], reason: str, now: int
) -> Invoice:
    """The invoice that an update makes now. It takes along what was waiting for the next one."""
    return _invoice(account, subscription, periods, (*_waiting(account, subscription), *prorations), reason, now)


def upcoming(account: Account, subscription: Json, items: Sequence[Json], prorations: Iterable[Line]) -> Invoice | None:
    """The invoice at the end of the running period, None where no period follows and nothing waits to be billed.

    `items` are the subscription's as they will be then.
    """
    at = min(item["current_period_end"] for item in items)
    due = [item for item in items if item["current_period_end"] == at] if _goes_on(subscription, at) else []
    anchor = subscription["billing_cycle_anchor"]
    periods = [
        _period(account, subscription, item, at, boundary_after(anchor, *interval_of(item["price"]), at))
        for item in due
    ]
    waiting = (*_waiting(account, subscription), *prorations)
    return _invoice(account, subscription, periods, waiting, "renewal", at) if periods or waiting else None


def renew(account: Account, subscription: Json, items: Iterable[Json], reason: str, at: int) -> None:
    """Bill a period that time has begun; coupons that last once are used up by it."""
    periods = whole_periods(account, subscription, items)
    invoice = _invoice(account, subscription, periods, _waiting(account, subscription), reason, at)
    if subscription["status"] != "unpaid":
        due = _settle(account, subscription, invoice)
        if due is not None:
            account.renewals.append(due)
            if subscription["customer"] in account.declining:
                subscription["status"] = "past_due"
    _use_up(account, subscription)


def collect(account: Account, subscription: Json, invoice: Invoice) -> None:
    """Make the invoice that an update calls for. While collection is paused it is made, and nothing moves."""
    due = _settle(account, subscription, invoice)
    if due is not None:
        account.charges.append(due)
    if not all(line.proration for line in invoice.lines):
        _use_up(account, subscription)


def wait(account: Account, subscription: Json, prorations: Iterable[Line]) -> None:
    """Keep prorations for the next invoice."""
    account.waiting[subscription["id"]] = [*_waiting(account, subscription), *prorations]


def whole_periods(account: Account, subscription: Json, items: Iterable[Json]) -> list[Line]:
    """The periods that the items are in, whole."""
    return [
        _period(account, subscription, item, item["current_period_start"], item["current_period_end"]) for item in items
    ]


def credit(account: Account, subscription: Json, now: int) -> list[Line]:
    """What is left of the running period, taken back."""
    return _rest(subscription, now, -lifecycle.unused(account, subscription, now))


def debit(account: Account, subscription: Json, items: Sequence[Json], now: int) -> list[Line]:
    """The same time with other items."""
    return _rest(subscription, now, lifecycle.unused(account, subscription, now, items))


def _rest(subscription: Json, now: int, amount: int) -> list[Line]:
    item = subscription["items"]["data"][0]
    return [Line(amount, item, now, lifecycle.period_end(subscription), proration=True)] if amount else []


def _period(account: Account, subscription: Json, item: Json, start: int, end: int) -> Line:
    amount = pricing.item_amount(account, item["price"], item.get("quantity"), subscription["currency"])
    return Line(pricing.rounded(amount), item, start, end)


def _waiting(account: Account, subscription: Json) -> Sequence[Line]:
    return account.waiting.get(subscription["id"], ())


def _goes_on(subscription: Json, at: int) -> bool:
    ends = subscription["cancel_at"]
    return subscription["status"] in _BILLED and (ends is None or ends > at)


def _invoice(
    account: Account, subscription: Json, periods: Iterable[Line], prorations: Iterable[Line], reason: str, at: int
) -> Invoice:
    periods, prorations = tuple(periods), tuple(prorations)
    currency = subscription["currency"]
    gross = sum(line.amount for line in periods)
    discounts = [made for made in account.discounts_of(subscription) if made["end"] is None or made["end"] > at]
    net = pricing.after_discounts(account, discounts, Decimal(gross), currency)
    taxable = net + sum(line.amount for line in prorations)
    taxed = subscription["automatic_tax"]["enabled"]
    customer = account.customers.get(subscription["customer"])
    return Invoice(
        at=at,
        reason=reason,
        lines=(*prorations, *periods),
        discount=gross - net,
        tax=pricing.rounded(taxable * account.tax_percent / 100) if taxed else 0,
        starting_balance=0 if customer is None else customer["balance"],
    )


def _settle(account: Account, subscription: Json, invoice: Invoice) -> Charge | None:
    """What is left to be charged after the customer's balance, None where that is nothing or nothing is collected."""
    account.waiting.pop(subscription["id"], None)
    if subscription["pause_collection"] is not None:
        return None
    customer = account.customers.get(subscription["customer"])
    if customer is not None:
        customer["balance"] = invoice.ending_balance
    if not invoice.amount_due:
        return None
    return Charge(invoice.amount_due, subscription["currency"], invoice.reason, subscription["id"], invoice.at)


def _use_up(account: Account, subscription: Json) -> None:
    subscription["discounts"] = [
        made["id"] for made in account.discounts_of(subscription) if not _lasts_once(account, made)
    ]


def _lasts_once(account: Account, discount: Json) -> bool:
    coupon = account.coupons.get(discount["source"]["coupon"])
    return coupon is not None and coupon["duration"] == "once"
