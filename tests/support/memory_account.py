"""An account of a billing provider that lives in this process: dictionaries, and a record of the calls made to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from adapters.state import ItemState, PriceFacts, Standing, SubscriptionState
from gateway.contract import (
    BillingDuration,
    Coupon,
    Customer,
    Family,
    FixedAmount,
    IntervalUnit,
    OnceDuration,
    PercentageValue,
    Price,
    PriceType,
    Product,
    ProductType,
)

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
"""The present moment of every account."""


async def answer_at_once(operation: str) -> None:
    """Let a call through."""


@dataclass(eq=False)
class MemoryAccount:
    """One account. Everything is kept by its id, in the order in which it was added."""

    customers: dict[str, Customer] = field(default_factory=dict)
    subscriptions: dict[str, SubscriptionState] = field(default_factory=dict)
    prices: dict[str, Price] = field(default_factory=dict)
    coupons: dict[str, Coupon] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    families: dict[str, Family] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    """The operations that were called, in order."""
    before_call: Callable[[str], Awaitable[None]] = answer_at_once
    """Awaited at each call with its operation: may raise what a provider would make an adapter raise, or wait."""

    async def called(self, operation: str) -> None:
        """Record a call."""
        self.calls.append(operation)
        await self.before_call(operation)

    def price_facts(self, price: Price) -> PriceFacts:
        """A price as a price change sees it."""
        currencies = frozenset({price.amount.currency})
        return PriceFacts(price.id, price.product_id, currencies, active=True, metered=False)


ACCOUNTS: dict[str, MemoryAccount] = {}
"""The accounts there are, by their API keys."""


def sample_account() -> MemoryAccount:
    """Two customers, one of them with a trial and a subscription that runs, and a small catalogue."""
    account = MemoryAccount()
    account.families["fam_app"] = Family(id="fam_app", name="App")
    account.products["prod_pro"] = Product(id="prod_pro", type=ProductType.FAMILY, name="Pro", family_id="fam_app")
    for price_id, amount in (("price_basic", 900), ("price_pro", 2900)):
        account.prices[price_id] = Price(
            id=price_id,
            type=PriceType.PRODUCT,
            product_id="prod_pro",
            duration=BillingDuration(amount=1, unit=IntervalUnit.MONTH),
            amount=FixedAmount(currency="usd", unit=amount),
        )
    for coupon_id, percent in (("SAVE20", 20.0), ("SAVE50", 50.0)):
        account.coupons[coupon_id] = Coupon(
            id=coupon_id, duration=OnceDuration(), value=PercentageValue(percent=percent)
        )
    account.customers["cus_ada"] = Customer(id="cus_ada", email="Ada@Example.com", phone="+44 20 7946 0000")
    account.customers["cus_bob"] = Customer(id="cus_bob", email="bob@example.com")
    account.subscriptions["sub_run"] = sample_subscription("sub_run")
    account.subscriptions["sub_try"] = sample_subscription("sub_try", standing=Standing.TRIAL)
    return account


def sample_subscription(
    subscription_id: str, customer_id: str = "cus_ada", standing: Standing = Standing.ACTIVE
) -> SubscriptionState:
    """A subscription to one Basic, in the middle of its month or of its trial."""
    end = NOW + timedelta(days=14)
    return SubscriptionState(
        id=subscription_id,
        customer_id=customer_id,
        standing=standing,
        currency="usd",
        items=(ItemState(f"{subscription_id}_item", "price_basic", "prod_pro", 1, metered=False, annual=False),),
        period_end=end,
        trial_end=end if standing is Standing.TRIAL else None,
    )
