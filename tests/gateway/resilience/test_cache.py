"""What changes rarely is asked for once, by however many at a time, and a failure is not remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from typing import Final

import pytest

from gateway.contract import Controller
from gateway.resilience import CatalogueCache, DeadlineExceeded, deadline
from tests.support.recording_observer import RecordingObserver

LONG_S: Final = 300.0


class GoneError(Exception):
    """There is no such value."""


class Source:
    """Where the values come from: the upper-case of every id but "gone". It waits while its gate is closed."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.error: Exception | None = None

    async def one(self, key: str) -> str:
        self.asked.append((key,))
        await self._pass()
        if key == "gone":
            raise GoneError(key)
        return key.upper()

    async def many(self, keys: Collection[str]) -> Mapping[str, str]:
        self.asked.append(tuple(keys))
        await self._pass()
        return {key: key.upper() for key in keys if key != "gone"}

    async def _pass(self) -> None:
        await self.gate.wait()
        if self.error is not None:
            raise self.error


@pytest.fixture
async def source() -> Source:
    return Source()


@pytest.fixture
def observer() -> RecordingObserver:
    return RecordingObserver()


@pytest.fixture
async def cache(observer: RecordingObserver) -> CatalogueCache[str]:
    return CatalogueCache(Controller.PRICES, LONG_S, observer)


async def test_a_value_is_asked_for_once_and_remembered(cache: CatalogueCache[str], source: Source) -> None:
    assert [await cache.get("a", source.one) for _ in range(3)] == ["A", "A", "A"]
    assert source.asked == [("a",)]


async def test_many_at_once_ask_once(cache: CatalogueCache[str], source: Source) -> None:
    assert await asyncio.gather(*(cache.get("a", source.one) for _ in range(10))) == ["A"] * 10
    assert source.asked == [("a",)]


async def test_several_values_are_asked_for_in_one_go_and_only_those_that_are_not_known(
    cache: CatalogueCache[str], source: Source
) -> None:
    cache.put("a", "put before")
    assert await cache.get_many(["a", "b", "c", "b"], source.many) == {"a": "put before", "b": "B", "c": "C"}
    assert source.asked == [("b", "c")]


async def test_what_others_are_fetching_already_is_not_asked_for_again(
    cache: CatalogueCache[str], source: Source
) -> None:
    source.gate.clear()
    first = asyncio.create_task(cache.get_many(["a", "b"], source.many))
    second = asyncio.create_task(cache.get_many(["b", "c"], source.many))
    third = asyncio.create_task(cache.get_many(["a", "c"], source.many))
    await asyncio.sleep(0.001)
    source.gate.set()
    assert list(await asyncio.gather(first, second, third)) == [
        {"a": "A", "b": "B"},
        {"b": "B", "c": "C"},
        {"a": "A", "c": "C"},
    ]
    assert source.asked == [("a", "b"), ("c",)]


async def test_nothing_is_asked_for_when_everything_is_known_or_nothing_is_wanted(
    cache: CatalogueCache[str], source: Source
) -> None:
    cache.put("a", "A")
    assert await cache.get_many(["a"], source.many) == {"a": "A"}
    assert await cache.get_many([], source.many) == {}
    assert source.asked == []


async def test_an_id_without_a_value_is_a_gap_among_many_and_is_asked_for_again(
    cache: CatalogueCache[str], source: Source
) -> None:
    for _ in range(2):
        assert await cache.get_many(["a", "gone"], source.many) == {"a": "A"}
    assert source.asked == [("a", "gone"), ("gone",)]


@pytest.mark.parametrize("first", ["alone", "among many"])
async def test_an_id_that_does_not_exist_is_an_error_alone_and_a_gap_among_many_though_asked_for_at_once(
    cache: CatalogueCache[str], source: Source, first: str
) -> None:
    source.gate.clear()
    among_many = [] if first == "alone" else [asyncio.create_task(cache.get_many(["a", "gone"], source.many))]
    await asyncio.sleep(0.001)
    alone = asyncio.create_task(cache.get("gone", source.one))
    await asyncio.sleep(0.001)
    among_many.append(asyncio.create_task(cache.get_many(["a", "gone"], source.many)))
    await asyncio.sleep(0.001)
    source.gate.set()
    with pytest.raises(GoneError):
        await alone
    assert [await one for one in among_many] == [{"a": "A"}] * len(among_many)


# -- failures -----------------------------------------------------------------------------------------------------


