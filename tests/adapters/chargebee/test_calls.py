"""Every call: one pool of connections, one owner of retries, one deadline, a key for each write (traps 1.1 and 5)."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Any, Final

import pytest
from aiohttp import web

from adapters.errors import AdapterError, RateLimited, Timeout, UnknownOutcome
from gateway.resilience import DeadlineExceeded, WriteKey, deadline
from simulators.chargebee import Fault
from tests.adapters.chargebee.support import API, DAY, NOW, PAUSE, READ, apply, cancel, change, months, pause
from tests.support.passing_time import passing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from adapters.chargebee.adapter import ChargebeeAdapter
    from simulators.chargebee import ChargebeeSimulator, RecordedRequest, Site
    from tests.adapters.chargebee.support import Backend
    from tests.support.recording_observer import RecordingObserver

Json = dict[str, Any]
CUSTOMER: Final = f"GET {API}/customers/ada"


@pytest.fixture
async def peers(simulator: ChargebeeSimulator) -> AsyncIterator[tuple[str, set[object]]]:
    """Another address of the simulator, and who has connected to it."""
    seen: set[object] = set()

    @web.middleware
    async def note(request: web.Request, handler: Any) -> web.StreamResponse:
        seen.add(request.transport and request.transport.get_extra_info("peername"))
        answer: web.StreamResponse = await handler(request)
        return answer

    application = simulator.application()
    application.middlewares.append(note)
    runner = web.AppRunner(application, shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}", seen
    await runner.cleanup()


async def test_1_1_many_calls_share_one_connection(
    backend: Backend, site: Site, simulator: ChargebeeSimulator, peers: tuple[str, set[object]]
) -> None:
    address, seen = peers
    adapter = await backend.open(address=address)
    for _ in range(20):
        await adapter.customer("ada")

    assert (len(simulator.requests), len(seen)) == (20, 1)


async def test_calls_side_by_side_take_no_more_connections_than_are_allowed(
    backend: Backend, site: Site, simulator: ChargebeeSimulator, peers: tuple[str, set[object]]
) -> None:
    address, seen = peers
    adapter = await backend.open(address=address, max_in_flight=3)
    await asyncio.gather(*(adapter.customer("ada") for _ in range(30)))

    assert len(simulator.requests) == 30
    assert 1 <= len(seen) <= 3


async def test_5_no_more_calls_are_under_way_than_allowed(
    backend: Backend, site: Site, simulator: ChargebeeSimulator
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
    await asyncio.gather(*(adapter.customer("ada") for _ in range(8)))

    assert most == 2


async def test_1_1_no_call_makes_a_context_for_encryption(
    adapter: ChargebeeAdapter, subscription: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Making one takes some 20 ms of the event loop; the package's own client does for each call."""
    made: list[object] = []
    true = ssl.SSLContext.__new__

    def note(kind: type[ssl.SSLContext], *arguments: Any, **options: Any) -> ssl.SSLContext:
        made.append(kind)
        return true(kind, *arguments, **options)

    await adapter.customer("ada")
    monkeypatch.setattr(ssl.SSLContext, "__new__", note)
    await adapter.customer("ada")
    await adapter.subscriptions("ada", 10, None)
    await adapter.pause(pause(months(1)))

    assert made == []


async def test_1_1_a_get_on_a_dropped_connection_is_not_sent_again_beneath_the_retries(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, witness: RecordingObserver
) -> None:
    """The HTTP client would repeat it once on a connection that was kept alive, uncounted."""
    await adapter.customer("ada")
    simulator.faults.add(Fault.dropped(times=2))

    assert (await adapter.customer("ada")).id == "ada"
    assert simulator.calls() == [CUSTOMER] * 4
    assert len(witness.retries) == 2


async def test_nothing_stays_open(backend: Backend, site: Site, simulator: ChargebeeSimulator) -> None:
    adapter = await backend.open()
    await adapter.customer("ada")
    await backend.opened.aclose()

    with pytest.raises(AdapterError):
        await adapter.customer("ada")
    assert simulator.calls() == [CUSTOMER]


async def test_1_1_a_429_is_not_repeated_without_end(adapter: ChargebeeAdapter, simulator: ChargebeeSimulator) -> None:
    simulator.faults.add(Fault.rate_limited(times=None))

    with pytest.raises(RateLimited):
        await adapter.customer("ada")
    assert simulator.calls() == [CUSTOMER] * 3


async def test_a_write_waits_for_the_deadline_and_no_longer(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator
) -> None:
    with deadline(0), pytest.raises(DeadlineExceeded):
        await adapter.customer("ada")
    assert simulator.calls() == []


