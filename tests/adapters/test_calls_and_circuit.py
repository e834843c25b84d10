"""A provider that is down is not called: what opens the circuit, and whom it holds up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from adapters.base import (
    AdapterError,
    Conflict,
    Credentials,
    Invalid,
    NotFound,
    RateLimited,
    Timeout,
    Unavailable,
    UnknownOutcome,
    Unreadable,
)
from gateway.resilience import (
    BreakerLimits,
    Cause,
    Safety,
    Shed,
    Urgency,
    current_urgency,
    deadline,
    with_urgency,
)
from tests.adapters.calling import (
    SOON_S,
    Setup,
    UnforeseenError,
    answer,
    never,
    raising,
    unanswered_for,
)
from tests.support.manual_time import ManualTime


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
