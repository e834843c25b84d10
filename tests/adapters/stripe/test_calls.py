"""Every call to Stripe: one owner of retries, one deadline, one pool of connections (traps 1.1, 1.2 and 5)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from adapters.errors import RateLimited, Timeout, Unavailable, UnknownOutcome
from gateway.resilience import DeadlineExceeded, deadline
from simulators.stripe import Fault
from tests.adapters.stripe.support import LATER, NOW, cancel, change, months, pause
from tests.support.passing_time import passing

if TYPE_CHECKING:
    from adapters.stripe.adapter import StripeAdapter
    from simulators.stripe import Account, StripeSimulator
    from simulators.stripe.recording import RecordedRequest
    from tests.adapters.stripe.support import Backend, Witness

CUSTOMER = "GET /v1/customers/cus_1"
READ = "GET /v1/subscriptions/sub_1"
UPDATE = "POST /v1/subscriptions/sub_1"


@pytest.fixture
def subscription(account: Account) -> dict[str, Any]:
    return account.add_subscription(id="sub_1", customer="cus_1", prices=[("price_1", 3)])


PASSING = [
    pytest.param(Fault.rate_limited(), "rate_limited", id="429 without advice"),
    pytest.param(Fault.rate_limited(retry_after=0), "rate_limited", id="429 with Retry-After"),
    pytest.param(Fault.rate_limited(should_retry=True), "rate_limited", id="429 with Stripe-Should-Retry"),
    pytest.param(Fault.lock_timeout(), "busy", id="lock_timeout"),
    pytest.param(Fault.server_error(), "unavailable", id="500"),
    pytest.param(Fault.unavailable(), "unavailable", id="503 of a proxy"),
    pytest.param(Fault.html(), "unavailable", id="HTML"),
    pytest.param(Fault.empty(), "unavailable", id="no body"),
    pytest.param(Fault.truncated(), "lost", id="half a body"),
]


@pytest.mark.parametrize(("fault", "cause"), PASSING)
async def test_a_read_is_tried_again(
    adapter: StripeAdapter, simulator: StripeSimulator, witness: Witness, fault: Fault, cause: str
) -> None:
    simulator.faults.add(fault)

    assert (await adapter.customer("cus_1")).id == "cus_1"
    assert simulator.calls() == [CUSTOMER, CUSTOMER]
    assert witness.retries == [cause]


@pytest.mark.parametrize(
    ("make", "error"),
    [
        pytest.param(Fault.server_error, Unavailable, id="500"),
        pytest.param(Fault.html, Unavailable, id="HTML"),
        pytest.param(Fault.rate_limited, RateLimited, id="429"),
        pytest.param(Fault.lock_timeout, RateLimited, id="lock_timeout"),
    ],
)
async def test_three_attempts_are_all_there_are(
    adapter: StripeAdapter, simulator: StripeSimulator, make: Any, error: type[Exception]
) -> None:
    """The package would make more of its own: it retries 5xx, 409 and what Stripe-Should-Retry says."""
    simulator.faults.add(make(times=None))

    with pytest.raises(error):
        await adapter.customer("cus_1")
    assert simulator.calls() == [CUSTOMER] * 3


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault.error(400, None, "no", times=None), id="400"),
        pytest.param(Fault.error(401, None, "no", times=None), id="401"),
        pytest.param(Fault.forbidden(times=None), id="403"),
        pytest.param(Fault.error(404, "resource_missing", "no", times=None), id="404"),
        pytest.param(Fault.rate_limited(should_retry=False, times=None), id="429 that says it is useless"),
    ],
)
async def test_what_cannot_help_is_not_tried_again(
    adapter: StripeAdapter, simulator: StripeSimulator, fault: Fault
) -> None:
    simulator.faults.add(fault)

    with pytest.raises(Exception, match=r".") as caught:
        await adapter.customer("cus_1")
    assert simulator.calls() == [CUSTOMER]
    assert type(caught.value).__module__ == "adapters.errors"


@pytest.mark.usefixtures("subscription")
@pytest.mark.parametrize("fault", [Fault.rate_limited(times=2), Fault.lock_timeout(times=2)], ids=["429", "locked"])
async def test_a_write_that_was_not_carried_out_is_sent_again_under_its_key(
    adapter: StripeAdapter, simulator: StripeSimulator, fault: Fault
) -> None:
    fault.method = "POST"
    simulator.faults.add(fault)
    await adapter.pause(pause(months(1)))

    assert simulator.calls() == [READ, UPDATE, UPDATE, UPDATE]
    assert len({request.idempotency_key for request in simulator.written()}) == 1


async def test_the_wish_to_wait_is_handed_on_when_there_is_no_time_for_it(
    adapter: StripeAdapter, simulator: StripeSimulator
) -> None:
    simulator.faults.add(Fault.rate_limited(retry_after=30))

    with deadline(5), pytest.raises(RateLimited) as caught:
        await adapter.customer("cus_1")
    assert caught.value.retry_after == 30
    assert simulator.calls() == [CUSTOMER]


@pytest.mark.parametrize(
    "fault",
    [Fault.slow(60, times=None), Fault.slow(60, after_effect=False, times=None), Fault.slow_body(60, times=None)],
    ids=["no answer", "no effect", "half a body"],
)
async def test_a_read_ends_with_the_deadline(adapter: StripeAdapter, simulator: StripeSimulator, fault: Fault) -> None:
    fault.hook = passing(5)
    simulator.faults.add(fault)

    with deadline(5), pytest.raises(Timeout):
        await adapter.customer("cus_1")
    assert simulator.calls() == [CUSTOMER]


@pytest.mark.usefixtures("subscription")
async def test_a_write_leaves_time_to_look_what_became_of_it(
    adapter: StripeAdapter, simulator: StripeSimulator, witness: Witness
) -> None:
    # A write may take six tenths of the time that is left.
    simulator.faults.add(Fault.slow(60, method="POST", hook=passing(6)))
    with deadline(10):
        await adapter.pause(pause(months(1)))

    assert simulator.calls() == [READ, UPDATE, READ]
    assert witness.settlements == [("pause", "done")]


@pytest.mark.usefixtures("subscription")
async def test_a_write_that_stays_unknown_ends_with_the_deadline(
    adapter: StripeAdapter, simulator: StripeSimulator
) -> None:
    simulator.faults.add(Fault.slow(60, after_effect=False, method="POST", times=None, hook=passing(10)))

    with deadline(10), pytest.raises(UnknownOutcome):
        await adapter.pause(pause(months(1)))


async def test_after_the_deadline_nothing_is_sent(adapter: StripeAdapter, simulator: StripeSimulator) -> None:
    with deadline(0), pytest.raises(DeadlineExceeded):
        await adapter.customer("cus_1")
    assert simulator.calls() == []


@pytest.mark.usefixtures("subscription")
async def test_a_request_that_waits_for_its_customer_ends_with_the_deadline(
    adapter: StripeAdapter, simulator: StripeSimulator
) -> None:
    arrived = asyncio.Event()

    async def keep_waiting(request: RecordedRequest) -> None:
        arrived.set()
        await asyncio.sleep(60)

    simulator.faults.add(Fault.calling(keep_waiting))
    first = asyncio.create_task(adapter.pause(pause(months(1))))
    await arrived.wait()
    with deadline(0.02), pytest.raises(DeadlineExceeded, match="Another change for the same customer"):
        await adapter.cancel(cancel(NOW))
    first.cancel()

    assert simulator.writes() == []


async def test_no_more_calls_are_under_way_than_allowed(
    backend: Backend, account: Account, simulator: StripeSimulator
) -> None:
    under_way, most = 0, 0

    async def count(request: RecordedRequest) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.002)
        under_way -= 1

    simulator.faults.add(Fault(hook=count, times=None))
    adapter = await backend.open(max_in_flight=2)
    await asyncio.gather(*(adapter.customer("cus_1") for _ in range(8)))

    assert most == 2


async def test_calls_share_one_connection(backend: Backend, account: Account, simulator: StripeSimulator) -> None:
    seen: set[object] = set()

    @web.middleware
    async def note(request: web.Request, handler: Any) -> web.StreamResponse:
        seen.add(request.transport and request.transport.get_extra_info("peername"))
        answer: web.StreamResponse = await handler(request)
        return answer

    application = simulator.application()
    application.middlewares.append(note)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    adapter = await backend.open(address="http://{}:{}".format(*runner.addresses[0][:2]))
    for _ in range(5):
        await adapter.customer("cus_1")
    await runner.cleanup()

    assert len(simulator.requests) == 5
    assert len(seen) == 1


@pytest.mark.usefixtures("subscription")
async def test_headers(adapter: StripeAdapter, simulator: StripeSimulator) -> None:
    """The version is never the account's own, which others may change; telemetry would tell of earlier calls."""
    await adapter.customer("cus_1")
    await adapter.pause(pause(months(1)))

    assert {request.stripe_version for request in simulator.requests} == {"2026-10-28.endive"}
    assert not any("x-stripe-client-telemetry" in request.headers for request in simulator.requests)
    assert not any("telemetry_id" in request.headers["x-stripe-client-user-agent"] for request in simulator.requests)
    assert all("churnkey-gateway/" in request.headers["user-agent"] for request in simulator.requests)


