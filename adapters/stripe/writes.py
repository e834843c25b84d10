"""How the Stripe adapter acts: the parameters of each write, and which calls it takes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from adapters.charges import Charge
from adapters.errors import UNEXPRESSED, AdapterError, Conflict, Invalid, NotFound, UnknownOutcome, Unmappable
from adapters.fields import list_if_any, text_if_any
from adapters.holes import Shown
from adapters.intents import ApplyCoupon, Cancel, ChangePrice, ExtendTrial, Intent, Pause
from adapters.state import PriceFacts, Standing, SubscriptionState
from adapters.stripe import charges, parsers, prices, schedules, states
from adapters.stripe.client import JsonObject
from adapters.stripe.connection import StripeConnection
from adapters.stripe.statuses import PAUSED_AT, PAUSED_UNTIL, note
from gateway.contract import Schedule
from gateway.resilience import Failure, WriteKey

_STATE: Final = ["discounts", "schedule"]
_STATE_FOR_STACKING: Final = ["customer", *_STATE]
_STATES: Final = ["data.discounts", "data.schedule"]
_SCHEDULE_ID: Final = "sub_sched_"
_MOST_DISCOUNTS: Final = 20
_BEFORE_RENEWAL: Final = timedelta(hours=1)

# Each cancellation asks for these, and in Python 3.11 to look up a member takes longer than to call a function.
_FUTURE: Final = Standing.FUTURE
_IMMEDIATE: Final = Schedule.IMMEDIATE


class StripeWrites(StripeConnection):
    """The actions. Every write of one inbound request carries a key made from that request's `WriteKey`."""

    async def _load(self, subscription_id: str) -> SubscriptionState:
        if subscription_id.startswith(_SCHEDULE_ID):
            # One that has not started, which an action on all of a customer's subscriptions may be looking at again.
            return states.upcoming_state(await self._api.get("subscription_schedules", subscription_id))
        # Stacking takes the customer's own discount along.
        stacks = self._stripe_settings.actions.apply_coupon.mode == "stack"
        expand = _STATE_FOR_STACKING if stacks else _STATE
        found = await self._api.get_as(parsers.ACTED_ON, "subscriptions", subscription_id, expand=expand)
        await self._complete_items([found])
        return states.state(found, self.runtime.clock())

    async def _live_subscriptions(self, customer_id: str, *, upcoming: bool) -> Sequence[SubscriptionState]:
        rows = await self._api.pages("subscriptions", customer=customer_id, expand=_STATES)
        await self._complete_items(rows)
        now = self.runtime.clock()
        found = [states.state(row, now) for row in rows]
        if upcoming:
            # A subscription to be is a schedule without one, and in no list of subscriptions.
            plans = await self._api.pages("subscription_schedules", customer=customer_id, scheduled=True)
            found.extend(states.upcoming_state(plan) for plan in plans if plan.get("status") == "not_started")
        if not found:
            await self._require_customer(customer_id)
        return [state for state in found if state.standing is not Standing.ENDED]

    async def _price_facts(self, price_id: str) -> PriceFacts:
        found = await self._catalogue.price(price_id)
        if found.get("recurring") is None:
            raise NotFound("There is no such price.")
        return prices.facts(found)

    # -- cancel -------------------------------------------------------------------------------------------------

    async def _cancel(self, state: SubscriptionState, intent: Cancel, key: WriteKey) -> Shown:
        """Neither invoice nor credit at once. A schedule is released first: it forbids changing the cancellation."""
        if state.standing is _FUTURE:
            # Cancelling a schedule invoices and prorates unless it is told not to, unlike cancelling a subscription.
            canceled = await self._api.post(
                "subscription_schedules", state.id, "cancel", key=key, invoice_now=False, prorate=False
            )
            return states.upcoming_state(canceled)
        schedule = _schedule_of(state)
        if schedule is not None:
            # Refused is what has been released meanwhile, and is in nobody's way then; else the next call is refused.
            with suppress(Invalid):
                # What the schedule would have ended still ends, should the next call fail.
                await self._api.post(
                    "subscription_schedules", schedule["id"], "release", key=key, preserve_cancel_date=True
                )
        if intent.when is _IMMEDIATE:
            return self._shown(await self._api.delete("subscriptions", state.id, invoice_now=False, prorate=False))
        parameters: JsonObject = {"cancel_at_period_end": True}
        if state.cancel_at is not None and state.period_end is not None and state.cancel_at > state.period_end:
            # A later date is set: it is moved to the end of the running period, without a credit.
            parameters = {"cancel_at": _seconds(state.period_end), "proration_behavior": "none"}
        if intent.unpause:
            parameters["pause_collection"] = ""
        return await self._update(state, key, **parameters)

    async def _update(self, state: SubscriptionState, key: WriteKey, **parameters: object) -> Shown:
        return self._shown(
            await self._api.post_as(parsers.ACTED_ON, "subscriptions", state.id, key=key, expand=_STATE, **parameters)
        )

    def _shown(self, answer: JsonObject) -> SubscriptionState:
        return states.state(answer, self.runtime.clock())

    # -- pause, trial -------------------------------------------------------------------------------------------

    async def _pause(self, state: SubscriptionState, intent: Pause, key: WriteKey) -> Shown:
        """Stripe knows no start of a pause: collection stops now either way, and what differs is when it resumes."""
        return await self._update(
            state,
            key,
            pause_collection={
                "behavior": self._stripe_settings.actions.pause.behavior,
                "resumes_at": _seconds(intent.until),
            },
            metadata={PAUSED_AT: note(intent.start), PAUSED_UNTIL: note(intent.until)},
        )

    def _pause_end(self, when: Schedule, until: datetime) -> datetime:
        """Counted from a period's end a pause ends exactly at a renewal, and which of the two comes first is not
        known: it ends an hour earlier, so that the renewal is collected."""
        return until - _BEFORE_RENEWAL if when is Schedule.END_OF_PERIOD else until

    async def _extend_trial(self, state: SubscriptionState, intent: ExtendTrial, key: WriteKey) -> Shown:
        return await self._update(state, key, trial_end=_seconds(intent.until), proration_behavior="none")

    # -- coupon -------------------------------------------------------------------------------------------------

    async def _apply_coupon(self, state: SubscriptionState, intent: ApplyCoupon, key: WriteKey) -> Shown:
        """The list that is sent takes the place of the one that is there, so what stays is sent along, by its own id:
        that way its months go on."""
        return await self._update(state, key, discounts=_chosen_discounts(state, intent))

    # -- price --------------------------------------------------------------------------------------------------

    async def _change_price(self, state: SubscriptionState, intent: ChangePrice, key: WriteKey) -> Shown:
        held = next(item for item in state.items if item.id == intent.item_id)
        if not states.is_countable(held):
            # Another number of seats would be sent.
            raise Unmappable("items.quantity: not a whole number")
        if intent.when is Schedule.END_OF_PERIOD:
            await self._change_price_later(state, intent, key)
            return None
        parameters = _price_change(intent)
        if text_if_any(state.provider, "collection_method") != "send_invoice":
            # A declined payment then changes nothing, instead of leaving the customer past due on a new price.
            parameters["payment_behavior"] = "error_if_incomplete"
        return await self._update(state, key, **parameters)

    async def _charged_at_once(self, state: SubscriptionState, intent: Intent) -> Charge | None:
        """Only a price change at once makes an invoice, and not each does: Stripe tells. Every other write here is one
        that Stripe bills later or never: no trial ends by it, and no cancellation is invoiced."""
        if not isinstance(intent, ChangePrice) or intent.when is Schedule.END_OF_PERIOD:
            return None
        try:
            preview = await self._api.preview(
                "invoices", "create_preview", subscription=state.id, subscription_details=_price_change(intent)
            )
        except AdapterError as error:
            if charges.is_without_invoice(error):
                return Charge(0, state.currency)
            raise
        return charges.charged_at_once(preview, state)

    async def _change_price_later(self, state: SubscriptionState, intent: ChangePrice, key: WriteKey) -> None:
        """By a schedule: made from the subscription if there is none, then given one more phase with the new price.

        These are two calls; when the second is refused, the schedule that was made for it is released again.
        """
        period_end = states.common_period_end(state.provider)
        if period_end is None:
            raise Conflict("The subscription's items have no period in common at whose end the price could change.")
        held = next(item for item in state.items if item.id == intent.item_id)
        price = await self._catalogue.price(intent.price_id)
        interval = prices.interval(price["recurring"])
        schedules.require_readable(state.provider, held.price_id)
        existing = _schedule_of(state)
        schedule = existing or await self._api.post("subscription_schedules", key=key, from_subscription=state.id)
        try:
            change = schedules.PriceChange(
                held_price_id=held.price_id,
                price_id=intent.price_id,
                quantity=intent.quantity,
                at=period_end,
                interval=interval,
                prorate=intent.prorate,
            )
            phases = schedules.with_price_at_the_end(schedule, state.provider, change)
            await self._api.post(
                "subscription_schedules",
                schedule["id"],
                key=key,
                end_behavior="release",
                proration_behavior="none",
                phases=phases,
            )
        except UnknownOutcome:
            raise
        except (Failure, *UNEXPRESSED):
            if existing is None:
                with suppress(Failure):
                    await self._api.post("subscription_schedules", schedule["id"], "release", key=key)
            raise


