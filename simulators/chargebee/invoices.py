"""What a request makes a customer pay at once: charges after coupons, with tax, less credits and balances.

Attributes are those of https://apidocs.chargebee.com/docs/api/estimates#invoice_estimate_attributes, prices without tax
in them. The arithmetic is the same for an estimate and for the write that it foretells.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulators.tables import Charge
    from simulators.types import Json

DUES: Final = "dues_collection"
"""The reason of a charge that collects invoices which were there before: no invoice is made for it."""


@dataclass(frozen=True)
class Invoice:
    """One invoice. Amounts are minor units as Chargebee counts them, `at` is in Unix seconds.

    `credits_applied` are credit notes and promotional credits, `amount_paid` is what had been paid in excess.
    """

    subscription: str
    customer: str
    currency: str
    at: int
    charges: tuple[Charge, ...]
    discount: int
    tax: int
    credits_applied: int = 0
    amount_paid: int = 0

    @property
    def sub_total(self) -> int:
        return sum(charge.amount for charge in self.charges)

    @property
    def total(self) -> int:
        return self.sub_total - self.discount + self.tax

    @property
    def amount_due(self) -> int:
        return self.total - self.credits_applied - self.amount_paid


@dataclass(frozen=True)
class Balances:
    """What a customer has to their credit: `new` comes from this very request, the rest was there."""

    refundable: int = 0
    promotional: int = 0
    excess: int = 0
    new: int = 0

    @classmethod
    def of(cls, customer: Json | None, currency: str, new: int) -> Balances:
        """Those of a customer. Credits of another currency than the customer's own are not simulated."""
        if customer is None or customer.get("preferred_currency_code") != currency:
            return cls(new=new)
        return cls(customer["refundable_credits"], customer["promotional_credits"], customer["excess_payments"], new)

    def pay(self, total: int) -> tuple[int, int]:
        """How much of a total credits pay, and how much excess payments."""
        credited = min(total, self.new + self.refundable + self.promotional)
        return credited, min(total - credited, self.excess)

    def after(self, invoice: Invoice | None) -> dict[str, int]:
        """The customer's members once an invoice, if there is one, has used them up."""
        applied, paid = (invoice.credits_applied, invoice.amount_paid) if invoice is not None else (0, 0)
        notes = self.new + self.refundable
        return {
            "refundable_credits": notes - min(applied, notes),
            "promotional_credits": self.promotional - max(0, applied - notes),
            "excess_payments": self.excess - paid,
        }


def make(row: Json, charges: Iterable[Charge], discount: int, rate: int, balances: Balances, at: int) -> Invoice | None:
    """The invoice for a subscription's charges, None where there is nothing to invoice. `rate` is tax in percent."""
    billed = tuple(charge for charge in charges if charge.amount > 0 and charge.reason != DUES)
    if not billed:
        return None
    taken_off = min(discount, sum(charge.amount for charge in billed))
    tax = share(sum(charge.amount for charge in billed) - taken_off, rate)
    credited, paid = balances.pay(sum(charge.amount for charge in billed) - taken_off + tax)
    return Invoice(row["id"], row["customer_id"], row["currency_code"], at, billed, taken_off, tax, credited, paid)


def tax_rate(taxes: Mapping[str, int], customer: Json, *addresses: Json | None) -> int:
    """The tax in percent where a customer is: at the first of the addresses that is there, none without any.

    A VAT number is taken for that of a business abroad, which owes the tax itself.
    """
    if customer.get("taxability", "taxable") != "taxable" or customer.get("vat_number"):
        return 0
    place = next((address for address in addresses if address), {})
    return taxes.get(place.get("country", ""), 0)


def share(amount: int, percent: float) -> int:
    """A part of an amount in percent, rounded half up."""
    return int((Decimal(amount) * Decimal(str(percent)) / 100).to_integral_value(ROUND_HALF_UP))
