"""The smallest whole adapter: everything the contract has, over dictionaries. A place to begin when writing one.

A real adapter differs in three ways: it makes its calls through `adapters.calls.ProviderCalls`, it turns its provider's
errors into those of `adapters.base`, and its objects come as JSON that pure functions in `mapping.py` translate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any, ClassVar, TypeVar

from pydantic import Field

from adapters.base import AdapterSettings, BillingAdapter, Candidate, Capabilities, Invalid, NotFound, Rows, Runtime
from adapters.capabilities import (
    BOTH_DURATIONS,
    BOTH_SCHEDULES,
    ApplyCouponCapability,
    CancelCapability,
    ChangePriceCapability,
    ExtendTrialCapability,
    PauseCapability,
)
from adapters.charges import Charge
from adapters.intents import ApplyCoupon, Cancel, ChangePrice, ExtendTrial, Intent, Pause
from adapters.settings import Modes, ModeSettings, Secret
from adapters.state import PriceFacts, ScheduledChange, Standing, SubscriptionState
from gateway.contract import (
    ActiveStatus,
    CanceledStatus,
    ContractModel,
    Controller,
    Coupon,
    Customer,
    Family,
    FixedAmount,
    Mode,
    PausedStatus,
    Period,
    Price,
    PriceType,
    Product,
    Schedule,
    Subscription,
    SubscriptionDiscount,
    SubscriptionItem,
    SubscriptionStatus,
    TrialStatus,
    UnpaidStatus,
)
from gateway.resilience import WriteKey
from tests.support.memory_account import ACCOUNTS, NOW, MemoryAccount
from tests.support.replacing import replace

M = TypeVar("M", bound=ContractModel)
T = TypeVar("T")

_BEGAN = NOW - timedelta(days=17)


class MemoryModeSettings(ModeSettings):
    """One mode: which account."""

    api_key: Secret = Field(description="The account's key in `tests.support.memory_account.ACCOUNTS`.")


class MemoryModes(Modes):
    """Live and test."""

    live: MemoryModeSettings | None = None
    test: MemoryModeSettings | None = None


class MemorySettings(AdapterSettings):
    """What the YAML of a memory backend says."""

    modes: MemoryModes


class MemoryAdapter(BillingAdapter):
    """Serves the account whose key the settings name."""

    name: ClassVar[str] = "memory"
    settings_model: ClassVar[type[AdapterSettings]] = MemorySettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        controllers=frozenset(Controller),
        price_type=PriceType.PRODUCT,
        find_by_email=True,
        find_by_phone=True,
        cancel=CancelCapability(BOTH_SCHEDULES),
        pause=PauseCapability(BOTH_SCHEDULES, BOTH_DURATIONS, annual=True),
        extend_trial=ExtendTrialCapability(BOTH_DURATIONS, multiple=True),
        apply_coupon=ApplyCouponCapability(frozenset({"replace", "stack"})),
        change_price=ChangePriceCapability(BOTH_SCHEDULES, prorate=True),
        previews_charges=True,
    )

    def __init__(self, mode: Mode, settings: AdapterSettings, runtime: Runtime) -> None:
        super().__init__(mode, settings, runtime)
        credentials = settings.modes.configured()[mode]
        if not isinstance(credentials, MemoryModeSettings):
            raise TypeError("expected the settings of a memory backend")
        self._api_key = credentials.api_key
        self._account = MemoryAccount()

    def _switched_on(self, controller: Controller) -> bool:
        # There is no setting that turns families off here.
        return True

    async def _open(self) -> None:
        self._account = ACCOUNTS[self._api_key.get_secret_value()]

    async def _close(self) -> None:
        self._account = MemoryAccount()

    # -- controllers --------------------------------------------------------------------------------------------

    async def _fetch_customer(self, customer_id: str) -> Customer:
        return await self._get("customer", self._account.customers, customer_id)

    async def _list_customers(self, limit: int, cursor: str | None) -> Rows[Customer]:
        return await self._list("customers", self._account.customers, _as_it_is, limit, cursor)

    async def _find_by_email(self, email: str) -> Sequence[Candidate]:
        await self._account.called("customer_by_email")
        return [self._candidate(one) for one in self._account.customers.values() if one.email]

    async def _find_by_phone(self, phone: str) -> Sequence[Candidate]:
        await self._account.called("customer_by_phone")
        wanted = _digits(phone)
        return [self._candidate(one) for one in self._account.customers.values() if _digits(one.phone) == wanted]

    async def _fetch_subscription(self, subscription_id: str) -> Subscription:
        return self._expressed(await self._get("subscription", self._account.subscriptions, subscription_id))

    async def _list_subscriptions(self, customer_id: str, limit: int, cursor: str | None) -> Rows[Subscription]:
        held = {one.id: one for one in self._account.subscriptions.values() if one.customer_id == customer_id}
        if customer_id not in self._account.customers:
            raise NotFound
        return await self._list("subscriptions", held, self._expressed, limit, cursor)

    async def _fetch_price(self, price_id: str) -> Price:
        return await self._get("price", self._account.prices, price_id)

    async def _list_prices(self, limit: int, cursor: str | None) -> Rows[Price]:
        return await self._list("prices", self._account.prices, _as_it_is, limit, cursor)

    async def _fetch_coupon(self, coupon_id: str) -> Coupon:
        return await self._get("coupon", self._account.coupons, coupon_id)

    async def _list_coupons(self, limit: int, cursor: str | None) -> Rows[Coupon]:
        return await self._list("coupons", self._account.coupons, _as_it_is, limit, cursor)

    async def _fetch_product(self, product_id: str) -> Product:
        return await self._get("product", self._account.products, product_id)

    async def _list_products(self, limit: int, cursor: str | None) -> Rows[Product]:
        return await self._list("products", self._account.products, _as_it_is, limit, cursor)

    async def _fetch_family(self, family_id: str) -> Family:
        return await self._get("family", self._account.families, family_id)

    async def _list_families(self, limit: int, cursor: str | None) -> Rows[Family]:
        return await self._list("families", self._account.families, _as_it_is, limit, cursor)

    # -- actions ------------------------------------------------------------------------------------------------

    async def _load(self, subscription_id: str) -> SubscriptionState:
        return await self._get("load", self._account.subscriptions, subscription_id)

    async def _live_subscriptions(self, customer_id: str, *, upcoming: bool) -> Sequence[SubscriptionState]:
        await self._get("live_subscriptions", self._account.customers, customer_id)
        held = [one for one in self._account.subscriptions.values() if one.customer_id == customer_id]
        return [one for one in held if one.standing is not Standing.ENDED]

    async def _price_facts(self, price_id: str) -> PriceFacts:
        return self._account.price_facts(await self._get("price_facts", self._account.prices, price_id))

    async def _cancel(self, state: SubscriptionState, intent: Cancel, key: WriteKey) -> None:
        if intent.when is Schedule.IMMEDIATE:
            await self._store("cancel", replace(state, standing=Standing.ENDED, cancel_at=self.runtime.clock()))
        else:
            still_paused = state.paused and not intent.unpause
            await self._store("cancel", replace(state, cancel_at=state.period_end, paused=still_paused))

    async def _pause(self, state: SubscriptionState, intent: Pause, key: WriteKey) -> None:
        await self._store("pause", replace(state, paused=True, paused_until=intent.until))

    async def _extend_trial(self, state: SubscriptionState, intent: ExtendTrial, key: WriteKey) -> None:
        await self._store("extend_trial", replace(state, trial_end=intent.until, period_end=intent.until))

    async def _apply_coupon(self, state: SubscriptionState, intent: ApplyCoupon, key: WriteKey) -> None:
        if intent.coupon_id not in self._account.coupons:
            raise NotFound
        kept = state.coupon_ids if intent.mode == "stack" else ()
        await self._store("apply_coupon", replace(state, coupon_ids=(*kept, intent.coupon_id)))

    async def _change_price(self, state: SubscriptionState, intent: ChangePrice, key: WriteKey) -> None:
        if intent.when is Schedule.END_OF_PERIOD:
            change = ScheduledChange("a change of price", intent.price_id, state.period_end)
            await self._store("change_price", replace(state, scheduled=change))
        else:
            items = tuple(
                replace(item, price_id=intent.price_id) if item.id == intent.item_id else item for item in state.items
            )
            await self._store("change_price", replace(state, items=items, scheduled=None))

    async def _charged_at_once(self, state: SubscriptionState, intent: Intent) -> Charge | None:
        if not isinstance(intent, ChangePrice) or intent.when is Schedule.END_OF_PERIOD:
            return None
        price = await self._get("preview", self._account.prices, intent.price_id)
        if not isinstance(price.amount, FixedAmount):
            raise Invalid
        return Charge((price.amount.unit or 0) * (intent.quantity or 0), price.amount.currency)

    # -- the account --------------------------------------------------------------------------------------------

    async def _get(self, operation: str, objects: Mapping[str, T], identifier: str) -> T:
        await self._account.called(operation)
        if identifier not in objects:
            raise NotFound
        return objects[identifier]

    async def _list(
        self, operation: str, objects: Mapping[str, T], express: Callable[[T], M], limit: int, cursor: str | None
    ) -> Rows[M]:
        await self._account.called(operation)
        identifiers = list(objects)
        if cursor is not None and cursor not in objects:
            raise Invalid("cursor: it is no longer valid.")
        first = 0 if cursor is None else identifiers.index(cursor) + 1
        page = list(islice(identifiers, first, first + limit))
        rows: list[Mapping[str, Any]] = [{"id": one, "object": objects[one]} for one in page]
        return Rows(rows, lambda row: express(row["object"]), page[-1] if first + limit < len(identifiers) else None)

    async def _store(self, operation: str, state: SubscriptionState) -> None:
        await self._account.called(operation)
        self._account.subscriptions[state.id] = state

    def _candidate(self, customer: Customer) -> Candidate:
        states = self._account.subscriptions.values()
        live = any(one.customer_id == customer.id and one.standing is not Standing.ENDED for one in states)
        return Candidate(customer, customer.created_at or _BEGAN, live)

    def _expressed(self, state: SubscriptionState) -> Subscription:
        prices, coupons = self._account.prices, self._account.coupons
        return Subscription(
            id=state.id,
            customer_id=state.customer_id,
            status=_status(state),
            start=_BEGAN,
            duration=prices[state.items[0].price_id].duration,
            items=tuple(
                SubscriptionItem(id=item.id, price=prices[item.price_id], quantity=item.quantity or 0)
                for item in state.items
            ),
            discounts=tuple(SubscriptionDiscount(coupon=coupons[one], start=_BEGAN) for one in state.coupon_ids),
        )


def _as_it_is(model: M) -> M:
    return model


def _digits(phone: str | None) -> str:
    return "".join(character for character in phone or "" if character.isdigit())


def _status(state: SubscriptionState) -> SubscriptionStatus:
    period = Period(start=_BEGAN, end=state.period_end or NOW)
    if state.standing is Standing.ENDED:
        return CanceledStatus(canceled_at=state.cancel_at or NOW)
    if state.paused:
        return PausedStatus(start=NOW, end=state.paused_until or NOW, current_period=period)
    if state.standing is Standing.TRIAL:
        return TrialStatus(trial=period)
    return ActiveStatus(current_period=period) if state.standing is Standing.ACTIVE else UnpaidStatus()
