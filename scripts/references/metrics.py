"""Every series, from the registry that the gateway fills."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.metrics_core import Metric

from gateway.contract import Mode
from gateway.observability import Metrics
from gateway.observability.metrics import PREFIX, StateMetrics
from references.tables import NO, code, codes, page, prose, table

_TITLE: Final = "Metrics"
_INTRODUCTION: Final = """
`/metrics` on the admin address, for Prometheus. `backend` is the name of a backend, `mode` is `live` or `test`; no
label holds an id, nor text from outside. What to do about them is in [Operations](../operations.md).

A label whose values stand here has them from the start, as 0. Others come with the first time: `route` is a route as it
is registered, `status` an HTTP status, `operation` a kind of call at the provider. The outcome of a provider's call is
`ok`, or the name of [what went wrong](capabilities.md#errors).
"""
_EXAMPLE: Final = "example"
_EVERYWHERE: Final = ("backend", "mode")


def metrics() -> str:
    """The page. Of the process's own series, which differ from system to system, only that they are there."""
    registered = Metrics()
    for mode in Mode:
        registered.of(_EXAMPLE, mode).circuit("closed")
    registered.count_verifications_of(_EXAMPLE)
    StateMetrics(registered, _EXAMPLE)
    families = [family for family in registered.registry.collect() if family.name.startswith(PREFIX)]
    labels = {
        described.name: tuple(collector._labelnames)  # what is public has no names of labels
        for collector in vars(registered).values()
        if isinstance(collector, MetricWrapperBase)
        for described in collector.describe()
    }
    rows = [_row(family, labels.get(family.name)) for family in families]
    ending = "Beside these there are `process_...` and `python_info`, as Prometheus' client for Python has them."
    return page(_TITLE, _INTRODUCTION, [table(("series", "kind", "labels", "meaning"), rows), ending])


def _row(family: Metric, labels: tuple[str, ...] | None) -> tuple[str, str, str, str]:
    name = {"counter": f"{family.name}_total", "info": f"{family.name}_info"}.get(family.type, family.name)
    known = dict.fromkeys(labels or (), ())
    shown = "; ".join(_labels(family, known if labels is not None else _labels_of(family)))
    return code(name), family.type, shown or NO, prose(family.documentation)


def _labels_of(family: Metric) -> dict[str, tuple[str, ...]]:
    return {label: () for sample in family.samples for label in sample.labels}


def _labels(family: Metric, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        values = dict.fromkeys(sample.labels[name] for sample in family.samples if name in sample.labels)
        if name in _EVERYWHERE or not values or family.type == "info":
            yield code(name)
        else:
            yield f"{code(name)}: {codes(values)}"