async def test_5_keys_are_fresh_for_each_request_and_the_same_for_its_repetitions(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    simulator.faults.add(Fault.rate_limited(path="update_for_items", times=2))
    await adapter.apply_coupon(apply("SAVE20"))
    await adapter.change_price(change("pro-more"))
    await adapter.cancel(cancel(NOW))
    reads = [request.idempotency_key for request in simulator.requests if not request.is_write]
    keys = [str(request.idempotency_key) for request in simulator.written()]

    assert set(reads) == {None}
    assert len(keys) == 5
    assert len(set(keys[:3])) == 1
    assert len({key.partition("-")[0] for key in keys}) == 3
    assert all(len(key) <= 100 for key in keys)


async def test_5_two_calls_of_one_request_have_a_key_each(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    ahead = subscription["current_term_end"]
    subscription.update(pause_date=ahead, resume_date=ahead + 30 * DAY)
    await adapter.pause(pause(months(2)))
    first, second = (str(request.idempotency_key) for request in simulator.written())

    assert first != second
    assert first.partition("-")[0] == second.partition("-")[0]


async def test_5_an_estimate_has_no_key(backend: Backend, simulator: ChargebeeSimulator, subscription: Json) -> None:
    await backend.api().estimate("subscriptions", "sub", "pause_subscription_estimate", pause_option="immediately")

    assert simulator.requests[0].idempotency_key is None


def test_5_a_key_is_short_enough_whatever_it_is_for() -> None:
    assert len(WriteKey().of("post", "x" * 1000, {"a": "b" * 1000})) <= 100


# -- retries and time --


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault.error(400, "param_wrong_value", "no", times=None), id="400"),
        pytest.param(Fault.error(401, "api_authentication_failed", "no", kind=None, times=None), id="401"),
        pytest.param(Fault.forbidden(times=None), id="403"),
        pytest.param(Fault.error(404, "resource_not_found", "no", times=None), id="404"),
        pytest.param(Fault.error(409, "invalid_state_for_request", "no", times=None), id="409"),
        pytest.param(Fault.html(404, times=None), id="a page with 404"),
    ],
)
async def test_what_cannot_help_is_not_tried_again(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, fault: Fault
) -> None:
    simulator.faults.add(fault)

    with pytest.raises(AdapterError):
        await adapter.customer("ada")
    assert simulator.calls() == [CUSTOMER]


@pytest.mark.parametrize("make", [Fault.unavailable, Fault.server_error, Fault.html, Fault.dropped], ids=str)
async def test_three_attempts_are_all_there_are(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, make: Callable[..., Fault]
) -> None:
    simulator.faults.add(make(times=None))

    with pytest.raises(AdapterError):
        await adapter.customer("ada")
    assert simulator.calls() == [CUSTOMER] * 3


@pytest.mark.parametrize(
    "make",
    [Fault.rate_limited, Fault.lock_timeout],
    ids=["429", "locked"],
)
async def test_5_a_write_that_was_not_carried_out_is_sent_again_under_its_key(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, subscription: Json, make: Callable[..., Fault]
) -> None:
    simulator.faults.add(make(method="POST", times=2))
    await adapter.pause(pause(months(1)))

    assert simulator.calls() == [READ, PAUSE, PAUSE, PAUSE]
    assert len({request.idempotency_key for request in simulator.written()}) == 1


async def test_5_a_wait_longer_than_the_time_that_is_left_is_handed_on(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator
) -> None:
    simulator.faults.add(Fault.rate_limited(retry_after=60))

    with deadline(5), pytest.raises(RateLimited) as caught:
        await adapter.customer("ada")
    assert (caught.value.retry_after, simulator.calls()) == (60, [CUSTOMER])


@pytest.mark.parametrize(
    "fault",
    [Fault.slow(60, times=None), Fault.slow(60, after_effect=False, times=None), Fault.slow_body(60, times=None)],
    ids=["no answer", "no effect", "half a body"],
)
async def test_1_1_a_read_ends_with_the_deadline(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, fault: Fault
) -> None:
    fault.hook = passing(5)
    simulator.faults.add(fault)

    with deadline(5), pytest.raises(Timeout):
        await adapter.customer("ada")
    assert simulator.calls() == [CUSTOMER]


async def test_a_write_leaves_time_to_look_what_became_of_it(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    # A write may take six tenths of the time that is left.
    simulator.faults.add(Fault.slow(60, method="POST", hook=passing(6)))
    with deadline(10):
        await adapter.pause(pause(months(1)))

    assert simulator.calls() == [READ, PAUSE, READ]


async def test_a_write_that_stays_unknown_ends_with_the_deadline(
    adapter: ChargebeeAdapter, simulator: ChargebeeSimulator, subscription: Json
) -> None:
    simulator.faults.add(Fault.slow(60, after_effect=False, method="POST", times=None, hook=passing(10)))

    with deadline(10), pytest.raises(UnknownOutcome):
        await adapter.pause(pause(months(1)))
