"""One request for each action, all of which set an absolute state: asked again, they are so already."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, TypeAlias

from gateway.contract import (
    ApplyCouponRequest,
    CancelRequest,
    ChangePriceRequest,
    DateDuration,
    ExtendTrialRequest,
    PauseRequest,
    Schedule,
)
from tests.support.memory_account import NOW
from tests.support.scripted_adapter import ScriptedAdapter

Act: TypeAlias = Callable[[ScriptedAdapter, str, str], Awaitable[None]]

LATER: Final = DateDuration(date=NOW + timedelta(days=60))


async def cancel(adapter: ScriptedAdapter, customer_id: str = "cus_ada", subscription_id: str = "sub_1") -> None:
    await adapter.cancel(CancelRequest(customer_id=customer_id, subscription_id=subscription_id))


async def pause(adapter: ScriptedAdapter, customer_id: str = "cus_ada", subscription_id: str = "sub_1") -> None:
    request = PauseRequest(
        customer_id=customer_id, subscription_id=subscription_id, start_at=Schedule.IMMEDIATE, duration=LATER
    )
    await adapter.pause(request)


async def extend_trial(adapter: ScriptedAdapter, customer_id: str = "cus_ada", subscription_id: str = "sub_1") -> None:
    request = ExtendTrialRequest(customer_id=customer_id, subscription_id=subscription_id, duration=LATER)
    await adapter.extend_trial(request)


async def apply_coupon(adapter: ScriptedAdapter, customer_id: str = "cus_ada", subscription_id: str = "sub_1") -> None:
    request = ApplyCouponRequest(customer_id=customer_id, subscription_id=subscription_id, coupon_id="SAVE20")
    await adapter.apply_coupon(request)


async def change_price(adapter: ScriptedAdapter, customer_id: str = "cus_ada", subscription_id: str = "sub_1") -> None:
    request = ChangePriceRequest(
        customer_id=customer_id,
        subscription_id=subscription_id,
        price_id="price_pro",
        scheduled_at=Schedule.IMMEDIATE,
    )
    await adapter.change_price(request)


ACTIONS: Final[dict[str, Act]] = {
    "cancel": cancel,
    "pause": pause,
    "extend_trial": extend_trial,
    "apply_coupon": apply_coupon,
    "change_price": change_price,
}
"""The actions by the name of the method that writes them."""
