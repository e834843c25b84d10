"""Everything Churnkey can have done: is it offered, and what is to be decided. `adapters.execution` carries it out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar, final

from adapters import decisions
from adapters.capabilities import PauseCapability
from adapters.durations import kind_of
from adapters.errors import (
    Invalid,
    Unsupported,
)
from adapters.execution import Execution
from adapters.identifiers import require_plain
from adapters.intents import Pause
from adapters.state import Standing, SubscriptionState
from gateway.contract import (
    Action,
    ActionDuration,
    ApplyCouponRequest,
    CancelAllRequest,
    CancelRequest,
    ChangePriceRequest,
    Controller,
    DurationKind,
    ExtendTrialRequest,
    PauseAllRequest,
    PauseRequest,
    PeriodDuration,
    Schedule,
)
from gateway.resilience import Urgency, with_urgency

C = TypeVar("C")


class Writes(Execution):
    """Everything Churnkey can have done. Success is a return; every failure is an error of `adapters.errors`."""

    @final
    async def cancel(self, request: CancelRequest) -> None:
        """Cancel one subscription, at once or with the running period."""
        when = self._cancel_schedule(request.scheduled_at)
        await self._act(
            Action.CANCEL,
            request.customer_id,
            request.subscription_id,
            lambda state: decisions.cancel(state, when, unpause=request.unpause),
        )

    @final
    async def cancel_all(self, request: CancelAllRequest) -> None:
        """Cancel every subscription of a customer that has not ended, also those that have not started."""
        when = self._cancel_schedule(request.scheduled_at)
        await self._act_on_all(
            Action.CANCEL,
            request.customer_id,
            lambda state: decisions.cancel(state, when, unpause=request.unpause),
        )

    @final
    async def pause(self, request: PauseRequest) -> None:
        """Pause one subscription for a length of time or until a date."""
        decide = self._pause_decision(request.start_at, request.duration, allow_annual=request.allow_annual)
        await self._act(Action.PAUSE, request.customer_id, request.subscription_id, decide)

    @final
    async def pause_all(self, request: PauseAllRequest) -> None:
        """Pause every active subscription of a customer.

        Those paid by the year are skipped unless they may be paused; `Invalid` when that leaves none.
        """
        decide = self._pause_decision(request.start_at, request.duration, allow_annual=request.allow_annual)
        offered = self._need(Action.PAUSE, self.offered.capabilities.pause)
        annual_allowed = offered.annual and request.allow_annual
        when = _schedule("startAt", request.start_at, offered.start_dates)

        def decide_for_one_of_all(state: SubscriptionState) -> Pause | None:
            intent = decide(state)
            # Nobody asked to have this one billed sooner than it would be.
            return None if state.paused_until is not None and intent.until < state.paused_until else intent

        await self._act_on_all(
            Action.PAUSE,
            request.customer_id,
            decide_for_one_of_all,
            lambda states: _pausable(states, when, offered, annual_allowed=annual_allowed),
        )

    @final
    async def extend_trial(self, request: ExtendTrialRequest) -> None:
        """Move the end of a running trial; a length counts from its present end."""
        offered = self._need(Action.EXTEND_TRIAL, self.offered.capabilities.extend_trial)
        _require_duration(request.duration, offered.durations)
        await self._act(
            Action.EXTEND_TRIAL,
            request.customer_id,
            request.subscription_id,
            lambda state: decisions.extend_trial(
                state,
                request.duration,
                self.runtime.clock(),
                longest_days=offered.longest_days,
                most_days=self.offered.trial_days,
                unfinished=self._unfinished_extension(state),
            ),
        )

    @final
    async def apply_coupon(self, request: ApplyCouponRequest) -> None:
        """Put a coupon on a subscription, in place of the others or beside them as the settings say."""
        self._need(Action.APPLY_COUPON, self.offered.capabilities.apply_coupon)
        require_plain(request.coupon_id)
        await self._act(
            Action.APPLY_COUPON,
            request.customer_id,
            request.subscription_id,
            lambda state: decisions.apply_coupon(state, request.coupon_id, self.offered.coupon_mode),
        )

    @final
    @with_urgency(Urgency.ACTION)
    async def change_price(self, request: ChangePriceRequest) -> None:
        """Put another price on a subscription's item, at once or with the next period."""
        offered = self._need(Action.CHANGE_PRICE, self.offered.capabilities.change_price)
        require_plain(request.customer_id, request.subscription_id, request.price_id)
        when = _schedule("scheduledAt", request.scheduled_at, offered.schedules)
        if request.prorate and not offered.prorate:
            raise Unsupported("prorate: proration is not offered here.")
        prorate = offered.prorate if request.prorate is None else request.prorate
        facts = await self._readable(Controller.PRICES, self._price_facts(request.price_id))
        await self._act(
            Action.CHANGE_PRICE,
            request.customer_id,
            request.subscription_id,
            lambda state: decisions.change_price(state, facts, when, prorate=prorate),
        )

    # -- what is offered ----------------------------------------------------------------------------------------

    def _need(self, action: Action, capability: C | None) -> C:
        if capability is None:
            raise Unsupported(f"{action}: this is not offered here: {self.offered.reason(action)}.")
        return capability

    def _cancel_schedule(self, requested: Schedule | None) -> Schedule:
        offered = self._need(Action.CANCEL, self.offered.capabilities.cancel)
        return _schedule("scheduledAt", requested, offered.schedules)

    def _pause_decision(
        self, requested: Schedule | None, duration: ActionDuration, *, allow_annual: bool
    ) -> Callable[[SubscriptionState], Pause]:
        offered = self._need(Action.PAUSE, self.offered.capabilities.pause)
        when = _schedule("startAt", requested, offered.start_dates)
        _require_duration(duration, offered.durations)
        now = self.runtime.clock()

        def decide(state: SubscriptionState) -> Pause:
            intent = decisions.pause(
                state,
                when,
                duration,
                now,
                annual_allowed=offered.annual and allow_annual,
                longest_months=self.offered.pause_months,
            )
            if isinstance(duration, PeriodDuration):
                return Pause(intent.when, intent.start, self._pause_end(when, intent.until))
            return intent

        return decide


def _schedule(field: str, requested: Schedule | None, offered: frozenset[Schedule]) -> Schedule:
    if requested is None:
        return Schedule.END_OF_PERIOD if Schedule.END_OF_PERIOD in offered else next(iter(offered))
    if requested not in offered:
        raise Unsupported(f"{field}: {requested} is not offered here.")
    return requested


def _require_duration(duration: ActionDuration, offered: frozenset[DurationKind]) -> None:
    kind = kind_of(duration)
    if kind not in offered:
        raise Unsupported(f"duration: a {kind} is not offered here.")


def _pausable(
    states: Sequence[SubscriptionState], when: Schedule, offered: PauseCapability, *, annual_allowed: bool
) -> Sequence[SubscriptionState]:
    """The active ones, without those that would make every request for all of them fail: paused without an end
    already, without a period or ended before the pause would begin; and without those that a pause would bring back
    from their cancellation, which nobody asked for by asking to pause all."""
    active = [
        state
        for state in states
        if state.standing is Standing.ACTIVE
        and not (state.paused and state.paused_until is None)
        and not (when is Schedule.END_OF_PERIOD and (state.period_end is None or decisions.ends_with_period(state)))
        and (offered.keeps_cancellation or state.cancel_at is None)
    ]
    kept = [state for state in active if annual_allowed or not state.annual]
    if active and not kept:
        raise Invalid("Subscriptions paid by the year cannot be paused.")
    return kept
