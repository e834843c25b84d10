"""One provider call: its time, its failure in our words, its slot, and what an operator is told of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import pytest

from adapters.base import (
    AdapterError,
    Conflict,
    Credentials,
    Invalid,
    NotFound,
    ProviderAnswer,
    RateLimited,
    Timeout,
    Unavailable,
    UnknownOutcome,
    Unreadable,
)
from adapters.calls import ProviderCalls
from adapters.holes import Runtime
from gateway.resilience import (
    BreakerLimits,
    Cause,
    DeadlineExceeded,
    Safety,
    Shed,
    Urgency,
    current_urgency,
    deadline,
    with_urgency,
)
from tests.support.manual_time import ManualTime
from tests.support.passing_time import pass_time
from tests.support.recording_observer import RecordingObserver

SOON_S: Final = 0.01
"""A time-out that is worth waiting for in a test."""
WRITES: Final = [Safety.SAFE_WRITE, Safety.UNSAFE_WRITE]


class PackageError(Exception):
    """What some provider's package raises."""


class UnforeseenError(Exception):
    """What the translation does not know."""


def translate(error: Exception, is_write: bool) -> AdapterError:
    if isinstance(error, UnforeseenError):
        raise error
    answer = ProviderAnswer(status=500, request_id="req_1")
    return UnknownOutcome(answered=True, provider=answer) if is_write else Invalid(provider=answer)


@dataclass
class Setup:
    """Calls with everything that watches them, two at once."""

    observer: RecordingObserver = field(default_factory=RecordingObserver)
    timeout_s: float = 5.0
    breaker: BreakerLimits | None = None
    requests_per_second: float | None = None

    def calls(self) -> ProviderCalls:
        runtime = Runtime(
            observer=self.observer,
            call_timeout_s=self.timeout_s,
            max_in_flight=2,
            breaker=self.breaker,
            requests_per_second=self.requests_per_second,
            retry_wait_s=0.001,
        )
        return ProviderCalls(translate, runtime)

    @property
    def outcomes(self) -> list[str]:
        return [outcome for _, outcome, _ in self.observer.calls]


async def never() -> str:
    await asyncio.Event().wait()
    return "never"


def unanswered_for(seconds: float) -> Callable[[], Awaitable[str]]:
    """A call that so much time passes with, and that is not answered after that either."""

    async def call() -> str:
        pass_time(seconds)
        return await never()

    return call


async def answer() -> str:
    return "an answer"


def raising(error: BaseException) -> Callable[[], Awaitable[str]]:
    async def call() -> str:
        raise error

    return call


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


# -- a provider that is down --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "safety", "opens"),
    [
        (Unavailable(), Safety.READ, True),
        (Unavailable(cause=Cause.NOT_SENT), Safety.UNSAFE_WRITE, True),
        (Unavailable(cause=Cause.LOST), Safety.READ, True),
        (Timeout(), Safety.READ, True),
        (UnknownOutcome(answered=False), Safety.SAFE_WRITE, True),
        (UnknownOutcome(answered=True), Safety.SAFE_WRITE, False),
        (UnknownOutcome(answered=False, cause=Cause.BUSY), Safety.SAFE_WRITE, False),
        (Unavailable(final=True), Safety.SAFE_WRITE, False),
        (NotFound(), Safety.READ, False),
        (Invalid(), Safety.READ, False),
        (Conflict(), Safety.SAFE_WRITE, False),
        (Credentials(), Safety.READ, False),
        (RateLimited(retry_after=0.0), Safety.READ, False),
        (Unreadable(), Safety.READ, False),
    ],
    ids=lambda value: repr(value) if isinstance(value, AdapterError) else str(value),
)
async def test_only_a_provider_that_is_not_there_opens_the_circuit(
    error: AdapterError, safety: Safety, opens: bool
) -> None:
    setup = Setup(breaker=BreakerLimits(failures=1))
    with pytest.raises(type(error)):
        await setup.calls().run("call", raising(error), safety)
    assert bool(setup.observer.circuit) is opens


async def test_while_the_circuit_is_open_nothing_is_sent() -> None:
    setup = Setup(breaker=BreakerLimits(failures=3))
    calls = setup.calls()
    with pytest.raises(Unavailable):
        await calls.run("call", raising(Unavailable()), Safety.READ)
    for safety in Safety:
        with pytest.raises(Shed):
            await calls.run("call", answer, safety)
    assert setup.outcomes == ["Unavailable"] * 3


async def test_a_repetition_that_is_not_made_does_not_change_what_is_told() -> None:
    setup = Setup(breaker=BreakerLimits(failures=2))
    with pytest.raises(Timeout):
        await setup.calls().run("call", raising(Timeout()), Safety.READ)
    assert setup.outcomes == ["Timeout"] * 2


