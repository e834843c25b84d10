"""What the Chargebee adapter's writes say, apart from sending them: an estimate of a write says the same."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from types import MappingProxyType
from typing import Final

from adapters.chargebee import changes, states
from adapters.chargebee.catalogue import Companions
from adapters.chargebee.connection import ChargebeeConnection
from adapters.errors import Conflict, Unsupported
from adapters.intents import ChangePrice, Pause
from adapters.state import SubscriptionState
from gateway.contract import Action, Schedule

PAUSE_IS_OFF: Final = "the site has pausing switched off"

ALL_UPDATES: Final[Mapping[str, object]] = MappingProxyType({"reactivate": False})
"""What every update says. `reactivate` is true where it is not said: coupons or items would bring back what ended."""

_OPTION: Final = {Schedule.IMMEDIATE: "immediately", Schedule.END_OF_PERIOD: "end_of_term"}
"""When a cancellation, a pause or a change takes effect, in Chargebee's words."""
_CONTRACT_OPTION: Final = {
    Schedule.IMMEDIATE: "terminate_immediately",
    Schedule.END_OF_PERIOD: "end_of_contract_term",
}
"""The same for a cancellation under a contract, where the usual option does not count."""


class ChargebeeParameters(ChargebeeConnection):
    """The parameters of each write."""

    def _cancel_parameters(self, state: SubscriptionState, when: Schedule) -> dict[str, object]:
        """https://apidocs.chargebee.com/docs/api/subscriptions#cancel_subscription_for_items"""
        settings = self._chargebee_settings.actions.cancel
        parameters: dict[str, object] = {"cancel_option": _OPTION[when]}
        if states.contract_of(state.provider) is not None:
            parameters = {"contract_term_cancel_option": _CONTRACT_OPTION[when]}
        if settings.cancel_reason_code is not None:
            parameters["cancel_reason_code"] = settings.cancel_reason_code
        if when is Schedule.IMMEDIATE:
            chosen = {
                "credit_option_for_current_term_charges": settings.credit_option_for_current_term_charges,
                "unbilled_charges_option": settings.unbilled_charges_option,
                "account_receivables_handling": settings.account_receivables_handling,
                "refundable_credits_handling": settings.refundable_credits_handling,
            }
            parameters |= said(chosen)
        return parameters

    def _pause_parameters(self, intent: Pause) -> dict[str, object]:
        """https://apidocs.chargebee.com/docs/api/subscriptions/pause-a-subscription"""
        settings = self._chargebee_settings.actions.pause
        parameters: dict[str, object] = {"pause_option": _OPTION[intent.when], "resume_date": seconds(intent.until)}
        if intent.when is Schedule.IMMEDIATE:
            chosen = {
                "unbilled_charges_handling": settings.unbilled_charges_handling,
                "invoice_dunning_handling": settings.invoice_dunning_handling,
            }
            parameters |= said(chosen)
        return parameters

    async def _change_parameters(self, state: SubscriptionState, intent: ChangePrice) -> dict[str, object]:
        """The whole list is sent. Without the others the new item would take the plan's place on most sites; on one
        that allows several plans it would be added to the old one, and both would be billed.

        Raises `Conflict` where the change would begin another term of what is set to end.
        """
        item_price = await self._catalogue.item_price(intent.price_id)
        new = changes.new_line(item_price, intent, state.provider)
        others = {item.price_id for item in state.items if item.id != intent.item_id}
        known = Companions(await self._catalogue.present_item_prices(others))
        parameters = changes.whole_list(state.provider, intent.item_id, new, known)
        keeps_the_term = changes.keeps_the_term(state.provider, item_price)
        if state.cancel_at is not None and not keeps_the_term:
            raise Conflict("The subscription is set to end, and another billing period would begin and be billed now.")
        parameters |= {"change_option": _OPTION[intent.when], "prorate": intent.prorate}
        if intent.when is Schedule.IMMEDIATE and keeps_the_term:
            # What proration comes to is billed with the renewal. A new term is billed when it begins, at once.
            parameters["invoice_immediately"] = False
        return parameters

    @asynccontextmanager
    async def _noting_that_pausing_is_off(self) -> AsyncIterator[None]:
        """Around a pause, or an estimate of one: there is no setting to read, so that it is off shows only here."""
        try:
            yield
        except Unsupported:
            self.note_lack(Action.PAUSE, PAUSE_IS_OFF)
            raise


def said(chosen: Mapping[str, object]) -> dict[str, object]:
    """Without what is left to the site's own settings."""
    return {name: value for name, value in chosen.items() if value is not None}


def seconds(moment: datetime) -> int:
    """A moment as Chargebee takes it."""
    return int(moment.timestamp())
