"""What is counted, for Prometheus.

Labels hold names of ours and of the configuration, never an id, and never text from outside: their number is bounded.
A series whose labels are known beforehand is there from the start, as 0: rates and alerts need a first value.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, PlatformCollector, ProcessCollector

from gateway import __version__
from gateway.contract import Action, Controller
from gateway.resilience import CallOutcome, Cause, Circuit, Outcome
from gateway.shared.watcher import Part

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.contract import Mode

PREFIX: Final = "churnkey_gateway"
_ASKED: Final = {True: "accepted", False: "failed"}
_RELOADED: Final = {True: "done", False: "refused"}
CATALOGUE: Final = (Controller.PRICES, Controller.COUPONS, Controller.PRODUCTS, Controller.FAMILIES)
"""What is remembered for a while."""
SHED_REASONS: Final = ("overload", "circuit open")
SETTLEMENTS: Final = ("done", "repeated", "refused", "unknown")
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)


class Reloadable(StrEnum):
    """What is read again when the process is told to."""

    SETTINGS = "settings"
    CERTIFICATE = "certificate"


class Metrics:
    """All series of one process, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        Info(PREFIX, "The running version.", registry=self.registry).info({"version": __version__})
        self._answered: dict[tuple[str, str, str, int], tuple[Counter, Histogram]] = {}
        self._backends: dict[tuple[str, Mode], BackendMetrics] = {}
        self.requests = self._counter("requests", "Requests by their answer.", "route", "status")
        self.request_seconds = self._histogram(
            "request_seconds",
            "Time until the answer. What is refused before its mode is known has no route here.",
            "route",
        )
        self.actions = self._counter("actions", "Actions on one subscription, by what came of it.", "action", "outcome")
        self.provider_calls = self._counter("provider_calls", "Attempts of provider calls.", "operation", "outcome")
        self.provider_call_seconds = self._histogram("provider_call_seconds", "Time of an attempt.", "operation")
        self.catalogue_lookups = self._counter(
            "catalogue_lookups", "Prices, coupons and products that were wanted: hit, or miss.", "controller", "outcome"
        )
        self.provider_retries = self._counter("provider_retries", "Provider calls made again.", "cause")
        self.provider_calls_shed = self._counter("provider_calls_shed", "Provider calls not made.", "reason")
        self.provider_wait_seconds = self._histogram(
            "provider_wait_seconds", "Time that provider calls waited for their turn, of those that had to."
        )
        self.provider_slow_downs = self._counter("provider_slow_downs", "Times the provider said: too many.")
        self.provider_circuit = self._gauge("provider_circuit", "1 for the state that the circuit is in.", "state")
        self.writes_settled = self._counter(
            "writes_settled", "Writes whose answer was lost, by what reading told of them.", "action", "outcome"
        )
        self.objects_left_out = self._counter(
            "objects_left_out", "Objects that the contract cannot express.", "controller"
        )
        self.journal_lines_lost = self._counter("journal_lines_lost", "Journal lines that could not be written.")
        self.unknown_values = self._counter(
            "unknown_values", "Words of the provider that this version does not know.", "field"
        )
        self.verifications_asked = Counter(
            f"{PREFIX}_verifications_asked",
            "Requests to Churnkey to verify again, by what came of them.",
            ("backend", "outcome"),
            registry=self.registry,
        )

        self.reloads = Counter(
            f"{PREFIX}_reloads",
            "Times that settings or certificate were read again: done, or refused for what is wrong with them.",
            ("part", "outcome"),
            registry=self.registry,
        )
        self.reload_failed = Gauge(
            f"{PREFIX}_reload_failed",
            "1 from a reload that was refused until one is done: what is in force is not what is written.",
            ("part",),
            registry=self.registry,
        )
        for part in Reloadable:
            self.reload_failed.labels(part.value)
            for outcome in _RELOADED.values():
                self.reloads.labels(part.value, outcome)

        # Of a backend, whatever the mode: its link is one.
        self.state_lost = Gauge(
            f"{PREFIX}_state_lost", "1 while shared state cannot be reached.", ("backend",), registry=self.registry
        )
        self.state_alone = Counter(
            f"{PREFIX}_state_alone",
            "Locks, requests and calls that other processes could not know of, because shared state was lost.",
            ("backend", "part"),
            registry=self.registry,
        )

        # NaN while there is none: unlike 0 it is no moment that has passed, and raises no alert.
        self.certificate_expiry = Gauge(
            f"{PREFIX}_certificate_expiry_timestamp_seconds",
            "When the certificate of the public address expires, in seconds since 1970; NaN without TLS.",
            registry=self.registry,
        )
        self.certificate_expiry.set(math.nan)

    def expect_backend(self, backend: str) -> None:
        """A backend is served. What it has no use for, such as shared state, is 0: nothing of it is lost."""
        self.state_lost.labels(backend)
        for part in Part:
            self.state_alone.labels(backend, part.value)
        for outcome in _ASKED.values():
            self.verifications_asked.labels(backend, outcome)

    def reloaded(self, part: Reloadable, *, done: bool) -> None:
        """Something was read again, and put in force or not."""
        self.reloads.labels(part.value, _RELOADED[done]).inc()
        self.reload_failed.labels(part.value).set(not done)

    def verification_asked(self, backend: str, *, accepted: bool) -> None:
        """Churnkey was asked to verify again, and took the request or did not."""
        self.verifications_asked.labels(backend, _ASKED[accepted]).inc()

    def expect_requests(self, backend: str, mode: str, route: str, statuses: Iterable[int]) -> None:
        """Such requests may come, and may be answered with these statuses. What is empty is as in `answered`."""
        for status in statuses:
            self._series_of((backend, mode, route, status))

    def answered(self, backend: str, mode: str, route: str, status: int, seconds: float) -> None:
        """A request was answered. `backend`, `mode` and `route` are empty where they were not found out."""
        key = (backend, mode, route, status)
        count, duration = self._answered.get(key) or self._series_of(key)
        count.inc()
        duration.observe(seconds)

    def _series_of(self, key: tuple[str, str, str, int]) -> tuple[Counter, Histogram]:
        # Looked up once: prometheus_client takes as long for that as for all the counting.
        backend, mode, route, _ = key
        series = self._answered[key] = (
            self.requests.labels(*key),
            # At the door all routes are one: fifteen series for each would tell nothing.
            self.request_seconds.labels(backend, mode, route if mode else ""),
        )
        return series

    def of(self, backend: str, mode: Mode) -> BackendMetrics:
        """The series of one backend in one mode, the same ones each time."""
        found = self._backends.get((backend, mode))
        if found is None:
            found = self._backends[backend, mode] = BackendMetrics(self, backend, mode)
        return found

    def _counter(self, name: str, help_text: str, *labels: str) -> Counter:
        return Counter(f"{PREFIX}_{name}", help_text, ("backend", "mode", *labels), registry=self.registry)

    def _gauge(self, name: str, help_text: str, *labels: str) -> Gauge:
        return Gauge(f"{PREFIX}_{name}", help_text, ("backend", "mode", *labels), registry=self.registry)

    def _histogram(self, name: str, help_text: str, *labels: str) -> Histogram:
        labels = ("backend", "mode", *labels)
        return Histogram(f"{PREFIX}_{name}", help_text, labels, registry=self.registry, buckets=_SECONDS)


