"""Which statuses a route answers with: the OpenAPI document says so, and what is counted is there for each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gateway.server.routes import Route

_ANY_ROUTE: Final = {
    400: "The request is malformed, or asks for something that is not offered here.",
    401: "The token is missing or wrong.",
    404: "There is no such backend; or no such object in this mode, or it is another customer's.",
    500: "A fault of the gateway.",
}
_WITH_PROVIDER: Final = {
    502: "The billing provider refused the gateway's credentials, or its answer could not be understood.",
    503: "The billing provider is not available, or asks for fewer requests.",
    504: "The billing provider did not answer in time. An action may have taken effect, or not.",
}
_WITH_BODY: Final = {
    408: "The body did not arrive in time.",
    413: "The body is larger than 64 KiB.",
    415: "The body is compressed.",
}
_WITH_EFFECT: Final = {409: "The subscription's state does not allow it."}
ERRORS: Final[Mapping[int, str]] = {**_ANY_ROUTE, **_WITH_PROVIDER, **_WITH_BODY, **_WITH_EFFECT}
"""Every status that says that something is wrong, and what it says."""


def documented_errors(route: Route) -> frozenset[int]:
    """The statuses besides 200 that a route may answer with."""
    statuses = set(_ANY_ROUTE)
    if route.controller is not None or route.target is not None:
        statuses |= set(_WITH_PROVIDER)
    if route.body is not None:
        statuses |= set(_WITH_BODY)
    if route.target is not None:
        statuses |= set(_WITH_EFFECT)
    return frozenset(statuses)
