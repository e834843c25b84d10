"""One provider call: its time, its failure in our words, its slot, and what an operator is told of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from adapters.base import (
    AdapterError,
    Conflict,
    Invalid,
    ProviderAnswer,
    RateLimited,
    Timeout,
    Unavailable,
    UnknownOutcome,
)
from gateway.resilience import (
    Cause,
    DeadlineExceeded,
    Safety,
    Shed,
    Urgency,
    deadline,
    with_urgency,
)
from tests.adapters.calling import (
    SOON_S,
    WRITES,
    PackageError,
    Setup,
    UnforeseenError,
    answer,
    never,
    raising,
    unanswered_for,
)
from tests.support.passing_time import pass_time


@pytest.mark.parametrize("safety", Safety)
async def test_an_answer_is_returned_and_counted(safety: Safety) -> None:
    setup = Setup()
    assert await setup.calls().run("get things", answer, safety) == "an answer"
    assert setup.observer.calls == [("get things", "ok", None)]


# -- time ---------------------------------------------------------------------------------------------------------


async def test_a_read_without_an_answer_in_time_is_a_timeout() -> None:
    setup = Setup(timeout_s=SOON_S)
    with deadline(60), pytest.raises(Timeout):
        await setup.calls().run("get things", never, Safety.READ)
    assert set(setup.outcomes) == {"timeout"}


@pytest.mark.parametrize("safety", WRITES)
async def test_a_write_without_an_answer_in_time_has_an_unknown_outcome_and_is_not_repeated(safety: Safety) -> None:
    setup = Setup(timeout_s=SOON_S)
    with pytest.raises(UnknownOutcome) as caught:
        await setup.calls().run("post thing", never, safety)
    assert not caught.value.answered
    assert setup.outcomes == ["timeout"]


@pytest.mark.parametrize("call", [never, raising(PackageError())], ids=["no answer", "a fault for an answer"])
@pytest.mark.parametrize(("safety", "repeatable"), [(Safety.SAFE_WRITE, True), (Safety.UNSAFE_WRITE, False)])
async def test_a_write_that_would_act_twice_is_marked_as_not_to_be_repeated(
    call: Callable[[], Awaitable[str]], safety: Safety, repeatable: bool
) -> None:
    with pytest.raises(UnknownOutcome) as caught:
        await Setup(timeout_s=SOON_S).calls().run("post thing", call, safety)
    assert caught.value.repeatable is repeatable


@pytest.mark.parametrize("safety", WRITES)
async def test_a_write_that_never_got_a_slot_was_not_sent_so_its_outcome_is_known(safety: Safety) -> None:
    calls = Setup().calls()
    sent: list[str] = []
    holding = [asyncio.create_task(calls.run("hold a slot", never, Safety.READ)) for _ in range(2)]
    await asyncio.sleep(0)

    async def call() -> str:
        sent.append("sent")
        return "an answer"

    with deadline(SOON_S), pytest.raises(Shed):
        await calls.run("post thing", call, safety)
    for task in holding:
        task.cancel()
    await asyncio.wait(holding)
    assert sent == []


async def test_waiting_for_a_turn_is_not_time_of_the_providers() -> None:
    setup = Setup(timeout_s=5.0)
    calls = setup.calls()

    async def slow() -> str:
        pass_time(2.0)
        await asyncio.sleep(0)
        return "an answer"

    # Two slots and six calls: the last begin after more than the time that one call may take.
    assert await asyncio.gather(*(calls.run("call", slow, Safety.READ) for _ in range(6))) == ["an answer"] * 6
    assert setup.outcomes == ["ok"] * 6


@pytest.mark.parametrize(("safety", "error"), [(Safety.READ, Timeout), *((one, UnknownOutcome) for one in WRITES)])
async def test_a_packages_own_timeout_counts_as_one_of_ours(safety: Safety, error: type[AdapterError]) -> None:
    with deadline(60), pytest.raises(error):
        await Setup().calls().run("call", raising(TimeoutError()), safety)


async def test_a_write_leaves_time_to_read_what_became_of_it() -> None:
    with deadline(60) as budget:
        with pytest.raises(UnknownOutcome):
            await Setup(timeout_s=60).calls().run("post thing", unanswered_for(40), Safety.SAFE_WRITE)
        assert budget.remaining() > 0


@pytest.mark.parametrize("safety", Safety)
async def test_nothing_is_sent_when_the_requests_time_is_used_up(safety: Safety) -> None:
    setup = Setup()
    with deadline(0.0), pytest.raises(DeadlineExceeded):
        await setup.calls().run("call", answer, safety)
    assert setup.observer.calls == []


# -- failures -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("safety", "error"),
    [(Safety.READ, Invalid), (Safety.SAFE_WRITE, UnknownOutcome), (Safety.UNSAFE_WRITE, UnknownOutcome)],
)
async def test_a_packages_error_is_translated_knowing_whether_the_call_writes(
    safety: Safety, error: type[AdapterError]
) -> None:
    setup = Setup()
    reason = PackageError("the provider's own text")
    with pytest.raises(error) as caught:
        await setup.calls().run("call", raising(reason), safety)
    assert caught.value.__cause__ is reason
    assert "provider's own text" not in caught.value.message
    assert setup.observer.calls == [("call", error.__name__, "req_1")]


async def test_an_error_of_the_taxonomy_is_let_through_untranslated() -> None:
    setup = Setup()
    refusal = Conflict("no", provider=ProviderAnswer(request_id="req_2"))
    with pytest.raises(Conflict) as caught:
        await setup.calls().run("call", raising(refusal), Safety.READ)
    assert caught.value is refusal
    assert setup.observer.calls == [("call", "Conflict", "req_2")]


async def test_an_error_of_an_adapters_own_is_counted_as_its_parent() -> None:
    class Dunning(Conflict):
        """Something that one provider alone knows."""

    setup = Setup()
    with pytest.raises(Dunning):
        await setup.calls().run("post thing", raising(Dunning()), Safety.SAFE_WRITE)
    assert setup.outcomes == ["Conflict"]


async def test_an_unforeseen_error_is_not_counted_as_an_answer() -> None:
    setup = Setup()
    with pytest.raises(UnforeseenError):
        await setup.calls().run("call", raising(UnforeseenError()), Safety.READ)
    assert setup.outcomes == ["aborted"]


async def test_a_call_that_is_cancelled_is_not_counted_as_an_answer_and_not_repeated() -> None:
    setup = Setup()
    task = asyncio.create_task(setup.calls().run("call", never, Safety.READ))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert setup.outcomes == ["aborted"]


# -- repeating ----------------------------------------------------------------------------------------------------


def failing_once(error: AdapterError) -> Callable[[], Awaitable[str]]:
    errors = [error]

    async def call() -> str:
        if errors:
            raise errors.pop()
        return "an answer"

    return call


@pytest.mark.parametrize("safety", Safety)
async def test_every_attempt_is_counted(safety: Safety) -> None:
    setup = Setup()
    await setup.calls().run("call", failing_once(RateLimited(retry_after=0.0)), safety)
    assert setup.outcomes == ["RateLimited", "ok"]
    assert setup.observer.retries == ["rate_limited"]


@pytest.mark.parametrize("safety", WRITES)
async def test_a_write_that_may_have_happened_is_not_repeated(safety: Safety) -> None:
    setup = Setup()
    with pytest.raises(Unavailable):
        await setup.calls().run("call", failing_once(Unavailable(retry_after=0.0)), safety)
    assert setup.outcomes == ["Unavailable"]


# -- slots --------------------------------------------------------------------------------------------------------


async def test_no_more_calls_are_under_way_than_there_are_slots() -> None:
    calls = Setup().calls()
    under_way, most = 0, 0

    async def call() -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1

    await asyncio.gather(*(calls.run("call", call, Safety.READ) for _ in range(20)))
    assert most == 2


@pytest.mark.parametrize("error", [Invalid(), PackageError(), UnforeseenError(), asyncio.CancelledError()])
async def test_a_slot_is_free_again_after_any_failure(error: BaseException) -> None:
    calls = Setup().calls()
    for _ in range(5):
        with pytest.raises(BaseException, match=r".*"):
            await calls.run("call", raising(error), Safety.READ)
    assert await calls.run("call", answer, Safety.READ) == "an answer"


async def test_a_slot_is_not_held_while_waiting_to_try_again() -> None:
    calls = Setup().calls()
    waiting = [
        asyncio.create_task(calls.run("call", failing_once(RateLimited(retry_after=0.02)), Safety.READ))
        for _ in range(2)
    ]
    await asyncio.sleep(0)
    assert await calls.run("call", answer, Safety.READ) == "an answer"
    assert not any(task.done() for task in waiting)
    await asyncio.gather(*waiting)


# -- whose turn it is ---------------------------------------------------------------------------------------------


async def test_an_action_goes_before_reads_that_came_earlier() -> None:
    calls, order, gate = Setup().calls(), list[str](), asyncio.Event()

    async def ask(name: str) -> None:
        async def call() -> None:
            order.append(name)
            await gate.wait()

        await calls.run(name, call, Safety.READ)

    tasks = [asyncio.create_task(ask(f"list {number}")) for number in range(10)]
    await asyncio.sleep(0)
    tasks.append(asyncio.create_task(with_urgency(Urgency.ACTION)(ask)("action")))
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(*tasks)
    assert order.index("action") == 2


@pytest.mark.parametrize(
    ("error", "slows"),
    [
        pytest.param(RateLimited(), True, id="too many"),
        pytest.param(RateLimited(final=True), True, id="too many, and repeating is useless"),
        pytest.param(RateLimited(cause=Cause.BUSY), False, id="the object is locked"),
        pytest.param(Unavailable(), False, id="down"),
        pytest.param(Invalid(), False, id="refused"),
    ],
)
async def test_only_a_refusal_for_too_many_calls_slows_down(error: AdapterError, slows: bool) -> None:
    setup = Setup()
    await asyncio.wait([asyncio.create_task(setup.calls().run("call", failing_once(error), Safety.UNSAFE_WRITE))])
    assert bool(setup.observer.paces) is slows


async def test_what_the_provider_wishes_holds_for_every_call() -> None:
    setup = Setup()
    calls = setup.calls()
    with deadline(5.0):
        with pytest.raises(RateLimited):
            await calls.run("call", raising(RateLimited(retry_after=30.0)), Safety.READ)
        with pytest.raises(Shed) as caught:
            await calls.run("another call", answer, Safety.READ)
    assert 20.0 < (caught.value.retry_after or 0) <= 30.0
    assert setup.outcomes == ["RateLimited"]
