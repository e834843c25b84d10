"""Whether an adapter names all that is counted of it, should it name anything."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapters.base import BillingAdapter
    from gateway.observability import Metrics


def undeclared(metrics: Metrics, adapter: type[BillingAdapter]) -> list[str]:
    """What came and is missing from the adapter's `operations` or `vocabularies`, each in words. An adapter that names
    none of either is right: its series come with the first time."""
    return [
        f"{adapter.__name__}.{attribute} lacks {name!r}, which came"
        for attribute, series, label in (
            ("operations", "churnkey_gateway_provider_calls_total", "operation"),
            ("vocabularies", "churnkey_gateway_unknown_values_total", "field"),
        )
        for name in sorted(set(_came(metrics, series, label)))
        if (declared := _declared(adapter, attribute)) and name not in declared
    ]


def _declared(adapter: type[BillingAdapter], attribute: str) -> Collection[str]:
    found: Collection[str] = getattr(adapter, attribute)
    return found


def _came(metrics: Metrics, series: str, label: str) -> Iterator[str]:
    for family in metrics.registry.collect():
        for sample in family.samples:
            # What is declared is there from the start, as 0.
            if sample.name == series and sample.value:
                yield sample.labels[label]
