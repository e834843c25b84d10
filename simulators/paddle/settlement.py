"""What a bill comes to: tax on top, the customer's credit balance first, the rest from the payment method.

https://developer.paddle.com/build/customers/get-customer-credit-balances. A preview and the write that it is of are
settled by the same function, so they cannot tell different amounts.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from simulators.paddle import pricing

if TYPE_CHECKING:
    from simulators.paddle.store import Store
    from simulators.types import Json


@dataclass(frozen=True)
class Settlement:
    """One bill, in minor units. `subtotal`, `tax` and `total` are negative for a credit; `from_balance` is what the
    credit balance pays of it."""

    subtotal: int
    tax: int
    from_balance: int

    @property
    def total(self) -> int:
        """What is billed or credited, tax included."""
        return self.subtotal + self.tax

    @property
    def to_balance(self) -> int:
        """A credit, which never goes back to the payment method."""
        return max(-self.total, 0)

    @property
    def due(self) -> int:
        """What is charged."""
        return max(self.total, 0) - self.from_balance

    @property
    def tax_due(self) -> int:
        """The tax in what is charged: https://developer.paddle.com/changelog/2026/grand-total-tax-field"""
        return pricing.rounded(Decimal(self.tax * self.due) / self.total) if self.due else 0


def settlement(store: Store, subscription: Json, amount: int) -> Settlement:
    """What an amount before tax comes to now; a negative one is a credit. Nothing is moved."""
    total = with_tax(store, amount)
    balance = store.credit_balances.get(_holder(subscription), 0)
    return Settlement(amount, total - amount, min(balance, max(total, 0)))


def without_balance(store: Store, amount: int) -> Settlement:
    """The same for a customer without a credit balance."""
    return Settlement(amount, with_tax(store, amount) - amount, 0)


def with_tax(store: Store, amount: int) -> int:
    """An amount, which may be negative, with its tax."""
    return amount + pricing.rounded(Decimal(amount) * store.tax_rate)


def move_balance(store: Store, subscription: Json, settled: Settlement) -> None:
    """Add a credit to the customer's balance, or take from it what it pays."""
    holder = _holder(subscription)
    store.credit_balances[holder] = store.credit_balances.get(holder, 0) + settled.to_balance - settled.from_balance


def _holder(subscription: Json) -> tuple[str, str]:
    """Whose balance it is: credit in one currency pays nothing in another."""
    return subscription["customer_id"], subscription["currency_code"]
