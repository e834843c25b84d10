"""What may be counted, so that it is there from the start: a rate needs a value before the first event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gateway.server.documented import documented_errors
from gateway.server.routes import DIRECT_ROOT, DIRECT_ROUTES, ROOT, ROUTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gateway.observability import Metrics
    from gateway.server.backend import Backend

_AT_THE_DOOR: Final = frozenset({400, 401})
"""Before the mode is known: a mode that is none, or is not configured, and a token that is none."""
_BEYOND_THE_DOOR: Final = frozenset({404, 405})
"""Where no route fits."""
_NOWHERE: Final = frozenset({404})
"""Where no backend is."""


def expect(metrics: Metrics, backends: Iterable[Backend]) -> None:
    """Let all that may be counted of these backends be there, requests by every status that is documented. What their
    adapters may call they have told themselves."""
    metrics.expect_requests("", "", "", _NOWHERE)
    for backend in backends:
        metrics.expect_backend(backend.name)
        routes = {"": _BEYOND_THE_DOOR, **dict(_routes_of(backend))}
        for route, statuses in routes.items():
            metrics.expect_requests(backend.name, "", route, _AT_THE_DOOR)
            for mode in backend.adapters:
                metrics.expect_requests(backend.name, mode.value, route, statuses)


def _routes_of(backend: Backend) -> Iterator[tuple[str, frozenset[int]]]:
    for route in ROUTES:
        yield ROOT + route.path, _statuses(documented_errors(route))
    if backend.direct is not None:
        for route in DIRECT_ROUTES:
            yield DIRECT_ROOT + route.path, _statuses(documented_errors(route))


def _statuses(errors: frozenset[int]) -> frozenset[int]:
    """Those of a request that got through the door."""
    return (errors | {200}) - {401}
