"""Two processes of the gateway before one provider, with one Redis between them, or none any more."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import ClientError, ClientSession
from aiohttp.test_utils import TestServer

from simulators.stripe import Account, Fault, StripeSimulator
from tests.support.commands import logged, running, stopped_by
from tests.support.redis_server import RedisServer
from tests.support.until import until

TOKEN: Final = "integration-token-of-the-tests"
KEY: Final = "sk_test_ofTheTests"
DAY_S: Final = 86_400
A_MOMENT_S: Final = 0.05
LONG_S: Final = 30

CANCEL: Final = ("cancel", {"customerId": "cus_1", "subscriptionId": "sub_1", "scheduledAt": "end-of-period"})
CANCEL_OTHER: Final = ("cancel", {"customerId": "cus_1", "subscriptionId": "sub_2", "scheduledAt": "end-of-period"})
EXTEND: Final = (
    "extend-trial",
    {
        "customerId": "cus_1",
        "subscriptionId": "sub_trial",
        "duration": {"type": "period", "amount": 14, "unit": "day"},
    },
)


@dataclass(eq=False)
class Replica:
    """A gateway in a process of its own."""

    process: subprocess.Popen[str]
    public: str
    admin: str
    session: ClientSession

    async def act(self, action: tuple[str, Mapping[str, object]]) -> int:
        """The status of an action's answer."""
        name, body = action
        async with self.session.post(f"{self.public}/churnkey/actions/subscription/{name}", json=body) as answer:
            return answer.status

    async def read(self) -> int:
        """The status of the answer to a reading request."""
        async with self.session.get(f"{self.public}/churnkey/customers/cus_1") as answer:
            return answer.status

    async def metrics(self) -> str:
        async with self.session.get(f"{self.admin}/metrics") as answer:
            return await answer.text()

    async def stopped(self) -> list[dict[str, Any]]:
        """What it logged after its start, once it has ended as it should."""
        code, log = await asyncio.to_thread(stopped_by, self.process, signal.SIGTERM)
        assert code == 0
        return [json.loads(line) for line in log.splitlines()]


@pytest.fixture
def simulator() -> StripeSimulator:
    """A provider with a customer who has two subscriptions and a trial."""
    account = Account()
    account.add_product(id="prod_1")
    account.add_price(id="price_1", product="prod_1")
    account.add_customer(id="cus_1", email="ada@example.com")
    for name in ("sub_1", "sub_2"):
        account.add_subscription(id=name, customer="cus_1", prices=["price_1"])
    account.add_subscription(id="sub_trial", customer="cus_1", prices=["price_1"], status="trialing")
    return StripeSimulator(accounts={KEY: account})


Serve = Callable[..., Awaitable[Replica]]


@pytest.fixture
async def serve(simulator: StripeSimulator, tmp_path: Path) -> AsyncIterator[Serve]:
    """Starts a replica that names this Redis, with these limits."""
    with ExitStack() as processes:
        async with AsyncExitStack() as open_sessions:
            provider = await open_sessions.enter_async_context(TestServer(simulator.application()))

            async def start(redis: RedisServer, **limits: object) -> Replica:
                file = tmp_path / "backend.yaml"
                mode = {"api_key": KEY, "base_url": str(provider.make_url("")).rstrip("/")}
                document = {
                    "backend": "stripe",
                    "integration_tokens": [TOKEN],
                    "modes": {"test": mode},
                    "journal": "none",
                    "state": redis.address,
                    "limits": limits,
                }
                file.write_text(json.dumps(document), encoding="utf-8")
                process = processes.enter_context(
                    running("serve", "--config", str(file), "--port", "0", "--admin-port", "0")
                )
                started = await asyncio.to_thread(logged, process, "started")
                headers = {"Authorization": f"Bearer {TOKEN}", "X-Churnkey-Mode": "test"}
                session = await open_sessions.enter_async_context(ClientSession(headers=headers))
                return Replica(process, f"http://{started['listening']}", f"http://{started['admin']}", session)

            yield start


