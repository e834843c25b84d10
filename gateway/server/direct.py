"""Direct mode: what the owner's own application asks, behind tokens of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from pydantic import ValidationError

from adapters.base import NotFound
from gateway.contract import DirectSession, HashedId, RequestError, SessionRequest
from gateway.direct import auth_hash, direct_billing, session_token
from gateway.server.answers import json_answer
from gateway.server.body import read_object
from gateway.server.keys import ADAPTER, BACKEND

if TYPE_CHECKING:
    from aiohttp import web
    from structlog.typing import FilteringBoundLogger

    from adapters.base import BillingAdapter
    from gateway.server.backend import Backend, DirectMode

_log: FilteringBoundLogger = structlog.get_logger("gateway.server")


async def billing(request: web.Request) -> web.Response:
    """A customer with all subscriptions."""
    adapter, customer_id = request[ADAPTER], request.match_info["customerId"]
    customer = await adapter.customer(customer_id)
    return json_answer(direct_billing(customer, await adapter.all_subscriptions(customer_id)).to_json())


async def session(request: web.Request) -> web.Response:
    """A session token for a customer who exists, and for a subscription of theirs.

    Whoever holds the token can open that customer's cancel flow, so both are looked up, whatever the application says.
    """
    adapter, direct = request[ADAPTER], _direct_mode(request[BACKEND])
    wanted = read_session_request(await read_object(request))
    hashed = auth_hash(direct.api_key, _hashed(wanted, adapter.hashed_id))
    await _require_known(adapter, wanted)
    _log.info("session made", customer_id=wanted.customer_id, subscription_id=wanted.subscription_id)
    token = session_token(
        app_id=direct.app_id,
        customer_id=wanted.customer_id,
        hashed=hashed,
        mode=adapter.mode,
        issued=adapter.runtime.clock(),
        subscription_id=wanted.subscription_id,
    )
    answer = DirectSession(
        token=token,
        auth_hash=hashed,
        app_id=direct.app_id,
        customer_id=wanted.customer_id,
        subscription_id=wanted.subscription_id,
        mode=adapter.mode,
    )
    return json_answer(answer.to_json())


def read_session_request(body: dict[str, object]) -> SessionRequest:
    """Whom a session is asked for. Raises `RequestError`."""
    try:
        # By the documented names alone: of two spellings nothing would tell which was meant.
        return SessionRequest.model_validate(body, by_alias=True, by_name=False)
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False, include_context=False)[0]
    if wrong["type"] == "extra_forbidden":
        # Its name may be anything, and is not repeated.
        raise RequestError("body", "only customerId and subscriptionId are known")
    reason = "required" if wrong["type"] == "missing" else "expected an id, in printable ASCII"
    raise RequestError(str(wrong["loc"][0]), reason)


async def _require_known(adapter: BillingAdapter, wanted: SessionRequest) -> None:
    """Raises `NotFound` unless both are there under exactly these ids: a provider may not mind the case, and the token
    would name somebody else."""
    customer = await adapter.customer(wanted.customer_id)
    if customer.id != wanted.customer_id:
        raise NotFound
    if wanted.subscription_id is not None:
        subscription = await adapter.subscription(wanted.customer_id, wanted.subscription_id)
        if subscription.id != wanted.subscription_id:
            raise NotFound


def _hashed(wanted: SessionRequest, hashed_id: HashedId) -> str:
    if hashed_id is HashedId.CUSTOMER:
        return wanted.customer_id
    if wanted.subscription_id is None:
        raise RequestError("subscriptionId", "required with this billing provider")
    return wanted.subscription_id


def _direct_mode(backend: Backend) -> DirectMode:
    if backend.direct is None:
        raise TypeError("served for a backend without Direct mode")
    return backend.direct
