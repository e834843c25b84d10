"""A circuit opens after failures in a row, stays open for its time, and closes when one call finds the provider."""

from __future__ import annotations

from typing import Final

import pytest

from gateway.resilience import BreakerLimits, Circuit, CircuitBreaker, Shed, Urgency
from tests.support.manual_time import ManualTime
from tests.support.recording_observer import RecordingObserver

LIMITS: Final = BreakerLimits(failures=3, open_s=10.0)


class Setup:
    """A breaker whose clock stands still, with what it tells."""

    def __init__(self, limits: BreakerLimits | None = LIMITS) -> None:
        self.now = ManualTime()
        self.observer = RecordingObserver()
        self.breaker = CircuitBreaker(limits, self.observer, self.now)

    def call(self, *, succeeds: bool, urgency: Urgency = Urgency.READ) -> None:
        admission = self.breaker.admit(urgency)
        (self.breaker.succeeded if succeeds else self.breaker.failed)(admission)

    def open(self) -> None:
        for _ in range(LIMITS.failures):
            self.call(succeeds=False)
        assert self.is_now(Circuit.OPEN)

    def is_now(self, state: Circuit) -> bool:
        return self.breaker.state is state

    def is_refused(self, urgency: Urgency = Urgency.READ) -> bool:
        try:
            self.breaker.check(urgency)
        except Shed:
            with pytest.raises(Shed):
                self.breaker.admit(urgency)
            return True
        return False


@pytest.fixture
def setup() -> Setup:
    return Setup()


def test_it_opens_after_so_many_failures_and_not_before(setup: Setup) -> None:
    for _ in range(LIMITS.failures - 1):
        setup.call(succeeds=False)
    assert (setup.breaker.state, setup.is_refused()) == (Circuit.CLOSED, False)
    setup.call(succeeds=False)
    assert (setup.breaker.state, setup.is_refused()) == (Circuit.OPEN, True)
    assert setup.observer.circuit == ["open"]


def test_only_failures_in_a_row_count(setup: Setup) -> None:
    for _ in range(10):
        for _ in range(LIMITS.failures - 1):
            setup.call(succeeds=False)
        setup.call(succeeds=True)
    assert setup.observer.circuit == []


def test_a_call_that_tells_nothing_neither_counts_nor_ends_the_row(setup: Setup) -> None:
    for _ in range(LIMITS.failures - 1):
        setup.call(succeeds=False)
    setup.breaker.abandoned(setup.breaker.admit(Urgency.READ))
    assert setup.is_now(Circuit.CLOSED)
    setup.call(succeeds=False)
    assert setup.is_now(Circuit.OPEN)


@pytest.mark.parametrize(("elapsed", "wish"), [(0.0, 10.0), (6.0, 4.0), (9.5, 1.0)])
async def test_while_open_every_call_is_refused_with_the_time_that_is_left(
    setup: Setup, elapsed: float, wish: float
) -> None:
    setup.open()
    await setup.now.advance(elapsed)
    with pytest.raises(Shed) as caught:
        setup.breaker.admit(Urgency.ACTION)
    assert caught.value.retry_after == wish
    assert setup.observer.sheds == ["circuit open"]


async def test_after_its_time_one_call_is_made_and_the_others_wait_for_what_it_finds(setup: Setup) -> None:
    setup.open()
    await setup.now.advance(LIMITS.open_s)
    assert not setup.is_refused()
    probe = setup.breaker.admit(Urgency.READ)
    assert setup.is_now(Circuit.HALF_OPEN)
    assert all(setup.is_refused() for _ in range(10))
    setup.breaker.succeeded(probe)
    assert not setup.is_refused()
    assert setup.observer.circuit == ["open", "half_open", "closed"]


async def test_a_probe_that_fails_opens_it_for_the_whole_time_again(setup: Setup) -> None:
    setup.open()
    await setup.now.advance(LIMITS.open_s)
    setup.call(succeeds=False)
    await setup.now.advance(LIMITS.open_s - 0.1)
    assert setup.is_refused()
    await setup.now.advance(0.1)
    assert not setup.is_refused()
    assert setup.observer.circuit == ["open", "half_open", "open"]


async def test_a_probe_that_tells_nothing_leaves_the_next_call_to_probe(setup: Setup) -> None:
    setup.open()
    await setup.now.advance(LIMITS.open_s)
    setup.breaker.abandoned(setup.breaker.admit(Urgency.READ))
    setup.call(succeeds=True)
    assert setup.is_now(Circuit.CLOSED)


async def test_once_closed_again_it_takes_as_many_failures_as_ever(setup: Setup) -> None:
    setup.open()
    await setup.now.advance(LIMITS.open_s)
    setup.call(succeeds=True)
    for _ in range(LIMITS.failures - 1):
        setup.call(succeeds=False)
    assert setup.is_now(Circuit.CLOSED)


@pytest.mark.parametrize("succeeds", [True, False], ids=["an answer", "a failure"])
async def test_what_was_called_before_the_circuit_turned_tells_nothing_any_more(setup: Setup, succeeds: bool) -> None:
    early = [setup.breaker.admit(Urgency.READ) for _ in range(10)]
    setup.open()
    end = setup.breaker.succeeded if succeeds else setup.breaker.failed
    for admission in early[:5]:
        end(admission)
    assert setup.is_now(Circuit.OPEN)
    await setup.now.advance(LIMITS.open_s)
    probe = setup.breaker.admit(Urgency.READ)
    for admission in early[5:]:
        end(admission)
        setup.breaker.abandoned(admission)
    assert setup.is_now(Circuit.HALF_OPEN)
    assert setup.is_refused()
    setup.breaker.succeeded(probe)
    assert setup.is_now(Circuit.CLOSED)


@pytest.mark.parametrize("succeeds", [True, False], ids=["an answer", "a failure"])
async def test_what_is_unfinished_passes_an_open_circuit_and_does_not_turn_it(setup: Setup, succeeds: bool) -> None:
    setup.open()
    for _ in range(5):
        assert not setup.is_refused(Urgency.UNFINISHED)
        setup.call(succeeds=succeeds, urgency=Urgency.UNFINISHED)
    assert setup.observer.circuit == ["open"]
    await setup.now.advance(LIMITS.open_s)
    setup.call(succeeds=True)
    assert setup.is_now(Circuit.CLOSED)


def test_what_is_unfinished_counts_while_the_circuit_is_closed(setup: Setup) -> None:
    for _ in range(LIMITS.failures):
        setup.call(succeeds=False, urgency=Urgency.UNFINISHED)
    assert setup.is_now(Circuit.OPEN)


def test_where_it_is_switched_off_it_never_opens() -> None:
    setup = Setup(None)
    for _ in range(1000):
        setup.call(succeeds=False)
    assert (setup.breaker.state, setup.observer.circuit) == (Circuit.CLOSED, [])
