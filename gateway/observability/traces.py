"""Whether requests are traced, which the standard variables of OpenTelemetry decide, and for how long.

https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/

The packages are an extra: nothing here imports them before they are asked for.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

import structlog

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from gateway.observability.redaction import Redaction
    from gateway.observability.spans import Traces

_log: FilteringBoundLogger = structlog.get_logger("gateway.traces")

_LONGEST_FLUSH_S: Final = 2.0
"""How long the end of the process waits for what was not exported yet, at most."""

_EXPORTER: Final = "OTEL_TRACES_EXPORTER"
_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_HEADERS: Final = ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS")
_DEFAULT_ENDPOINT: Final = "http://localhost:4318"


@asynccontextmanager
async def open_traces(
    redaction: Redaction, environment: Mapping[str, str] = os.environ
) -> AsyncIterator[Traces | None]:
    """What traces requests for as long as the block runs, its last spans exported at its end; None where nobody asks
    for traces.

    They are asked for by an endpoint for OTLP or by `OTEL_TRACES_EXPORTER=otlp`. Where they cannot be had, that is
    logged as an error, and None as well: no payment waits for a trace. The packages read their further variables from
    the environment of the process. `redaction` cleans what others have made up.
    """
    traces = _made(redaction, environment) if _are_asked_for(environment) else None
    try:
        yield traces
    finally:
        if traces is not None and not await traces.closed(_flush_s(environment)):
            _log.warning("spans not exported", reason="the collector takes too long")


def trace_secrets(environment: Mapping[str, str] = os.environ) -> Iterator[str]:
    """What is secret in these variables: the values of headers, the password in an address."""
    for name in _HEADERS:
        for header in environment.get(name, "").split(","):
            value = header.partition("=")[2].strip()
            yield from {value, unquote(value)}
    for name in _ENDPOINTS:
        with suppress(ValueError):
            yield urlsplit(environment.get(name, "")).password or ""


def _are_asked_for(environment: Mapping[str, str]) -> bool:
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    exporter = environment.get(_EXPORTER, "").strip()
    return exporter != "none" if exporter else _first(environment, _ENDPOINTS) != ""


def _made(redaction: Redaction, environment: Mapping[str, str]) -> Traces | None:
    obstacle = _obstacle(environment)
    if obstacle is None:
        try:
            from gateway.observability.spans import exported_traces

            traces = exported_traces(redaction)
        except ModuleNotFoundError:
            obstacle = "they need an extra: pip install 'churnkey-gateway[otel]'"
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a variable, the gateway serves
            _log.error("no traces", reason="a variable OTEL_... cannot be used", exc_info=error)
            return None
        else:
            _log.info("traces", exported_to=_place(environment))
            return traces
    _log.error("no traces", reason=obstacle)
    return None


def _obstacle(environment: Mapping[str, str]) -> str | None:
    """Why it cannot be done, as far as the variables tell. Their values are not repeated: they can be anything."""
    if environment.get(_EXPORTER, "").strip() not in {"", "otlp"}:
        return f"{_EXPORTER} must be otlp, or none"
    for name in _PROTOCOLS:
        # The first that is there counts.
        if protocol := environment.get(name, "").strip():
            return None if protocol == "http/protobuf" else f"{name} must be http/protobuf"
    return None


def _flush_s(environment: Mapping[str, str]) -> float:
    """Shorter where the variable for the longest export says so, which the packages themselves do not heed."""
    try:
        longest_ms = int(environment.get("OTEL_BSP_EXPORT_TIMEOUT", ""))
    except ValueError:
        return _LONGEST_FLUSH_S
    return min(max(longest_ms, 0) / 1000, _LONGEST_FLUSH_S)


def _place(environment: Mapping[str, str]) -> str:
    """The collector's address without anything that may be secret in it."""
    with suppress(ValueError):
        address = urlsplit(_first(environment, _ENDPOINTS) or _DEFAULT_ENDPOINT)
        return f"{address.scheme}://{address.hostname}" + (f":{address.port}" if address.port else "")
    return "an address that cannot be read"


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((value for name in names if (value := environment.get(name, "").strip())), "")
