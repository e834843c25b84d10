"""Reading the body of an action in every spelling it may arrive in.

Churnkey's documentation contradicts itself on names and leaves some open, so a reader that knew one spelling
would refuse real requests. Tolerance ends where money begins: nothing here widens what was asked. A request
for one subscription that does not name it, or one for all that does, is refused; so is a cancellation that
looks like a pause.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from gateway.contract.actions import (
    ActionRequest,
    ApplyCouponRequest,
    CancelAllRequest,
    CancelRequest,
    ChangePriceRequest,
    ExtendTrialRequest,
    PauseAllRequest,
    PauseRequest,
)
from gateway.contract.durations import read_duration
from gateway.contract.errors import RequestError
from gateway.contract.fields import Fields, fold
from gateway.contract.shapes import describe_shape
from gateway.contract.vocabulary import Schedule

__all__ = ["Target", "describe_shape", "parse_action"]


class Target(StrEnum):
    """Where an action was posted to; the value is the path after ``/churnkey/actions/`` (proven)."""

    SUBSCRIPTION_CANCEL = "subscription/cancel"
    CUSTOMER_CANCEL = "customer/cancel"
    SUBSCRIPTION_PAUSE = "subscription/pause"
    CUSTOMER_PAUSE = "customer/pause"
    SUBSCRIPTION_EXTEND_TRIAL = "subscription/extend-trial"
    SUBSCRIPTION_APPLY_COUPON = "subscription/apply-coupon"
    SUBSCRIPTION_CHANGE_PRICE = "subscription/change-price"


_CANCEL: Final = Target.SUBSCRIPTION_CANCEL
_CANCEL_NAMES: Final = frozenset({"customerId", "subscriptionId", "scheduledAt"})
_SCHEDULES: Final[Mapping[str, Schedule]] = MappingProxyType(
    {
        "immediate": Schedule.IMMEDIATE,
        "end-of-period": Schedule.END_OF_PERIOD,
        "endofperiod": Schedule.END_OF_PERIOD,
        "periodend": Schedule.END_OF_PERIOD,
    }
)
_UNPAUSE_NAME: Final = re.compile(r"unpause|resume")
_PAUSE_NAMES: Final = ("startAt", "duration", "allowAnnual")
_FOLDED_PAUSE_NAMES: Final = frozenset(map(fold, _PAUSE_NAMES))
_COUPON_NAMES: Final = ("coupon", "couponId")
_PRICE_NAMES: Final = ("price", "priceId", "planId")


def parse_action(target: Target, body: object) -> ActionRequest:
    """Return the request in ``body``, decoded JSON that was posted to ``target``.

    The type of the answer decides what is done, not the target: the documentation prints one pause under a
    cancel path and one price change under the path of a coupon, and both are read as what their bodies say.

    Raises:
        RequestError: the body lacks something, contradicts itself, or asks for more or less than its target.
    """
    # With the documented names, all given, and nothing else there is no doubt to settle about a cancellation.
    if target is _CANCEL and isinstance(body, dict) and body.keys() == _CANCEL_NAMES and None not in body.values():
        return _cancel_as_documented(body)
    return _READERS[target](Fields.of(body))


def _cancel_as_documented(body: Mapping[str, object]) -> CancelRequest:
    return CancelRequest(
        customer_id=_read_identifier("customerId", body["customerId"]),
        subscription_id=_read_identifier("subscriptionId", body["subscriptionId"]),
        scheduled_at=_read_schedule("scheduledAt", body["scheduledAt"]),
    )


def _cancel(fields: Fields) -> CancelRequest:
    if _is_pause(fields):
        raise RequestError("startAt", "expected scheduledAt in a request to cancel")
    return CancelRequest(
        customer_id=_customer_id(fields),
        subscription_id=_subscription_id(fields),
        scheduled_at=fields.optional("scheduledAt", _read_schedule),
        unpause=fields.affirms(_UNPAUSE_NAME.search),
    )


def _cancel_all(fields: Fields) -> CancelAllRequest | PauseAllRequest:
    if _is_pause(fields):
        return _pause_all(fields)
    _refuse_one_subscription(fields)
    return CancelAllRequest(
        customer_id=_customer_id(fields),
        scheduled_at=fields.optional("scheduledAt", _read_schedule),
        unpause=fields.affirms(_UNPAUSE_NAME.search),
    )


def _pause(fields: Fields) -> PauseRequest:
    return PauseRequest(
        customer_id=_customer_id(fields),
        subscription_id=_subscription_id(fields),
        start_at=fields.optional("startAt", _read_schedule, "scheduledAt"),
        duration=fields.required("duration", read_duration),
        allow_annual=fields.optional("allowAnnual", _read_flag) or False,
    )


def _pause_all(fields: Fields) -> PauseAllRequest:
    _refuse_one_subscription(fields)
    return PauseAllRequest(
        customer_id=_customer_id(fields),
        start_at=fields.optional("startAt", _read_schedule, "scheduledAt"),
        duration=fields.required("duration", read_duration),
        allow_annual=fields.optional("allowAnnual", _read_flag) or False,
    )


def _extend_trial(fields: Fields) -> ExtendTrialRequest:
    return ExtendTrialRequest(
        customer_id=_customer_id(fields),
        subscription_id=_subscription_id(fields),
        duration=fields.required("duration", read_duration),
    )


def _apply_coupon(fields: Fields) -> ApplyCouponRequest | ChangePriceRequest:
    if fields.gives("prorate", "scheduledAt", *_PRICE_NAMES):
        return _change_price(fields)
    return ApplyCouponRequest(
        customer_id=_customer_id(fields),
        subscription_id=_subscription_id(fields),
        coupon_id=fields.required("coupon", _read_reference, *_COUPON_NAMES, "id"),
    )


def _change_price(fields: Fields) -> ChangePriceRequest:
    if fields.gives(*_COUPON_NAMES):
        raise RequestError("coupon", "cannot be combined with a change of price")
    return ChangePriceRequest(
        customer_id=_customer_id(fields),
        subscription_id=_subscription_id(fields),
        price_id=fields.required("price", _read_reference, *_PRICE_NAMES, "id"),
        scheduled_at=fields.optional("scheduledAt", _read_schedule, "startAt"),
        prorate=fields.optional("prorate", _read_flag),
    )


_READERS: Final[Mapping[Target, Callable[[Fields], ActionRequest]]] = MappingProxyType(
    {
        Target.SUBSCRIPTION_CANCEL: _cancel,
        Target.CUSTOMER_CANCEL: _cancel_all,
        Target.SUBSCRIPTION_PAUSE: _pause,
        Target.CUSTOMER_PAUSE: _pause_all,
        Target.SUBSCRIPTION_EXTEND_TRIAL: _extend_trial,
        Target.SUBSCRIPTION_APPLY_COUPON: _apply_coupon,
        Target.SUBSCRIPTION_CHANGE_PRICE: _change_price,
    }
)


def _is_pause(fields: Fields) -> bool:
    """Tell whether a body on a cancel path is a pause.

    Without ``scheduledAt`` the mere name of a pause's field decides, ``null`` or not: a pause taken for a
    cancellation cannot be undone. With both, nothing tells which one was meant.
    """
    if _FOLDED_PAUSE_NAMES.isdisjoint(fields):
        return False
    if not fields.gives("scheduledAt"):
        return True
    if fields.gives(*_PAUSE_NAMES):
        raise RequestError("scheduledAt", "cannot be combined with startAt, duration or allowAnnual")
    return False


def _refuse_one_subscription(fields: Fields) -> None:
    # Even null is refused: a caller who lost the id of the one subscription it meant must not reach all of
    # them.
    if any(name.startswith("subscription") or name == "id" for name in fields):
        raise RequestError("subscriptionId", "not accepted in a request for all subscriptions of a customer")


def _customer_id(fields: Fields) -> str:
    return fields.required("customerId", _read_identifier)


def _subscription_id(fields: Fields) -> str:
    return fields.required("subscriptionId", _read_identifier)


def _read_identifier(name: str, value: object) -> str:
    if isinstance(value, str) and value.strip():
        try:
            value.encode()
        except UnicodeEncodeError:
            # JSON can escape half a surrogate pair, which is no text and cannot be sent on.
            raise RequestError(name, "expected an id") from None
        return value
    raise RequestError(name, "expected an id")


def _read_reference(name: str, value: object) -> str:
    if isinstance(value, dict):
        return Fields.of(value, name).required("id", _read_identifier)
    return _read_identifier(name, value)


def _read_schedule(name: str, value: object) -> Schedule:
    # As it is documented, or folded.
    schedule = (_SCHEDULES.get(value) or _SCHEDULES.get(fold(value))) if isinstance(value, str) else None
    if schedule is None:
        raise RequestError(name, "expected immediate or end-of-period")
    return schedule


def _read_flag(name: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    match value.lower() if isinstance(value, str) else None:
        case "true":
            return True
        case "false":
            return False
        case _:
            raise RequestError(name, "expected true or false")