class Barrier:
    """Holds the next write at the provider until it is opened."""

    def __init__(self, simulator: StripeSimulator) -> None:
        self._reached = asyncio.Event()
        self._opened = asyncio.Event()
        simulator.faults.add(Fault.calling(self._wait, method="POST"))

    async def until_reached(self) -> None:
        """Wait until a write is held."""
        await until(self._reached.is_set)

    def open(self) -> None:
        """Let it through."""
        self._opened.set()

    async def _wait(self, request: object) -> None:
        self._reached.set()
        await self._opened.wait()


def lost(log: list[dict[str, Any]]) -> int:
    """How many lines say that shared state was lost."""
    return sum(event["event"] == "shared state lost" for event in log)


async def test_twenty_identical_actions_at_two_processes_are_one(
    simulator: StripeSimulator, serve: Serve, redis: RedisServer
) -> None:
    replicas = [await serve(redis), await serve(redis)]

    barrier = Barrier(simulator)
    asked = [asyncio.create_task(replicas[number % 2].act(CANCEL)) for number in range(20)]
    await barrier.until_reached()
    await asyncio.sleep(A_MOMENT_S)
    barrier.open()

    assert await asyncio.gather(*asked) == [200] * 20
    # One look, one write: of the other nineteen the provider hears nothing.
    assert [request.method for request in simulator.requests] == ["GET", "POST"]
    for replica in replicas:
        assert lost(await replica.stopped()) == 0


async def test_without_a_window_they_are_still_one_at_the_provider(
    simulator: StripeSimulator, serve: Serve, redis: RedisServer
) -> None:
    """The lock alone makes the later ones find that it is so already."""
    replicas = [await serve(redis, dedupe_s=0), await serve(redis, dedupe_s=0)]

    answers = await asyncio.gather(*(replicas[number % 2].act(CANCEL) for number in range(6)))

    assert answers == [200] * 6
    assert len(simulator.written()) == 1


async def test_two_actions_on_one_customer_do_not_meet_at_the_provider(
    simulator: StripeSimulator, serve: Serve, redis: RedisServer
) -> None:
    first, second = await serve(redis), await serve(redis)
    barrier = Barrier(simulator)
    one = asyncio.create_task(first.act(CANCEL))
    await barrier.until_reached()
    before = simulator.calls()

    other = asyncio.create_task(second.act(CANCEL_OTHER))
    await asyncio.sleep(A_MOMENT_S)
    assert simulator.calls() == before
    barrier.open()

    assert (await one, await other) == (200, 200)
    assert [request.path for request in simulator.written()] == ["/v1/subscriptions/sub_1", "/v1/subscriptions/sub_2"]


async def test_two_clicks_at_two_processes_extend_a_trial_once(
    simulator: StripeSimulator, serve: Serve, redis: RedisServer
) -> None:
    first, second = await serve(redis), await serve(redis)
    trial = simulator.account(KEY).subscriptions.rows["sub_trial"]
    end: int = trial["trial_end"]

    answers = await asyncio.gather(*(replica.act(EXTEND) for replica in (first, second)))
    answers += [await second.act(EXTEND), await first.act(EXTEND)]

    assert answers == [200] * 4
    assert trial["trial_end"] == end + 14 * DAY_S


async def test_the_calls_of_both_are_held_to_one_pace(
    simulator: StripeSimulator, serve: Serve, redis: RedisServer
) -> None:
    """One call, and the second a hundred seconds later: before that every deadline has passed."""
    first, second = await serve(redis, requests_per_second=0.01), await serve(redis, requests_per_second=0.01)

    assert [await first.read(), await second.read()] == [200, 503]
    assert len(simulator.calls()) == 1


