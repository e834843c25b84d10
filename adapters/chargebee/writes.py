"""How the Chargebee adapter acts: which calls each action takes. What they say is in `parameters.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog

from adapters.chargebee import prices, states
from adapters.chargebee.client import among
from adapters.chargebee.parameters import ALL_UPDATES, ChargebeeParameters, said, seconds
from adapters.chargebee.subscriptions import TRANSFERRED, lines
from adapters.chargebee.transport import JsonObject
from adapters.errors import Conflict, Invalid, NotFound, UnknownOutcome
from adapters.holes import Shown
from adapters.intents import ApplyCoupon, Cancel, ChangePrice, ExtendTrial, Intent, Pause
from adapters.state import PriceFacts, Standing, SubscriptionState
from gateway.contract import Schedule
from gateway.resilience import Failure, WriteKey, grace

_STORES: Final = ("app_store", "play_store")
_EDITS: Final = ApplyCoupon | ChangePrice | ExtendTrial

_TO_PUT_BACK_S: Final = 5.0
"""Of its own: a pause that made way must not be lost because the request's time is used up."""

_LONGEST_ID: Final = 100
"""Of a coupon. A longer one would be refused as a value that is wrong."""

_RESUMED_FREE_OF_CHARGE: Final = {
    "resume_option": "immediately",
    # Both are the site's own setting otherwise, and may collect money at once.
    "charges_handling": "add_to_unbilled_charges",
    "unpaid_invoices_handling": "no_action",
}

_log = structlog.get_logger("gateway.actions")


