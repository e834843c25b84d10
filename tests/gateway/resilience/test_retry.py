"""What is tried again, how often, after how long, and never past the deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from itertools import product
from typing import Final

import pytest

from gateway.resilience import Cause, DeadlineExceeded, Failure, Retrier, Safety, Shed, deadline
from gateway.resilience.retry import RETRIED
from tests.support.recording_observer import RecordingObserver

YES, NO = True, False
READ, SAFE, UNSAFE = Safety.READ, Safety.SAFE_WRITE, Safety.UNSAFE_WRITE

TABLE: Final[dict[tuple[Cause | None, Safety], bool]] = {
    # Refused for too many requests: it was not executed.
    (Cause.RATE_LIMITED, READ): YES,
    (Cause.RATE_LIMITED, SAFE): YES,
    (Cause.RATE_LIMITED, UNSAFE): YES,
    # The object is locked, or the same request is still running.
    (Cause.BUSY, READ): YES,
    (Cause.BUSY, SAFE): YES,
    (Cause.BUSY, UNSAFE): NO,
    # No connection: the provider has not seen it.
    (Cause.NOT_SENT, READ): YES,
    (Cause.NOT_SENT, SAFE): YES,
    (Cause.NOT_SENT, UNSAFE): YES,
    # A fault of the provider: a write may have happened.
    (Cause.UNAVAILABLE, READ): YES,
    (Cause.UNAVAILABLE, SAFE): NO,
    (Cause.UNAVAILABLE, UNSAFE): NO,
    # No answer: a write may still be under way.
    (Cause.LOST, READ): YES,
    (Cause.LOST, SAFE): NO,
    (Cause.LOST, UNSAFE): NO,
    # Trying again cannot help.
    (None, READ): NO,
    (None, SAFE): NO,
    (None, UNSAFE): NO,
}


class Attempts:
    """A call that fails with these errors, one after the other, and then answers."""

    def __init__(self, errors: Iterable[BaseException]) -> None:
        self.made = 0
        self._errors = list(errors)

    async def __call__(self) -> str:
        self.made += 1
        if self._errors:
            raise self._errors.pop(0)
        return "an answer"


class Watch:
    """A retrier that does not sleep but keeps how long it was asked to."""

    def __init__(self, attempts: int = 3, sleep: Callable[[float], Awaitable[None]] | None = None) -> None:
        self.slept: list[float] = []
        self.observer = RecordingObserver()
        self.retrier = Retrier(self.observer, attempts, sleep=sleep or self._sleep)

    async def run(self, call: Callable[[], Awaitable[str]], safety: Safety) -> str:
        try:
            return await call()
        except Failure as failure:
            first = failure
        return await self.retrier.again(first, call, safety)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def failure(cause: Cause | None = Cause.RATE_LIMITED, retry_after: float | None = None) -> Failure:
    return Failure("it failed", cause=cause, retry_after=retry_after)


@pytest.mark.parametrize(("cause", "safety"), TABLE)
async def test_each_cause_is_retried_where_that_is_safe(cause: Cause | None, safety: Safety) -> None:
    watch, attempts = Watch(), Attempts([failure(cause)])
    if TABLE[cause, safety]:
        assert await watch.run(attempts, safety) == "an answer"
        assert watch.observer.retries == [cause]
        assert attempts.made == 2
    else:
        with pytest.raises(Failure, match="it failed"):
            await watch.run(attempts, safety)
        assert (attempts.made, watch.slept, watch.observer.retries) == (1, [], [])


def test_every_cause_and_every_safety_has_its_row() -> None:
    assert set(TABLE) == set(product([*Cause, None], Safety))
    assert set(RETRIED) == set(Cause)


@pytest.mark.parametrize("cause", Cause)
async def test_what_the_provider_calls_final_is_not_tried_again(cause: Cause) -> None:
    watch, attempts = Watch(), Attempts([Failure("it failed", cause=cause, final=True)])
    with pytest.raises(Failure):
        await watch.run(attempts, READ)
    assert attempts.made == 1


# -- how often ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
async def test_the_first_try_counts_among_the_attempts(limit: int) -> None:
    watch, attempts = Watch(limit), Attempts(failure() for _ in range(10))
    with pytest.raises(Failure):
        await watch.run(attempts, READ)
    assert attempts.made == limit
    assert len(watch.slept) == len(watch.observer.retries) == limit - 1


async def test_the_last_error_is_the_one_that_is_raised_itself() -> None:
    errors = [failure(Cause.LOST), failure(Cause.UNAVAILABLE), failure(Cause.RATE_LIMITED)]
    with pytest.raises(Failure) as caught:
        await Watch().run(Attempts(errors), READ)
    assert caught.value is errors[-1]


@pytest.mark.parametrize(
    "not_made",
    [Shed("it was not made", retry_after=9.0), DeadlineExceeded("it was not made")],
    ids=["turned away", "too late"],
)
async def test_a_repetition_that_is_not_made_ends_the_attempts_and_does_not_change_what_happened(
    not_made: Failure,
) -> None:
    made = [failure(Cause.LOST), failure(Cause.UNAVAILABLE)]
    attempts = Attempts([*made, not_made])
    with pytest.raises(Failure) as caught:
        await Watch(attempts=5).run(attempts, READ)
    assert caught.value is made[-1]
    assert attempts.made == 3


@pytest.mark.parametrize(
    "not_made",
    [Shed("it was not made", retry_after=0.0), DeadlineExceeded("too late")],
    ids=["turned away", "too late"],
)
async def test_a_call_that_is_not_made_at_all_is_not_tried_again(not_made: Failure) -> None:
    attempts = Attempts([not_made])
    with pytest.raises(type(not_made)):
        await Watch().run(attempts, READ)
    assert attempts.made == 1


async def test_an_error_that_is_not_retried_ends_the_attempts() -> None:
    last = failure(None)
    attempts = Attempts([failure(), last, failure()])
    with pytest.raises(Failure) as caught:
        await Watch().run(attempts, READ)
    assert caught.value is last
    assert attempts.made == 2


async def test_calls_at_once_do_not_count_each_others_attempts() -> None:
    watch = Watch()
    calls = [Attempts([failure(), failure()]) for _ in range(5)]
    answers = await asyncio.gather(*(watch.run(one, READ) for one in calls))
    assert answers == ["an answer"] * 5
    assert [one.made for one in calls] == [3] * 5


@pytest.mark.parametrize("error", [asyncio.CancelledError(), KeyboardInterrupt(), TimeoutError(), OSError()])
@pytest.mark.parametrize("before", [0, 1], ids=["at first", "when trying again"])
async def test_what_is_no_failure_of_a_call_is_never_tried_again(error: BaseException, before: int) -> None:
    attempts = Attempts([*(failure() for _ in range(before)), error])
    with pytest.raises(type(error)):
        await Watch().run(attempts, READ)
    assert attempts.made == before + 1


async def test_a_request_that_is_cancelled_while_it_waits_does_not_try_again() -> None:
    attempts = Attempts([failure(retry_after=50.0)])
    task = asyncio.create_task(Watch(sleep=asyncio.sleep).run(attempts, READ))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert attempts.made == 1


# -- after how long -----------------------------------------------------------------------------------------------


async def test_the_providers_wish_is_honoured_each_time() -> None:
    watch = Watch()
    await watch.run(Attempts([failure(retry_after=7.0), failure(retry_after=0.0)]), READ)
    assert watch.slept == [7.0, 0.0]


async def test_without_a_wish_the_waits_grow_with_jitter_up_to_a_bound() -> None:
    watch = Watch(attempts=8)
    await watch.run(Attempts(failure() for _ in range(7)), READ)
    bounds = [(0.3, 0.6), (0.6, 0.9), (1.2, 1.5), (2.4, 2.7), (3.0, 3.0), (3.0, 3.0), (3.0, 3.0)]
    assert all(least <= wait <= most for wait, (least, most) in zip(watch.slept, bounds, strict=True))


async def test_two_callers_do_not_come_back_at_the_same_moment() -> None:
    waits = []
    for _ in range(10):
        watch = Watch()
        await watch.run(Attempts([failure()]), READ)
        waits += watch.slept
    assert len(set(waits)) > 1


# -- the deadline -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wish", [None, 0.2, 30.0, 86_400.0], ids=["jitter", "soon", "later", "tomorrow"])
async def test_nothing_sleeps_past_the_deadline(wish: float | None) -> None:
    watch, attempts = Watch(), Attempts([failure(retry_after=wish)])
    with deadline(0.1), pytest.raises(Failure):
        await watch.run(attempts, READ)
    assert (attempts.made, watch.slept, watch.observer.retries) == (1, [], [])


async def test_a_wish_that_fits_before_the_deadline_is_honoured() -> None:
    watch = Watch()
    with deadline(60.0):
        assert await watch.run(Attempts([failure(retry_after=20.0)]), READ) == "an answer"
    assert watch.slept == [20.0]


async def test_a_spent_deadline_ends_the_attempts_even_when_no_wait_is_asked_for() -> None:
    attempts = Attempts([failure(retry_after=0.0)])
    with deadline(0.0), pytest.raises(Failure):
        await Watch().run(attempts, READ)
    assert attempts.made == 1


async def test_where_there_is_no_deadline_a_wish_of_more_than_a_minute_is_not_waited_for() -> None:
    watch = Watch()
    with pytest.raises(Failure):
        await watch.run(Attempts([failure(retry_after=61.0)]), READ)
    assert watch.slept == []