async def test_a_circuit_that_opens_lets_nobody_wait_for_a_slot() -> None:
    setup = Setup(timeout_s=SOON_S, breaker=BreakerLimits(failures=1))
    calls = setup.calls()
    with deadline(5.0):
        waiting = [asyncio.create_task(calls.run("call", never, Safety.UNSAFE_WRITE)) for _ in range(20)]
        await asyncio.wait(waiting)
    errors = [type(task.exception()) for task in waiting]
    assert errors == [UnknownOutcome] * 2 + [Shed] * 18
    assert setup.outcomes == ["timeout"] * 2
    # Not for having waited in vain.
    assert setup.observer.sheds == ["circuit open"] * 18


async def test_a_call_that_the_circuit_did_not_let_through_when_its_turn_came_costs_the_pace_nothing() -> None:
    setup = Setup(timeout_s=SOON_S, breaker=BreakerLimits(failures=1, open_s=60), requests_per_second=3.0)
    calls, now = setup.calls(), ManualTime()
    calls._breaker._now = now
    with deadline(5.0):
        turned_away = [asyncio.create_task(calls.run("call", never, Safety.UNSAFE_WRITE)) for _ in range(3)]
        await asyncio.gather(*turned_away, return_exceptions=True)
    waits = setup.observer.waits
    now.move(60)
    assert await calls.run("call", answer, Safety.READ) == "an answer"
    assert (setup.observer.sheds, setup.observer.waits) == (["circuit open"], waits)


async def test_while_the_circuit_is_open_nobody_waits_for_a_turn() -> None:
    calls = Setup(breaker=BreakerLimits(failures=1)).calls()
    unfinished, lost = with_urgency(Urgency.UNFINISHED)(calls.run), raising(UnknownOutcome(answered=False))
    with deadline(60.0):
        with pytest.raises(RateLimited):
            await calls.run("call", raising(RateLimited(retry_after=30.0, final=True)), Safety.READ)
        with pytest.raises(UnknownOutcome):
            await unfinished("write", lost, Safety.UNSAFE_WRITE)
        refused = asyncio.create_task(calls.run("call", answer, Safety.READ))
    with pytest.raises(Shed, match="not available"):
        await refused


async def test_a_call_that_was_left_too_little_time_says_nothing_of_the_provider() -> None:
    setup = Setup(timeout_s=5.0, breaker=BreakerLimits(failures=1))
    with deadline(2.0), pytest.raises(Timeout):
        await setup.calls().run("call", unanswered_for(2), Safety.READ)
    assert (setup.outcomes, setup.observer.circuit) == (["timeout"], [])


@pytest.mark.parametrize("error", [UnforeseenError(), asyncio.CancelledError()], ids=["unforeseen", "cancelled"])
async def test_a_probe_that_comes_to_nothing_leaves_the_next_call_to_probe(error: BaseException) -> None:
    setup = Setup(breaker=BreakerLimits(failures=1, open_s=0.0))
    calls = setup.calls()
    with pytest.raises(UnknownOutcome):
        await calls.run("call", raising(UnknownOutcome(answered=False)), Safety.UNSAFE_WRITE)
    with pytest.raises(type(error)):
        await calls.run("call", raising(error), Safety.READ)
    assert await calls.run("call", answer, Safety.READ) == "an answer"
    assert setup.observer.circuit == ["open", "half_open", "closed"]


@pytest.mark.parametrize(
    ("write", "passes"),
    [
        pytest.param(answer, True, id="done"),
        pytest.param(raising(UnknownOutcome(answered=False)), True, id="lost"),
        pytest.param(raising(Unavailable(cause=Cause.NOT_SENT)), False, id="never sent"),
        pytest.param(raising(Conflict()), False, id="refused"),
    ],
)
async def test_what_follows_a_write_passes_an_open_circuit(write: Callable[[], Awaitable[str]], passes: bool) -> None:
    setup = Setup(breaker=BreakerLimits(failures=1))
    calls = setup.calls()

    @with_urgency(Urgency.ACTION)
    async def act() -> str:
        await calls.run("look", answer, Safety.READ)
        with suppress(AdapterError):
            await calls.run("write", write, Safety.UNSAFE_WRITE)
        # Somebody else finds the provider down.
        other = with_urgency(Urgency.READ)(calls.run)("list", raising(Unavailable()), Safety.READ)
        await asyncio.wait([asyncio.create_task(other)])
        return await calls.run("look again", answer, Safety.READ)

    if passes:
        assert await act() == "an answer"
    else:
        with pytest.raises(Shed):
            await act()
    assert current_urgency() is Urgency.READ
    with pytest.raises(Shed):
        await calls.run("call", answer, Safety.READ)
