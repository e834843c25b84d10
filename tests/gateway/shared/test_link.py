"""The line to Redis: short questions, one loud line when it is lost, and nobody waits for its return."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from functools import partial

import pytest

from gateway.shared.link import Away, Link
from gateway.shared.scripts import CLAIM, RELEASE
from tests.gateway.shared.conftest import PATIENCE_S
from tests.support.log import recorded_log
from tests.support.redis_server import RedisServer
from tests.support.until import until

LONG_MS = 60_000
Connect = Callable[..., Link]


async def lose(link: Link) -> None:
    """Notice that it is gone."""
    with pytest.raises(Away):
        await link.ask(CLAIM, "key", "mine", LONG_MS)
    assert link.is_lost


async def test_a_question_is_answered(redis: RedisServer, connect: Connect) -> None:
    link = connect(redis)
    assert await link.ask(CLAIM, "key", "mine", LONG_MS) is None
    present, milliseconds = await link.ask(CLAIM, "key", "theirs", LONG_MS)
    assert present == "mine"
    assert 0 < milliseconds <= LONG_MS


async def test_many_questions_at_once_get_each_its_own_answer(redis: RedisServer, connect: Connect) -> None:
    link = connect(redis)
    keys = [f"key {number}" for number in range(100)]
    await asyncio.gather(*(link.ask(CLAIM, key, key, LONG_MS) for key in keys))
    answers = await asyncio.gather(*(link.ask(CLAIM, key, "other", LONG_MS) for key in keys))
    assert [present for present, _ in answers] == keys


async def test_a_question_that_is_cancelled_leaves_its_answer_to_nobody_else(
    redis: RedisServer, connect: Connect
) -> None:
    link = connect(redis)
    for number in range(50):
        await link.ask(CLAIM, f"key {number}", f"value {number}", LONG_MS)
    questions = [asyncio.create_task(link.ask(CLAIM, f"key {number}", "x", LONG_MS)) for number in range(0, 50, 2)]
    for turns in range(len(questions)):
        for _ in range(turns % 5):
            await asyncio.sleep(0)
        questions[turns].cancel()
    answers = await asyncio.gather(*(link.ask(CLAIM, f"key {number}", "x", LONG_MS) for number in range(1, 50, 2)))
    assert [present for present, _ in answers] == [f"value {number}" for number in range(1, 50, 2)]
    await asyncio.gather(*questions, return_exceptions=True)
    assert not link.is_lost


async def test_a_redis_that_is_not_there_is_told_at_once_and_once(mortal_redis: RedisServer, connect: Connect) -> None:
    mortal_redis.kill()
    with recorded_log() as log:
        link = connect(mortal_redis)
        await until(log.events)
        # It is looked for again and again meanwhile.
        for _ in range(5):
            await asyncio.sleep(0.01)
            with pytest.raises(Away):
                await link.ask(CLAIM, "key", "mine", LONG_MS)
    (event,) = log.events()
    assert (event["event"], event["level"]) == ("shared state lost", "error")
    assert f"unix://{event['redis']}" == mortal_redis.address
    assert "act on one customer at once" in event["not_covered"]


async def test_while_it_is_lost_nothing_is_asked(mortal_redis: RedisServer, connect: Connect) -> None:
    link = connect(mortal_redis, probe_every_s=math.inf)
    mortal_redis.kill()
    await lose(link)
    mortal_redis.start()
    with pytest.raises(Away) as caught:
        await link.ask(CLAIM, "key", "mine", LONG_MS)
    assert not caught.value.asked
    assert mortal_redis.keys() == []


async def test_it_comes_back_by_itself_and_says_so(mortal_redis: RedisServer, connect: Connect) -> None:
    link = connect(mortal_redis)
    await link.ask(CLAIM, "before", "mine", LONG_MS)
    with recorded_log() as log:
        mortal_redis.kill()
        await lose(link)
        mortal_redis.start()
        await until(lambda: not link.is_lost)
    # It is empty, and knows no script any more.
    assert await link.ask(CLAIM, "before", "mine", LONG_MS) is None
    assert [event["event"] for event in log.events()] == ["shared state lost", "shared state is back"]


async def test_silence_is_not_waited_for(mortal_redis: RedisServer, connect: Connect) -> None:
    link = connect(mortal_redis, patience_s=0.05, probe_every_s=math.inf)
    await asyncio.sleep(0.05)
    mortal_redis.fall_silent()
    answers = await asyncio.gather(
        *(link.ask(CLAIM, f"key {number}", "mine", LONG_MS) for number in range(100)), return_exceptions=True
    )
    assert {type(answer) for answer in answers} == {Away}
    assert link.is_lost


async def test_who_had_no_time_to_ask_does_not_make_it_count_as_lost(
    mortal_redis: RedisServer, connect: Connect
) -> None:
    link = connect(mortal_redis)
    mortal_redis.fall_silent()
    with pytest.raises(Away):
        await link.ask(CLAIM, "key", "mine", LONG_MS, patience_s=0.01)
    assert not link.is_lost
    mortal_redis.speak_again()


@pytest.mark.parametrize(
    ("setting", "value", "reason"),
    [
        pytest.param("replicaof", "127.0.0.1 1", "READONLY", id="it may only be read"),
        pytest.param("maxmemory", "1", "OOM", id="it is full"),
        pytest.param("requirepass", "secret", "Authentication required", id="it wants a password"),
    ],
)
async def test_a_redis_that_refuses_is_as_good_as_gone(
    mortal_redis: RedisServer, connect: Connect, setting: str, value: str, reason: str
) -> None:
    if setting == "replicaof":
        mortal_redis.client.replicaof(*value.split())
    else:
        mortal_redis.client.config_set(setting, value)
    with recorded_log() as log:
        await lose(connect(mortal_redis))
        await asyncio.sleep(0.03)
    (event,) = log.events()
    assert event["event"] == "shared state lost"
    assert reason in event["error"]
    assert "secret" not in log.text


async def test_what_is_owed_is_done_when_it_is_back(mortal_redis: RedisServer, connect: Connect) -> None:
    link = connect(mortal_redis)
    await link.ask(CLAIM, "key", "mine", LONG_MS)
    mortal_redis.fall_silent()
    impatient = connect(mortal_redis, patience_s=0.05)
    await impatient.surely(partial(impatient.ask, RELEASE, "key", "mine"), time.monotonic() + 60)
    await impatient.surely(partial(impatient.ask, CLAIM, "too late", "mine", LONG_MS), time.monotonic())
    assert impatient.is_lost
    mortal_redis.speak_again()
    await until(lambda: not impatient.is_lost)
    await until(lambda: mortal_redis.keys() == [])
    assert await link.ask(CLAIM, "key", "theirs", LONG_MS) is None


async def test_a_link_that_is_closed_leaves_no_connection_and_no_task(redis: RedisServer, connect: Connect) -> None:
    before = len(redis.client.client_list())
    tasks = asyncio.all_tasks()
    link = connect(redis)
    await asyncio.gather(*(link.ask(CLAIM, f"key {number}", "mine", LONG_MS) for number in range(20)))
    await link.close()
    link.owe(partial(link.ask, RELEASE, "key 0", "mine"), time.monotonic() + 60)
    assert asyncio.all_tasks() == tasks
    await until(lambda: len(redis.client.client_list()) <= before)


async def test_it_can_be_closed_at_any_moment_also_while_it_looks_for_a_redis_that_refuses(
    mortal_redis: RedisServer,
) -> None:
    mortal_redis.client.replicaof("127.0.0.1", "1")
    tasks = asyncio.all_tasks()
    for turns in range(100):
        link = Link(mortal_redis.address, patience_s=PATIENCE_S, probe_every_s=0)
        await lose(link)
        for _ in range(turns):
            await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE_S):
            await link.close()
        assert asyncio.all_tasks() == tasks