async def test_a_failure_reaches_everybody_who_waits_and_is_not_remembered(
    cache: CatalogueCache[str], source: Source
) -> None:
    source.error = ConnectionError()
    waiting = [cache.get("a", source.one) for _ in range(3)]
    assert [type(one) for one in await asyncio.gather(*waiting, return_exceptions=True)] == [ConnectionError] * 3
    source.error = None
    assert await cache.get("a", source.one) == "A"
    assert source.asked == [("a",), ("a",)]


async def test_a_failure_among_many_is_not_remembered(cache: CatalogueCache[str], source: Source) -> None:
    source.error = ConnectionError()
    with pytest.raises(ConnectionError):
        await cache.get_many(["a", "b"], source.many)
    source.error = None
    assert await cache.get_many(["a", "b"], source.many) == {"a": "A", "b": "B"}


async def test_one_that_is_cancelled_does_not_take_the_answer_from_the_others(
    cache: CatalogueCache[str], source: Source
) -> None:
    source.gate.clear()
    first, second = (asyncio.create_task(cache.get("a", source.one)) for _ in range(2))
    await asyncio.sleep(0.001)
    first.cancel()
    await asyncio.wait([first])
    source.gate.set()
    assert await second == "A"
    assert source.asked == [("a",)]


async def test_an_answer_nobody_waits_for_any_more_is_remembered(cache: CatalogueCache[str], source: Source) -> None:
    source.gate.clear()
    only = asyncio.create_task(cache.get("a", source.one))
    await asyncio.sleep(0.001)
    only.cancel()
    await asyncio.wait([only])
    source.gate.set()
    assert await cache.get("a", source.one) == "A"
    assert source.asked == [("a",)]


async def test_a_failure_nobody_waits_for_any_more_disturbs_nobody(cache: CatalogueCache[str], source: Source) -> None:
    problems: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: problems.append(context))
    source.gate.clear()
    source.error = ConnectionError()
    only = asyncio.create_task(cache.get("a", source.one))
    await asyncio.sleep(0.001)
    only.cancel()
    source.gate.set()
    await asyncio.sleep(0.001)
    source.error = None
    assert await cache.get("a", source.one) == "A"
    assert problems == []


async def test_nobody_waits_longer_than_the_request_may_and_the_others_still_get_the_answer(
    cache: CatalogueCache[str], source: Source
) -> None:
    source.gate.clear()
    patient = asyncio.create_task(cache.get("a", source.one))
    await asyncio.sleep(0.001)
    with deadline(0.01), pytest.raises(DeadlineExceeded):
        await cache.get("a", source.one)
    source.gate.set()
    assert await patient == "A"


async def test_what_is_known_is_answered_even_on_a_spent_budget(cache: CatalogueCache[str], source: Source) -> None:
    cache.put("a", "A")
    with deadline(0.0):
        assert await cache.get("a", source.one) == "A"


# -- memory -------------------------------------------------------------------------------------------------------


async def test_a_value_expires(source: Source) -> None:
    cache = CatalogueCache[str](Controller.PRICES, 0.01, RecordingObserver())
    await cache.get("a", source.one)
    await asyncio.sleep(0.02)
    await cache.get("a", source.one)
    assert source.asked == [("a",), ("a",)]


async def test_with_no_time_to_live_nothing_is_remembered_and_those_at_once_still_share(source: Source) -> None:
    cache = CatalogueCache[str](Controller.PRICES, 0, RecordingObserver())
    assert list(await asyncio.gather(*(cache.get("a", source.one) for _ in range(2)))) == ["A", "A"]
    assert await cache.get("a", source.one) == "A"
    assert source.asked == [("a",), ("a",)]


async def test_more_values_than_there_is_room_for_push_the_oldest_out(source: Source) -> None:
    cache = CatalogueCache[str](Controller.PRICES, LONG_S, RecordingObserver(), size=2)
    assert await cache.get_many(["a", "b", "c"], source.many) == {"a": "A", "b": "B", "c": "C"}
    await cache.get("c", source.one)
    await cache.get("a", source.one)
    assert source.asked == [("a", "b", "c"), ("a",)]


async def test_what_was_known_and_what_was_not_is_told(
    cache: CatalogueCache[str], source: Source, observer: RecordingObserver
) -> None:
    await cache.get("a", source.one)
    await cache.get_many(["a", "b", "c"], source.many)
    cache.known(["a", "b", "x"])
    assert observer.look_ups == [(Controller.PRICES, 0, 1), (Controller.PRICES, 1, 2), (Controller.PRICES, 2, 1)]
