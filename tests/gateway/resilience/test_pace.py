"""How often calls may begin: as often as the settings say, slower after a refusal, and as before after a while."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.resilience import Pace
from tests.support.manual_time import ManualTime


@pytest.fixture
def now() -> ManualTime:
    return ManualTime()


def pass_calls(pace: Pace, now: ManualTime, seconds: float, *, per_second: int = 200) -> int:
    """How many calls begin in so many seconds, where that many a second would like to."""
    begun = 0
    for _ in range(round(seconds * per_second)):
        if pace.delay() <= 0.0:
            pace.spend()
            begun += 1
        now.move(1 / per_second)
    return begun


# -- at the configured pace ---------------------------------------------------------------------------------------


def test_where_nothing_is_configured_nothing_waits(now: ManualTime) -> None:
    pace = Pace(None, now)
    assert pass_calls(pace, now, 5) == 1000
    assert (pace.requests_per_second, pace.delay(1_000_000)) == (None, 0.0)


@pytest.mark.parametrize(("rate", "at_once"), [(0.5, 1), (1, 1), (2, 2), (3.5, 3), (100, 100)])
def test_as_many_begin_at_once_as_a_second_allows(now: ManualTime, rate: float, at_once: int) -> None:
    pace = Pace(rate, now)
    for _ in range(at_once):
        assert pace.delay() == 0.0
        pace.spend()
    assert pace.delay() > 0.0


@pytest.mark.parametrize("rate", [0.5, 2, 3.5, 100])
def test_after_that_they_begin_as_often_as_configured(now: ManualTime, rate: float) -> None:
    pace = Pace(rate, now)
    pass_calls(pace, now, 10)
    assert pass_calls(pace, now, 100) == pytest.approx(100 * rate, abs=1)


def test_the_wait_of_each_place_in_a_queue_is_known(now: ManualTime) -> None:
    pace = Pace(2.0, now)
    assert [pace.delay(place) for place in (1, 2, 3, 4, 5)] == [0.0, 0.0, 0.5, 1.0, 1.5]


def test_a_rest_does_not_save_up_more_than_a_second(now: ManualTime) -> None:
    pace = Pace(4.0, now)
    now.move(3600)
    assert (pace.delay(4), pace.delay(5)) == (0.0, 0.25)


def test_a_call_that_was_not_made_does_not_count(now: ManualTime) -> None:
    pace = Pace(1.0, now)
    pace.spend()
    pace.refund()
    assert pace.delay() == 0.0


# -- after a refusal ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("configured", [None, 100.0], ids=["not paced", "paced"])
def test_a_refusal_halves_what_was_really_called(now: ManualTime, configured: float | None) -> None:
    pace = Pace(configured, now)
    pass_calls(pace, now, 5, per_second=40)
    assert pace.slow_down(now(), None) == pytest.approx(20, rel=0.05)


def test_a_refusal_slows_down_at_once_and_not_after_another_second_of_calls(now: ManualTime) -> None:
    pace = Pace(None, now)
    pass_calls(pace, now, 5, per_second=100)
    pace.slow_down(now(), None)
    assert pass_calls(pace, now, 1) < 70


def test_calls_refused_together_count_as_one_refusal(now: ManualTime) -> None:
    pace = Pace(100.0, now)
    pass_calls(pace, now, 5)
    together = now()
    now.move(0.1)
    assert pace.slow_down(together, None) is not None
    assert [pace.slow_down(together, None) for _ in range(14)] == [None] * 14


@pytest.mark.parametrize(("configured", "slowest"), [(None, 1.0), (100.0, 1.0), (0.5, 0.5)])
def test_no_number_of_refusals_stops_it_altogether(now: ManualTime, configured: float | None, slowest: float) -> None:
    pace = Pace(configured, now)
    for _ in range(50):
        pace.slow_down(now(), None)
    assert pace.requests_per_second == slowest


def test_an_action_that_is_refused_once_may_try_again_without_waiting_for_the_pace(now: ManualTime) -> None:
    pace = Pace(None, now)
    pace.spend()
    pace.slow_down(now(), None)
    assert pace.delay(5) == 0.0


def test_the_pace_recovers_in_steps_up_to_what_is_configured(now: ManualTime) -> None:
    pace = Pace(60.0, now)
    pass_calls(pace, now, 5)
    slowed = pace.slow_down(now(), None)
    assert slowed is not None
    assert slowed == pytest.approx(30, rel=0.05)
    seen = []
    for _ in range(20):
        now.move(1)
        seen.append(pace.requests_per_second)
    assert seen[:3] == [pytest.approx(slowed + 2 * second) for second in (1, 2, 3)]
    assert seen[-1] == 60.0
    assert pass_calls(pace, now, 10) == pytest.approx(660, abs=2)


def test_where_nothing_is_configured_nothing_waits_again_after_a_while(now: ManualTime) -> None:
    pace = Pace(None, now)
    pass_calls(pace, now, 5, per_second=100)
    pace.slow_down(now(), None)
    now.move(29)
    assert pace.requests_per_second is None
    assert pace.delay(10_000) == 0.0


def test_a_provider_that_bears_less_is_called_no_more_than_it_bears_on_the_whole(now: ManualTime) -> None:
    """It allows 50 calls in each second and refuses the others; 200 a second would like to."""
    pace, allowed, refused, made = Pace(None, now), 50, 0, 0
    for _ in range(120):
        in_this_second = 0
        for _ in range(200):
            if pace.delay() <= 0.0:
                pace.spend()
                made += 1
                in_this_second += 1
                if in_this_second > allowed:
                    refused += 1
                    pace.slow_down(now(), None)
            now.move(1 / 200)
    assert made > 120 * allowed / 2
    assert refused < made / 20


# -- what the provider wishes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("configured", [None, 100.0], ids=["not paced", "paced"])
@pytest.mark.parametrize(("wish", "waits"), [(0.0, 0.0), (7.0, 7.0), (60.0, 60.0), (86_400.0, 60.0)])
def test_nothing_begins_before_the_provider_wishes_but_after_a_minute_it_is_asked(
    now: ManualTime, configured: float | None, wish: float, waits: float
) -> None:
    pace = Pace(configured, now)
    pace.spend()
    pace.slow_down(now(), wish)
    assert pace.delay() == waits
    now.move(waits / 2)
    assert pace.delay() == waits / 2
    now.move(waits / 2)
    assert pace.delay() == 0.0


def test_the_longest_of_several_wishes_counts(now: ManualTime) -> None:
    pace, began = Pace(10.0, now), now()
    now.move(1)
    for wish in (3.0, 5.0, 1.0):
        pace.slow_down(began, wish)
    assert pace.delay() == 5.0


def test_nothing_is_saved_up_while_the_provider_wants_to_be_left_alone(now: ManualTime) -> None:
    pace = Pace(10.0, now)
    while pace.delay() == 0.0:
        pace.spend()
    pace.slow_down(now(), 30.0)
    now.move(30)
    assert pace.delay() > 0.0


@given(
    st.one_of(st.none(), st.floats(0.01, 10_000)),
    st.lists(st.tuples(st.sampled_from(["call", "refuse", "refund"]), st.floats(0, 100), st.floats(0, 1e9))),
)
def test_whatever_happens_the_wait_is_a_number_that_never_exceeds_a_minute_and_the_slowest_pace(
    configured: float | None, story: list[tuple[str, float, float]]
) -> None:
    seconds = 0.0
    pace = Pace(configured, lambda: seconds)
    for event, elapsed, wish in story:
        seconds += elapsed
        if event == "refuse":
            pace.slow_down(seconds, wish)
        elif pace.delay() <= 0.0:
            pace.spend()
            if event == "refund":
                pace.refund()
    assert 0.0 <= pace.delay() <= 60.0 + 1.01 / min(1.0, configured or 1.0)
