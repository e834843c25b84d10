"""What is counted, and what is said once."""

from __future__ import annotations

import pytest

from gateway.contract import Mode
from gateway.observability import FirstTimes, LoggingObserver
from gateway.resilience import Cause, Observer
from tests.support.log import recorded_log


@pytest.fixture
def observer() -> LoggingObserver:
    return LoggingObserver("stripe", Mode.TEST)


def test_it_is_an_observer(observer: LoggingObserver) -> None:
    accepted: Observer = observer
    assert accepted is observer


def test_calls_are_counted_by_operation_and_outcome(observer: LoggingObserver) -> None:
    observer.called("customers.retrieve", "ok", 0.25, "req_1")
    observer.called("customers.retrieve", "ok", 0.5, "req_2")
    observer.called("customers.retrieve", "NotFound", 0.25, None)
    assert observer.calls == {("customers.retrieve", "ok"): 2, ("customers.retrieve", "NotFound"): 1}
    assert observer.call_microseconds == {"customers.retrieve": 1_000_000}


def test_everything_is_counted(observer: LoggingObserver) -> None:
    observer.retried(Cause.BUSY)
    observer.retried(Cause.BUSY)
    observer.left_out("prices", "price_1", "amount: missing")
    observer.left_out("prices", "price_1", "amount: missing")
    observer.unknown_value("status", "hibernating")
    observer.settled("cancel", "done")
    observer.shed("overload")
    observer.slowed_down(12.5)
    for state in ("open", "half_open", "open"):
        observer.circuit_turned(state)
    assert observer.sheds == {"overload": 1}
    assert observer.slow_downs == 1
    assert observer.circuit_turns == {"open": 2, "half_open": 1}
    assert observer.circuit == "open"
    assert observer.retries == {"busy": 2}
    assert observer.rows_left_out == {"prices": 2}
    assert observer.unknown_values == {"status": 1}
    assert observer.settlements == {("cancel", "done"): 1}


def test_calls_are_logged_at_debug_and_trouble_as_warnings(observer: LoggingObserver) -> None:
    with recorded_log() as log:
        observer.called("customers.retrieve", "ok", 0.25, "req_1")
        observer.retried(Cause.LOST)
        observer.left_out("prices", "price_1", "amount: missing")
        observer.unknown_value("status", "hibernating")
        observer.settled("cancel", "unknown")
    assert [event["level"] for event in log.events()] == ["debug", "warning", "warning", "warning", "warning"]
    assert {(event["backend"], event["mode"]) for event in log.events()} == {("stripe", "test")}
    assert log.events()[0]["provider_request_id"] == "req_1"


def test_the_same_thing_is_a_warning_once(observer: LoggingObserver) -> None:
    with recorded_log() as log:
        for value in ("hibernating", "hibernating", "dreaming"):
            observer.unknown_value("status", value)
        for row in ("price_1", "price_2", "price_1"):
            observer.left_out("prices", row, "amount: missing")
    assert [event["level"] for event in log.events("unknown value")] == ["warning", "debug", "warning"]
    assert [event["level"] for event in log.events("left out")] == ["warning", "warning", "debug"]


def test_what_is_remembered_is_bounded() -> None:
    first_times = FirstTimes(most=2)
    assert [first_times.is_first(thing) for thing in ("a", "b", "a", "c", "c", "b")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]


def test_a_provider_that_is_down_is_an_error_in_the_log_and_what_it_costs_each_request_is_not(
    observer: LoggingObserver,
) -> None:
    with recorded_log() as log:
        observer.circuit_turned("open")
        for _ in range(3):
            observer.shed("circuit open")
        observer.circuit_turned("half_open")
        observer.circuit_turned("closed")
    assert [(event["level"], event.get("circuit")) for event in log.events()] == [
        ("error", "open"),
        *[("debug", None)] * 3,
        ("warning", "half_open"),
        ("warning", "closed"),
    ]
