"""What every fault of Chargebee's and of the network becomes (traps 1.1 and 3.1), over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.chargebee import errors
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
    Unsupported,
)
from gateway.resilience import Cause, WriteKey, deadline
from simulators.chargebee import Fault
from tests.support.passing_time import passing

if TYPE_CHECKING:
    from adapters.chargebee.adapter import ChargebeeAdapter
    from adapters.chargebee.client import ChargebeeApi
    from simulators.chargebee import ChargebeeSimulator, Site
    from tests.adapters.chargebee.support import Backend

THEIRS = "Site acme-test, customer ada@example.com, key test_***"
"""What Chargebee may say in a message and nobody else is to repeat."""


def says(
    status: int, code: str, kind: str | None = "invalid_request", *, older: str | None = None, **where: Any
) -> Fault:
    param = where.pop("param", None)
    body = {
        "message": THEIRS,
        "type": kind,
        "api_error_code": code,
        "param": param,
        "error_code": older or code,
        "error_msg": THEIRS,
        "error_param": param,
        "http_status_code": status,
    }
    return Fault(status=status, body={name: value for name, value in body.items() if value}, times=None, **where)


@pytest.fixture
async def api(backend: Backend, site: Site) -> ChargebeeApi:
    site.add_subscription(id="sub", customer_id="ada", items=["pro-month"])
    return backend.api()


async def read(api: ChargebeeApi) -> AdapterError:
    with pytest.raises(AdapterError) as caught:
        await api.retrieve("customer", "customers", "ada")
    return caught.value


async def write(api: ChargebeeApi) -> AdapterError:
    with pytest.raises(AdapterError) as caught:
        await api.write("subscriptions", "sub", "pause", key=WriteKey(), pause_option="immediately")
    return caught.value


Means = tuple[type[AdapterError], Cause | None]

LATER: Means = (RateLimited, Cause.RATE_LIMITED)
LOCKED: Means = (RateLimited, Cause.BUSY)
FAILED: Means = (Unavailable, Cause.UNAVAILABLE)
REFUSED: Means = (Unavailable, None)
BROKEN: Means = (Unavailable, Cause.LOST)
UNSURE: Means = (UnknownOutcome, Cause.LOST)
ANSWERED: Means = (UnknownOutcome, Cause.UNAVAILABLE)
INVALID: Means = (Invalid, None)
CONFLICT: Means = (Conflict, None)
OWNERS: Means = (Credentials, None)
STRANGE: Means = (Unreadable, None)
MISSING: Means = (NotFound, None)

DOCUMENTED = [
    pytest.param(says(400, "invalid_request"), INVALID, INVALID, id="400 invalid_request"),
    pytest.param(says(400, "param_wrong_value"), INVALID, INVALID, id="400 param_wrong_value"),
    pytest.param(says(400, "duplicate_entry"), CONFLICT, CONFLICT, id="400 duplicate_entry"),
    pytest.param(says(400, "invalid_request", older="pause_feature_not_enabled"), (Unsupported, None),
                 (Unsupported, None), id="400 pausing is off"),
    pytest.param(says(400, "resource_limit_exhausted"), INVALID, INVALID, id="400 resource_limit_exhausted"),
    pytest.param(says(400, "resource_limit_exceeded"), INVALID, INVALID, id="400 resource_limit_exceeded"),
    pytest.param(says(400, "configuration_incompatible", None), INVALID, INVALID, id="400 configuration"),
    pytest.param(says(400, "operation_failed", "operation_failed"), INVALID, INVALID, id="400 operation_failed"),
    pytest.param(says(400, "payment_processing_failed", "payment"), CONFLICT, CONFLICT, id="400 payment declined"),
    pytest.param(says(400, "payment_method_not_present"), CONFLICT, CONFLICT, id="400 no payment method"),
    pytest.param(says(400, "payment_method_verification_failed", "payment"), CONFLICT, CONFLICT,
                 id="400 payment method not verified"),
    pytest.param(says(400, "payment_gateway_currency_incompatible"), CONFLICT, CONFLICT, id="400 payment currency"),
    pytest.param(says(400, "payment_intent_invalid_amount"), CONFLICT, CONFLICT, id="400 payment intent"),
    pytest.param(says(400, "something_new", "payment"), CONFLICT, CONFLICT, id="400 of the type payment"),
    pytest.param(says(401, "api_authentication_failed", None), OWNERS, OWNERS, id="401"),
    pytest.param(says(401, "basic_authentication_failed", None), OWNERS, OWNERS, id="401 basic"),
    pytest.param(says(403, "api_authorization_failed", None), OWNERS, OWNERS, id="403"),
    pytest.param(says(403, "request_blocked", "operation_failed"), OWNERS, OWNERS, id="403 blocked"),
    pytest.param(says(404, "resource_not_found"), MISSING, MISSING, id="404 of an object"),
    pytest.param(says(404, "site_not_found", None), OWNERS, OWNERS, id="404 of the site"),
    pytest.param(says(405, "http_method_not_supported"), STRANGE, STRANGE, id="405"),
    pytest.param(says(409, "invalid_state_for_request"), CONFLICT, CONFLICT, id="409"),
    pytest.param(says(409, "invalid_request", older="invalid_state_for_pause"), CONFLICT, CONFLICT, id="409 finer"),
    pytest.param(says(422, "unable_to_process_request"), REFUSED, REFUSED, id="422 a key was used twice"),
    pytest.param(says(429, "api_request_limit_exceeded", "operation_failed"), LATER, LATER, id="429"),
    pytest.param(says(429, "third_party_api_request_limit_exceeded", "operation_failed"), LATER, LATER,
                 id="429 of a third party"),
    pytest.param(says(429, "lock_timeout", "operation_failed"), LOCKED, LOCKED, id="429 locked"),
    pytest.param(says(429, "something_new", "operation_failed"), LATER, LATER, id="429 of a code nobody knows"),
    pytest.param(says(500, "internal_error", "operation_failed"), FAILED, ANSWERED, id="500"),
    pytest.param(says(503, "internal_temporary_error", "operation_failed"), FAILED, ANSWERED, id="503"),
    pytest.param(says(503, "db_connection_failure", "operation_failed"), FAILED, ANSWERED, id="503 database"),
    pytest.param(says(503, "site_not_ready", "operation_failed"), FAILED, FAILED, id="503 not ready"),
    pytest.param(says(503, "site_read_only_mode"), FAILED, REFUSED, id="503 read only"),
]  # fmt: skip

OTHERS = [
    pytest.param(says(400, "something_new", None), INVALID, INVALID, id="a code nobody knows"),
    pytest.param(says(404, "something_new", None), STRANGE, STRANGE, id="404 of an address"),
    pytest.param(says(418, "something_new", "something_else"), INVALID, INVALID, id="a status nobody knows"),
    pytest.param(Fault(status=400, body={"message": THEIRS}, times=None), STRANGE, UNSURE, id="without its code"),
    pytest.param(Fault(status=401, body={"message": THEIRS}, times=None), STRANGE, UNSURE, id="401 of a proxy"),
    pytest.param(Fault(status=500, body={"message": THEIRS}, times=None), FAILED, UNSURE, id="500 of a proxy"),
    pytest.param(Fault.html(times=None), FAILED, UNSURE, id="a proxy's page"),
    pytest.param(Fault.html(503, times=None), FAILED, UNSURE, id="a proxy's page with 503"),
    pytest.param(Fault.html(429, times=None), LATER, LATER, id="a proxy's page with 429"),
    pytest.param(Fault(status=429, body={"message": THEIRS}, times=None), LATER, LATER, id="429 without its code"),
    pytest.param(Fault.html(404, times=None), STRANGE, UNSURE, id="a proxy's page with 404"),
    pytest.param(Fault.html(200, times=None), FAILED, UNSURE, id="a page with status 200"),
    pytest.param(Fault(status=302, body=b"", headers={"Location": "/api/v2/customers/grace"}, times=None), STRANGE,
                 UNSURE, id="a redirect, which is not followed"),
    pytest.param(Fault.empty(times=None), FAILED, UNSURE, id="an empty body"),
    pytest.param(Fault.empty(504, times=None), FAILED, UNSURE, id="an empty body with 504"),
    pytest.param(Fault(status=200, body='{"customer": {"id": "ad', times=None), FAILED, UNSURE, id="broken JSON"),
    pytest.param(Fault(status=200, body=b"\xff\xfe", times=None), FAILED, UNSURE, id="no text"),
    pytest.param(Fault(status=200, body="[]", times=None), FAILED, UNSURE, id="a list, no object"),
    pytest.param(Fault(status=400, body="[]", times=None), STRANGE, UNSURE, id="a list with status 400"),
    pytest.param(Fault(status=200, body="null", times=None), FAILED, UNSURE, id="null"),
    pytest.param(Fault(status=200, body="{}", times=None), STRANGE, UNSURE, id="nothing in the object"),
    pytest.param(Fault(status=200, body={"customer": "ada", "subscription": "sub"}, times=None), STRANGE, UNSURE,
                 id="no objects in it"),
    pytest.param(Fault.truncated(times=None), BROKEN, UNSURE, id="half a body"),
    pytest.param(Fault.dropped(times=None), BROKEN, UNSURE, id="a dropped connection"),
    pytest.param(Fault.slow(60, times=None, hook=passing(8)), (Timeout, Cause.LOST), UNSURE, id="no answer in time"),
    pytest.param(Fault.slow_body(60, times=None, hook=passing(8)), (Timeout, Cause.LOST), UNSURE,
                 id="no whole answer in time"),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "of_a_read", "of_a_write"), [*DOCUMENTED, *OTHERS])
async def test_3_1_faults(
    api: ChargebeeApi, simulator: ChargebeeSimulator, fault: Fault, of_a_read: Means, of_a_write: Means
) -> None:
    simulator.faults.add(fault)
    caught = [await read(api), await write(api)]

    assert [(type(error), error.why) for error in caught] == [of_a_read, of_a_write]
    assert all(THEIRS not in f"{vars(error)!r} {error} {error.for_log()!r}" for error in caught)


@pytest.mark.parametrize(
    ("fault", "answered"),
    [
        pytest.param(says(500, "internal_error", "operation_failed"), True, id="its own 500"),
        pytest.param(says(503, "internal_temporary_error", "operation_failed"), True, id="its own 503"),
        pytest.param(Fault.html(times=None), False, id="a proxy's page: the request may still run"),
        pytest.param(Fault(status=500, body={"message": "?"}, times=None), False, id="JSON of somebody else"),
        pytest.param(Fault.dropped(times=None), False, id="a dropped connection"),
    ],
)
async def test_3_1_only_the_providers_own_word_proves_that_nothing_is_under_way(
    api: ChargebeeApi, simulator: ChargebeeSimulator, fault: Fault, answered: bool
) -> None:
    simulator.faults.add(fault)
    error = await write(api)

    assert isinstance(error, UnknownOutcome)
    assert error.answered is answered


async def test_what_was_never_sent_is_known_not_to_have_happened(backend: Backend, refused_port: int) -> None:
    api = backend.api(f"http://127.0.0.1:{refused_port}")
    caught = [await read(api), await write(api)]

    assert [(type(error), error.why) for error in caught] == [(Unavailable, Cause.NOT_SENT)] * 2


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("0", 0), ("7", 7), ("soon", None), ("-5", None), (None, None)],
)
async def test_1_1_the_wish_to_wait_is_read_from_the_header(
    api: ChargebeeApi, simulator: ChargebeeSimulator, header: str | None, seconds: float | None
) -> None:
    """The package keeps the headers under another name than the one it looks them up by."""
    headers = {} if header is None else {"Retry-After": header}
    simulator.faults.add(says(429, "api_request_limit_exceeded", "operation_failed", headers=headers))
    with deadline(5):
        error = await read(api)

    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


MESSAGES = [
    pytest.param("resource_not_found", "customer_id", "There is no such customer.", id="customer"),
    pytest.param("resource_not_found", "coupon_ids[0]", "There is no such coupon.", id="coupon"),
    pytest.param("resource_not_found", "subscription_items[item_price_id][0]", "There is no such price.", id="price"),
    pytest.param("resource_not_found", "item_price_id", "There is no such price.", id="price by its id"),
    pytest.param("resource_not_found", None, "Not found.", id="in the path"),
    pytest.param("resource_limit_exhausted", "coupon_ids[0]", "The coupon can no longer be used.", id="used up"),
    pytest.param("param_wrong_value", "coupon_ids[0]", "The coupon cannot be used for this subscription.",
                 id="unfit coupon"),
    pytest.param("invalid_request", "subscription_items[item_price_id][1]",
                 "The price cannot be used for this subscription.", id="unfit price"),
    pytest.param("param_wrong_value", "trial_end", "The trial cannot end then.", id="trial"),
    pytest.param("param_wrong_value", "resume_date", "The subscription cannot be paused until then.", id="pause"),
    pytest.param("param_wrong_value", "offset", "cursor: it does not belong to this list.", id="cursor"),
    pytest.param("duplicate_entry", None, "It exists already at the billing provider.", id="twice"),
    pytest.param("some_new_code", None, Invalid.default_message, id="a code nobody knows"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "param", "message"), MESSAGES)
async def test_3_1_messages_are_our_own(
    api: ChargebeeApi, simulator: ChargebeeSimulator, code: str, param: str | None, message: str
) -> None:
    simulator.faults.add(says(400, code, param=param))

    assert (await write(api)).message == message


@pytest.mark.parametrize("code", [*errors.BY_CODE, *errors.BY_OLDER_CODE])
async def test_no_message_names_the_provider_or_is_its(
    api: ChargebeeApi, simulator: ChargebeeSimulator, code: str
) -> None:
    simulator.faults.add(says(400, code))
    message = (await write(api)).message

    assert message.endswith(".")
    assert "hargebee" not in message
    assert THEIRS not in message


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_is_never_told_as_such(
    api: ChargebeeApi, simulator: ChargebeeSimulator, status: int
) -> None:
    """Whoever asks has a token of their own, which is fine."""
    simulator.faults.add(says(status, "some_new_code", None))

    assert (await read(api)).message == Credentials.default_message


@pytest.mark.parametrize(
    ("fault", "logged"),
    [
        pytest.param(says(400, "param_wrong_value", param="trial_end"), (400, "param_wrong_value", "trial_end"),
                     id="the code and the parameter"),
        pytest.param(says(400, "invalid_request", older="pause_feature_not_enabled"),
                     (400, "pause_feature_not_enabled", None), id="the finer of the codes"),
        pytest.param(Fault.html(), (502, None, None), id="a page has a status only"),
    ],
)  # fmt: skip
async def test_the_log_gets_codes_and_no_text(
    api: ChargebeeApi, simulator: ChargebeeSimulator, fault: Fault, logged: tuple[object, ...]
) -> None:
    simulator.faults.add(fault)
    provider = (await write(api)).provider

    assert provider is not None
    assert (provider.status, provider.code, provider.parameter) == logged


@pytest.mark.parametrize(
    "make", [Fault.rate_limited, Fault.lock_timeout, Fault.unavailable], ids=["429", "lock", "503"]
)
async def test_a_passing_fault_of_a_read_passes(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, make: Any
) -> None:
    simulator.faults.add(make())

    assert (await adapter.customer("ada")).id == "ada"
    assert len(simulator.calls()) == 2


async def test_a_site_that_is_read_only_is_not_asked_to_write_again(
    api: ChargebeeApi, simulator: ChargebeeSimulator
) -> None:
    simulator.faults.add(Fault.unavailable("site_read_only_mode", method="POST", times=None))
    error = await write(api)

    assert (type(error), error.why, len(simulator.calls())) == (Unavailable, None, 1)
