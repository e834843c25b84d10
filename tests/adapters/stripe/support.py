"""What the specification of the Stripe adapter is written with: adapters over the simulator, requests, a witness."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from adapters.holes import Runtime
from adapters.stripe.adapter import StripeAdapter
from adapters.stripe.settings import StripeSettings
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
from tests.simulators.stripe.client import KEY, LIVE_KEY, MovableClock

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from contextlib import AsyncExitStack

    from adapters.charges import ChargeLimit
    from gateway.resilience import CallOutcome, Cause
    from simulators.stripe.recording import RecordedRequest

NOW: Final = Schedule.IMMEDIATE
LATER: Final = Schedule.END_OF_PERIOD
DAY: Final = 86_400


def at(text: str) -> datetime:
    """A moment in UTC: `at("2026-12-21T12:00")`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def unix(text: str) -> int:
    """A moment in UTC, in Unix seconds."""
    return int(at(text).timestamp())


@dataclass
class Witness:
    """An observer that remembers what it was told."""

    calls: list[tuple[str, str]] = field(default_factory=list)
    request_ids: list[str | None] = field(default_factory=list)
    retries: list[str] = field(default_factory=list)
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    unknown: list[tuple[str, str]] = field(default_factory=list)
    settlements: list[tuple[str, str]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    when_retried: Callable[[], None] = lambda: None

    def expected(self, operations: Collection[str], vocabularies: Collection[str]) -> None:
        pass

    def called(self, operation: str, outcome: CallOutcome, seconds: float, request_id: str | None) -> None:
        self.calls.append((operation, outcome))
        self.request_ids.append(request_id)

    def retried(self, cause: Cause) -> None:
        self.retries.append(cause.value)
        self.when_retried()

    def left_out(self, controller: str, row_id: str, reason: str) -> None:
        self.rows.append((controller, row_id, reason))

    def unknown_value(self, field: str, value: str) -> None:
        self.unknown.append((field, value))

    def settled(self, action: str, outcome: str) -> None:
        self.settlements.append((action, outcome))

    def shed(self, reason: str) -> None:
        self.told.append(reason)

    def looked_up(self, controller: str, hits: int, misses: int) -> None:
        pass

    def waited(self, seconds: float) -> None:
        self.told.append("waited")

    def slowed_down(self, requests_per_second: float) -> None:
        self.told.append("slowed down")

    def circuit_turned(self, state: str) -> None:
        self.told.append(state)


@dataclass
class Backend:
    """Opens adapters over the simulator; they are closed when the test ends."""

    address: str
    clock: MovableClock
    witness: Witness
    opened: AsyncExitStack

    async def open(
        self,
        mode: Mode = Mode.TEST,
        *,
        address: str | None = None,
        api_key: str | None = None,
        dry_run: bool = False,
        call_timeout_s: float = 8.0,
        max_in_flight: int = 15,
        charge_limit: ChargeLimit | None = None,
        **sections: Any,
    ) -> StripeAdapter:
        """An adapter of the mode; `sections` are the rest of its YAML."""
        key = api_key or (LIVE_KEY if mode is Mode.LIVE else KEY)
        modes = {mode.value: {"api_key": key, "base_url": address or self.address}}
        settings = StripeSettings.model_validate({"modes": modes, **sections})
        runtime = Runtime(
            clock=self.clock,
            observer=self.witness,
            dry_run=dry_run,
            charge_limit=charge_limit,
            call_timeout_s=call_timeout_s,
            max_in_flight=max_in_flight,
            retry_wait_s=0.001,
        )
        return await self.opened.enter_async_context(StripeAdapter(mode, settings, runtime))


def form(request: RecordedRequest) -> dict[str, str]:
    """What a request asked to be done, without what it asked to see."""
    return {name: value for name, value in request.parameters.items() if not name.startswith("expand[")}


def months(amount: int) -> PeriodDuration:
    return PeriodDuration(amount=amount, unit=IntervalUnit.MONTH)


def days(amount: int) -> PeriodDuration:
    return PeriodDuration(amount=amount, unit=IntervalUnit.DAY)


def until(text: str) -> DateDuration:
    return DateDuration(date=at(text))


def cancel(
    when: Schedule | None = None, *, unpause: bool = False, customer: str = "cus_1", subscription: str = "sub_1"
) -> CancelRequest:
    return CancelRequest(customer_id=customer, subscription_id=subscription, scheduled_at=when, unpause=unpause)


def cancel_all(when: Schedule | None = None, *, unpause: bool = False, customer: str = "cus_1") -> CancelAllRequest:
    return CancelAllRequest(customer_id=customer, scheduled_at=when, unpause=unpause)


def pause(
    duration: ActionDuration,
    when: Schedule | None = NOW,
    *,
    annual: bool = False,
    customer: str = "cus_1",
    subscription: str = "sub_1",
) -> PauseRequest:
    return PauseRequest(
        customer_id=customer, subscription_id=subscription, start_at=when, duration=duration, allow_annual=annual
    )


def pause_all(
    duration: ActionDuration, when: Schedule | None = NOW, *, annual: bool = False, customer: str = "cus_1"
) -> PauseAllRequest:
    return PauseAllRequest(customer_id=customer, start_at=when, duration=duration, allow_annual=annual)


def extend(duration: ActionDuration, *, customer: str = "cus_1", subscription: str = "sub_1") -> ExtendTrialRequest:
    return ExtendTrialRequest(customer_id=customer, subscription_id=subscription, duration=duration)


def apply(coupon: str, *, customer: str = "cus_1", subscription: str = "sub_1") -> ApplyCouponRequest:
    return ApplyCouponRequest(customer_id=customer, subscription_id=subscription, coupon_id=coupon)


def change(
    price: str,
    when: Schedule | None = NOW,
    *,
    prorate: bool | None = False,
    customer: str = "cus_1",
    subscription: str = "sub_1",
) -> ChangePriceRequest:
    return ChangePriceRequest(
        customer_id=customer, subscription_id=subscription, price_id=price, scheduled_at=when, prorate=prorate
    )
