"""What is counted, and what is said once."""

from __future__ import annotations

import pytest

from gateway.contract import Action, Controller, Mode
from gateway.observability import CountingRecorder, FirstTimes, LoggingObserver, Metrics
from gateway.observability.metrics import SETTLEMENTS, SHED_REASONS
from gateway.resilience import CallOutcome, Cause, Circuit, Observer, Outcome, Recorder, WriteRecord, WriteResult
from tests.support.log import recorded_log
from tests.support.recording_recorder import RecordingRecorder


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def observer(metrics: Metrics) -> LoggingObserver:
    return LoggingObserver("stripe", Mode.TEST, metrics)


def counted(metrics: Metrics, name: str, **labels: str) -> float | None:
    """The value of a series of the backend."""
    everywhere = {"backend": "stripe", "mode": "test"}
    return metrics.registry.get_sample_value(f"churnkey_gateway_{name}", {**everywhere, **labels})


def test_it_is_an_observer(observer: LoggingObserver) -> None:
    accepted: Observer = observer
    assert accepted is observer


def test_everything_is_counted_for_the_backend_in_its_mode(observer: LoggingObserver, metrics: Metrics) -> None:
    observer.called("customers.retrieve", CallOutcome.OK, 0.25, "req_1")
    observer.called("customers.retrieve", CallOutcome.OK, 0.5, "req_2")
    observer.called("customers.retrieve", CallOutcome.NOT_FOUND, 0.25, None)
    observer.retried(Cause.BUSY)
    observer.retried(Cause.BUSY)
    observer.left_out("prices", "price_1", "amount: missing")
    observer.left_out("prices", "price_1", "amount: missing")
    observer.unknown_value("status", "hibernating")
    observer.settled("cancel", "done")
    observer.shed("overload")
    observer.waited(0.25)
    observer.slowed_down(12.5)
    assert counted(metrics, "provider_calls_total", operation="customers.retrieve", outcome="ok") == 2
    assert counted(metrics, "provider_calls_total", operation="customers.retrieve", outcome="NotFound") == 1
    assert counted(metrics, "provider_call_seconds_count", operation="customers.retrieve") == 3
    assert counted(metrics, "provider_call_seconds_sum", operation="customers.retrieve") == 1.0
    assert counted(metrics, "provider_retries_total", cause="busy") == 2
    assert counted(metrics, "objects_left_out_total", controller="prices") == 2
    assert counted(metrics, "unknown_values_total", field="status") == 1
    assert counted(metrics, "writes_settled_total", action="cancel", outcome="done") == 1
    assert counted(metrics, "provider_calls_shed_total", reason="overload") == 1
    assert counted(metrics, "provider_wait_seconds_sum") == 0.25
    assert counted(metrics, "provider_slow_downs_total") == 1


@pytest.mark.parametrize("turns", [(), ("open",), ("open", "half_open"), ("open", "half_open", "closed")])
def test_the_circuit_is_in_one_state(observer: LoggingObserver, metrics: Metrics, turns: tuple[str, ...]) -> None:
    for state in turns:
        observer.circuit_turned(state)
    states = {state.value: counted(metrics, "provider_circuit", state=state.value) for state in Circuit}
    assert [state for state, value in states.items() if value] == [turns[-1] if turns else "closed"]


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        *[("provider_retries_total", {"cause": cause.value}) for cause in Cause],
        *[("provider_calls_shed_total", {"reason": reason}) for reason in SHED_REASONS],
        *[
            ("actions_total", {"action": action.value, "outcome": outcome.value})
            for action in Action
            for outcome in Outcome
        ],
        *[("objects_left_out_total", {"controller": controller.value}) for controller in Controller],
        *[
            ("writes_settled_total", {"action": action.value, "outcome": outcome})
            for action in Action
            for outcome in SETTLEMENTS
        ],
        ("provider_slow_downs_total", {}),
        ("provider_wait_seconds_count", {}),
        ("journal_lines_lost_total", {}),
    ],
)
def test_what_has_not_happened_yet_is_there_as_zero(
    observer: LoggingObserver, metrics: Metrics, name: str, labels: dict[str, str]
) -> None:
    assert counted(metrics, name, **labels) == 0


async def test_actions_are_counted_by_outcome_and_recorded(metrics: Metrics) -> None:
    inner = RecordingRecorder()
    recorder: Recorder = CountingRecorder(inner, metrics.of("stripe", Mode.TEST))
    write = WriteRecord("cancel", "cus_1", "sub_1", asked=None, before={})
    await recorder.begun(write)
    await recorder.ended(write, WriteResult(Outcome.DONE))
    await recorder.not_sent(write, WriteResult(Outcome.REFUSED))
    inner.left = write
    assert recorder.unfinished("cancel", "sub_1") is write
    assert inner.events() == ["begun", "ended", "not sent"]
    assert counted(metrics, "actions_total", action="cancel", outcome="done") == 1
    assert counted(metrics, "actions_total", action="cancel", outcome="refused") == 1


def test_what_is_expected_is_there_from_the_start(observer: LoggingObserver, metrics: Metrics) -> None:
    observer.expected(["get customers"], ["subscription.status"])
    for outcome in CallOutcome:
        assert counted(metrics, "provider_calls_total", operation="get customers", outcome=outcome.value) == 0
    assert counted(metrics, "provider_call_seconds_count", operation="get customers") == 0
    assert counted(metrics, "unknown_values_total", field="subscription.status") == 0


def test_what_was_not_expected_is_counted_from_its_first_time_on(observer: LoggingObserver, metrics: Metrics) -> None:
    observer.expected((), ())
    observer.called("get prices", CallOutcome.OK, 0.5, None)
    observer.unknown_value("price.interval", "fortnight")
    assert counted(metrics, "provider_calls_total", operation="get prices", outcome="ok") == 1
    assert counted(metrics, "unknown_values_total", field="price.interval") == 1


def test_calls_are_logged_at_debug_and_trouble_as_warnings(observer: LoggingObserver) -> None:
    with recorded_log() as log:
        observer.called("customers.retrieve", CallOutcome.OK, 0.25, "req_1")
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
