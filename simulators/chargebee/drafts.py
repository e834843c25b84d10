"""A change to a subscription that takes place as a whole, or not at all."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulators.chargebee import pricing
from simulators.chargebee.calls import stamp
from simulators.chargebee.errors import payment_failed
from simulators.tables import Charge

if TYPE_CHECKING:
    from simulators.chargebee.store import Store
    from simulators.types import Json


@dataclass
class Draft:
    """A subscription as it will be, what is charged for that, and what is scheduled for it.

    `at` is when it happens, in Unix seconds. `scheduled` are the members that will change when the term ends,
    None: nothing is scheduled. Charges are billed at once, unless `billed` is false; credits always are.
    """

    site: Store
    subscription: Json
    at: int
    scheduled: Json | None = None
    billed: bool = True
    charges: list[Charge] = field(default_factory=list)
    unbilled: list[Charge] = field(default_factory=list)

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

    def commit(self) -> Json:
        """Carry a request's change out.

        Raises:
            ApiError: 400 `payment_processing_failed`, and nothing has changed, if money cannot be collected.
        """
        site, customer = self.site, self.subscription["customer_id"]
        collects = self.subscription.get("auto_collection", "on") == "on"
        if collects and customer in site.declining and any(charge.amount > 0 for charge in self.charges):
            raise payment_failed(customer)
        site.charges.extend(self.charges)
        site.unbilled.extend(self.unbilled)
        return self.write()

    def write(self) -> Json:
        """Put the changed subscription in the place of the stored one, which stays the same dict."""
        site, row = self.site, self.subscription
        stored = site.subscriptions.rows[row["id"]]
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
