"""Every call to Paddle: one owner of retries, one deadline, one pool of connections (traps 1.2, 1.4 and 1.5)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from adapters.errors import Conflict, RateLimited, Timeout, Unavailable
from gateway.resilience import DeadlineExceeded, deadline
from simulators.paddle.faults import Fault
from tests.adapters.paddle.support import (
    CANCEL,
    LATER,
    NOW,
    PATCH,
    PAUSE,
    PRO,
    READ,
    YEARLY,
    cancel,
    change,
    months,
    pause,
)
from tests.support.passing_time import passing

if TYPE_CHECKING:
    from adapters.paddle.adapter import PaddleAdapter
    from simulators.paddle import Account, PaddleSimulator
    from simulators.paddle.recording import RecordedRequest
    from tests.adapters.paddle.support import Backend, Witness

PRODUCT = f"GET /products/{PRO}"

PASSING = [
    pytest.param(Fault.rate_limited(retry_after=None), "rate_limited", id="429 without advice"),
    pytest.param(Fault.rate_limited(retry_after=0), "rate_limited", id="429 with Retry-After"),
    pytest.param(Fault.locked_processing(), "busy", id="409 processing"),
    pytest.param(Fault.concurrent_modification(), "busy", id="409 concurrent modification"),
    pytest.param(Fault.server_error(), "unavailable", id="500"),
    pytest.param(Fault.unavailable(), "unavailable", id="503 of the edge"),
    pytest.param(Fault.html(), "unavailable", id="HTML"),
    pytest.param(Fault.empty(), "unavailable", id="no body"),
    pytest.param(Fault.truncated(), "lost", id="half a body"),
]


@pytest.mark.parametrize(("fault", "cause"), PASSING)
async def test_a_read_is_tried_again(
    adapter: PaddleAdapter, simulator: PaddleSimulator, witness: Witness, fault: Fault, cause: str
) -> None:
    simulator.faults.add(fault)

    assert (await adapter.product(PRO)).id == PRO
    assert simulator.calls() == [PRODUCT, PRODUCT]
    assert witness.retries == [cause]


@pytest.mark.parametrize(
    ("make", "error"),
    [
        pytest.param(Fault.server_error, Unavailable, id="500"),
        pytest.param(Fault.html, Unavailable, id="HTML"),
        pytest.param(Fault.locked_processing, Conflict, id="409 processing"),
    ],
)
async def test_three_attempts_are_all_there_are(
    adapter: PaddleAdapter, simulator: PaddleSimulator, make: Any, error: type[Exception]
) -> None:
    simulator.faults.add(make(times=None))

    with pytest.raises(error):
        await adapter.product(PRO)
    assert simulator.calls() == [PRODUCT] * 3


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault.refusal("bad_request", times=None), id="400"),
        pytest.param(Fault.key_refused(times=None), id="403 a bad key"),
        pytest.param(Fault.forbidden(times=None), id="403 a missing permission"),
        pytest.param(Fault.error(404, "not_found", "no", times=None), id="404"),
        pytest.param(Fault.charged_too_often(times=None), id="429 of charges"),
    ],
)
async def test_what_cannot_help_is_not_tried_again(
    adapter: PaddleAdapter, simulator: PaddleSimulator, fault: Fault
) -> None:
    simulator.faults.add(fault)

    with pytest.raises(Exception, match=r".") as caught:
        await adapter.product(PRO)
    assert simulator.calls() == [PRODUCT]
    assert type(caught.value).__module__ == "adapters.errors"


@pytest.mark.usefixtures("subscription")
@pytest.mark.parametrize(
    "make",
    [Fault.locked_processing, Fault.concurrent_modification],
    ids=["processing", "concurrent modification"],
)
async def test_a_write_that_was_in_somebodys_way_is_sent_again(
    adapter: PaddleAdapter, simulator: PaddleSimulator, make: Any
) -> None:
    simulator.faults.add(make(path="/pause$"))
    await adapter.pause(pause(months(1)))

    assert simulator.writes() == [PAUSE, PAUSE]


async def test_a_charge_that_was_in_somebodys_way_is_not_sent_again(
    adapter: PaddleAdapter, account: Account, simulator: PaddleSimulator, subscription: dict[str, Any]
) -> None:
    simulator.faults.add(Fault.concurrent_modification(method="PATCH"))

    with pytest.raises(Conflict, match="somebody else"):
        await adapter.change_price(change(YEARLY, prorate=True))
    assert simulator.writes() == [PATCH]
    assert account.charges == []


async def test_the_wish_to_wait_is_handed_on_when_there_is_no_time_for_it(
    adapter: PaddleAdapter, simulator: PaddleSimulator
) -> None:
    simulator.faults.add(Fault.rate_limited(retry_after=42))

    with deadline(5), pytest.raises(RateLimited) as caught:
        await adapter.product(PRO)
    assert caught.value.retry_after == 42
    assert simulator.calls() == [PRODUCT]


@pytest.mark.parametrize(
    "fault",
    [Fault.slow(60, times=None), Fault.slow(60, after_effect=False, times=None), Fault.slow_body(60, times=None)],
    ids=["no answer", "no effect", "half a body"],
)
async def test_a_read_ends_with_the_deadline(adapter: PaddleAdapter, simulator: PaddleSimulator, fault: Fault) -> None:
    fault.hook = passing(5)
    simulator.faults.add(fault)

    with deadline(5), pytest.raises(Timeout):
        await adapter.product(PRO)
    assert simulator.calls() == [PRODUCT]


@pytest.mark.usefixtures("subscription")
async def test_a_write_leaves_time_to_look_what_became_of_it(
    adapter: PaddleAdapter, simulator: PaddleSimulator, witness: Witness
) -> None:
    # A write may take six tenths of the time that is left.
    simulator.faults.add(Fault.slow(60, path="/cancel$", hook=passing(6)))
    with deadline(10):
        await adapter.cancel(cancel(LATER))

    assert simulator.calls() == [READ, CANCEL, READ]
    assert witness.settlements == [("cancel", "done")]


@pytest.mark.usefixtures("subscription")
async def test_nothing_is_sent_when_the_time_is_up(adapter: PaddleAdapter, simulator: PaddleSimulator) -> None:
    with deadline(0), pytest.raises(DeadlineExceeded):
        await adapter.cancel(cancel(NOW))
    assert simulator.calls() == []


async def test_no_more_calls_are_under_way_than_allowed(
    backend: Backend, account: Account, simulator: PaddleSimulator
) -> None:
    adapter = await backend.open(max_in_flight=2)
    most = 0

    def begins(request: RecordedRequest) -> None:
        nonlocal most
        most = max(most, sum(one.status is None for one in simulator.requests))

    simulator.faults.add(Fault(hook=begins, delay_after=0.01, times=None))
    await asyncio.gather(*(adapter.products(10, None) for _ in range(6)))

    assert most == 2


async def test_the_request_id_is_told_for_each_call(
    adapter: PaddleAdapter, simulator: PaddleSimulator, witness: Witness
) -> None:
    """Paddle's support asks for it."""
    await adapter.product(PRO)

    assert witness.request_ids == [simulator.requests[0].request_id]
    assert witness.calls == [("get products", "ok")]


@pytest.mark.usefixtures("subscription")
async def test_calls_are_named_without_ids(adapter: PaddleAdapter, witness: Witness) -> None:
    await adapter.cancel(cancel(LATER))

    assert [name for name, _ in witness.calls] == ["get subscriptions", "post subscriptions/cancel"]


async def test_nothing_repeats_a_read_beneath(
    adapter: PaddleAdapter, simulator: PaddleSimulator, witness: Witness
) -> None:
    """Left to itself aiohttp sends a GET again when a connection that was kept open breaks, and tells nobody."""
    await adapter.product(PRO)
    simulator.faults.add(Fault.dropped())
    await adapter.product(PRO)

    assert simulator.calls() == [PRODUCT] * 3
    assert [outcome for _, outcome in witness.calls] == ["ok", "Unavailable", "ok"]
    assert witness.retries == ["lost"]


async def test_calls_share_one_connection(backend: Backend, account: Account, simulator: PaddleSimulator) -> None:
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
        await adapter.product(PRO)
    await runner.cleanup()

    assert len(simulator.requests) == 5
    assert len(seen) == 1
