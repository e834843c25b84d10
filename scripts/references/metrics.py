"""Every series, from the registry that the gateway fills."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.metrics_core import Metric

from gateway.contract import Mode
from gateway.observability import Metrics
from gateway.observability.metrics import PREFIX
from references.tables import NO, code, codes, page, prose, table

_TITLE: Final = "Metrics"
_INTRODUCTION: Final = """
`/metrics` on the admin address, for Prometheus. `backend` is the name of a backend, `mode` is `live` or `test`; no
label holds an id, nor text from outside. What to do about them is in [Operations](../operations.md).

Every series is there from the start, as 0, so that a rate or an alert sees the first time too. A label has the values
that stand here. The others follow from what is configured:

- `route` is a route of the contract from its root on, without the name of the backend, and `status` each HTTP status
  that the OpenAPI document has for it. A request without a token of the backend, or without a mode, has no `mode`; one
  that no route fits has no `route`; one that no backend fits has nothing but its `status`.
- `operation` is a kind of call at the provider, and `field` is where a word of the provider may be one that this
  version does not know, as the adapter names them. An adapter of your own may name none: they come with the first time.
- The `outcome` of a provider's call is `ok`, the name of [what went wrong](capabilities.md#errors), `timeout` where
  nothing came in time, or `aborted` where the call was given up.

What is configured later, by a reload, is there from then on; what is taken away stays until the process ends, but for
the circuit's state.
"""
_EXAMPLE: Final = "example"
_EVERYWHERE: Final = ("backend", "mode")


def metrics() -> str:
    """The page. Of the process's own series, which differ from system to system, only that they are there."""
    registered = Metrics()
    for mode in Mode:
        registered.of(_EXAMPLE, mode).circuit("closed")
    registered.expect_backend(_EXAMPLE)
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