@pytest.mark.usefixtures("subscription")
async def test_idempotency_keys(adapter: StripeAdapter, simulator: StripeSimulator) -> None:
    """One for each call, all of one inbound request from one seed, none shared with another request."""
    await adapter.change_price(change("price_2", LATER))
    await adapter.cancel(cancel(LATER))
    reads = [request.idempotency_key for request in simulator.requests if not request.is_write]
    keys = [str(request.idempotency_key) for request in simulator.written()]
    seeds = [key.partition("-")[0] for key in keys]

    assert set(reads) == {None}
    assert len(set(keys)) == len(keys) == 4
    assert seeds[0] == seeds[1] != seeds[2] == seeds[3]
    assert all(len(key) <= 255 for key in keys)


@pytest.mark.parametrize("suffix", ["", "/", "//"])
async def test_an_address_may_end_in_slashes(
    backend: Backend, account: Account, simulator: StripeSimulator, suffix: str
) -> None:
    adapter = await backend.open(address=backend.address + suffix)
    await adapter.customer("cus_1")

    assert simulator.calls() == [CUSTOMER]


async def test_every_call_is_counted_with_the_request_id(
    adapter: StripeAdapter, simulator: StripeSimulator, witness: Witness
) -> None:
    simulator.faults.add(Fault.server_error())
    await adapter.customer("cus_1")

    assert witness.calls == [("get customers", "Unavailable"), ("get customers", "ok")]
    assert witness.request_ids[0] == simulator.requests[0].request_id


async def test_nothing_stays_open(backend: Backend, account: Account, simulator: StripeSimulator) -> None:
    adapter = await backend.open()
    await adapter.customer("cus_1")
    await backend.opened.aclose()

    with pytest.raises(Unavailable):
        await adapter.customer("cus_1")
    assert simulator.calls() == [CUSTOMER]
