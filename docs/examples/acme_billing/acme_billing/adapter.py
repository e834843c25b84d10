"""What Acme can do, as data, and the calls of each controller and of the one action."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Final, Literal

from pydantic import Field

from acme_billing import mapping
from acme_billing.client import AcmeApi
from adapters.base import AdapterSettings, BillingAdapter, Capabilities, Rows
from adapters.capabilities import BOTH_SCHEDULES, CancelCapability
from adapters.intents import Cancel
from adapters.settings import Modes, ModeSettings, Secret
from adapters.state import Standing, SubscriptionState
from gateway.contract import Controller, Customer, Price, PriceType, Schedule, Subscription
from gateway.resilience import WriteKey

SUBSCRIPTION_STATUS: Final = "subscription.status"


class AcmeMode(ModeSettings):
    """One of Acme's two environments."""

    api_key: Secret = Field(description="An API key (acme_...) of this environment.")


class AcmeModes(Modes):
    """Live and test."""

    live: AcmeMode | None = None
    test: AcmeMode | None = None


class AcmeSettings(AdapterSettings):
    """What the YAML of an Acme backend says beyond what all backends share."""

    modes: AcmeModes


class AcmeAdapter(BillingAdapter):
    """Reads customers, subscriptions and prices, and cancels."""

    name: ClassVar[str] = "acme"
    settings_model: ClassVar[type[AdapterSettings]] = AcmeSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        controllers=frozenset({Controller.CUSTOMERS, Controller.SUBSCRIPTIONS, Controller.PRICES}),
        price_type=PriceType.STANDALONE,
        cancel=CancelCapability(BOTH_SCHEDULES),
    )
    operations: ClassVar[Collection[str]] = (
        "get customers",
        "get customers/subscriptions",
        "get plans",
        "get subscriptions",
        "post subscriptions/cancel",
    )
    vocabularies: ClassVar[Collection[str]] = (SUBSCRIPTION_STATUS,)

    async def _open(self) -> None:
        mode = self.settings.modes.configured()[self.mode]
        if not isinstance(mode, AcmeMode):
            raise TypeError("the settings of an Acme backend are needed")
        self._api = AcmeApi(mode.api_key.get_secret_value(), mode.base_url, self.runtime)

    async def _close(self) -> None:
        await self._api.close()

    # -- controllers --------------------------------------------------------------------------------------------------

    async def _fetch_customer(self, customer_id: str) -> Customer:
        return mapping.customer(await self._api.get("customers", customer_id))

    async def _list_customers(self, limit: int, cursor: str | None) -> Rows[Customer]:
        rows, more = await self._api.page("customers", limit=limit, after=cursor)
        return Rows(rows, mapping.customer, more)

    async def _fetch_subscription(self, subscription_id: str) -> Subscription:
        return self._expressed(await self._api.get("subscriptions", subscription_id))

    async def _list_subscriptions(self, customer_id: str, limit: int, cursor: str | None) -> Rows[Subscription]:
        rows, more = await self._api.page("customers", customer_id, "subscriptions", limit=limit, after=cursor)
        return Rows(rows, self._expressed, more, detail=mapping.detail)

    async def _fetch_price(self, price_id: str) -> Price:
        return mapping.price(await self._api.get("plans", price_id))

    async def _list_prices(self, limit: int, cursor: str | None) -> Rows[Price]:
        rows, more = await self._api.page("plans", limit=limit, after=cursor)
        return Rows(rows, _on_offer, more)

    # -- cancelling ---------------------------------------------------------------------------------------------------

    async def _load(self, subscription_id: str) -> SubscriptionState:
        return mapping.state(await self._api.get("subscriptions", subscription_id))

    async def _live_subscriptions(self, customer_id: str, *, upcoming: bool) -> Sequence[SubscriptionState]:
        states = [mapping.state(row) for row in await self._api.pages("customers", customer_id, "subscriptions")]
        return [state for state in states if state.standing is not Standing.ENDED]

    async def _cancel(self, state: SubscriptionState, intent: Cancel, key: WriteKey) -> SubscriptionState:
        at: Literal["now", "period_end"] = "now" if intent.when is Schedule.IMMEDIATE else "period_end"
        return mapping.state(await self._api.post("subscriptions", state.id, "cancel", body={"at": at}, key=key))

    def _expressed(self, row: Mapping[str, Any]) -> Subscription:
        return mapping.subscription(row, partial(self.runtime.observer.unknown_value, SUBSCRIPTION_STATUS))


def _on_offer(row: Mapping[str, Any]) -> Price | None:
    return None if row.get("archived") else mapping.price(row)
