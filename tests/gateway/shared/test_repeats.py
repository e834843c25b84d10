"""The same request again, at another process: it gets the first one's answer."""

from __future__ import annotations

import asyncio

import pytest

from gateway.resilience import Cause, DeadlineExceeded, Failure, deadline
from tests.gateway.shared.conftest import SOON_S, Join, Replica
from tests.support.redis_server import RedisServer
from tests.support.until import until

REQUEST = 'live ExtendTrial {"customerId": "ada@example.com"}'
WINDOW_S = 60


class Deed:
    """Something that is done at either process, and how often; it waits for its gate, and may fail."""

    def __init__(self, failure: BaseException | None = None) -> None:
        self.times = 0
        self.failure = failure
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self) -> None:
        self.times += 1
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure


class LostStands:
    """The verdict that nothing lost is tried again."""

    def write(self, failure: Failure) -> str | None:
        return failure.message if failure.why is Cause.LOST else None

    def read(self, text: str) -> Failure:
        return Failure(text, cause=Cause.LOST)

    def unheard(self) -> Failure | None:
        return Failure("nobody heard", cause=Cause.LOST)


def requests_in(redis: RedisServer) -> list[str]:
    return redis.keys("*:request:*")


def refusals_by(redis: RedisServer) -> int:
    """How often somebody was told that what it wanted to claim is another's: only then the time left is looked at."""
    looks: int = redis.client.info("commandstats").get("cmdstat_pttl", {"calls": 0})["calls"]
    return looks


async def once(replica: Replica, deed: Deed, request: str = REQUEST, window_s: float = WINDOW_S) -> bool:
    return await replica.state.repeats(window_s).once(request, deed)


async def once_for_all(replica: Replica, deed: Deed) -> bool:
    """What is lost is not tried again."""
    return await replica.state.repeats(WINDOW_S).once(REQUEST, deed, LostStands())


async def test_what_one_process_did_the_other_does_not_do_again(join: Join) -> None:
    deed = Deed()
    assert await once(join(), deed)
    assert not await once(join(), deed)
    assert deed.times == 1


async def test_those_that_come_meanwhile_wait_for_the_outcome(join: Join) -> None:
    replicas, deed = [join(), join()], Deed()
    deed.gate.clear()
    together = [asyncio.create_task(once(replicas[number % 2], deed)) for number in range(20)]
    await until(lambda: deed.times)
    await asyncio.sleep(SOON_S)
    assert not any(task.done() for task in together)
    deed.gate.set()
    assert sorted(await asyncio.gather(*together)) == [False] * 19 + [True]
    assert deed.times == 1


@pytest.mark.parametrize(
    ("backend", "request_"), [("other", REQUEST), ("acme", "another")], ids=["another backend", "another request"]
)
async def test_what_is_not_the_same_is_carried_out(join: Join, backend: str, request_: str) -> None:
    deed = Deed()
    assert await once(join(), deed)
    assert await once(join(backend), deed, request_)
    assert deed.times == 2


async def test_a_success_stands_for_the_window(join: Join, redis: RedisServer) -> None:
    await once(join(), Deed())
    (key,) = requests_in(redis)
    assert WINDOW_S * 500 < redis.client.pttl(key) <= WINDOW_S * 1000


async def test_after_the_window_it_is_carried_out_again(join: Join) -> None:
    deed = Deed()
    assert await once(join(), deed, window_s=SOON_S)
    await asyncio.sleep(5 * SOON_S)
    assert await once(join(), deed)
    assert deed.times == 2


async def test_an_outcome_that_comes_too_late_does_not_take_the_place_of_anothers_claim(
    join: Join, redis: RedisServer
) -> None:
    deed = Deed()
    deed.gate.clear()
    late = asyncio.create_task(once(join(), deed))
    await until(lambda: deed.times)
    (key,) = requests_in(redis)
    # What another process does once the claim has run out.
    redis.client.set(key, "claimed by another", px=WINDOW_S * 1000)
    deed.gate.set()
    assert await late
    assert redis.client.get(key) == "claimed by another"


async def test_with_no_window_nothing_is_asked(join: Join, redis: RedisServer) -> None:
    replica, deed = join(), Deed()
    assert [await once(replica, deed, window_s=0) for _ in range(2)] == [True, True]
    assert requests_in(redis) == []


async def test_after_a_failure_the_other_carries_it_out_itself(join: Join, redis: RedisServer) -> None:
    first, second, deed = join(), join(), Deed(Failure("refused"))
    deed.gate.clear()
    failing = asyncio.create_task(once(first, deed))
    await until(lambda: deed.times)
    waiting = asyncio.create_task(once(second, deed))
    await asyncio.sleep(SOON_S)
    assert deed.times == 1
    deed.gate.set()
    for task in (failing, waiting):
        with pytest.raises(Failure, match="refused"):
            await task
    assert deed.times == 2
    assert requests_in(redis) == []


async def test_a_failure_that_is_final_stands_at_the_other_too(join: Join) -> None:
    deed = Deed(Failure("lost for ever", cause=Cause.LOST))
    for replica in (join(), join(), join()):
        with pytest.raises(Failure, match=r"^lost for ever$") as caught:
            await once_for_all(replica, deed)
        assert caught.value.why is Cause.LOST
    assert deed.times == 1