async def test_when_redis_goes_requests_go_on_and_it_is_told_once(
    simulator: StripeSimulator, serve: Serve, mortal_redis: RedisServer
) -> None:
    replicas = [await serve(mortal_redis), await serve(mortal_redis)]
    barrier = Barrier(simulator)
    under_way = asyncio.create_task(replicas[0].act(EXTEND))
    await barrier.until_reached()

    mortal_redis.kill()
    barrier.open()

    answers = [await under_way]
    for replica in replicas:
        answers += [await replica.act(CANCEL), await replica.act(CANCEL_OTHER), await replica.read()]
    assert answers == [200] * 7
    for replica in replicas:
        text = await replica.metrics()
        assert 'churnkey_gateway_state_lost{backend="stripe"} 1.0' in text
        assert 'churnkey_gateway_state_alone_total{backend="stripe",part="lock"} 2.0' in text
        assert lost(await replica.stopped()) == 1


async def test_it_starts_without_redis(serve: Serve, mortal_redis: RedisServer) -> None:
    mortal_redis.kill()
    replica = await serve(mortal_redis)
    assert [await replica.act(CANCEL), await replica.act(CANCEL_OTHER)] == [200, 200]
    assert 'churnkey_gateway_state_lost{backend="stripe"} 1.0' in await replica.metrics()
    await replica.stopped()


async def test_a_redis_that_a_reload_leaves_out_is_missed_no_longer(
    serve: Serve, mortal_redis: RedisServer, tmp_path: Path
) -> None:
    mortal_redis.kill()
    replica = await serve(mortal_redis)
    assert await replica.act(CANCEL) == 200
    assert 'churnkey_gateway_state_lost{backend="stripe"} 1.0' in await replica.metrics()

    file = tmp_path / "backend.yaml"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"state": "memory"}), encoding="utf-8")
    replica.process.send_signal(signal.SIGHUP)
    await asyncio.to_thread(logged, replica.process, "settings reloaded")
    async with asyncio.timeout(LONG_S):
        while 'churnkey_gateway_state_lost{backend="stripe"} 0.0' not in await replica.metrics():
            continue
    await replica.stopped()


async def kill_in_mid_write(
    replica: Replica, action: tuple[str, Mapping[str, object]], simulator: StripeSimulator
) -> None:
    """The write takes effect, and the process does not live to hear of it."""
    simulator.faults.add(Fault.slow(LONG_S, after_effect=True, method="POST"))
    cut_off = asyncio.create_task(replica.act(action))
    await until(simulator.written)
    await asyncio.sleep(A_MOMENT_S)
    replica.process.kill()
    with pytest.raises(ClientError):
        await cut_off


async def test_a_process_that_is_killed_keeps_a_customer_for_its_lease_and_no_longer(
    simulator: StripeSimulator, serve: Serve, redis: RedisServer
) -> None:
    dying, other = await serve(redis), await serve(redis)
    await kill_in_mid_write(dying, CANCEL, simulator)

    held = redis.keys("churnkey-gateway:*")
    assert [key.split(":")[-2] for key in held] == ["request", "lock"]
    assert all(0 < redis.client.pttl(key) <= 30_000 for key in held)
    waiting = [asyncio.create_task(other.act(action)) for action in (CANCEL, CANCEL_OTHER)]
    await asyncio.sleep(A_MOMENT_S)
    assert not any(task.done() for task in waiting)
    # What the time does.
    for key in held:
        redis.client.pexpire(key, 1)

    assert await asyncio.gather(*waiting) == [200, 200]
    assert [request.path for request in simulator.written()] == [
        "/v1/subscriptions/sub_1",
        "/v1/subscriptions/sub_2",
    ]


async def test_an_extension_that_a_kill_cut_off_is_not_counted_on_by_another_process(
    simulator: StripeSimulator, serve: Serve, redis: RedisServer
) -> None:
    dying, other = await serve(redis), await serve(redis)
    await kill_in_mid_write(dying, EXTEND, simulator)

    (request,) = redis.keys("*:request:*")
    (lock,) = redis.keys("*:lock:*")
    # What the time does: the leases are over, and the window in which nobody knows what became of it goes on.
    redis.client.delete(lock)
    redis.client.pexpire(request, 59_000)

    assert await other.act(EXTEND) == 504
    assert await other.act(CANCEL) == 200
    assert [one.path for one in simulator.written()] == ["/v1/subscriptions/sub_trial", "/v1/subscriptions/sub_1"]