class ChargebeeWrites(ChargebeeParameters):
    """The actions. Every write of one inbound request carries a key made from that request's `WriteKey`."""

    async def _load(self, subscription_id: str) -> SubscriptionState:
        found = await self._api.retrieve("subscription", "subscriptions", subscription_id)
        if found.get("deleted") is True or found.get("status") == TRANSFERRED:
            raise NotFound
        planned = await self._planned(found)
        companions = states.NOTHING
        if len(lines(found)) > 1:
            # Which of several items a price fits is told by their products, and a subscription does not name them.
            companions = await self._catalogue.companions([{"subscription_items": found.get("subscription_items")}])
        return states.state(found, self.runtime.clock(), companions, planned)

    async def _planned(self, found: JsonObject) -> JsonObject | None:
        """The subscription as it will be, where a change is scheduled: only this call tells what changes."""
        if found.get("has_scheduled_changes") is not True:
            return None
        try:
            return await self._api.retrieve(
                "subscription", "subscriptions", str(found.get("id")), "retrieve_with_scheduled_changes"
            )
        except (Conflict, Invalid, NotFound):
            # That something is scheduled is known all the same, and a cancellation need not know what.
            return None

    async def _live_subscriptions(self, customer_id: str, *, upcoming: bool) -> Sequence[SubscriptionState]:
        rows = await self._api.pages(
            "subscription",
            "subscriptions",
            customer_id={"is": customer_id},
            # By what has ended: a status that nobody knows yet must be met, not passed over.
            status=among(states.ENDED if upcoming else [*states.ENDED, "future"], "not_in"),
            sort_by={"asc": "created_at"},
        )
        if not rows:
            await self._require_customer(customer_id)
        return [self._shown(row) for row in rows if row.get("deleted") is not True]

    async def _price_facts(self, price_id: str) -> PriceFacts:
        found = await self._catalogue.item_price(price_id)
        if found.get("status") == "deleted" or found.get("deleted") is True or not prices.is_recurring(found):
            raise NotFound("There is no such price.")
        return prices.facts(found)

    def _obstacle(self, state: SubscriptionState, intent: Intent) -> str | None:
        source = state.provider
        if source.get("channel") in _STORES:
            return "The subscription is managed by an app store and cannot be changed here."
        if source.get("decommissioned") is True:
            return "The subscription has been taken out of use."
        if state.standing is Standing.PAUSED and isinstance(intent, _EDITS):
            return "The subscription is paused, and cannot be changed until the pause is over."
        if not isinstance(intent, Pause):
            return None
        if state.standing is Standing.TRIAL:
            return "A subscription in a trial cannot be paused."
        if states.contract_of(source) is not None:
            return "A subscription under a contract cannot be paused."
        return None

    # -- cancel -------------------------------------------------------------------------------------------------

    async def _cancel(self, state: SubscriptionState, intent: Cancel, key: WriteKey) -> Shown:
        """What is credited and collected with an immediate cancellation is the site's own setting, unless the YAML says
        otherwise: https://apidocs.chargebee.com/docs/api/subscriptions#cancel_subscription_for_items"""
        if intent.when is Schedule.IMMEDIATE:
            return await self._cancel_when(Schedule.IMMEDIATE, state, key)
        # Repeated after a lost answer, it may have been lifted already.
        if intent.unpause and state.paused:
            return await self._unpause_and_cancel(state, key)
        try:
            return await self._cancel_when(Schedule.END_OF_PERIOD, state, key)
        except (Conflict, Invalid):
            if state.standing is not Standing.PAUSED:
                raise
            # Whether what is paused can end with its term is not documented, nor with which error it would be refused;
            # what cannot wait ends at once.
            return await self._cancel_when(Schedule.IMMEDIATE, state, key)

    async def _cancel_when(self, when: Schedule, state: SubscriptionState, key: WriteKey) -> Shown:
        parameters = self._cancel_parameters(state, when)
        return self._shown(await self._api.write("subscriptions", state.id, "cancel_for_items", key=key, **parameters))

    async def _unpause_and_cancel(self, state: SubscriptionState, key: WriteKey) -> Shown:
        """Nothing is charged for resuming: the paid term runs still, else the cancellation would not wait for its end,
        and what is owed is left alone. Where the cancellation is not made then, the pause is put back: it would be
        billed otherwise. https://apidocs.chargebee.com/docs/api/subscriptions/resume-a-subscription"""
        if state.standing is Standing.PAUSED:
            await self._api.write("subscriptions", state.id, "resume", key=key, **_RESUMED_FREE_OF_CHARGE)
        else:
            await self._api.write("subscriptions", state.id, "remove_scheduled_pause", key=key)
        try:
            return await self._cancel_when(Schedule.END_OF_PERIOD, state, key)
        except Failure as failure:
            await self._put_pause_back(state, failure, key)
            raise

    def _shown(self, answer: Mapping[str, Any]) -> SubscriptionState:
        return states.state(answer, self.runtime.clock())

    # -- pause, trial -------------------------------------------------------------------------------------------

    async def _pause(self, state: SubscriptionState, intent: Pause, key: WriteKey) -> Shown:
        """A pause under way gets its new end as the date of a scheduled resumption."""
        if state.standing is Standing.PAUSED:
            parameters = {"resume_option": "specific_date", "resume_date": seconds(intent.until)}
            return self._shown(await self._api.write("subscriptions", state.id, "resume", key=key, **parameters))
        parameters = self._pause_parameters(intent)
        if state.paused:
            return await self._pause_otherwise(state, parameters, key)
        return await self._begin_pause(state, parameters, key)

    async def _begin_pause(self, state: SubscriptionState, parameters: Mapping[str, object], key: WriteKey) -> Shown:
        async with self._noting_that_pausing_is_off():
            return self._shown(await self._api.write("subscriptions", state.id, "pause", key=key, **parameters))

    async def _pause_otherwise(
        self, state: SubscriptionState, parameters: Mapping[str, object], key: WriteKey
    ) -> Shown:
        """A pause that is scheduled already stands in the way of another one; it is put back where that is refused."""
        await self._api.write("subscriptions", state.id, "remove_scheduled_pause", key=key)
        try:
            return await self._begin_pause(state, parameters, key)
        except Failure as failure:
            await self._put_pause_back(state, failure, key)
            raise

    async def _put_pause_back(self, state: SubscriptionState, failure: Failure, key: WriteKey) -> None:
        """The pause that was there, after what it made way for was not done. Of a lost answer nobody knows whether it
        was: it is looked at before anything is said."""
        if isinstance(failure, UnknownOutcome):
            return
        names = ("resume_date",) if state.standing is Standing.PAUSED else ("pause_date", "resume_date")
        option = "immediately" if state.standing is Standing.PAUSED else "specific_date"
        kept = {name: state.provider.get(name) for name in names}
        if state.standing is Standing.PAUSED:
            kept["unbilled_charges_handling"] = "no_action"
        try:
            with grace(_TO_PUT_BACK_S):
                await self._api.write("subscriptions", state.id, "pause", key=key, pause_option=option, **said(kept))
        except Failure as again:
            _log.error(
                "a pause that was lifted could not be put back",
                customer_id=state.customer_id,
                subscription_id=state.id,
                **again.for_log(),
            )

    async def _extend_trial(self, state: SubscriptionState, intent: ExtendTrial, key: WriteKey) -> Shown:
        return await self._update(state, key, trial_end=seconds(intent.until))

    # -- coupon, price ------------------------------------------------------------------------------------------

    async def _apply_coupon(self, state: SubscriptionState, intent: ApplyCoupon, key: WriteKey) -> Shown:
        if len(intent.coupon_id) > _LONGEST_ID:
            raise NotFound("There is no such coupon.")
        replaces = intent.mode == "replace"
        return await self._update(state, key, coupon_ids=[intent.coupon_id], replace_coupon_list=replaces)

    async def _change_price(self, state: SubscriptionState, intent: ChangePrice, key: WriteKey) -> Shown:
        shown = await self._update(state, key, **await self._change_parameters(state, intent))
        # A change that is waiting is named in no answer but that of a call of its own.
        return shown if intent.when is Schedule.IMMEDIATE else None

    async def _update(self, state: SubscriptionState, key: WriteKey, **parameters: object) -> Shown:
        updated = await self._api.write(
            "subscriptions", state.id, "update_for_items", key=key, **ALL_UPDATES, **parameters
        )
        return self._shown(updated)
