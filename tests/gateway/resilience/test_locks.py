"""One writer for each key at a time, in the order they came, and no memory of those that are gone."""

from __future__ import annotations

import asyncio

import pytest

from gateway.resilience import DeadlineExceeded, KeyedLocks, deadline


async def until_nothing_moves() -> None:
    """Let every task run as far as it can."""
    for _ in range(20):
        await asyncio.sleep(0)


class Writer:
    """Holds the lock of a key until it is let go, and notes in a diary that it came in."""

    def __init__(self, locks: KeyedLocks, diary: list[str], name: str, key: str = "cus_1") -> None:
        self.let_go = asyncio.Event()
        self._locks, self._diary, self._name, self._key = locks, diary, name, key
        self.task = asyncio.create_task(self._write())

    async def _write(self) -> None:
        async with self._locks.hold(self._key):
            self._diary.append(self._name)
            await self.let_go.wait()


async def test_only_one_holds_a_key_at_a_time() -> None:
    locks, inside, most = KeyedLocks(), 0, 0

    async def write() -> None:
        nonlocal inside, most
        async with locks.hold("cus_1"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(write() for _ in range(20)))
    assert most == 1


async def test_different_keys_do_not_wait_for_each_other() -> None:
    locks, diary = KeyedLocks(), list[str]()
    writers = [Writer(locks, diary, key, key) for key in ("cus_1", "cus_2")]
    await until_nothing_moves()
    assert diary == ["cus_1", "cus_2"]
    assert len(locks) == 2
    for writer in writers:
        writer.let_go.set()
        await writer.task


async def test_those_who_wait_have_their_turn_in_the_order_they_came() -> None:
    locks, diary = KeyedLocks(), list[str]()
    writers = [Writer(locks, diary, str(number)) for number in range(5)]
    for number, writer in enumerate(writers):
        await until_nothing_moves()
        assert diary == [str(one) for one in range(number + 1)]
        writer.let_go.set()
    await asyncio.gather(*(writer.task for writer in writers))


async def test_a_newcomer_does_not_overtake_those_who_wait() -> None:
    locks, diary = KeyedLocks(), list[str]()
    first, second = Writer(locks, diary, "first"), Writer(locks, diary, "second")
    await until_nothing_moves()
    first.let_go.set()
    late = Writer(locks, diary, "late")
    for writer in (first, second, late):
        writer.let_go.set()
    await asyncio.gather(first.task, second.task, late.task)
    assert diary == ["first", "second", "late"]


@pytest.mark.parametrize("error", [LookupError(), DeadlineExceeded("too late"), asyncio.CancelledError()])
async def test_a_failure_frees_the_key(error: BaseException) -> None:
    locks = KeyedLocks()
    with pytest.raises(type(error)):
        async with locks.hold("cus_1"):
            raise error
    assert len(locks) == 0
    with deadline(0.0):
        async with locks.hold("cus_1"):
            assert len(locks) == 1


async def test_a_holder_that_is_cancelled_frees_the_key() -> None:
    locks, diary = KeyedLocks(), list[str]()
    first, second = Writer(locks, diary, "first"), Writer(locks, diary, "second")
    await until_nothing_moves()
    first.task.cancel()
    await until_nothing_moves()
    assert diary == ["first", "second"]
    second.let_go.set()
    await second.task
    assert len(locks) == 0


async def test_one_that_gives_up_waiting_does_not_stop_the_next() -> None:
    locks, diary = KeyedLocks(), list[str]()
    first, second, third = (Writer(locks, diary, name) for name in ("first", "second", "third"))
    await until_nothing_moves()
    second.task.cancel()
    first.let_go.set()
    await until_nothing_moves()
    assert diary == ["first", "third"]
    third.let_go.set()
    await third.task
    assert len(locks) == 0


async def test_one_that_is_cancelled_just_as_its_turn_comes_passes_it_on() -> None:
    locks, diary = KeyedLocks(), list[str]()
    first, second, third = (Writer(locks, diary, name) for name in ("first", "second", "third"))
    await until_nothing_moves()
    first.let_go.set()
    await asyncio.sleep(0)
    second.task.cancel()
    third.let_go.set()
    await asyncio.wait([first.task, second.task, third.task])
    assert diary[-1] == "third"
    assert len(locks) == 0


async def test_one_that_gives_up_waiting_leaves_the_holder_alone() -> None:
    locks, diary = KeyedLocks(), list[str]()
    first, second = Writer(locks, diary, "first"), Writer(locks, diary, "second")
    await until_nothing_moves()
    second.task.cancel()
    await until_nothing_moves()
    third = Writer(locks, diary, "third")
    third.let_go.set()
    await until_nothing_moves()
    assert diary == ["first"]
    first.let_go.set()
    await asyncio.gather(first.task, third.task)
    assert diary == ["first", "third"]
    assert len(locks) == 0


async def test_nobody_waits_longer_than_the_request_may() -> None:
    locks, diary = KeyedLocks(), list[str]()
    first = Writer(locks, diary, "first")
    await until_nothing_moves()
    with deadline(0.01), pytest.raises(DeadlineExceeded, match="Another change for the same customer"):
        async with locks.hold("cus_1"):
            diary.append("second")
    assert diary == ["first"]
    first.let_go.set()
    await first.task
    assert len(locks) == 0


async def test_a_key_nobody_wants_takes_no_memory() -> None:
    locks = KeyedLocks()
    for number in range(1000):
        async with locks.hold(f"cus_{number}"):
            assert len(locks) == 1
    assert len(locks) == 0


async def test_a_key_is_remembered_as_long_as_anybody_waits_for_it() -> None:
    locks, diary = KeyedLocks(), list[str]()
    first, second = Writer(locks, diary, "first"), Writer(locks, diary, "second")
    await until_nothing_moves()
    first.let_go.set()
    await first.task
    assert len(locks) == 1
    second.let_go.set()
    await second.task
    assert len(locks) == 0


async def test_who_comes_while_the_lock_is_handed_on_waits_no_longer_than_the_request_may() -> None:
    """Between one holder and the next a lock is open for a moment, and yet not to be had."""
    locks, diary = KeyedLocks(), list[str]()
    first, second = Writer(locks, diary, "first"), Writer(locks, diary, "second")
    await until_nothing_moves()
    first.let_go.set()
    await first.task
    with pytest.raises(DeadlineExceeded), deadline(0.01):
        async with locks.hold("cus_1"):
            diary.append("third")
    second.let_go.set()
    await second.task

    assert diary == ["first", "second"]
