"""The sequence of every write: offered? plain ids? lock, load, whose is it, decide, so already? write, settle.

One inbound request makes one `WriteKey`; a write whose answer was lost is settled by reading the subscription again,
never by sending blindly a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias, TypeVar, final

import structlog

from adapters import decisions
from adapters.durations import kind_of
from adapters.errors import (
    AdapterError,
    Conflict,
    Credentials,
    Invalid,
    NotFound,
    RateLimited,
    Timeout,
    Unavailable,
    UnknownOutcome,
    Unsupported,
)
from adapters.holes import Holes
from adapters.identifiers import require_plain
from adapters.intents import ApplyCoupon, Cancel, ChangePrice, ExtendTrial, Intent, Pause
from adapters.offer import FEATURE_OF_ACTION
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
from gateway.resilience import Failure, WriteKey

C = TypeVar("C")
Decide: TypeAlias = Callable[[SubscriptionState], Intent | None]

_log = structlog.get_logger("gateway.actions")

# Which failure speaks for several, gravest first: what may have happened matters more than what certainly did not.
_GRAVEST: Final[tuple[type[AdapterError], ...]] = (
    UnknownOutcome,
    Timeout,
    Unavailable,
    RateLimited,
    Credentials,
    Conflict,
    Invalid,
    NotFound,
)


class Writes(Holes):
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
        await self._act_on_all(
            Action.PAUSE, request.customer_id, decide, lambda states: _pausable(states, annual_allowed=annual_allowed)
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
                state, request.duration, self.runtime.clock(), longest_days=offered.longest_days
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
    async def change_price(self, request: ChangePriceRequest) -> None:
        """Put another price on a subscription's item, at once or with the next period."""
        offered = self._need(Action.CHANGE_PRICE, self.offered.capabilities.change_price)
        require_plain(request.price_id)
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

    def _pause_decision(self, requested: Schedule | None, duration: ActionDuration, *, allow_annual: bool) -> Decide:
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

    # -- the sequence -------------------------------------------------------------------------------------------

    async def _act(self, action: Action, customer_id: str, subscription_id: str, decide: Decide) -> None:
        require_plain(customer_id, subscription_id)
        # One lock for all of a customer's subscriptions: an action on all of them excludes one on any of them, and
        # providers serialise by customer anyway.
        async with self._locks.hold(customer_id):
            state = await self._state(subscription_id)
            if state.customer_id != customer_id:
                raise NotFound
            await self._carry_out(action, state, decide, WriteKey())

    async def _state(self, subscription_id: str) -> SubscriptionState:
        return await self._readable(Controller.SUBSCRIPTIONS, self._load(subscription_id))

    async def _act_on_all(
        self,
        action: Action,
        customer_id: str,
        decide: Decide,
        select: Callable[[Sequence[SubscriptionState]], Sequence[SubscriptionState]] = lambda states: states,
    ) -> None:
        require_plain(customer_id)
        key = WriteKey()
        failed: dict[str, Failure] = {}
        async with self._locks.hold(customer_id):
            states = select(await self._live_subscriptions(customer_id, upcoming=action is Action.CANCEL))
            for state in states:
                try:
                    await self._carry_out(action, state, decide, key)
                except Failure as failure:
                    # The others still get their turn, and a repeated request passes over what is done.
                    failed[state.id] = failure
        if failed:
            raise _summary(failed, len(states))

    async def _carry_out(self, action: Action, state: SubscriptionState, decide: Decide, key: WriteKey) -> None:
        log = _log.bind(action=action, customer_id=state.customer_id, subscription_id=state.id)
        intent = decide(state)
        if intent is None or intent.is_met_by(state):
            log.info("nothing to do", reason="it is so already")
            return
        if action in self.capabilities.loses_scheduled_change:
            decisions.refuse_to_drop(state)
        if self.runtime.dry_run:
            log.info("not sent", reason="dry run", intent=str(intent))
            return
        try:
            await self._perform(state, intent, key)
        except (UnknownOutcome, NotFound, Conflict) as failure:
            await self._settle(action, state, intent, key, failure)
        log.info("done", feature=FEATURE_OF_ACTION[action])

    async def _settle(
        self, action: Action, state: SubscriptionState, intent: Intent, key: WriteKey, failure: AdapterError
    ) -> None:
        """Find out by reading whether a write happened; send it once more only when it certainly did not."""
        observer = self.runtime.observer
        if await self._is_met_now(state.id, intent, failure):
            observer.settled(action, "done")
            return
        if not isinstance(failure, UnknownOutcome):
            raise failure
        if failure.answered:
            # Nothing is under way any more, and the old key would only replay the recorded fault.
            key.renew()
        try:
            await self._perform(await self._state(state.id), intent, key)
        except UnknownOutcome as again:
            if not await self._is_met_now(state.id, intent, again):
                observer.settled(action, "unknown")
                raise
        observer.settled(action, "repeated")

    async def _is_met_now(self, subscription_id: str, intent: Intent, failure: AdapterError) -> bool:
        try:
            return intent.is_met_by(await self._state(subscription_id))
        except Failure:
            # What went wrong with the write is what the caller must hear of, not that looking failed as well.
            raise failure from None

    async def _perform(self, state: SubscriptionState, intent: Intent, key: WriteKey) -> None:
        match intent:
            case Cancel():
                await self._cancel(state, intent, key)
            case Pause():
                await self._pause(state, intent, key)
            case ExtendTrial():
                await self._extend_trial(state, intent, key)
            case ApplyCoupon():
                await self._apply_coupon(state, intent, key)
            case ChangePrice():
                await self._change_price(state, intent, key)


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


def _pausable(states: Sequence[SubscriptionState], *, annual_allowed: bool) -> Sequence[SubscriptionState]:
    active = [state for state in states if state.standing is Standing.ACTIVE]
    kept = [state for state in active if annual_allowed or not state.annual]
    if active and not kept:
        raise Invalid("Subscriptions paid by the year cannot be paused.")
    return kept


def _summary(failed: Mapping[str, Failure], total: int) -> Failure:
    message = f"{total - len(failed)} of {total} subscriptions were changed. Not changed: {', '.join(failed)}."
    for kind in _GRAVEST:
        if any(isinstance(failure, kind) for failure in failed.values()):
            return UnknownOutcome(message, answered=False) if kind is UnknownOutcome else kind(message)
    return Timeout(message)
