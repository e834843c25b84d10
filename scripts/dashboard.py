"""The Grafana dashboard: its panels as a table, and what makes Grafana's JSON of them.

Source of the JSON's shape: Grafana documentation, "Dashboard JSON model", schema version 39 (Grafana 10.4 and newer).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

_WIDTH: Final = 24
"""Of the grid."""
_HEIGHT: Final = 7
_DATASOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}

_FAILED: Final = ', status=~"5.."'
_NOT_CLOSED: Final = ', state!="closed"'
_HIT: Final = ', outcome="hit"'
_UNKNOWN: Final = ', outcome="unknown"'


def _rate(metric: str, by: str, more: str = "") -> str:
    """What happens in a second, summed over the processes; `more` are further matchers, beginning with a comma."""
    return f"sum by ({by}) (rate({_series(metric, more)}[$__rate_interval]))"


def _recently(metric: str, by: str, more: str = "") -> str:
    """How often it happened within a step, summed over the processes. Rare things are counted, not averaged."""
    return f"sum by ({by}) (increase({_series(metric, more)}[$__rate_interval]))"


def _quantile(share: float, metric: str, by: str) -> str:
    return f"histogram_quantile({share}, {_rate(f'{metric}_bucket', f'{by}, le')})"


def _series(metric: str, more: str = "") -> str:
    return f'churnkey_gateway_{metric}{{backend=~"$backend", mode=~"$mode"{more}}}'


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel. `queries` are expressions by their legends, in which `{{label}}` stands for a label's value."""

    title: str
    description: str
    queries: Mapping[str, str]
    unit: str = "short"
    kind: str = "timeseries"
    width: int = 8
    stacked: bool = False
    colours: Mapping[float, str] = field(default_factory=dict)
    """Thresholds by the value from which on they hold; none for a panel that only tells."""


