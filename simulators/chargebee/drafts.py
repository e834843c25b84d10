"""A change to a subscription that takes place as a whole, or not at all."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulators.chargebee import invoices, pricing
from simulators.chargebee.calls import stamp
from simulators.chargebee.errors import payment_failed
from simulators.tables import Charge

if TYPE_CHECKING:
    from simulators.chargebee.invoices import Balances, Invoice
    from simulators.chargebee.store import Store
    from simulators.types import Json


@dataclass
class Draft:
    """A subscription as it will be, what is charged for that, and what is scheduled for it.

    `at` is when it happens, in Unix seconds. `scheduled` are the members that will change when the term ends,
    None: nothing is scheduled. Charges are billed at once, unless `billed` is false; credits always are. `discount`
    is what coupons take off of what is billed at once, `settled` are charges that wait no longer to be billed.
    `anchor` is the moment that terms are counted from, None: as before.
    """

    site: Store
    subscription: Json
    at: int
    scheduled: Json | None = None
    billed: bool = True
    discount: int = 0
    anchor: int | None = None
    charges: list[Charge] = field(default_factory=list)
    unbilled: list[Charge] = field(default_factory=list)
    settled: list[Charge] = field(default_factory=list)

    @classmethod
    def of(cls, site: Store, subscription: Json, at: int) -> Draft:
        """A draft that changes nothing yet."""
        identifier = subscription["id"]
        return cls(site, copy.deepcopy(subscription), at, site.scheduled_changes.get(identifier))

    def move(self, amount: int, reason: str) -> None:
        """Charge an amount, or credit a negative one."""
        if amount:
            row = self.subscription
            charge = Charge(amount, row["currency_code"], reason, row["id"], self.at)
            (self.charges if self.billed or amount < 0 else self.unbilled).append(charge)

    def settle_waiting(self, *, billed: bool) -> None:
        """Bill at once what waits to be billed for the subscription, or drop it."""
        waiting = self.waiting()
        self.settled.extend(waiting)
        if billed:
            self.charges.extend(waiting)

    def waiting(self) -> list[Charge]:
        """What was charged before, and is to be billed with the next renewal."""
        own = [charge for charge in self.site.unbilled if charge.subscription == self.subscription["id"]]
        return [charge for charge in own if not any(charge is settled for settled in self.settled)]

    def invoice(self, rate: int) -> Invoice | None:
        """What is billed at once, if anything is; `rate` is tax in percent."""
        return invoices.make(self.subscription, self.charges, self.discount, rate, self._balances(rate), self.at)

    def _balances(self, rate: int) -> Balances:
        """A credit note gives back the tax as well."""
        credited = -sum(charge.amount for charge in self.charges if charge.amount < 0)
        customer = self.site.customers.get(self.subscription["customer_id"])
        return invoices.Balances.of(
            customer, self.subscription["currency_code"], credited + invoices.share(credited, rate)
        )

    def commit(self) -> Json:
        """Carry a request's change out.

        Raises:
            ApiError: 400 `payment_processing_failed`, and nothing has changed, if money cannot be collected.
        """
        site, customer = self.site, self.subscription["customer_id"]
        rate = self.tax_rate()
        invoice = self.invoice(rate)
        demanded = sum(charge.amount for charge in self.charges if charge.reason == invoices.DUES)
        if invoice is not None:
            demanded += invoice.amount_due
        collects = self.subscription.get("auto_collection", "on") == "on"
        if collects and customer in site.declining and demanded > 0:
            raise payment_failed(customer)
        self._keep_books(invoice, rate)
        return self.write()

    def tax_rate(self) -> int:
        """Where the customer is, as the site knows it."""
        customer = self.site.customers.get(self.subscription["customer_id"]) or {}
        return invoices.tax_rate(
            self.site.taxes, customer, self.subscription.get("shipping_address"), customer.get("billing_address")
        )

    def _keep_books(self, invoice: Invoice | None, rate: int) -> None:
        site, row = self.site, self.subscription
        site.charges.extend(self.charges)
        site.unbilled = [
            charge for charge in site.unbilled if not any(charge is settled for settled in self.settled)
        ] + self.unbilled
        if invoice is not None:
            site.invoices.append(invoice)
        customer = site.customers.get(row["customer_id"])
        if customer is not None and customer.get("preferred_currency_code") == row["currency_code"]:
            customer.update(self._balances(rate).after(invoice))

    def write(self) -> Json:
        """Put the changed subscription in the place of the stored one, which stays the same dict."""
        site, row = self.site, self.subscription
        stored = site.subscriptions.rows[row["id"]]
        if self.anchor is not None:
            site.anchors[row["id"]] = self.anchor
        row["has_scheduled_changes"] = self.scheduled is not None
        row["mrr"] = pricing.mrr(row, row["subscription_items"]) if row["status"] != "cancelled" else 0
        if self.scheduled is None:
            site.scheduled_changes.pop(row["id"], None)
        else:
            site.scheduled_changes[row["id"]] = self.scheduled
        stored.clear()
        stored.update(stamp(row, self.at))
        site.touch(stored)
        return stored
