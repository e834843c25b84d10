"""How a decided write is carried out: lock, load, whose is it, decide, so already? write, settle.

One inbound request makes one `WriteKey`; a write whose answer was lost is settled by reading the subscription again,
never by sending blindly a second time.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, TypeAlias

import structlog

from adapters import decisions
from adapters.errors import (
    UNEXPRESSED,
    AdapterError,
    Conflict,
    Credentials,
    Invalid,
    NotFound,
    RateLimited,
    Timeout,
    Unavailable,
    UnknownOutcome,
    Unreadable,
    Unsupported,
)
from adapters.holes import Holes, Shown, reason_of
from adapters.identifiers import require_plain
from adapters.intents import ApplyCoupon, Cancel, ChangePrice, ExtendTrial, Extension, Intent, Pause
from adapters.recording import extension_of, outcome_of, record_of, summary
from adapters.state import SubscriptionState
from gateway.contract import Action, Controller
from gateway.resilience import (
    DeadlineExceeded,
    Failure,
    Outcome,
    Shed,
    Urgency,
    WriteKey,
    WriteRecord,
    WriteResult,
    call_trail,
    current_urgency,
    urgency,
    with_urgency,
)

Decide: TypeAlias = Callable[[SubscriptionState], Intent | None]
"""What is to be done to a subscription in a state; None where it is so already. Raises the errors of a refusal."""

_log = structlog.get_logger("gateway.actions")

# Which failure speaks for several, gravest first: what may have happened matters more than what certainly did not.
_GRAVEST: Final[tuple[type[Failure], ...]] = (
    UnknownOutcome,
    Timeout,
    DeadlineExceeded,
    Unavailable,
    RateLimited,
    Shed,
    Credentials,
    Unreadable,
    Conflict,
    Invalid,
    Unsupported,
    NotFound,
)

# Each action asks for these, and in Python 3.11 to look up a member takes longer than to call a function.
_ACTION: Final = Urgency.ACTION
_DONE: Final = Outcome.DONE
_SUBSCRIPTIONS: Final = Controller.SUBSCRIPTIONS

# The provider's verdict on a write that was sent: it was read, and refused.
_REFUSALS: Final = (Conflict, Invalid, NotFound)


class Execution(Holes):
    """Carries out writes on one subscription, or on all of a customer's one after another."""

    async def _act(self, action: Action, customer_id: str, subscription_id: str, decide: Decide) -> None:
        require_plain(customer_id, subscription_id)
        # One lock for all of a customer's subscriptions: an action on all of them excludes one on any of them, and
        # providers serialise by customer anyway.
        with urgency(_ACTION):
            async with self.runtime.locks.hold(customer_id):
                state = await self._state(subscription_id)
                if state.customer_id != customer_id:
                    raise NotFound
                await self._carry_out(action, state, decide, WriteKey())

    def _state(self, subscription_id: str) -> Awaitable[SubscriptionState]:
        return self._readable(_SUBSCRIPTIONS, self._load(subscription_id))

    @with_urgency(_ACTION)
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
        async with self.runtime.locks.hold(customer_id):
            states = select(await self._states_of(customer_id, upcoming=action is Action.CANCEL))
            for state in states:
                try:
                    # Of its own for each: one that is changed does not make the next one unfinished.
                    with urgency(_ACTION):
                        await self._carry_out(action, state, decide, key)
                except Failure as failure:
                    # The others still get their turn, and a repeated request passes over what is done.
                    failed[state.id] = failure
                except Exception as error:  # noqa: BLE001 - nor does an error of ours keep them from it
                    _log.error("unexpected error", subscription_id=state.id, exc_info=error)
                    failed[state.id] = UnknownOutcome(answered=False)
        if failed:
            raise _summary(failed, len(states))

    async def _states_of(self, customer_id: str, *, upcoming: bool) -> Sequence[SubscriptionState]:
        states = await self._readable(_SUBSCRIPTIONS, self._live_subscriptions(customer_id, upcoming=upcoming))
        if any(state.customer_id != customer_id for state in states):
            # The provider did not answer what was asked: nothing in such an answer is acted on.
            self.runtime.observer.left_out(_SUBSCRIPTIONS, "", "customer: another one")
            raise Unreadable
        return states

    async def _carry_out(self, action: Action, state: SubscriptionState, decide: Decide, key: WriteKey) -> None:
        recorder = self.runtime.recorder
        intent: Intent | None = None
        try:
            intent = decide(state)
            if intent is None or intent.is_met_by(state):
                await recorder.not_sent(record_of(action, state, intent), WriteResult(Outcome.NOTHING_TO_DO))
                return
            if action in self.capabilities.loses_scheduled_change:
                decisions.refuse_to_drop(state)
            obstacle = self._obstacle(state, intent)
            if obstacle is not None:
                raise Conflict(obstacle)
            await self._guard_money(state, intent)
        except Failure as failure:
            _log.info("refused", **_whose(action, state), **failure.for_log())
            await recorder.not_sent(record_of(action, state, intent), WriteResult(outcome_of(failure), failure=failure))
            raise
        record = record_of(action, state, intent)
        if self.runtime.dry_run:
            await recorder.not_sent(record, WriteResult(Outcome.DRY_RUN))
            return
        try:
            await self._perform_on_record(record, action, state, intent, key)
        except Failure as failure:
            # Part of it may have been done all the same.
            _log.warning("write failed", **_whose(action, state), asked=record.asked, **failure.for_log())
            raise

    def _unfinished_extension(self, state: SubscriptionState) -> Extension | None:
        """What an earlier process began to extend this trial by, and may have done."""
        left = self.runtime.recorder.unfinished(Action.EXTEND_TRIAL.value, state.id)
        return None if left is None or left.customer_id != state.customer_id else extension_of(left)

    async def _guard_money(self, state: SubscriptionState, intent: Intent) -> None:
        """Raises `Invalid` for a change that would charge more at once than the owner allows."""
        limit = self.runtime.charge_limit
        if limit is None:
            return
        charge = await self._readable(_SUBSCRIPTIONS, self._charged_at_once(state, intent))
        if charge is not None and not limit.allows(charge.amount, charge.currency):
            _log.info("too much at once", subscription_id=state.id, amount=charge.amount, currency=charge.currency)
            raise Invalid("This change would charge more at once than is allowed here.")

    async def _perform_on_record(
        self, record: WriteRecord, action: Action, state: SubscriptionState, intent: Intent, key: WriteKey
    ) -> None:
        """The write, between two lines of the record. What is cut off in between is left without the second one: nobody
        here knows any more what became of it."""
        recorder = self.runtime.recorder
        await recorder.begun(record)
        started = time.monotonic()
        with call_trail() as calls:
            try:
                shown = await self._perform_and_settle(action, state, intent, key)
            except Exception as error:
                seconds = time.monotonic() - started
                await recorder.ended(
                    record, WriteResult(outcome_of(error), failure=error, calls=calls, seconds=seconds)
                )
                raise
        seconds = time.monotonic() - started
        after = None if shown is None else summary(shown)
        await recorder.ended(record, WriteResult(_DONE, after=after, calls=calls, seconds=seconds))

    async def _perform_and_settle(
        self, action: Action, state: SubscriptionState, intent: Intent, key: WriteKey
    ) -> Shown:
        try:
            return await self._perform(state, intent, key)
        except (UnknownOutcome, NotFound, Conflict) as failure:
            return await self._settle(action, state, intent, key, failure)

    async def _settle(
        self, action: Action, state: SubscriptionState, intent: Intent, key: WriteKey, failure: AdapterError
    ) -> Shown:
        """Find out by reading whether a write happened; send it once more when it is not seen to have, and may be."""
        observer = self.runtime.observer
        try:
            present = await self._look_again(state.id, failure)
            if intent.is_met_by(present):
                observer.settled(action, "done")
                return present
            if isinstance(failure, UnknownOutcome) and failure.repeatable:
                shown = await self._repeat(present, intent, key, failure)
                observer.settled(action, "repeated")
                return shown
            raise failure
        except UnknownOutcome:
            observer.settled(action, "unknown")
            raise
        except Failure:
            observer.settled(action, "refused")
            raise

    async def _repeat(self, state: SubscriptionState, intent: Intent, key: WriteKey, lost: UnknownOutcome) -> Shown:
        if lost.answered:
            # Nothing is under way any more, and the old key would only replay the recorded fault.
            key.renew()
        try:
            return await self._perform(state, intent, key)
        except Failure as again:
            # The first attempt may still be under way, and a repetition that was not even judged tells nothing of it.
            failure: Failure = again if lost.answered else lost
            present = await self._look_again(state.id, failure)
            if not intent.is_met_by(present):
                raise (again if isinstance(again, _REFUSALS) else failure) from None
            return present

    async def _look_again(self, subscription_id: str, failure: Failure) -> SubscriptionState:
        try:
            return await self._state(subscription_id)
        except Failure:
            # What went wrong with the write is what the caller must hear of, not that looking failed as well.
            raise failure from None

    async def _perform(self, state: SubscriptionState, intent: Intent, key: WriteKey) -> Shown:
        try:
            shown = await self._hole(state, intent, key)
        except UNEXPRESSED as error:
            self.runtime.observer.left_out(_SUBSCRIPTIONS, state.id, reason_of(error))
            if current_urgency() is not Urgency.UNFINISHED:
                # What it was to be made of cannot be read: nothing was sent.
                raise Unreadable from None
            raise _not_shown() from None
        if shown is not None and not intent.is_met_by(shown):
            # It has to be looked at again before anything is said.
            raise _not_shown()
        return shown

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


def _whose(action: Action, state: SubscriptionState) -> dict[str, str]:
    return {"action": str(action), "customer_id": state.customer_id, "subscription_id": state.id}


def _not_shown() -> UnknownOutcome:
    """The provider accepted a write, and its answer does not show it. Never sent again: it was a success, as far as
    the provider is concerned."""
    return UnknownOutcome(answered=True, repeatable=False)


def _summary(failed: Mapping[str, Failure], total: int) -> Failure:
    message = f"{total - len(failed)} of {total} subscriptions are as asked. It failed for {', '.join(failed)}."
    for kind in _GRAVEST:
        alike = [failure for failure in failed.values() if isinstance(failure, kind)]
        if kind is UnknownOutcome and alike:
            return UnknownOutcome(message, answered=False)
        if alike:
            waits = [failure.retry_after for failure in alike if failure.retry_after is not None]
            return kind(message, retry_after=max(waits, default=None))
    return Timeout(message)
