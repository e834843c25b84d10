"""How the Stripe adapter acts: the parameters of each write, and which calls it takes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from adapters.errors import AdapterError, Conflict, NotFound, UnknownOutcome
from adapters.intents import ApplyCoupon, Cancel, ChangePrice, ExtendTrial, Pause
from adapters.state import PriceFacts, Standing, SubscriptionState
from adapters.stripe import prices, schedules, states
from adapters.stripe.client import JsonObject
from adapters.stripe.connection import StripeConnection
from adapters.stripe.subscriptions import PAUSED_AT
from gateway.contract import Schedule
from gateway.resilience import WriteKey

_STATE: Final = ["discounts", "schedule"]
_STATES: Final = ["data.discounts", "data.schedule"]
_WHOLE_PAGE: Final = 100
_MOST_DISCOUNTS: Final = 20
_BEFORE_RENEWAL: Final = timedelta(hours=1)


class StripeWrites(StripeConnection):
    """The actions. Every write of one inbound request carries a key made from that request's `WriteKey`."""

    async def _load(self, subscription_id: str) -> SubscriptionState:
        found = await self._api.get("subscriptions", subscription_id, expand=_STATE)
        await self._complete_items([found])
        return states.state(found, self.runtime.clock())

    async def _live_subscriptions(self, customer_id: str, *, upcoming: bool) -> Sequence[SubscriptionState]:
        rows = await self._all_pages("subscriptions", customer=customer_id, expand=_STATES)
        await self._complete_items(rows)
        now = self.runtime.clock()
        found = [states.state(row, now) for row in rows]
        if upcoming:
            # A subscription to be is a schedule without one, and in no list of subscriptions.
            plans = await self._all_pages("subscription_schedules", customer=customer_id, scheduled=True)
            found.extend(states.upcoming_state(plan) for plan in plans)
        return [state for state in found if state.standing is not Standing.ENDED]

    async def _all_pages(self, path: str, **parameters: object) -> list[JsonObject]:
        rows: list[JsonObject] = []
        more: JsonObject = {}
        while True:
            page = await self._api.get(path, limit=_WHOLE_PAGE, **parameters, **more)
            rows.extend(page["data"])
            if not page.get("has_more") or not page["data"]:
                return rows
            more = {"starting_after": page["data"][-1]["id"]}

    async def _price_facts(self, price_id: str) -> PriceFacts:
        found = await self._catalogue.price(price_id)
        if found.get("recurring") is None:
            raise NotFound("There is no such price.")
        return prices.facts(found)

    # -- cancel -------------------------------------------------------------------------------------------------

    async def _cancel(self, state: SubscriptionState, intent: Cancel, key: WriteKey) -> None:
        """Neither invoice nor credit at once. A schedule is released first: it forbids changing the cancellation."""
        if state.standing is Standing.FUTURE:
            # Cancelling a schedule invoices and prorates unless it is told not to, unlike cancelling a subscription.
            await self._api.post(
                "subscription_schedules", state.id, "cancel", key=key, invoice_now=False, prorate=False
            )
            return
        await self._release_schedule(state, key)
        if intent.when is Schedule.IMMEDIATE:
            await self._api.delete("subscriptions", state.id, key=key, invoice_now=False, prorate=False)
            return
        parameters: dict[str, Any] = {"cancel_at_period_end": True}
        if state.cancel_at is not None and state.period_end is not None and state.cancel_at > state.period_end:
            # A later date is set: it is moved to the end of the running period, without a credit.
            parameters = {"cancel_at": "min_period_end", "proration_behavior": "none"}
        if intent.unpause:
            parameters["pause_collection"] = ""
        await self._api.post("subscriptions", state.id, key=key, **parameters)

    async def _release_schedule(self, state: SubscriptionState, key: WriteKey) -> None:
        schedule = _schedule_of(state)
        if schedule is not None and schedule.get("status") in schedules.RUNNING:
            await self._api.post("subscription_schedules", schedule["id"], "release", key=key)

    # -- pause, trial -------------------------------------------------------------------------------------------

    async def _pause(self, state: SubscriptionState, intent: Pause, key: WriteKey) -> None:
        """Stripe knows no start of a pause: collection stops now either way, and what differs is when it resumes."""
        await self._api.post(
            "subscriptions",
            state.id,
            key=key,
            pause_collection={
                "behavior": self._stripe_settings.actions.pause.behavior,
                "resumes_at": _seconds(intent.until),
            },
            metadata={PAUSED_AT: intent.start.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")},
        )

    def _pause_end(self, when: Schedule, until: datetime) -> datetime:
        """Counted from a period's end a pause ends exactly at a renewal, and which of the two comes first is not
        known: it ends an hour earlier, so that the renewal is collected."""
        return until - _BEFORE_RENEWAL if when is Schedule.END_OF_PERIOD else until

    async def _extend_trial(self, state: SubscriptionState, intent: ExtendTrial, key: WriteKey) -> None:
        await self._api.post(
            "subscriptions", state.id, key=key, trial_end=_seconds(intent.until), proration_behavior="none"
        )

    # -- coupon -------------------------------------------------------------------------------------------------

    async def _apply_coupon(self, state: SubscriptionState, intent: ApplyCoupon, key: WriteKey) -> None:
        """The list that is sent takes the place of the one that is there, so what stays is sent along, by its own id:
        that way its months go on."""
        schedule = _schedule_of(state)
        planned = schedules.later_phases(schedule, self.runtime.clock()) if schedule else []
        if schedule is None or not planned:
            chosen = _chosen_discounts(state.provider.get("discounts"), intent)
            await self._api.post("subscriptions", state.id, key=key, discounts=chosen)
            return
        # The phases bring discounts of their own, which would take the coupon away again: each of them gets it.
        phases = []
        for phase in schedules.remaining_phases(schedule, self.runtime.clock()):
            repeated = schedules.repeated(phase)
            repeated["discounts"] = _chosen_discounts(phase.get("discounts"), intent)
            phases.append(repeated)
        await self._api.post(
            "subscription_schedules",
            schedule["id"],
            key=key,
            end_behavior=schedule.get("end_behavior", "release"),
            proration_behavior="none",
            phases=phases,
        )

    # -- price --------------------------------------------------------------------------------------------------

    async def _change_price(self, state: SubscriptionState, intent: ChangePrice, key: WriteKey) -> None:
        if intent.when is Schedule.END_OF_PERIOD:
            await self._change_price_later(state, intent, key)
            return
        item: dict[str, Any] = {"id": intent.item_id, "price": intent.price_id}
        if intent.quantity is not None:
            # Without it a changed price starts again at one seat.
            item["quantity"] = intent.quantity
        await self._api.post(
            "subscriptions",
            state.id,
            key=key,
            items=[item],
            proration_behavior="create_prorations" if intent.prorate else "none",
            # A declined payment then changes nothing, instead of leaving the customer past due on a new price.
            payment_behavior="error_if_incomplete",
        )

    async def _change_price_later(self, state: SubscriptionState, intent: ChangePrice, key: WriteKey) -> None:
        """By a schedule: made from the subscription if there is none, then given one more phase with the new price.

        These are two calls; when the second is refused, the schedule that was made for it is released again.
        """
        if state.period_end is None:
            raise Conflict("The subscription has no running period at whose end the price could change.")
        held = next(item for item in state.items if item.id == intent.item_id)
        unit, count = prices.interval((await self._catalogue.price(intent.price_id))["recurring"])
        existing = _schedule_of(state)
        schedule = existing or await self._api.post("subscription_schedules", key=key, from_subscription=state.id)
        try:
            await self._api.post(
                "subscription_schedules",
                schedule["id"],
                key=key,
                end_behavior="release",
                proration_behavior="none",
                phases=schedules.with_price_at_the_end(
                    schedules.remaining_phases(schedule, self.runtime.clock()),
                    held_price_id=held.price_id,
                    price_id=intent.price_id,
                    quantity=intent.quantity,
                    period_end=_seconds(state.period_end),
                    interval=(unit, count),
                    prorate=intent.prorate,
                ),
            )
        except UnknownOutcome:
            raise
        except AdapterError:
            if existing is None:
                with suppress(AdapterError):
                    await self._api.post("subscription_schedules", schedule["id"], "release", key=key)
            raise


def _schedule_of(state: SubscriptionState) -> JsonObject | None:
    schedule = state.provider.get("schedule")
    return schedule if isinstance(schedule, dict) and schedule.get("status") in schedules.RUNNING else None


def _chosen_discounts(present: Any, intent: ApplyCoupon) -> list[dict[str, Any]]:
    kept = list(present or ())
    if intent.mode == "replace":
        kept = [discount for discount in kept if states.coupon_of(discount) == intent.coupon_id]
    chosen = schedules.repeated_discounts(kept)
    if not any(states.coupon_of(discount) == intent.coupon_id for discount in kept):
        chosen.append({"coupon": intent.coupon_id})
    if len(chosen) > _MOST_DISCOUNTS:
        raise Conflict(f"The subscription has {_MOST_DISCOUNTS} coupons already.")
    return chosen


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
