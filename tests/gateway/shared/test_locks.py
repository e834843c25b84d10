"""One writer for each customer among all processes, and none that keeps a customer past its lease."""

from __future__ import annotations

import asyncio

import pytest

from gateway.contract import Mode
from gateway.resilience import LONGEST_GRACE_S, DeadlineExceeded, deadline
from gateway.shared.waiting import lease_s
from tests.gateway.shared.conftest import SOON_S, Join, Replica
from tests.support.redis_server import RedisServer
from tests.support.until import until

CUSTOMER = "ada@example.com"


async def hold(replica: Replica, diary: list[str], name: str, mode: Mode = Mode.LIVE) -> None:
    """Be in for a moment."""
    async with replica.state.locks(mode).hold(CUSTOMER):
        diary.append(f"{name} in")
        await asyncio.sleep(SOON_S)
        diary.append(f"{name} out")


def locks_in(redis: RedisServer) -> list[str]:
    return redis.keys("*:lock:*")


async def test_only_one_holds_a_customer_at_a_time(join: Join) -> None:
    replicas, diary = [join(), join(), join()], list[str]()
    with deadline(20):
        await asyncio.gather(*(hold(replicas[number % 3], diary, str(number)) for number in range(9)))
    assert len(diary) == 18
    for entered, left in zip(diary[::2], diary[1::2], strict=True):
        assert left == entered.replace("in", "out")


@pytest.mark.parametrize(
    ("backend", "mode"), [("acme", Mode.TEST), ("other", Mode.LIVE)], ids=["another mode", "another backend"]
)
async def test_what_is_not_the_same_account_does_not_wait(join: Join, backend: str, mode: Mode) -> None:
    first, second = join(), join(backend)
    async with first.state.locks(Mode.LIVE).hold(CUSTOMER):
        with deadline(20):
            await hold(second, [], "second", mode)


async def test_nobody_waits_longer_than_the_request_may(join: Join, redis: RedisServer) -> None:
    first, second = join(), join()
    async with first.state.locks(Mode.LIVE).hold(CUSTOMER):
        with deadline(0.05), pytest.raises(DeadlineExceeded, match="Another change for the same customer"):
            await hold(second, [], "second")
        assert len(locks_in(redis)) == 1
    assert locks_in(redis) == []


async def test_who_has_no_time_to_ask_does_not_begin(join: Join) -> None:
    replica, diary = join(), list[str]()
    with deadline(0), pytest.raises(DeadlineExceeded):
        await hold(replica, diary, "late")
    assert diary == []


@pytest.mark.parametrize("error", [LookupError(), asyncio.CancelledError()], ids=["an error", "cancelled"])
async def test_whatever_ends_the_holder_frees_the_customer(
    join: Join, redis: RedisServer, error: BaseException
) -> None:
    with pytest.raises(type(error)):
        async with join().state.locks(Mode.LIVE).hold(CUSTOMER):
            raise error
    assert locks_in(redis) == []


async def test_who_stops_waiting_leaves_nothing_behind(join: Join, redis: RedisServer) -> None:
    first, second = join(), join()
    async with first.state.locks(Mode.LIVE).hold(CUSTOMER):
        waiting = asyncio.create_task(hold(second, [], "second"))
        await asyncio.sleep(SOON_S)
        waiting.cancel()
        await asyncio.wait([waiting])
    with deadline(20):
        await hold(first, [], "again")
    assert locks_in(redis) == []


async def test_who_is_cancelled_in_mid_question_leaves_no_lock_behind(join: Join, redis: RedisServer) -> None:
    replica = join()
    with deadline(20):
        await hold(replica, [], "before")
    for turns in range(12):
        task = asyncio.create_task(hold(replica, [], "cut off"))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        await until(lambda: locks_in(redis) == [])


async def test_a_lock_runs_out_after_the_last_moment_of_its_holder(join: Join, redis: RedisServer) -> None:
    with deadline(20):
        async with join().state.locks(Mode.LIVE).hold(CUSTOMER):
            (key,) = locks_in(redis)
            # It is a lease, begun a moment ago, and outlasts what the holder may still do past its deadline.
            assert 15_000 + LONGEST_GRACE_S * 1000 < redis.client.pttl(key) <= 30_000


async def test_a_lease_is_bounded_where_the_deadline_is_not() -> None:
    assert lease_s() == 130


async def test_a_customer_whose_holder_died_is_free_when_the_lease_runs_out(join: Join, redis: RedisServer) -> None:
    dying, next_one, diary = join(), join(), list[str]()
    holder = asyncio.create_task(hold_for_ever(dying))
    await until(lambda: locks_in(redis))
    (key,) = locks_in(redis)
    waiting = asyncio.create_task(hold(next_one, diary, "next"))
    await asyncio.sleep(SOON_S)
    assert diary == []
    # What the time does.
    redis.client.pexpire(key, 1)
    await waiting
    assert diary == ["next in", "next out"]
    holder.cancel()
    await asyncio.wait([holder])


async def test_a_holder_whose_lease_ran_out_does_not_free_the_next_ones(join: Join, redis: RedisServer) -> None:
    slow, quick = join(), join()
    async with quick.state.locks(Mode.TEST).hold(CUSTOMER):
        async with slow.state.locks(Mode.LIVE).hold(CUSTOMER):
            (key,) = redis.keys("*:live:lock:*")
            redis.client.set(key, "the next one's")
        assert redis.client.get(key) == "the next one's"


async def test_whoever_reads_redis_learns_nobodys_address(join: Join, redis: RedisServer) -> None:
    async with join().state.locks(Mode.LIVE).hold(CUSTOMER):
        (key,) = locks_in(redis)
        assert key.startswith("churnkey-gateway:1:acme:live:lock:")
        assert "ada" not in key
        assert len(str(redis.client.get(key))) == 32


async def test_without_redis_one_holds_a_customer_in_each_process(join_mortal: Join, mortal_redis: RedisServer) -> None:
    replica, diary = join_mortal(), list[str]()
    mortal_redis.kill()
    with deadline(20):
        await asyncio.gather(*(hold(replica, diary, str(number)) for number in range(3)))
    assert diary == ["0 in", "0 out", "1 in", "1 out", "2 in", "2 out"]
    assert (replica.watch.is_lost, replica.watch.parts) == (True, {"lock": 3})


async def test_redis_may_go_while_a_lock_is_held(join_mortal: Join, mortal_redis: RedisServer) -> None:
    replica = join_mortal()
    with deadline(20):
        async with replica.state.locks(Mode.LIVE).hold(CUSTOMER):
            mortal_redis.kill()
        await hold(replica, [], "again")


async def hold_for_ever(replica: Replica) -> None:
    async with replica.state.locks(Mode.LIVE).hold(CUSTOMER):
        await asyncio.Event().wait()
