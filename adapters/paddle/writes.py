"""How the Paddle adapter acts: the body of each write, and which calls it takes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Final

import structlog

from adapters.charges import Charge
from adapters.errors import UNEXPRESSED, AdapterError, Conflict, Invalid, NotFound, Unavailable, UnknownOutcome
from adapters.holes import Shown, reason_of
from adapters.intents import ApplyCoupon, Cancel, ChangePrice, ExtendTrial, Intent, Pause
from adapters.paddle import mapping, models, price_changes, prices, states
from adapters.paddle.charges import charge
from adapters.paddle.client import JsonObject, require_id
from adapters.paddle.connection import PaddleConnection
from adapters.paddle.errors import is_pending_change
from adapters.paddle.states import is_paused, subscription_of
from adapters.paddle.subscriptions import CANCEL, PAUSE, RESUME, current_period, scheduled
from adapters.state import PriceFacts, Standing, SubscriptionState
from gateway.contract import Controller, Schedule
from gateway.resilience import Failure, Safety, WriteKey, grace

_AT_ONCE: Final = "immediately"
_WITH_THE_PERIOD: Final = "next_billing_period"
_EFFECTIVE: Final = {Schedule.IMMEDIATE: _AT_ONCE, Schedule.END_OF_PERIOD: _WITH_THE_PERIOD}

_TO_PUT_BACK_S: Final = 5.0

_log = structlog.get_logger("gateway.actions")


class PaddleWrites(PaddleConnection):
    """The actions. Paddle knows no idempotency keys: only what may charge is in danger of happening twice, and that is
    never sent a second time."""

    async def _load(self, subscription_id: str) -> SubscriptionState:
        return self._shown(await self._api.get("subscriptions", subscription_id))

    async def _live_subscriptions(self, customer_id: str, *, upcoming: bool) -> Sequence[SubscriptionState]:
        """All statuses are listed and those that ended left out here: a filter by the others would pass over a
        subscription whose status nobody knows, as if it were not there."""
        rows = await self._api.pages("subscriptions", query={"customer_id": require_id("customers", customer_id)})
        if not rows:
            await self._require_customer(customer_id)
        # Of what has plainly ended it does not matter whether it can be read.
        found = [self._shown(row) for row in rows if not states.has_ended(row)]
        return [state for state in found if state.standing is not Standing.ENDED]

    async def _price_facts(self, price_id: str) -> PriceFacts:
        # What is read here is remembered, and is what the write goes by a moment later.
        found = await self._catalogue.present_price(price_id)
        if not prices.is_recurring(found):
            raise NotFound("There is no such price.")
        return prices.facts(found)

    def _shown(self, answer: JsonObject) -> SubscriptionState:
        return states.state(answer, self.runtime.clock())

    async def _update(
        self, state: SubscriptionState, body: JsonObject, safety: Safety = Safety.SAFE_WRITE
    ) -> SubscriptionState:
        return self._done(await self._api.write("PATCH", "subscriptions", state.id, body=body, safety=safety))

    async def _do(self, state: SubscriptionState, action: str, **body: object) -> SubscriptionState:
        return self._done(await self._api.write("POST", "subscriptions", state.id, action, body=body))

    def _done(self, answer: JsonObject) -> SubscriptionState:
        """A subscription by the answer to a write. Raises `UnknownOutcome` for one that cannot be read, as for one that
        was lost: it has to be looked at, and what made way for the write is not forgotten."""
        try:
            return self._shown(answer)
        except UNEXPRESSED as error:
            self.runtime.observer.left_out(Controller.SUBSCRIPTIONS, "", reason_of(error))
            raise UnknownOutcome(answered=True, repeatable=False) from None

    # -- cancel -------------------------------------------------------------------------------------------------

    async def _cancel(self, state: SubscriptionState, intent: Cancel, key: WriteKey) -> Shown:
        """Paddle credits nothing for a period that is cut short, and charges nothing."""

        async def cancel() -> SubscriptionState:
            return await self._do(state, CANCEL, effective_from=_EFFECTIVE[intent.when])

        if intent.when is Schedule.END_OF_PERIOD:
            return await self._in_place_of_scheduled(state, intent, cancel)
        try:
            # Which changes are in the way of an end at once is not documented, and without a need none is lifted.
            return await cancel()
        except Conflict as refusal:
            if not is_pending_change(refusal):
                raise
            return await self._in_place_of_scheduled(state, intent, cancel)

    # -- pause --------------------------------------------------------------------------------------------------

    async def _pause(self, state: SubscriptionState, intent: Pause, key: WriteKey) -> Shown:
        until = _text(intent.until)
        if is_paused(state) or (state.paused and intent.when is Schedule.END_OF_PERIOD):
            # One that runs or is scheduled gets another end, in one call.
            return await self._do(state, RESUME, effective_from=until, **_on_resume(state, intent.until))
        body: JsonObject = {"effective_from": _EFFECTIVE[intent.when], "resume_at": until}
        if intent.when is Schedule.END_OF_PERIOD:
            return await self._do(state, PAUSE, **body)
        if state.standing is Standing.TRIAL:
            raise Conflict("A trial can only be paused when it ends.")
        body |= _on_resume(state, intent.until)
        return await self._in_place_of_scheduled(state, intent, lambda: self._do(state, PAUSE, **body))

    # -- trial --------------------------------------------------------------------------------------------------

    async def _extend_trial(self, state: SubscriptionState, intent: ExtendTrial, key: WriteKey) -> Shown:
        """A change that waits for the trial's end is lifted and then set again, for the new end."""
        change = scheduled(subscription_of(state))
        if state.paused_until is not None and state.paused_until <= intent.until:
            raise Conflict("A pause is scheduled that would be over before the new end of the trial.")

        async def extend() -> SubscriptionState:
            # On a subscription that is not in a trial the same call gives time away: the base class lets none through.
            return await self._update(
                state, {"next_billed_at": _text(intent.until), "proration_billing_mode": "do_not_bill"}
            )

        extended = await self._in_place_of_scheduled(state, intent, extend)
        if change is None or scheduled(subscription_of(extended)) is not None:
            return extended
        try:
            return await self._schedule_surely(state, change)
        except Failure as failure:
            _log.error("scheduled change lost", subscription_id=state.id, change=change.action)
            # Not told as a success: what the customer had asked for before is not so any more.
            raise _lost(
                "The trial was extended, but what was scheduled for its end could not be set again.", failure
            ) from failure

    # -- coupon -------------------------------------------------------------------------------------------------

    async def _apply_coupon(self, state: SubscriptionState, intent: ApplyCoupon, key: WriteKey) -> Shown:
        """From the next bill on: at once it would also lower what is credited and charged in the running period. It
        takes the place of the one that is there, as there is room for one."""
        if is_paused(state):
            raise Conflict("The subscription is paused, and takes no coupon meanwhile.")
        if state.standing is Standing.UNPAID:
            raise Conflict("A payment for the subscription is open, and it takes no coupon until that is settled.")
        await self._readable(Controller.COUPONS, self._require_usable(intent.coupon_id))
        shown = await self._update(state, {"discount": {"id": intent.coupon_id, "effective_from": _WITH_THE_PERIOD}})
        if state.coupon_ids:
            _log.info("discount replaced", subscription_id=state.id, discount=state.coupon_ids[0])
        return shown

    async def _require_usable(self, discount_id: str) -> None:
        discount = await self._catalogue.discount(discount_id)
        if discount.recur is not True:
            raise Invalid("The coupon is for a first payment only.")
        if mapping.is_spent(discount, self.runtime.clock()):
            raise Invalid("The coupon can no longer be used.")

    # -- price --------------------------------------------------------------------------------------------------

    async def _change_price(self, state: SubscriptionState, intent: ChangePrice, key: WriteKey) -> Shown:
        body = await self._price_change(state, intent)
        safety = Safety.UNSAFE_WRITE if price_changes.charges_at_once(body) else Safety.SAFE_WRITE
        return await self._update(state, body, safety)

    async def _price_change(self, state: SubscriptionState, intent: ChangePrice) -> JsonObject:
        """What is sent to change a price, and to see what that would charge."""
        price_changes.refuse_by_state(state)
        return await self._readable(Controller.PRICES, self._body_of(state, intent))

    async def _body_of(self, state: SubscriptionState, intent: ChangePrice) -> JsonObject:
        return price_changes.body(state, intent, await self._catalogue.price(intent.price_id))

    async def _charged_at_once(self, state: SubscriptionState, intent: Intent) -> Charge | None:
        """Of all that is sent here only a price change to another rhythm charges at once.

        A pause charges when it ends, and its end is never set to now: ending one at once would begin, and charge, a new
        period, and for that Paddle has no preview. An end charges nothing, also that of what is paused, which is not
        resumed for it. A trial moves with `do_not_bill`, and a coupon waits for the next bill.
        """
        if not isinstance(intent, ChangePrice):
            return None
        body = await self._price_change(state, intent)
        if not price_changes.charges_at_once(body):
            return None
        return charge(await self._api.preview("subscriptions", state.id, body=body), state.currency)

    # -- what is scheduled --------------------------------------------------------------------------------------

    async def _in_place_of_scheduled(
        self, state: SubscriptionState, intent: Intent, write: Callable[[], Awaitable[SubscriptionState]]
    ) -> SubscriptionState:
        """Lift what is scheduled, as Paddle has room for one change, and write; put it back where that fails.

        https://developer.paddle.com/errors/subscriptions/subscription_locked_pending_changes
        """
        change = scheduled(subscription_of(state))
        if change is None:
            return await write()
        if change.action not in _KNOWN_CHANGES:
            # Nobody could put it back.
            raise Conflict("Another change of the subscription is already scheduled.")
        try:
            # What the answer shows is of no use: the write that follows is what is looked at.
            await self._api.write("PATCH", "subscriptions", state.id, body={"scheduled_change": None})
            return await write()
        except Failure as failure:
            present = await self._look_after(state.id)
            if present is not None and isinstance(failure, UnknownOutcome) and intent.is_met_by(present):
                return present
            await self._put_back(state, change, present, failure)
            raise

    async def _look_after(self, subscription_id: str) -> SubscriptionState | None:
        try:
            return await self._load(subscription_id)
        except (Failure, *UNEXPRESSED):
            return None

    async def _put_back(
        self,
        state: SubscriptionState,
        change: models.ScheduledChange,
        present: SubscriptionState | None,
        failure: Failure,
    ) -> None:
        """Schedule a change again that was lifted for a write that failed. A write that is still under way is in no
        danger: whichever comes first, Paddle refuses the other."""
        log = _log.bind(subscription_id=state.id, change=change.action)
        if present is None and isinstance(failure, UnknownOutcome):
            log.error("scheduled change may be lost")
            return
        if present is not None:
            if scheduled(subscription_of(present)) is not None:
                return
            if present.standing is Standing.ENDED or is_paused(present) is not is_paused(state):
                # To end what has been paused meanwhile would end it at once, instead of with its period.
                log.error("scheduled change lost")
                return
        try:
            await self._schedule_surely(state, change)
        except Failure as again:
            if isinstance(again, AdapterError) and is_pending_change(again):
                # It was never lifted.
                return
            log.error("scheduled change lost", **again.for_log())
            if not isinstance(failure, UnknownOutcome):
                # The refusal alone would say that nothing was done. An unknown outcome says no such thing, and is
                # looked into further.
                raise _lost("It failed, and what was scheduled before could not be set again.", again) from failure

    async def _schedule_surely(self, state: SubscriptionState, change: models.ScheduledChange) -> SubscriptionState:
        """A lost answer is settled by looking; sent again it would be refused if it had come through. It has time of
        its own: what had to make way must not be lost because the request's time is used up."""
        with grace(_TO_PUT_BACK_S):
            try:
                return await self._schedule(state, change)
            except UnknownOutcome:
                present = await self._look_after(state.id)
                if present is not None and scheduled(subscription_of(present)) is not None:
                    return present
                return await self._schedule(state, change)

    async def _schedule(self, state: SubscriptionState, change: models.ScheduledChange) -> SubscriptionState:
        if change.action == CANCEL:
            return await self._do(state, CANCEL, effective_from=_WITH_THE_PERIOD)
        if change.action == PAUSE:
            until = mapping.moment(change.resume_at)
            resume_at = None if until is None else _text(until)
            return await self._do(state, PAUSE, effective_from=_WITH_THE_PERIOD, resume_at=resume_at)
        until = mapping.required_moment(change.effective_at, "effective_at")
        return await self._do(state, RESUME, effective_from=_text(until), **_on_resume(state, until))


_KNOWN_CHANGES: Final = frozenset({CANCEL, PAUSE, RESUME})


def _lost(message: str, failure: Failure) -> Unavailable:
    """The error for a change that was lifted and could not be set again. Trying once more would not bring it back."""
    return Unavailable(message, provider=failure.provider if isinstance(failure, AdapterError) else None, final=True)


def _on_resume(state: SubscriptionState, until: datetime) -> JsonObject:
    """A pause that ends within the period that is paid for goes on with it; without being told Paddle would begin, and
    charge, a new one. https://developer.paddle.com/changelog/2024/resume-subscription-billing-period-options"""
    period = current_period(subscription_of(state))
    is_paid = state.standing is not Standing.UNPAID
    if period is not None and is_paid and until < period.end:
        return {"on_resume": "continue_existing_billing_period"}
    return {}


def _text(moment: datetime) -> str:
    """A moment as Paddle takes it, in whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
