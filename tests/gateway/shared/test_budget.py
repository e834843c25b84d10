"""How often all processes together call a provider."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Final

import pytest

from gateway.contract import Mode
from gateway.resilience import Gate, Pace, Shed, Urgency, deadline
from gateway.shared.budget import SharedBudget
from gateway.shared.link import Away
from gateway.shared.scripts import BLOCK, TAKE
from tests.gateway.shared.conftest import SOON_S, Join, Replica, Watch
from tests.support.manual_time import ManualTime
from tests.support.redis_server import RedisServer
from tests.support.until import until

RARELY: Final = 0.01
"""A call in a hundred seconds: no test lives to see the second one."""
OFTEN: Final = 1000.0
LONGEST_MS: Final = 60_000


def gate(replica: Replica, rate: float, mode: Mode = Mode.LIVE) -> Gate:
    """The gate of one process, as an adapter has it."""
    return Gate(1000, Pace(rate), budget=replica.state.budget(mode, rate))


async def enter(through: Gate, urgency: Urgency = Urgency.ACTION, seconds: float = 20) -> None:
    with deadline(seconds):
        await through.enter(urgency)


# -- what is kept in Redis ----------------------------------------------------------------------------------------


async def test_no_more_is_given_than_there_is(join: Join) -> None:
    ask = partial(join().link.ask, TAKE, "budget", RARELY, 10)
    given = [await ask(4, LONGEST_MS) for _ in range(4)]
    assert [taken for taken, _ in given] == [4, 4, 2, 0]
    assert [given[0][1], given[1][1]] == [0, 0]
    for _, microseconds in given[2:]:
        assert 90_000_000 < microseconds <= 100_000_000


async def test_it_fills_with_time_and_not_beyond_its_bound(join: Join, redis: RedisServer) -> None:
    ask = partial(join().link.ask, TAKE, "budget", 100, 10)
    await ask(10, LONGEST_MS)
    seconds, microseconds = redis.client.time()
    # Empty an hour ago.
    redis.client.hset("budget", "full", str((seconds - 3600) * 1_000_000 + microseconds))
    taken, _ = await ask(1000, LONGEST_MS)
    assert taken == 10


async def test_a_block_holds_and_a_shorter_one_does_not_end_it(join: Join) -> None:
    link = join().link
    await link.ask(BLOCK, "budget", 30_000)
    await link.ask(BLOCK, "budget", 1)
    taken, microseconds = await link.ask(TAKE, "budget", OFTEN, OFTEN, 1, LONGEST_MS)
    assert taken == 0
    assert 20_000_000 < microseconds <= 30_000_000


async def test_a_clock_that_was_put_back_stops_nobody(join: Join, redis: RedisServer) -> None:
    seconds, _ = redis.client.time()
    later = str((seconds + 3600) * 1_000_000)
    redis.client.hset("budget", mapping={"full": later, "blocked": later})
    taken, microseconds = await join().link.ask(TAKE, "budget", OFTEN, 1, 1, LONGEST_MS)
    assert (taken, microseconds) == (0, 1000)


async def test_what_nobody_uses_is_not_kept(join: Join, redis: RedisServer) -> None:
    each_s = 1 / RARELY
    await join().link.ask(TAKE, "budget", RARELY, 1, 1, LONGEST_MS)
    # Until it is full again, and a second more.
    assert 0 < redis.client.pttl("budget") <= (each_s + 1) * 1000


# -- what a process makes of it -----------------------------------------------------------------------------------


async def test_what_one_process_used_the_other_does_not_have(join: Join) -> None:
    first, second = gate(join(), RARELY), gate(join(), RARELY)
    await enter(first)
    with pytest.raises(Shed) as caught:
        await enter(second)
    assert 90 < (caught.value.retry_after or 0) <= 100


async def test_each_mode_and_backend_has_a_budget_of_its_own(join: Join) -> None:
    for one in (gate(join(), RARELY), gate(join(), RARELY, Mode.TEST), gate(join("other"), RARELY)):
        await enter(one)


async def test_calls_do_not_each_ask_redis(join: Join, redis: RedisServer) -> None:
    through = gate(join(), OFTEN)
    await enter(through)
    redis.client.config_resetstat()
    for _ in range(80):
        await enter(through)
    assert redis.client.info("commandstats").get("cmdstat_evalsha", {"calls": 0})["calls"] < 10


async def test_many_calls_at_once_all_have_their_turn(join: Join) -> None:
    gates = [gate(join(), OFTEN), gate(join(), OFTEN)]
    await asyncio.gather(*(enter(gates[number % 2]) for number in range(1200)))
    assert [one.waiting for one in gates] == [0, 0]


async def test_what_is_unfinished_does_not_wait_and_is_taken_from_the_rest(join: Join) -> None:
    replica = join()
    through = gate(replica, RARELY)
    await enter(through)
    for _ in range(3):
        await enter(through, Urgency.UNFINISHED)
    with pytest.raises(Shed) as caught:
        await enter(gate(replica, RARELY), seconds=20)
    assert (caught.value.retry_after or 0) > 90
    with pytest.raises(Shed) as caught:
        await enter(through, seconds=20)
    assert (caught.value.retry_after or 0) > 190


async def test_a_wish_to_be_left_alone_holds_for_all_processes(join: Join, redis: RedisServer) -> None:
    first, second = gate(join(), OFTEN), gate(join(), OFTEN)
    first.slow_down(0.0, 30.0)
    await until(lambda: redis.keys("*:budget"))
    with pytest.raises(Shed) as caught:
        await enter(second)
    assert 20 < (caught.value.retry_after or 0) <= 30


async def test_calls_taken_and_not_made_are_forgotten_after_a_second(join: Join) -> None:
    replica, now = join(), ManualTime()
    budget = SharedBudget(OFTEN, replica.link, "budget", Watch(), now)
    await budget.ask()
    assert budget.delay(100) == 0.0
    now.move(1.1)
    assert budget.delay(1) > 0.0
    await budget.ask()
    assert budget.delay(1) == 0.0


async def test_a_call_that_was_not_made_leaves_its_turn_to_the_next(join: Join) -> None:
    through = gate(join(), RARELY)
    await enter(through)
    through.leave(called=False)
    await enter(through)


# -- without Redis ------------------------------------------------------------------------------------------------


async def test_without_redis_each_process_has_its_own_pace(join_mortal: Join, mortal_redis: RedisServer) -> None:
    first, second = join_mortal(), join_mortal()
    mortal_redis.kill()
    for replica in (first, second):
        through = gate(replica, RARELY)
        await enter(through)
        with pytest.raises(Shed):
            await enter(through)
        assert replica.watch.parts == {"call": 1}


async def test_those_who_wait_go_on_when_redis_goes(join_mortal: Join, mortal_redis: RedisServer) -> None:
    first, second = join_mortal(), join_mortal()
    await enter(gate(first, RARELY))
    through = gate(second, RARELY)
    waiting = asyncio.create_task(enter(through, seconds=500))
    await until(lambda: through.waiting)
    await asyncio.sleep(SOON_S)
    assert not waiting.done()
    mortal_redis.kill()
    with pytest.raises(Away):
        await second.link.ask(BLOCK, "budget", 1)
    await waiting


async def test_nobody_waits_for_an_answer_longer_than_it_has_time(join_mortal: Join, mortal_redis: RedisServer) -> None:
    replica = join_mortal()
    mortal_redis.fall_silent()
    with pytest.raises(Shed):
        await enter(gate(replica, OFTEN), seconds=0.03)
    mortal_redis.speak_again()