ROWS: Final[Mapping[str, Sequence[Panel]]] = {
    "At a glance": (
        Panel(
            "Processes",
            "Those that were scraped just now, by version.",
            {"{{version}}": "count by (version) (churnkey_gateway_info)"},
            kind="stat",
            width=6,
        ),
        Panel(
            "Requests that fail",
            "Share of answers with a status of 500 or more.",
            {"failing": f"{_rate('requests_total', '', _FAILED)} / {_rate('requests_total', '')}"},
            unit="percentunit",
            kind="stat",
            width=6,
            colours={0.01: "orange", 0.05: "red"},
        ),
        Panel(
            "Circuits that are not closed",
            "Providers that are taken to be down. Their requests are answered with 503 at once.",
            {"open": f"sum({_series('provider_circuit', _NOT_CLOSED)})"},
            kind="stat",
            width=6,
            colours={1: "red"},
        ),
        Panel(
            "Writes without a known outcome",
            "Within the range that is shown. Each has to be looked at, see the journal.",
            {"unknown": f"sum(increase({_series('actions_total', _UNKNOWN)}[$__range]))"},
            kind="stat",
            width=6,
            colours={1: "red"},
        ),
    ),
    "What Churnkey sees": (
        Panel(
            "Requests by status",
            "All answers. A status of 499 was never sent: the process stopped first.",
            {"{{status}}": _rate("requests_total", "status")},
            unit="reqps",
            stacked=True,
        ),
        Panel(
            "Failing requests by route",
            "Answers with a status of 500 or more.",
            {"{{route}} {{status}}": _recently("requests_total", "route, status", _FAILED)},
            stacked=True,
        ),
        Panel(
            "Time until the answer",
            "Of all requests. None takes longer than the deadline in the settings.",
            {
                "{{backend}}: median": _quantile(0.5, "request_seconds", "backend"),
                "{{backend}}: 9 of 10": _quantile(0.9, "request_seconds", "backend"),
                "{{backend}}: 99 of 100": _quantile(0.99, "request_seconds", "backend"),
            },
            unit="s",
        ),
    ),
    "What becomes of actions": (
        Panel(
            "Actions by outcome",
            "One for each subscription. What the outcomes mean: docs/operations.md, The journal.",
            {"{{action}}: {{outcome}}": _recently("actions_total", "action, outcome")},
            stacked=True,
        ),
        Panel(
            "Lost answers, settled by reading",
            "Writes whose answer was lost, by what reading told of them.",
            {"{{action}}: {{outcome}}": _recently("writes_settled_total", "action, outcome")},
            stacked=True,
        ),
        Panel(
            "Journal lines not written",
            "Each is in the log, whole.",
            {"{{backend}} {{mode}}": _recently("journal_lines_lost_total", "backend, mode")},
            colours={1: "red"},
        ),
    ),
    "The billing provider": (
        Panel(
            "Calls by outcome",
            "Attempts: a call that is made again counts again.",
            {"{{outcome}}": _rate("provider_calls_total", "outcome")},
            unit="reqps",
            stacked=True,
        ),
        Panel(
            "Calls by operation",
            "Attempts, whatever came of them.",
            {"{{operation}}": _rate("provider_calls_total", "operation")},
            unit="reqps",
            stacked=True,
        ),
        Panel(
            "Time of a call",
            "Nine of ten attempts of an operation take no longer.",
            {"{{operation}}": _quantile(0.9, "provider_call_seconds", "operation")},
            unit="s",
        ),
        Panel(
            "Circuit",
            "1 while it is in the state: open, no call is made; half open, one is made to see.",
            {"{{backend}} {{mode}} {{state}}": f"max by (backend, mode, state) ({_series('provider_circuit')})"},
        ),
        Panel(
            "Calls made again, by cause",
            "Each is a call that failed and that could be repeated safely.",
            {"{{cause}}": _recently("provider_retries_total", "cause")},
            stacked=True,
        ),
        Panel(
            "Calls not made, by reason",
            "They would have waited for too long, or the circuit was open.",
            {"{{reason}}": _recently("provider_calls_shed_total", "reason")},
            stacked=True,
        ),
        Panel(
            "Waiting for a turn",
            "Of the calls that had to wait for a slot or for the pace, nine of ten waited no longer.",
            {"{{backend}} {{mode}}": _quantile(0.9, "provider_wait_seconds", "backend, mode")},
            unit="s",
        ),
        Panel(
            "Calls that had to wait",
            "Each second.",
            {"{{backend}} {{mode}}": _rate("provider_wait_seconds_count", "backend, mode")},
            unit="reqps",
        ),
        Panel(
            "Remembered prices, coupons and products",
            "The share of those wanted that no call was made for.",
            {
                "{{backend}} {{mode}} {{controller}}": "sum by (backend, mode, controller) "
                f"(rate({_series('catalogue_lookups_total', _HIT)}[$__rate_interval])) / "
                f"sum by (backend, mode, controller) (rate({_series('catalogue_lookups_total')}[$__rate_interval]))"
            },
            unit="percentunit",
        ),
        Panel(
            "Slowed down by the provider",
            "Times the provider said that it is asked too much. Each halves the pace for a while.",
            {"{{backend}} {{mode}}": _recently("provider_slow_downs_total", "backend, mode")},
        ),
    ),
    "What this version does not understand": (
        Panel(
            "Unknown words of the provider",
            "Since the process started, by where they stood.",
            {"{{backend}} {{mode}} {{field}}": f"sum by (backend, mode, field) ({_series('unknown_values_total')})"},
            width=12,
        ),
        Panel(
            "Objects left out of lists",
            "The contract cannot express them.",
            {"{{backend}} {{mode}} {{controller}}": _recently("objects_left_out_total", "backend, mode, controller")},
            width=12,
        ),
    ),
    "Beside the provider": (
        Panel(
            "Shared state that cannot be reached",
            "1 while a backend's Redis is away, and each replica is on its own. Always 0 without `state: redis://...`.",
            {
                "{{instance}} {{backend}}": "max by (instance, backend) "
                '(churnkey_gateway_state_lost{backend=~"$backend"})'
            },
        ),
        Panel(
            "What other replicas could not know of",
            "Locks, requests and calls while the shared state was away.",
            {
                "{{backend}} {{part}}": "sum by (backend, part) "
                '(increase(churnkey_gateway_state_alone_total{backend=~"$backend"}[$__rate_interval]))'
            },
        ),
        Panel(
            "Churnkey asked to verify again",
            "Since another manifest is served. Always 0 without `verify_on_start: true`.",
            {
                "{{backend}} {{outcome}}": "sum by (backend, outcome) "
                '(churnkey_gateway_verifications_asked_total{backend=~"$backend"})'
            },
        ),
    ),
    "Settings and certificate": (
        Panel(
            "Reloads that were refused",
            "1 from a reload that was refused until one is done: what is in force is not what is written.",
            {"{{instance}} {{part}}": "max by (instance, part) (churnkey_gateway_reload_failed)"},
            colours={1: "red"},
            width=12,
        ),
        Panel(
            "Reloads",
            "Each SIGHUP reads the settings, and the certificate where there is one.",
            {
                "{{part}}: {{outcome}}": "sum by (part, outcome) "
                "(increase(churnkey_gateway_reloads_total[$__rate_interval]))"
            },
            stacked=True,
            width=12,
        ),
    ),
    "Processes": (
        Panel(
            "Resident memory",
            "Of each process.",
            {"{{instance}}": "process_resident_memory_bytes and on (job, instance) churnkey_gateway_info"},
            unit="bytes",
            width=6,
        ),
        Panel(
            "Processor time",
            "1 is one core, and the most that a process uses.",
            {
                "{{instance}}": "rate(process_cpu_seconds_total[$__rate_interval])"
                " and on (job, instance) churnkey_gateway_info"
            },
            width=6,
        ),
        Panel(
            "Open files and sockets",
            "Of each process.",
            {"{{instance}}": "process_open_fds and on (job, instance) churnkey_gateway_info"},
            width=6,
        ),
        Panel(
            "Until the certificate expires",
            "Of the port that speaks TLS; nothing where something else ends it.",
            {"{{instance}}": "churnkey_gateway_certificate_expiry_timestamp_seconds - time()"},
            unit="s",
            width=6,
        ),
    ),
}


