"""What every fault of Paddle's and of the network becomes (traps 1.3 and 3.8), over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

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
from adapters.paddle.client import PaddleApi
from adapters.paddle.errors import BY_CODE
from gateway.resilience import Cause
from simulators.paddle.errors import REFUSALS
from simulators.paddle.faults import Fault
from tests.adapters.paddle.support import ADA, KEY, SUB
from tests.support.passing_time import passing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from simulators.paddle import Account, PaddleSimulator
    from tests.adapters.paddle.support import Backend

THEIRS = "Seller 9 of ada@example.com, key pdl_sdbx_apikey_secret"
"""What Paddle may say in a message and nobody else is to repeat."""


def says(status: int, code: str | None = None, kind: str = "request_error", *fields: str, **where: Any) -> Fault:
    error: dict[str, Any] = {"type": kind, "code": code, "detail": THEIRS}
    if fields:
        error["errors"] = [{"field": field, "message": THEIRS} for field in fields]
    body = {"error": error, "meta": {"request_id": "request-1"}}
    return Fault(status=status, body=body, times=None, **where)


@pytest.fixture
async def api(backend: Backend, account: Account, subscription: dict[str, Any]) -> AsyncIterator[PaddleApi]:
    held = PaddleApi(KEY, backend.address, live=False, runtime=Runtime(call_timeout_s=8, retry_wait_s=0.001))
    yield held
    await held.close()


async def read(api: PaddleApi) -> AdapterError:
    with pytest.raises(AdapterError) as caught:
        await api.get("customers", ADA)
    return caught.value


async def write(api: PaddleApi) -> AdapterError:
    with pytest.raises(AdapterError) as caught:
        await api.write("PATCH", "subscriptions", SUB, body={"custom_data": {"seen": True}})
    return caught.value


LATER = (RateLimited, Cause.RATE_LIMITED)
BUSY = (Conflict, Cause.BUSY)
FAILED = (Unavailable, Cause.UNAVAILABLE)
BROKEN = (Unavailable, Cause.LOST)
UNSURE = (UnknownOutcome, Cause.LOST)
ANSWERED = (UnknownOutcome, Cause.UNAVAILABLE)
Means = tuple[type[AdapterError], Cause | None]

FAULTS = [
    pytest.param(says(400, "bad_request"), (Invalid, None), (Invalid, None), id="400"),
    pytest.param(says(400, "some_new_code"), (Invalid, None), (Invalid, None), id="400 of a code nobody knows"),
    pytest.param(says(422), (Invalid, None), (Invalid, None), id="422 without a code"),
    pytest.param(says(404, "not_found"), (NotFound, None), (NotFound, None), id="404 missing"),
    pytest.param(says(404, "invalid_url"), (Unreadable, None), (Unreadable, None), id="404 of an address"),
    pytest.param(
        Fault(status=404, body="<h1>no</h1>", times=None), (Unreadable, None), (Unreadable, None), id="404 of a proxy"
    ),
    pytest.param(says(401), (Credentials, None), (Credentials, None), id="401"),
    pytest.param(says(403, "authentication_missing"), (Credentials, None), (Credentials, None), id="403 no key"),
    pytest.param(
        says(403, "authentication_malformed"), (Credentials, None), (Credentials, None), id="403 a malformed key"
    ),
    pytest.param(says(403, "invalid_token"), (Credentials, None), (Credentials, None), id="403 a revoked key"),
    pytest.param(says(403, "forbidden"), (Credentials, None), (Credentials, None), id="403 a missing permission"),
    pytest.param(
        Fault(status=403, body="blocked", times=None), (Credentials, None), (Credentials, None), id="403 of a proxy"
    ),
    pytest.param(says(409, "conflict"), BUSY, BUSY, id="409 conflict"),
    pytest.param(says(409, "concurrent_modification"), BUSY, BUSY, id="409 concurrent modification"),
    pytest.param(says(409, "subscription_locked_processing"), BUSY, BUSY, id="409 processing"),
    pytest.param(says(409, "subscription_locked_renewal"), (Conflict, None), (Conflict, None), id="409 about to renew"),
    pytest.param(says(429, "too_many_requests"), LATER, LATER, id="429"),
    pytest.param(says(429, "too_many_requests", "api_error"), LATER, LATER, id="429 of the other type"),
    pytest.param(Fault(status=429, body="slow down", times=None), LATER, LATER, id="429 of a proxy"),
    pytest.param(
        says(429, "subscription_immediate_charge_hour_limit_exceeded"),
        (Conflict, None),
        (Conflict, None),
        id="429 of charges in an hour",
    ),
    pytest.param(
        says(429, "subscription_immediate_charge_24_hour_limit_exceeded"),
        (Conflict, None),
        (Conflict, None),
        id="429 of charges in a day",
    ),
    pytest.param(
        says(429, "subscription_immediate_charge_week_limit_exceeded"),
        (Conflict, None),
        (Conflict, None),
        id="429 of charges in a span that is new",
    ),
    pytest.param(says(500, "internal_error", "api_error"), FAILED, ANSWERED, id="500"),
    pytest.param(says(500, "subscription_payment_provider_unavailable"), FAILED, ANSWERED, id="500 of the bank's"),
    pytest.param(Fault.unavailable(times=None), FAILED, UNSURE, id="503 of the edge"),
    pytest.param(Fault.html(times=None), FAILED, UNSURE, id="HTML"),
    pytest.param(Fault.html(429, times=None), LATER, LATER, id="HTML with 429"),
    pytest.param(
        Fault(status=302, headers={"Location": "https://example.com"}, times=None),
        (Unreadable, None),
        (Unreadable, None),
        id="a redirect, which is not followed",
    ),
    pytest.param(Fault.empty(times=None), FAILED, UNSURE, id="a success without a body"),
    pytest.param(Fault(status=200, body="[]", times=None), FAILED, UNSURE, id="a success that is no object"),
    pytest.param(Fault(status=200, body={"data": None}, times=None), (Unreadable, None), UNSURE, id="without data"),
    pytest.param(Fault(status=200, body={"data": []}, times=None), (Unreadable, None), UNSURE, id="a list instead"),
    pytest.param(Fault.lost_answer(times=None), BROKEN, UNSURE, id="no answer at all"),
    pytest.param(Fault.truncated(times=None), BROKEN, UNSURE, id="half a body"),
    pytest.param(Fault.slow(60, times=None, hook=passing(8)), (Timeout, Cause.LOST), UNSURE, id="no answer in time"),
    pytest.param(
        Fault.slow_body(60, times=None, hook=passing(8)), (Timeout, Cause.LOST), UNSURE, id="no whole answer in time"
    ),
]


@pytest.mark.parametrize(("fault", "reading", "writing"), FAULTS)
async def test_faults(api: PaddleApi, simulator: PaddleSimulator, fault: Fault, reading: Means, writing: Means) -> None:
    simulator.faults.add(fault)
    errors = [await read(api), await write(api)]

    assert [(type(error), error.why) for error in errors] == [reading, writing]
    assert all(THEIRS not in str(error.for_log()) + error.message for error in errors)


@pytest.mark.parametrize(
    ("fault", "answered"),
    [
        pytest.param(says(500, "internal_error"), True, id="Paddle's own word"),
        pytest.param(Fault.unavailable(times=None), False, id="the edge's"),
        pytest.param(Fault.dropped(times=None), False, id="nobody's"),
    ],
)
async def test_only_paddles_own_word_proves_that_nothing_is_under_way_any_more(
    api: PaddleApi, simulator: PaddleSimulator, fault: Fault, answered: bool
) -> None:
    simulator.faults.add(fault)
    error = await write(api)

    assert isinstance(error, UnknownOutcome)
    assert error.answered is answered


async def test_what_was_never_sent_was_not_done(refused_port: int) -> None:
    api = PaddleApi(KEY, f"http://127.0.0.1:{refused_port}", live=False, runtime=Runtime(retry_wait_s=0.001))
    errors = [await read(api), await write(api)]
    await api.close()

    assert [(type(error), error.why) for error in errors] == [(Unavailable, Cause.NOT_SENT)] * 2


async def test_what_nobody_foresaw_is_told_in_the_log_and_never_as_a_success(
    api: PaddleApi, capsys: pytest.CaptureFixture[str]
) -> None:
    await api.close()
    errors = [await read(api), await write(api)]

    assert [type(error) for error in errors] == [Unreadable, UnknownOutcome]
    assert "unforeseen failure of a provider call" in capsys.readouterr().out


CODES: list[tuple[str, type[AdapterError], str]] = [
    ("not_found", NotFound, "Not found"),
    ("subscription_update_when_canceled", Conflict, "has ended"),
    ("subscription_is_canceled_action_invalid", Conflict, "has ended"),
    ("subscription_locked_pending_changes", Conflict, "already scheduled"),
    ("subscription_locked_renewal", Conflict, "renews within half an hour"),
    ("subscription_next_billed_at_too_soon", Conflict, "less than half an hour"),
    ("subscription_locked_consent_review_period", Conflict, "consent"),
    ("subscription_outstanding_transaction", Conflict, "payment"),
    ("subscription_outstanding_pending_refund", Conflict, "refund"),
    ("subscription_update_when_past_due", Conflict, "payment"),
    ("subscription_update_when_trialing", Conflict, "trial"),
    ("subscription_trialing_items_update_invalid_options", Conflict, "trial"),
    ("subscription_trialing_discount_update_invalid_options", Conflict, "trial"),
    ("subscription_is_inactive_action_invalid", Conflict, "does not allow"),
    ("subscription_not_active", Conflict, "does not allow"),
    ("subscription_must_be_paused", Conflict, "does not allow"),
    ("subscription_cannot_be_paused", Conflict, "does not allow"),
    ("subscription_only_update_items_on_paused_subscription", Conflict, "paused"),
    ("subscription_incorrect_proration_on_paused_subscription", Conflict, "paused"),
    ("subscription_pausing_not_allowed_for_cardless_trial", Conflict, "without a payment method"),
    ("subscription_continuing_existing_billing_period_not_allowed", Conflict, "period"),
    ("subscription_payment_declined", Conflict, "declined, so nothing was changed"),
    ("subscription_update_transaction_balance_less_than_charge_limit", Conflict, "too small"),
    ("subscription_missing_payment_method_cannot_resume", Conflict, "no payment method"),
    ("subscription_invalid_billing_mode_for_scheduled_change", Conflict, "already scheduled"),
    ("subscription_all_items_removed", Invalid, "price"),
    ("subscription_new_items_not_valid", Invalid, "price"),
    ("subscription_price_not_found", Invalid, "price"),
    ("subscription_duplicate_price_ids", Conflict, "this price already"),
    ("subscription_quantity_not_valid", Invalid, "quantity"),
    ("subscription_one_off_discount_not_valid", Invalid, "first payment"),
    ("subscription_discount_not_valid_for_items", Invalid, "cannot be used"),
    ("subscription_invalid_discount_currency", Invalid, "currency"),
    ("discount_expired", Invalid, "no longer"),
    ("discount_usage_limit_exceeded", Invalid, "no longer"),
]


@pytest.mark.parametrize(("code", "kind", "message"), CODES, ids=[code for code, _, _ in CODES])
@pytest.mark.parametrize("status", [400, 409])
async def test_a_code_means_the_same_under_any_status(
    api: PaddleApi, simulator: PaddleSimulator, status: int, code: str, kind: type[AdapterError], message: str
) -> None:
    simulator.faults.add(says(status, code))
    error = await write(api)

    assert type(error) is kind
    assert message in error.message


def test_every_refusal_of_the_simulators_that_a_customer_can_cause_has_words_of_its_own() -> None:
    ours = {
        # The gateway's own mistakes, if they occurred.
        "subscription_items_update_missing_proration_billing_mode",
        "subscription_quantity_missing_for_new_items",
        "subscription_scheduled_change_invalid_update",
    }
    theirs = {code for code in REFUSALS if code.startswith(("subscription_", "discount_"))}
    theirs -= {code for code in theirs if code.startswith("subscription_missing_payment_method_")}
    assert theirs - ours <= BY_CODE.keys()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param(("after",), "cursor: it does not belong to this list.", id="the cursor"),
        pytest.param(("email",), Invalid.default_message, id="another field"),
        pytest.param((), Invalid.default_message, id="no field"),
    ],
)
async def test_messages_are_our_own(
    api: PaddleApi, simulator: PaddleSimulator, fields: tuple[str, ...], message: str
) -> None:
    simulator.faults.add(says(400, "bad_request", "request_error", *fields))

    assert (await read(api)).message == message


async def test_the_log_gets_the_code_the_field_and_the_request_id(api: PaddleApi, simulator: PaddleSimulator) -> None:
    simulator.faults.add(says(400, "invalid_field", "request_error", "discount.id", "items"))
    provider = (await write(api)).provider

    assert provider is not None
    assert (provider.status, provider.code, provider.parameter, provider.request_id) == (
        400,
        "invalid_field",
        "discount.id",
        "request-1",
    )


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"error": {"code": "not_found"}}, id="no meta"),
        pytest.param({"error": {"code": "not_found", "errors": "none"}, "meta": []}, id="other forms"),
        pytest.param({"error": {"code": "not_found", "errors": [None, {"field": 7}]}, "meta": None}, id="odd fields"),
    ],
)
async def test_whatever_an_error_lacks_its_code_is_read(
    api: PaddleApi, simulator: PaddleSimulator, body: dict[str, Any]
) -> None:
    simulator.faults.add(Fault(status=404, body=body))

    assert type(await read(api)) is NotFound
