"""One time budget for one request, found by everything that runs on its behalf."""

from __future__ import annotations

import asyncio
import math

import pytest

from gateway.resilience import LONGEST_GRACE_S, Deadline, DeadlineExceeded, current_deadline, deadline, grace
from gateway.resilience.deadline import NO_DEADLINE, within_deadline


def test_without_a_request_there_is_no_deadline() -> None:
    assert current_deadline() is NO_DEADLINE
    assert current_deadline().remaining() == math.inf


async def test_inside_the_block_the_budget_is_in_force_and_afterwards_it_is_not() -> None:
    with deadline(60.0) as budget:
        assert current_deadline() is budget
        assert 0 < budget.remaining() <= 60.0
    assert current_deadline() is NO_DEADLINE


async def test_the_budget_ends_with_its_block_also_when_that_fails() -> None:
    with pytest.raises(LookupError), deadline(60.0):
        raise LookupError
    assert current_deadline() is NO_DEADLINE


@pytest.mark.parametrize(
    ("outer", "inner", "inner_wins"), [(60.0, 30.0, True), (30.0, 60.0, False)], ids=["an earlier one", "a later one"]
)
async def test_of_two_deadlines_the_earlier_counts(outer: float, inner: float, inner_wins: bool) -> None:
    with deadline(outer) as first, deadline(inner) as second:
        assert (second.at < first.at) is inner_wins
        assert second.remaining() <= 30.0


async def test_a_spent_budget_has_nothing_left_and_never_less() -> None:
    spent = Deadline.after(-5.0)
    assert spent.remaining() == 0.0


async def test_a_task_started_by_a_request_has_its_deadline() -> None:
    async def budget_of_the_task() -> Deadline:
        return current_deadline()

    with deadline(60.0) as budget:
        task = asyncio.create_task(budget_of_the_task())
    assert await task is budget


async def test_requests_at_once_have_budgets_of_their_own() -> None:
    async def request(seconds: float) -> Deadline:
        with deadline(seconds) as budget:
            await asyncio.sleep(0)
            assert current_deadline() is budget
        return budget

    short, long = await asyncio.gather(request(10.0), request(20.0))
    assert short.at < long.at


async def test_waiting_ends_with_the_budget_and_says_for_what() -> None:
    with deadline(0.01), pytest.raises(DeadlineExceeded, match="nobody came"):
        async with within_deadline("nobody came"):
            await asyncio.Event().wait()


async def test_what_needs_no_waiting_is_done_even_on_a_spent_budget() -> None:
    with deadline(0.0):
        async with within_deadline("nobody came"):
            done = True
    assert done


async def test_being_cancelled_while_waiting_is_not_a_spent_budget() -> None:
    async def wait() -> None:
        with deadline(60.0):
            async with within_deadline("nobody came"):
                await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_failure_while_waiting_is_let_through() -> None:
    with pytest.raises(LookupError):
        async with within_deadline("nobody came"):
            raise LookupError


def test_a_spent_budget_is_never_tried_again() -> None:
    assert DeadlineExceeded("too late").why is None


@pytest.mark.parametrize(("wanted", "given"), [(1.0, 1.0), (math.inf, LONGEST_GRACE_S)], ids=["little", "too much"])
async def test_time_beyond_a_spent_budget_is_bounded(wanted: float, given: float) -> None:
    with deadline(0.0), grace(wanted) as budget:
        assert given - 0.5 < budget.remaining() <= given


async def test_nobody_loses_time_by_being_given_more() -> None:
    with deadline(60.0) as budget, grace(1.0) as longer:
        assert longer.at == budget.at
