"""What every fault of Stripe's and of the network becomes (traps 1.3 and 3.7), over the wire."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from adapters.errors import (
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
)
from adapters.holes import Runtime
from adapters.stripe.client import StripeApi
from adapters.stripe.errors import BY_CODE
from gateway.resilience import Cause, WriteKey
from simulators.stripe import Fault
from tests.simulators.stripe.client import KEY
from tests.support.passing_time import passing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from adapters.stripe.adapter import StripeAdapter
    from simulators.stripe import Account, StripeSimulator
    from tests.adapters.stripe.support import Backend

THEIRS = "Account acct_9 of ada@example.com, key rk_test_***"
"""What Stripe may say in a message and nobody else is to repeat."""


def says(status: int, code: str | None = None, kind: str = "invalid_request_error", **where: Any) -> Fault:
    param = where.pop("param", None)
    error = {"type": kind, "code": code, "message": THEIRS, "param": param}
    body = {"error": {name: value for name, value in error.items() if value is not None}}
    return Fault(status=status, body=body, times=None, **where)


@pytest.fixture
async def api(backend: Backend, account: Account) -> AsyncIterator[StripeApi]:
    held = StripeApi(KEY, backend.address, live=account.livemode, runtime=Runtime(call_timeout_s=8, retry_wait_s=0.001))
    yield held
    await held.close()


async def read(api: StripeApi) -> AdapterError:
    with pytest.raises(AdapterError) as caught:
        await api.get("customers", "cus_1")
    return caught.value


async def write(api: StripeApi) -> AdapterError:
    with pytest.raises(AdapterError) as caught:
        await api.post("customers", "cus_1", key=WriteKey(), name="Ada")
    return caught.value


LATER = (RateLimited, Cause.RATE_LIMITED)
LOCKED = (RateLimited, Cause.BUSY)
FAILED = (Unavailable, Cause.UNAVAILABLE)
BROKEN = (Unavailable, Cause.LOST)
UNSURE = (UnknownOutcome, Cause.LOST)
ANSWERED = (UnknownOutcome, Cause.UNAVAILABLE)
Means = tuple[type[AdapterError], Cause | None]

FAULTS = [
    pytest.param(says(400), (Invalid, None), (Invalid, None), id="400"),
    pytest.param(says(404, "resource_missing", param="id"), (NotFound, None), (NotFound, None), id="404 missing"),
    pytest.param(says(400, "resource_missing"), (NotFound, None), (NotFound, None), id="400 missing"),
    pytest.param(says(404), (Unreadable, None), (Unreadable, None), id="404 of an address"),
    pytest.param(says(400, kind="idempotency_error"), (Unavailable, None), (Unavailable, None), id="400 key reused"),
    pytest.param(says(400, "rate_limit"), LATER, LATER, id="400 rate_limit"),
    pytest.param(says(429, "rate_limit"), LATER, LATER, id="429"),
    pytest.param(says(429, "lock_timeout"), LOCKED, LOCKED, id="429 lock_timeout"),
    pytest.param(says(429, headers={"Stripe-Should-Retry": "false"}), (RateLimited, None), (RateLimited, None),
                 id="429 for good"),
    pytest.param(says(401), (Credentials, None), (Credentials, None), id="401"),
    pytest.param(says(403), (Credentials, None), (Credentials, None), id="403"),
    pytest.param(says(402, "card_declined", kind="card_error"), (Conflict, None), (Conflict, None), id="402"),
    pytest.param(says(409, "idempotency_key_in_use", kind="idempotency_error"), LATER, (UnknownOutcome, Cause.BUSY),
                 id="409 still running"),
    pytest.param(says(409), FAILED, ANSWERED, id="409"),
    pytest.param(says(424, kind="api_error"), FAILED, ANSWERED, id="424"),
    pytest.param(says(500, kind="api_error"), FAILED, ANSWERED, id="500"),
    pytest.param(says(503, kind="api_error"), FAILED, ANSWERED, id="503 of Stripe's"),
    pytest.param(Fault.html(times=None), FAILED, UNSURE, id="a proxy's page"),
    pytest.param(Fault.html(429, times=None), LATER, LATER, id="a proxy's page with 429"),
    pytest.param(Fault.html(200, times=None), FAILED, UNSURE, id="a page with status 200"),
    pytest.param(Fault.unavailable(times=None), FAILED, UNSURE, id="503 of a proxy"),
    pytest.param(Fault(status=302, headers={"Location": "/v1/customers/cus_2"}, times=None), FAILED, UNSURE,
                 id="a redirect, which is not followed"),
    pytest.param(Fault.empty(times=None), FAILED, UNSURE, id="an empty body"),
    pytest.param(Fault(status=200, body='{"id": "cus_', times=None), FAILED, UNSURE, id="broken JSON"),
    pytest.param(Fault(status=200, body="[]", times=None), (Unreadable, None), UNSURE, id="a list, no object"),
    pytest.param(Fault(status=200, body="null", times=None), (Unreadable, None), UNSURE, id="null"),
    pytest.param(Fault(status=200, body="{}", times=None), (Unreadable, None), UNSURE, id="nothing in the object"),
    pytest.param(Fault.truncated(times=None), BROKEN, UNSURE, id="half a body"),
    pytest.param(Fault.dropped(times=None), BROKEN, UNSURE, id="a dropped connection"),
    pytest.param(Fault.slow(60, times=None, hook=passing(8)), (Timeout, Cause.LOST), UNSURE, id="no answer in time"),
    pytest.param(Fault.slow_body(60, times=None, hook=passing(8)), (Timeout, Cause.LOST), UNSURE,
                 id="no whole answer in time"),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "of_a_read", "of_a_write"), FAULTS)
async def test_faults(
    api: StripeApi, simulator: StripeSimulator, fault: Fault, of_a_read: Means, of_a_write: Means
) -> None:
    simulator.faults.add(fault)
    errors = [await read(api), await write(api)]

    assert [(type(error), error.why) for error in errors] == [of_a_read, of_a_write]
    assert all(THEIRS not in repr(vars(error)) and THEIRS not in str(error) for error in errors)


@pytest.mark.parametrize(
    ("fault", "answered"),
    [
        pytest.param(says(500, kind="api_error"), True, id="Stripe's own 500"),
        pytest.param(Fault.unavailable(times=None), False, id="a proxy's 503: the request may still run"),
        pytest.param(Fault.html(times=None), False, id="a proxy's page"),
        pytest.param(Fault.dropped(times=None), False, id="a dropped connection"),
        pytest.param(says(409, "idempotency_key_in_use"), False, id="still running"),
    ],
)
async def test_only_stripes_own_word_proves_that_nothing_is_under_way(
    api: StripeApi, simulator: StripeSimulator, fault: Fault, answered: bool
) -> None:
    simulator.faults.add(fault)
    error = await write(api)

    assert isinstance(error, UnknownOutcome)
    assert error.answered is answered


async def test_what_was_never_sent_is_known_not_to_have_happened(refused_port: int) -> None:
    api = StripeApi(KEY, f"http://127.0.0.1:{refused_port}", live=False, runtime=Runtime(retry_wait_s=0.001))
    errors = [await read(api), await write(api)]
    await api.close()

    assert [(type(error), error.why) for error in errors] == [(Unavailable, Cause.NOT_SENT)] * 2


MESSAGES = [
    pytest.param("resource_missing", "customer", "There is no such customer.", id="customer"),
    pytest.param("resource_missing", "discounts[0][coupon]", "There is no such coupon.", id="coupon"),
    pytest.param(
        "resource_missing", "phases[1][discounts][0][coupon]", "There is no such coupon.", id="a phase's coupon"
    ),
    pytest.param("resource_missing", "items[0][price]", "There is no such price.", id="price"),
    pytest.param("resource_missing", "phases[1][items][0][price]", "There is no such price.", id="a phase's price"),
    pytest.param("resource_missing", "id", "Not found.", id="in the path"),
    pytest.param("resource_missing", None, "Not found.", id="without parameter"),
    pytest.param("coupon_expired", "discounts[0][coupon]", "The coupon can no longer be used.", id="expired"),
    pytest.param("customer_max_subscriptions", None, "The customer has too many subscriptions.", id="too many"),
    pytest.param("invalid_canceled_subscription_fields", None, "The subscription has ended.", id="ended"),
    pytest.param("some_new_code", None, Invalid.default_message, id="a code nobody knows"),
    pytest.param(None, None, Invalid.default_message, id="no code"),
]


@pytest.mark.parametrize(("code", "param", "message"), MESSAGES)
async def test_messages_are_our_own(
    api: StripeApi, simulator: StripeSimulator, code: str | None, param: str | None, message: str
) -> None:
    simulator.faults.add(says(400, code, param=param))

    assert (await write(api)).message == message


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_is_never_told_as_such(api: StripeApi, simulator: StripeSimulator, status: int) -> None:
    simulator.faults.add(says(status))

    assert (await read(api)).message == Credentials.default_message


async def test_the_log_gets_the_code_and_the_request_id(api: StripeApi, simulator: StripeSimulator) -> None:
    simulator.faults.add(says(402, "card_declined", kind="card_error"))
    provider = (await write(api)).provider

    assert provider is not None
    assert (provider.status, provider.code) == (402, "card_declined")
    assert provider.request_id == simulator.requests[-1].request_id


async def test_a_cursor_that_is_none_of_this_list_is_the_callers_mistake(adapter: StripeAdapter) -> None:
    with pytest.raises(Invalid, match="cursor"):
        await adapter.customers(10, "cus_never")


async def test_a_deleted_object_is_not_found_although_stripe_answers_200(
    adapter: StripeAdapter, account: Account
) -> None:
    account.delete_customer(customer="cus_1")

    with pytest.raises(NotFound):
        await adapter.customer("cus_1")


@pytest.mark.parametrize("code", BY_CODE)
def test_every_code_of_the_table_is_one_that_the_package_knows(code: str) -> None:
    known = inspect.getsource(sys.modules[stripe.SetupIntent.__module__])
    assert f'"{code}",' in known
