"""From the body of an action to the adapter's method for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

import structlog

from adapters.base import Unavailable, UnknownOutcome
from gateway.contract import (
    ActionRequest,
    ApplyCouponRequest,
    CancelAllRequest,
    CancelRequest,
    ChangePriceRequest,
    ExtendTrialRequest,
    PauseAllRequest,
    PauseRequest,
    PeriodDuration,
    RequestError,
    Target,
    describe_shape,
    parse_action,
)
from gateway.resilience import NO_FAILURE_STANDS

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from structlog.typing import FilteringBoundLogger

    from adapters.base import BillingAdapter
    from gateway.policy import Policy
    from gateway.resilience import Failure
    from gateway.server.backend import Backend

_log: FilteringBoundLogger = structlog.get_logger("gateway.actions")


def understand(backend: Backend, target: Target, body: dict[str, object]) -> ActionRequest:
    """The request in a body. Raises `RequestError`, having logged the body's shape the first time it was seen.

    The documentation leaves several names open. A shape that nobody expected is how the truth comes to light.
    """
    try:
        return parse_action(target, body)
    except RequestError as error:
        shape = describe_shape(body)
        if backend.odd_bodies.is_first((target, error.field, shape)):
            _log.warning("body not understood", target=target, field=error.field, shape=shape)
        raise


class _UncertaintyStands:
    """The verdict on what counts from the present state: as long as nobody knows whether it was done, it is not done
    again; nor where trying again is useless, since it may have been done but for a part that cannot be mended."""

    def write(self, failure: Failure) -> str | None:
        is_useless = isinstance(failure, Unavailable) and failure.why is None
        return failure.message if is_useless or isinstance(failure, UnknownOutcome) else None

    def read(self, text: str) -> Failure:
        return UnknownOutcome(text, answered=True, repeatable=False)

    def unheard(self) -> Failure | None:
        return UnknownOutcome(answered=False, repeatable=False)


async def perform_once(backend: Backend, adapter: BillingAdapter, action: ActionRequest) -> None:
    """Do what is asked, unless an identical request was answered a moment ago: then that answer stands.

    Raises what `perform` raises.
    """
    if backend.repeats is None:
        await perform(adapter, backend.policy, action)
        return
    # An extension by a length would count from whatever end an uncertain first one has left behind.
    counts_on = isinstance(action, ExtendTrialRequest) and isinstance(action.duration, PeriodDuration)
    # What a dry run answered was not done, which settings that are reloaded, or another replica, may now want.
    how = "dry" if adapter.runtime.dry_run else "done"
    name = " ".join((adapter.mode, how, type(action).__name__, action.to_json()))
    is_new = await backend.repeats.once(
        name,
        lambda: perform(adapter, backend.policy, action),
        _UncertaintyStands() if counts_on else NO_FAILURE_STANDS,
    )
    if not is_new:
        _log.info("answered as before", customer_id=action.customer_id)


def perform(adapter: BillingAdapter, policy: Policy, action: ActionRequest) -> Awaitable[None]:
    """Do what is asked, going by the request's type: the path it came by may be another action's.

    Raises `Refused`, and what the adapter raises.
    """
    match action:
        case CancelRequest():
            return adapter.cancel(action)
        case CancelAllRequest():
            return adapter.cancel_all(action)
        case PauseRequest():
            return adapter.pause(action)
        case PauseAllRequest():
            return adapter.pause_all(action)
        case ExtendTrialRequest():
            return adapter.extend_trial(action)
        case ApplyCouponRequest():
            policy.require_coupon(action.coupon_id)
            return adapter.apply_coupon(action)
        case ChangePriceRequest():
            policy.require_price(action.price_id)
            return adapter.change_price(action)
        case _:
            assert_never(action)
