"""What the specification of the Chargebee adapter is written with: adapters over the simulator, requests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from adapters.chargebee.adapter import ChargebeeAdapter
from adapters.chargebee.client import ChargebeeApi
from adapters.chargebee.settings import ChargebeeSettings
from adapters.holes import Runtime
from gateway.contract import (
    ActionDuration,
    ApplyCouponRequest,
    CancelAllRequest,
    CancelRequest,
    ChangePriceRequest,
    DateDuration,
    ExtendTrialRequest,
    IntervalUnit,
    Mode,
    PauseAllRequest,
    PauseRequest,
    PeriodDuration,
    Schedule,
)
from tests.simulators.chargebee.client import KEY, LIVE_KEY, MovableClock

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from adapters.charges import ChargeLimit
    from simulators.chargebee import ChargebeeSimulator, RecordedRequest
    from tests.support.recording_observer import RecordingObserver

NOW: Final = Schedule.IMMEDIATE
LATER: Final = Schedule.END_OF_PERIOD
DAY: Final = 86_400

API: Final = "/api/v2"
SUBSCRIPTION: Final = f"{API}/subscriptions/sub"
READ: Final = f"GET {SUBSCRIPTION}"
UPDATE: Final = f"POST {SUBSCRIPTION}/update_for_items"
CANCEL: Final = f"POST {SUBSCRIPTION}/cancel_for_items"
PAUSE: Final = f"POST {SUBSCRIPTION}/pause"
RESUME: Final = f"POST {SUBSCRIPTION}/resume"
UNSCHEDULE_PAUSE: Final = f"POST {SUBSCRIPTION}/remove_scheduled_pause"
PLANNED: Final = f"GET {SUBSCRIPTION}/retrieve_with_scheduled_changes"


def at(text: str) -> datetime:
    """A moment in UTC: `at("2026-12-21T12:00")`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def unix(text: str) -> int:
    """A moment in UTC, in Unix seconds."""
    return int(at(text).timestamp())


@dataclass
class Backend:
    """Opens adapters over the simulator; they are closed when the test ends."""

    address: str
    clock: MovableClock
    witness: RecordingObserver
    opened: AsyncExitStack

    async def open(
        self,
        mode: Mode = Mode.TEST,
        *,
        address: str | None = None,
        api_key: str | None = None,
        dry_run: bool = False,
        charge_limit: ChargeLimit | None = None,
        call_timeout_s: float = 8.0,
        max_in_flight: int = 15,
        **sections: Any,
    ) -> ChargebeeAdapter:
        """An adapter of the mode; `sections` are the rest of its YAML."""
        key = api_key or (LIVE_KEY if mode is Mode.LIVE else KEY)
        modes = {mode.value: {"api_key": key, "base_url": address or self.address}}
        settings = ChargebeeSettings.model_validate({"modes": modes, **sections})
        runtime = self._runtime(
            dry_run=dry_run, charge_limit=charge_limit, call_timeout_s=call_timeout_s, max_in_flight=max_in_flight
        )
        return await self.opened.enter_async_context(ChargebeeAdapter(mode, settings, runtime))

    def api(self, address: str | None = None, *, call_timeout_s: float = 8.0) -> ChargebeeApi:
        """The client beneath the adapters."""
        api = ChargebeeApi(KEY, address or self.address, self._runtime(call_timeout_s=call_timeout_s))
        self.opened.push_async_callback(api.close)
        return api

    def _runtime(self, **limits: Any) -> Runtime:
        return Runtime(clock=self.clock, observer=self.witness, retry_wait_s=0.001, **limits)


def sent(simulator: ChargebeeSimulator) -> list[tuple[str, dict[str, str]]]:
    """The writes in their order, each with all of its parameters."""
    return [(str(request), form(request)) for request in simulator.written()]


def form(request: RecordedRequest) -> dict[str, str]:
    """What a request asked to be done. Nothing of it stands in the address."""
    assert request.query == ()
    return dict(request.form)


def months(amount: int) -> PeriodDuration:
    return PeriodDuration(amount=amount, unit=IntervalUnit.MONTH)


def days(amount: int) -> PeriodDuration:
    return PeriodDuration(amount=amount, unit=IntervalUnit.DAY)


def until(text: str) -> DateDuration:
    return DateDuration(date=at(text))


def cancel(
    when: Schedule | None = None, *, unpause: bool = False, customer: str = "ada", subscription: str = "sub"
) -> CancelRequest:
    return CancelRequest(customer_id=customer, subscription_id=subscription, scheduled_at=when, unpause=unpause)


def cancel_all(when: Schedule | None = None, *, unpause: bool = False, customer: str = "ada") -> CancelAllRequest:
    return CancelAllRequest(customer_id=customer, scheduled_at=when, unpause=unpause)


def pause(
    duration: ActionDuration,
    when: Schedule | None = NOW,
    *,
    annual: bool = False,
    customer: str = "ada",
    subscription: str = "sub",
) -> PauseRequest:
    return PauseRequest(
        customer_id=customer, subscription_id=subscription, start_at=when, duration=duration, allow_annual=annual
    )


def pause_all(
    duration: ActionDuration, when: Schedule | None = NOW, *, annual: bool = False, customer: str = "ada"
) -> PauseAllRequest:
    return PauseAllRequest(customer_id=customer, start_at=when, duration=duration, allow_annual=annual)


def extend(duration: ActionDuration, *, customer: str = "ada", subscription: str = "sub") -> ExtendTrialRequest:
    return ExtendTrialRequest(customer_id=customer, subscription_id=subscription, duration=duration)


def apply(coupon: str, *, customer: str = "ada", subscription: str = "sub") -> ApplyCouponRequest:
    return ApplyCouponRequest(customer_id=customer, subscription_id=subscription, coupon_id=coupon)


def change(
    price: str,
    when: Schedule | None = NOW,
    *,
    prorate: bool | None = False,
    customer: str = "ada",
    subscription: str = "sub",
) -> ChangePriceRequest:
    return ChangePriceRequest(
        customer_id=customer, subscription_id=subscription, price_id=price, scheduled_at=when, prorate=prorate
    )