class StateMetrics:
    """The series of one backend's shared state, for as long as the settings name it."""

    def __init__(self, metrics: Metrics, backend: str) -> None:
        self._lost = metrics.state_lost.labels(backend)
        self._alone = {part: metrics.state_alone.labels(backend, part.value) for part in Part}
        self._is_lost = False
        self._is_in_force = True

    def lost(self, *, is_lost: bool) -> None:
        """Shared state can be reached, or cannot."""
        self._is_lost = is_lost
        if self._is_in_force:
            self._lost.set(is_lost)

    def retire(self) -> None:
        """The settings name it no longer: whether it can be reached is nobody's concern."""
        if self._is_in_force:
            self._is_in_force = False
            self._lost.set(False)

    def come_into_force(self) -> None:
        """The settings name it, maybe again."""
        self._is_in_force = True
        self._lost.set(self._is_lost)

    def alone(self, part: Part) -> None:
        """Something was done by what this process alone knows."""
        self._alone[part].inc()


class BackendMetrics:
    """The series of one backend in one mode. What is counted often is looked up once."""

    def __init__(self, metrics: Metrics, backend: str, mode: Mode) -> None:
        self._metrics = metrics
        self._labels = (backend, mode.value)
        self._calls: dict[tuple[str, CallOutcome], tuple[Counter, Histogram]] = {}
        self._slow_downs = metrics.provider_slow_downs.labels(*self._labels)
        for cause in Cause:
            metrics.provider_retries.labels(*self._labels, cause.value)
        self._wait_seconds = metrics.provider_wait_seconds.labels(*self._labels)
        self._journal_lines_lost = metrics.journal_lines_lost.labels(*self._labels)
        for controller in Controller:
            metrics.objects_left_out.labels(*self._labels, controller.value)
        self._hits = {one: metrics.catalogue_lookups.labels(*self._labels, one, "hit") for one in CATALOGUE}
        self._misses = {one: metrics.catalogue_lookups.labels(*self._labels, one, "miss") for one in CATALOGUE}
        for reason in SHED_REASONS:
            metrics.provider_calls_shed.labels(*self._labels, reason)
        self._actions = {
            (action.value, outcome.value): metrics.actions.labels(*self._labels, action.value, outcome.value)
            for action in Action
            for outcome in Outcome
        }
        for action in Action:
            for settlement in SETTLEMENTS:
                metrics.writes_settled.labels(*self._labels, action.value, settlement)

    def expect_calls(self, operations: Iterable[str]) -> None:
        """Such provider calls may be made, and may end in any way."""
        for operation in operations:
            for outcome in CallOutcome:
                if (operation, outcome) not in self._calls:
                    self._series_of(operation, outcome)

    def called(self, operation: str, outcome: CallOutcome, seconds: float) -> None:
        """One attempt of a provider call ended."""
        count, duration = self._calls.get((operation, outcome)) or self._series_of(operation, outcome)
        count.inc()
        duration.observe(seconds)

    def _series_of(self, operation: str, outcome: CallOutcome) -> tuple[Counter, Histogram]:
        labels = (*self._labels, operation)
        series = self._calls[operation, outcome] = (
            self._metrics.provider_calls.labels(*labels, outcome.value),
            self._metrics.provider_call_seconds.labels(*labels),
        )
        return series

    def retried(self, cause: str) -> None:
        """A provider call is about to be repeated."""
        self._metrics.provider_retries.labels(*self._labels, cause).inc()

    def shed(self, reason: str) -> None:
        """A provider call was not made."""
        self._metrics.provider_calls_shed.labels(*self._labels, reason).inc()

    def looked_up(self, controller: Controller, hits: int, misses: int) -> None:
        """Objects of the catalogue were wanted."""
        self._hits[controller].inc(hits)
        self._misses[controller].inc(misses)

    def waited(self, seconds: float) -> None:
        """A provider call waited for its turn."""
        self._wait_seconds.observe(seconds)

    def journal_line_lost(self) -> None:
        """A line of the journal could not be written."""
        self._journal_lines_lost.inc()

    def slowed_down(self) -> None:
        """The provider refused a call for too many of them."""
        self._slow_downs.inc()

    def circuit(self, state: str) -> None:
        """The circuit to the provider is now in this state."""
        for known in Circuit:
            self._metrics.provider_circuit.labels(*self._labels, known.value).set(known.value == state)

    def settled(self, action: str, outcome: str) -> None:
        """A write whose answer was lost was settled by reading."""
        self._metrics.writes_settled.labels(*self._labels, action, outcome).inc()

    def left_out(self, controller: str) -> None:
        """An object could not be expressed in the contract."""
        self._metrics.objects_left_out.labels(*self._labels, controller).inc()

    def expect_unknown_values(self, fields: Iterable[str]) -> None:
        """Such fields may have a word that this version does not know."""
        for field in fields:
            self._metrics.unknown_values.labels(*self._labels, field)

    def unknown_value(self, field: str) -> None:
        """The provider used a word that this version does not know."""
        self._metrics.unknown_values.labels(*self._labels, field).inc()

    def acted(self, action: str, outcome: str) -> None:
        """An action on one subscription is over."""
        self._actions[action, outcome].inc()
