"""What is sent to change a price: the whole list of items, and how the change is billed. Pure functions.

The update and its preview take the same body (https://developer.paddle.com/api-reference/subscriptions), and one
function makes it for both.
"""

from __future__ import annotations

from typing import Final

from adapters.errors import Conflict, Invalid
from adapters.intents import ChangePrice
from adapters.paddle import models, prices
from adapters.paddle.client import JsonObject
from adapters.paddle.states import is_paused, subscription_of
from adapters.paddle.subscriptions import scheduled
from adapters.state import ItemState, Standing, SubscriptionState

_NOTHING_BILLED: Final = "do_not_bill"
_DIFFERENCE_LATER: Final = "prorated_next_billing_period"
_DIFFERENCE_NOW: Final = "prorated_immediately"
_WHOLE_PRICE_NOW: Final = "full_immediately"
_CHARGED_NOW: Final = frozenset({_DIFFERENCE_NOW, _WHOLE_PRICE_NOW})


def refuse_by_state(state: SubscriptionState) -> None:
    """Raises `Conflict` where Paddle changes no price, whichever it is."""
    if state.standing is Standing.TRIAL:
        raise Conflict("The price cannot change during the trial.")
    if state.standing is Standing.UNPAID:
        raise Conflict("A payment for the subscription is open, and its price cannot change until that is settled.")


def body(state: SubscriptionState, intent: ChangePrice, price: models.Price) -> JsonObject:
    """The update that puts a price on an item. Raises `Conflict`, `Invalid`, and `Unmappable` for an unknown rhythm."""
    if intent.quantity is None or not prices.allows(price, intent.quantity):
        raise Invalid("price: it cannot be had in the subscription's quantity.")
    return {
        "items": [_item(item, intent) for item in state.items],
        "proration_billing_mode": _billing_mode(state, price, prorate=intent.prorate),
        # A declined payment then changes nothing, instead of leaving the customer past due on a new price.
        "on_payment_failure": "prevent_change",
    }


def charges_at_once(update: JsonObject) -> bool:
    """Whether Paddle bills this update when it is made: it charges the payment method, or issues an invoice.

    https://developer.paddle.com/concepts/subscriptions/proration
    """
    return update["proration_billing_mode"] in _CHARGED_NOW


def _billing_mode(state: SubscriptionState, price: models.Price, *, prorate: bool) -> str:
    """What is billed for a price change. Raises `Conflict`, `Invalid` where Paddle has no way to bill it.

    Another interval begins a new period, which is charged for at once either way. Without one nothing is charged at
    once: the new price counts from the next bill on, and with proration the difference until then is on that bill.
    While an end or a pause is scheduled neither is done: Paddle puts nothing on a next bill then, and does not say
    whether what is scheduled would come with the old period's end or with that of the new one that was charged for.
    """
    subscription = subscription_of(state)
    same = prices.interval(price.billing_cycle) == prices.interval(subscription.billing_cycle)
    if not same and len(state.items) > 1:
        raise Invalid("price: all items of a subscription are billed in the same rhythm.")
    if is_paused(state):
        if not same:
            raise Conflict("The subscription is paused, and cannot change to another rhythm meanwhile.")
        return _NOTHING_BILLED
    if same and not prorate:
        return _NOTHING_BILLED
    if scheduled(subscription) is not None:
        # https://developer.paddle.com/changelog/2025/update-subscriptions-scheduled-change
        raise Conflict("The subscription is set to end or pause, and the change could only be charged for at once.")
    if same:
        return _DIFFERENCE_LATER
    return _DIFFERENCE_NOW if prorate else _WHOLE_PRICE_NOW


def _item(item: ItemState, intent: ChangePrice) -> JsonObject:
    """One entry of the whole list, which takes the place of the one that is there: what is left out is removed."""
    if item.id == intent.item_id:
        return {"price_id": intent.price_id, "quantity": intent.quantity}
    return {"price_id": item.price_id, "quantity": item.quantity}