def dashboard() -> dict[str, Any]:
    """The document that Grafana imports."""
    return {
        "uid": "churnkey-gateway",
        "title": "Churnkey gateway",
        "description": "What Churnkey asked, what became of it, and how the billing providers answered.",
        "tags": ["churnkey-gateway"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "1m",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "",
        "templating": {"list": list(_variables())},
        "panels": list(_panels()),
    }


def _variables() -> Iterator[dict[str, Any]]:
    yield {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}
    for label in ("backend", "mode"):
        yield {
            "name": label,
            "label": label.capitalize(),
            "type": "query",
            "datasource": _DATASOURCE,
            # A gauge that is there from the start, for every backend and mode.
            "query": {"query": f"label_values(churnkey_gateway_provider_circuit, {label})", "refId": label},
            "refresh": 2,
            "sort": 1,
            "multi": True,
            "includeAll": True,
            # Whoever has no token has no mode either: all is more than all that are known.
            "allValue": ".*",
            "current": {"text": ["All"], "value": ["$__all"]},
        }


def _panels() -> Iterator[dict[str, Any]]:
    number, top = 0, 0
    for title, panels in ROWS.items():
        number += 1
        place = {"h": 1, "w": _WIDTH, "x": 0, "y": top}
        yield {"id": number, "type": "row", "title": title, "collapsed": False, "gridPos": place, "panels": []}
        top, left = top + 1, 0
        for panel in panels:
            number += 1
            if left + panel.width > _WIDTH:
                top, left = top + _HEIGHT, 0
            yield _panel(number, panel, {"h": _HEIGHT, "w": panel.width, "x": left, "y": top})
            left += panel.width
        top += _HEIGHT


def _panel(number: int, panel: Panel, place: dict[str, int]) -> dict[str, Any]:
    defaults: dict[str, Any] = {"unit": panel.unit, "min": 0}
    if panel.colours:
        # No value: from the least on.
        steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
        steps += [{"color": colour, "value": least} for least, colour in panel.colours.items()]
        defaults["thresholds"] = {"mode": "absolute", "steps": steps}
    if panel.stacked:
        defaults["custom"] = {"stacking": {"mode": "normal"}, "fillOpacity": 30}
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": _DATASOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + index), "datasource": _DATASOURCE, "expr": expression, "legendFormat": legend}
            for index, (legend, expression) in enumerate(panel.queries.items())
        ],
    }