@pytest.mark.parametrize("end", [RuntimeError("ours"), asyncio.CancelledError()], ids=["an error of ours", "cancelled"])
async def test_what_is_no_answer_leaves_the_request_to_the_next(join: Join, end: BaseException) -> None:
    with pytest.raises(type(end)):
        await once(join(), Deed(end))
    with deadline(20):
        assert await once(join(), Deed())


async def test_who_stops_waiting_takes_the_claim_from_nobody(join: Join) -> None:
    first, second, deed = join(), join(), Deed()
    deed.gate.clear()
    doing = asyncio.create_task(once(first, deed))
    await until(lambda: deed.times)
    with deadline(0.05), pytest.raises(DeadlineExceeded, match="The same request is under way already"):
        await once(second, deed)
    giving_up = asyncio.create_task(once(second, deed))
    await asyncio.sleep(SOON_S)
    giving_up.cancel()
    await asyncio.wait([giving_up])
    deed.gate.set()
    assert await doing
    assert not await once(second, deed)
    assert deed.times == 1


async def test_who_is_cancelled_in_mid_question_leaves_no_claim_behind(join: Join, redis: RedisServer) -> None:
    replica = join()
    for turns in range(12):
        deed = Deed()
        deed.gate.clear()
        task = asyncio.create_task(once(replica, deed))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        await until(lambda: requests_in(redis) == [])


async def test_who_has_no_time_to_ask_does_not_begin(join: Join) -> None:
    deed = Deed()
    with deadline(0), pytest.raises(DeadlineExceeded):
        await once(join(), deed)
    assert deed.times == 0


# -- a process that dies ------------------------------------------------------------------------------------------


async def test_a_claim_whose_process_died_runs_out(join: Join, redis: RedisServer) -> None:
    dying, other, deed = join(), join(), Deed()
    deed.gate.clear()
    with deadline(20):
        task = asyncio.create_task(once(dying, deed))
        await until(lambda: deed.times)
    (key,) = requests_in(redis)
    assert 10_000 < redis.client.pttl(key) <= 30_000
    redis.client.pexpire(key, 1)
    assert await once(other, Deed())
    deed.gate.set()
    await task


async def test_where_a_second_time_would_harm_nobody_goes_on_after_one_that_died(
    join: Join, redis: RedisServer
) -> None:
    dying, other, deed = join(), join(), Deed()
    deed.gate.clear()
    task = asyncio.create_task(once_for_all(dying, deed))
    await until(lambda: deed.times)
    (key,) = requests_in(redis)
    # Its lease is over; the claim stays for as long as an outcome would.
    redis.client.pexpire(key, WINDOW_S * 1000 - 1000)
    with deadline(20), pytest.raises(Failure, match="nobody heard"):
        await once_for_all(other, deed)
    assert deed.times == 1
    task.cancel()
    await asyncio.wait([task])


# -- without Redis ------------------------------------------------------------------------------------------------


async def test_without_redis_each_process_remembers_for_itself(join_mortal: Join, mortal_redis: RedisServer) -> None:
    first, second, deed = join_mortal(), join_mortal(), Deed()
    mortal_redis.kill()
    assert [await once(replica, deed) for replica in (first, first, second)] == [True, False, True]
    assert (first.watch.parts, second.watch.parts) == ({"request": 1}, {"request": 1})


async def test_what_was_done_while_redis_was_away_is_told_when_it_is_back(
    join_mortal: Join, mortal_redis: RedisServer
) -> None:
    first, deed = join_mortal(), Deed()
    mortal_redis.kill()
    assert await once(first, deed)
    mortal_redis.start()
    await until(lambda: requests_in(mortal_redis))
    assert not await once(join_mortal(), deed)


async def test_redis_may_go_while_others_wait(join_mortal: Join, mortal_redis: RedisServer) -> None:
    first, second, deed = join_mortal(), join_mortal(), Deed()
    deed.gate.clear()
    doing = asyncio.create_task(once(first, deed))
    await until(lambda: deed.times)
    waiting = asyncio.create_task(once(second, deed))
    await until(lambda: refusals_by(mortal_redis) > 1)
    mortal_redis.kill()
    deed.gate.set()
    # The lock and the look at what is so already make a second time safe.
    assert await doing
    assert await waiting
    assert deed.times == 2


async def test_where_a_second_time_would_harm_nobody_goes_on_when_redis_goes(
    join_mortal: Join, mortal_redis: RedisServer
) -> None:
    first, second, deed = join_mortal(), join_mortal(), Deed()
    deed.gate.clear()
    doing = asyncio.create_task(once_for_all(first, deed))
    await until(lambda: deed.times)
    waiting = asyncio.create_task(once_for_all(second, deed))
    # It looks again, so it has been told.
    await until(lambda: refusals_by(mortal_redis) > 1)
    mortal_redis.kill()
    with pytest.raises(Failure, match="nobody heard"):
        await waiting
    deed.gate.set()
    assert await doing
    assert deed.times == 1


async def test_whoever_reads_redis_learns_nobodys_address(join: Join, redis: RedisServer) -> None:
    await once(join(), Deed())
    (key,) = requests_in(redis)
    assert key.startswith("churnkey-gateway:1:acme:request:")
    assert (redis.client.get(key), "ada" in key) == ("done", False)
