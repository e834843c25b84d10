"""The sequence of every write: offered? plain ids? lock, load, whose is it, decide, so already? write, settle.

One inbound request makes one `WriteKey`; a write whose answer was lost is settled by reading the subscription again,
never by sending blindly a second time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, TypeAlias, TypeVar, final

import structlog
from pydantic import ValidationError

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
    Unmappable,
    Unreadable,
    Unsupported,
)
from adapters.holes import Holes, Shown, reason_of
from adapters.identifiers import require_plain
from adapters.intents import ApplyCoupon, Cancel, ChangePrice, ExtendTrial, Intent, Pause
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
from gateway.resilience import DeadlineExceeded, Failure, WriteKey

C = TypeVar("C")
Decide: TypeAlias = Callable[[SubscriptionState], Intent | None]

_log = structlog.get_logger("gateway.actions")

# Which failure speaks for several, gravest first: what may have happened matters more than what certainly did not.
_GRAVEST: Final[tuple[type[Failure], ...]] = (
    UnknownOutcome,
    Timeout,
    DeadlineExceeded,
    Unavailable,
    RateLimited,
    Credentials,
    Unreadable,
    Conflict,
    Invalid,
    Unsupported,
    NotFound,
)

# The provider's verdict on a write that was sent: it was read, and refused.
_REFUSALS: Final = (Conflict, Invalid, NotFound)


class _NotShown(UnknownOutcome):
    """The provider accepted a write, and its answer does not show it. Never sent again: it was a success, as far as
    the provider is concerned."""


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
            states = select(await self._states_of(customer_id, upcoming=action is Action.CANCEL))
            for state in states:
                try:
                    await self._carry_out(action, state, decide, key)
                except Failure as failure:
                    # The others still get their turn, and a repeated request passes over what is done.
                    failed[state.id] = failure
        if failed:
            raise _summary(failed, len(states))

    async def _states_of(self, customer_id: str, *, upcoming: bool) -> Sequence[SubscriptionState]:
        states = await self._readable(
            Controller.SUBSCRIPTIONS, self._live_subscriptions(customer_id, upcoming=upcoming)
        )
        if any(state.customer_id != customer_id for state in states):
            # The provider did not answer what was asked: nothing in such an answer is acted on.
            self.runtime.observer.left_out(Controller.SUBSCRIPTIONS, "", "customer: another one")
            raise Unreadable
        return states

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
        outcome = "aborted"
        try:
            await self._perform_and_settle(action, state, intent, key)
            outcome = "done"
        except Failure as failure:
            outcome = type(failure).__name__
            raise
        finally:
            # Also when it failed: part of it may have been done.
            log.info("written", outcome=outcome, intent=str(intent))

    async def _perform_and_settle(
        self, action: Action, state: SubscriptionState, intent: Intent, key: WriteKey
    ) -> None:
        try:
            await self._perform(state, intent, key)
        except (UnknownOutcome, NotFound, Conflict) as failure:
            await self._settle(action, state, intent, key, failure)

    async def _settle(
        self, action: Action, state: SubscriptionState, intent: Intent, key: WriteKey, failure: AdapterError
    ) -> None:
        """Find out by reading whether a write happened; send it once more when it is not seen to have."""
        observer = self.runtime.observer
        try:
            present = await self._look_again(state.id, failure)
            if intent.is_met_by(present):
                observer.settled(action, "done")
            elif isinstance(failure, UnknownOutcome) and not isinstance(failure, _NotShown):
                await self._repeat(present, intent, key, failure)
                observer.settled(action, "repeated")
            else:
                raise failure
        except UnknownOutcome:
            observer.settled(action, "unknown")
            raise

    async def _repeat(self, state: SubscriptionState, intent: Intent, key: WriteKey, lost: UnknownOutcome) -> None:
        if lost.answered:
            # Nothing is under way any more, and the old key would only replay the recorded fault.
            key.renew()
        try:
            await self._perform(state, intent, key)
        except Failure as again:
            # The first attempt may still be under way, and a repetition that was not even judged tells nothing of it.
            failure: Failure = again if lost.answered else lost
            if not intent.is_met_by(await self._look_again(state.id, failure)):
                raise (again if isinstance(again, _REFUSALS) else failure) from None

    async def _look_again(self, subscription_id: str, failure: Failure) -> SubscriptionState:
        try:
            return await self._state(subscription_id)
        except Failure:
            # What went wrong with the write is what the caller must hear of, not that looking failed as well.
            raise failure from None

    async def _perform(self, state: SubscriptionState, intent: Intent, key: WriteKey) -> None:
        try:
            shown = await self._hole(state, intent, key)
        except (Unmappable, ValidationError) as error:
            self.runtime.observer.left_out(Controller.SUBSCRIPTIONS, state.id, reason_of(error))
            raise _NotShown(answered=True) from None
        if shown is not None and not intent.is_met_by(shown):
            # It has to be looked at again before anything is said.
            raise _NotShown(answered=True)

    def _hole(self, state: SubscriptionState, intent: Intent, key: WriteKey) -> Awaitable[Shown]:
        match intent:
            case Cancel():
                return self._cancel(state, intent, key)
            case Pause():
                return self._pause(state, intent, key)
            case ExtendTrial():
                return self._extend_trial(state, intent, key)
            case ApplyCoupon():
                return self._apply_coupon(state, intent, key)
            case ChangePrice():
                return self._change_price(state, intent, key)


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
    # One that is paused without an end is paused already: it must not make the whole request fail, again and again.
    active = [
        state
        for state in states
        if state.standing is Standing.ACTIVE and not (state.paused and state.paused_until is None)
    ]
    kept = [state for state in active if annual_allowed or not state.annual]
    if active and not kept:
        raise Invalid("Subscriptions paid by the year cannot be paused.")
    return kept


def _summary(failed: Mapping[str, Failure], total: int) -> Failure:
    message = f"{total - len(failed)} of {total} subscriptions were changed. Not changed: {', '.join(failed)}."
    for kind in _GRAVEST:
        alike = [failure for failure in failed.values() if isinstance(failure, kind)]
        if kind is UnknownOutcome and alike:
            return UnknownOutcome(message, answered=False)
        if alike:
            waits = [failure.retry_after for failure in alike if failure.retry_after is not None]
            return kind(message, retry_after=max(waits, default=None))
    return Timeout(message)
