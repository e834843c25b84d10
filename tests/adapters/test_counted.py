"""What may be counted of an adapter: named by its class, and told before anything is counted."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

import pytest

from adapters.base import AdapterError, Runtime
from adapters.conformance.declared import undeclared
from adapters.registry import built_in_names, find
from gateway.contract import Mode
from gateway.observability import LoggingObserver, Metrics
from gateway.resilience import CallOutcome
from tests.support.memory_adapter import MemoryAdapter
from tests.support.service import backend_settings


class Declaring(MemoryAdapter):
    """Names a call and a field."""

    operations: ClassVar[Collection[str]] = ("get customers",)
    vocabularies: ClassVar[Collection[str]] = ("subscription.status",)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def observer(metrics: Metrics) -> LoggingObserver:
    return LoggingObserver("memory", Mode.TEST, metrics)


def samples(metrics: Metrics, name: str) -> list[tuple[str, float]]:
    """The series of a name, each by the label that is its own, and its value."""
    return [
        (sample.labels.get("operation", sample.labels.get("field", "")), sample.value)
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == f"churnkey_gateway_{name}"
    ]


def test_what_an_adapter_names_is_there_before_its_first_call(metrics: Metrics, observer: LoggingObserver) -> None:
    Declaring(Mode.TEST, backend_settings().adapter, Runtime(observer=observer))
    assert samples(metrics, "provider_calls_total") == [("get customers", 0)] * len(CallOutcome)
    assert samples(metrics, "unknown_values_total") == [("subscription.status", 0)]


def test_an_adapter_that_names_nothing_is_right(metrics: Metrics, observer: LoggingObserver) -> None:
    MemoryAdapter(Mode.TEST, backend_settings().adapter, Runtime(observer=observer))
    assert samples(metrics, "provider_calls_total") == []
    observer.called("get customers", CallOutcome.OK, 0.1, None)
    assert undeclared(metrics, MemoryAdapter) == []


def test_an_adapter_that_names_some_has_to_name_all(metrics: Metrics, observer: LoggingObserver) -> None:
    Declaring(Mode.TEST, backend_settings().adapter, Runtime(observer=observer))
    observer.called("get customers", CallOutcome.OK, 0.1, None)
    assert undeclared(metrics, Declaring) == []
    observer.called("get prices", CallOutcome.OK, 0.1, None)
    observer.unknown_value("price.interval", "fortnight")
    assert undeclared(metrics, Declaring) == [
        "Declaring.operations lacks 'get prices', which came",
        "Declaring.vocabularies lacks 'price.interval', which came",
    ]


@pytest.mark.parametrize("name", built_in_names())
def test_the_adapters_that_come_with_the_gateway_name_theirs_once(name: str) -> None:
    adapter = find(name)
    for named in (adapter.operations, adapter.vocabularies):
        assert named
        assert len(set(named)) == len(named)


def test_each_error_is_an_outcome_by_its_name() -> None:
    kinds: list[type[AdapterError]] = [AdapterError, *AdapterError.__subclasses__()]
    errors = {kind.call_outcome: kind.__name__ for kind in kinds}
    assert {outcome.value: name for outcome, name in errors.items()} == {name: name for name in errors.values()}
    assert errors.keys() == set(CallOutcome) - {CallOutcome.OK, CallOutcome.TIMEOUT, CallOutcome.ABORTED}