def _price_change(intent: ChangePrice) -> JsonObject:
    """The parameters of a price change at once, which are those of its preview as well."""
    item: JsonObject = {"id": intent.item_id, "price": intent.price_id}
    if intent.quantity is not None:
        # Without it a changed price starts again at one seat.
        item["quantity"] = intent.quantity
    return {"items": [item], "proration_behavior": "create_prorations" if intent.prorate else "none"}


def _schedule_of(state: SubscriptionState) -> JsonObject | None:
    schedule = state.provider.get("schedule")
    return schedule if isinstance(schedule, dict) and schedule.get("status") in schedules.RUNNING else None


def _chosen_discounts(state: SubscriptionState, intent: ApplyCoupon) -> list[JsonObject]:
    """The list to send: what is to stay, then the coupon unless it is among that.

    A discount of a subscription's own puts the customer's out of force
    (https://github.com/bitwarden/server/pull/7831 met that), so stacking takes the customer's along.
    """
    kept = list_if_any(state.provider, "discounts")
    if intent.mode == "replace":
        kept = [discount for discount in kept if states.coupon_of(discount) == intent.coupon_id]
    elif not kept and (inherited := states.customer_discount(state.provider)) is not None:
        kept = [inherited]
    chosen = schedules.repeated_discounts(kept)
    if not any(states.coupon_of(discount) == intent.coupon_id for discount in kept):
        chosen.append({"coupon": intent.coupon_id})
    if len(chosen) > _MOST_DISCOUNTS:
        raise Conflict(f"The subscription has {_MOST_DISCOUNTS} coupons already.")
    return chosen


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
